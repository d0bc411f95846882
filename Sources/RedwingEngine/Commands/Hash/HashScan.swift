// HSCAN: a hash bit by bit. A packed hash comes all at once.
import RedwingContainers

extension HashCommands {
    /// What HSCAN was asked for.
    private struct Options {
        var pattern: Bytes?
        var count: Int64 = 10
        var hasValues = true

        /// The options behind the cursor; answers the error itself.
        init?(_ call: inout Call) {
            var index = 3
            while index < call.count {
                let hasNext = index + 1 < call.count
                if call[index].isToken("count"), hasNext {
                    guard let count = call.integer(index + 1) else { return nil }
                    guard count > 0 else {
                        call.reply.error(ReplyError.syntax)
                        return nil
                    }
                    self.count = count
                    index += 1
                } else if call[index].isToken("match"), hasNext {
                    pattern = call[index + 1] == "*" ? nil : call[index + 1]
                    index += 1
                } else if call[index].isToken("novalues") {
                    hasValues = false
                } else if call[index].isToken("noscores") {
                    call.reply.error("ERR NOSCORES option can only be used in ZSCAN")
                    return nil
                } else {
                    call.reply.error(ReplyError.syntax)
                    return nil
                }
                index += 1
            }
        }

        /// Whether the pattern lets a field through.
        func take(_ field: Bytes) -> Bool {
            guard let pattern else { return true }
            return GlobPattern.matches(field, pattern: pattern)
        }
    }

    static func hscan(_ engine: Engine, _ call: inout Call) {
        guard let cursor = call[2].parseCursor() else {
            return call.reply.error("ERR invalid cursor")
        }
        let hash = engine.readHash(&call) { call in
            call.reply.array(2)
            call.reply.bulk("0")
            call.reply.array(0)
        }
        guard let hash, let options = Options(&call) else { return }
        if hash.isPacked {
            scan(hash.list, options, call)
        } else {
            scan(hash, cursor, options, call)
        }
    }

    private static func scan(_ list: PackedList, _ options: Options, _ call: borrowing Call) {
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
        _ hash: HashValue, _ cursor: UInt64, _ options: Options, _ call: borrowing Call
    ) {
        var found: [Entry] = []
        var visited: Int64 = 0
        // Sparse tables must not make a call endless.
        let rounds = options.count.multipliedReportingOverflow(by: 10)
        var left = rounds.overflow ? Int64.max : rounds.partialValue
        var next = cursor
        repeat {
            left -= 1
            next = hash.table.fields.scan(next) { entry in
                visited += 1
                guard !entry.isExpiredField(at: hash.time), options.take(entry.key) else { return }
                found.append(entry)
            }
        } while next != 0 && visited < options.count && left > 0
        call.reply.array(2)
        call.reply.bulk(integer: Int64(bitPattern: next))
        call.reply.array(options.hasValues ? 2 * found.count : found.count)
        for entry in found {
            call.reply.bulk(entry.key)
            if options.hasValues { call.reply.string(entry) }
        }
    }
}
