// HSCAN: a hash bit by bit. A packed hash comes all at once.
import RedwingContainers

extension HashCommands {
    static func hscan(_ engine: Engine, _ call: inout Call) {
        guard let cursor = call[2].parseCursor() else {
            return call.reply.error("ERR invalid cursor")
        }
        let hash = engine.readHash(&call) { call in
            call.reply.array(2)
            call.reply.bulk("0")
            call.reply.array(0)
        }
        guard let hash, let options = ScanArguments(&call, of: .hash) else { return }
        if hash.isPacked {
            scan(hash.list, options, call)
        } else {
            scan(hash, cursor, options, call)
        }
    }

    private static func scan(_ list: PackedList, _ options: ScanArguments, _ call: borrowing Call) {
        let reply = call.reply
        var taken = 0
        list.forEachPair { field, _ in
            if field.withBytes({ options.take($0) }) { taken += 1 }
        }
        reply.array(2)
        reply.bulk("0")
        reply.array(options.hasValues ? 2 * taken : taken)
        list.forEachPair { field, value in
            guard field.withBytes({ options.take($0) }) else { return }
            reply.bulk(field)
            if options.hasValues { reply.bulk(value) }
        }
    }

    private static func scan(
        _ hash: HashValue, _ cursor: UInt64, _ options: ScanArguments, _ call: borrowing Call
    ) {
        var found: [Entry] = []
        let next = options.scan(hash.table.fields, from: cursor) { entry in
            guard !entry.isExpiredField(at: hash.time), options.take(entry.key) else { return }
            found.append(entry)
        }
        call.reply.array(2)
        call.reply.bulk(integer: Int64(bitPattern: next))
        call.reply.array(options.hasValues ? 2 * found.count : found.count)
        for entry in found {
            call.reply.bulk(entry.key)
            if options.hasValues { call.reply.string(entry) }
        }
    }
}
