// Reading sets: single members, whole sets, their size.
import RedwingContainers

extension SetCommands {
    static func sismember(_ engine: Engine, _ call: inout Call) {
        guard let set = engine.readSet(&call, missing: { $0.reply.integer(0) }) else { return }
        call.reply.integer(set.contains(call[2]) ? 1 : 0)
    }

    static func smismember(_ engine: Engine, _ call: inout Call) {
        let set = engine.readSet(&call) { call in
            call.reply.array(call.count - 2)
            for _ in 2..<call.count { call.reply.integer(0) }
        }
        guard let set else { return }
        call.reply.array(call.count - 2)
        for index in 2..<call.count { call.reply.integer(set.contains(call[index]) ? 1 : 0) }
    }

    static func scard(_ engine: Engine, _ call: inout Call) {
        guard let set = engine.readSet(&call, missing: { $0.reply.integer(0) }) else { return }
        call.reply.integer(set.count)
    }

    static func smembers(_ engine: Engine, _ call: inout Call) {
        guard let set = engine.readSet(&call, missing: { $0.reply.set(0) }) else { return }
        call.reply.set(set.count)
        call.reply.bulks(set)
    }

    static func sscan(_ engine: Engine, _ call: inout Call) {
        guard let cursor = call[2].parseCursor() else {
            return call.reply.error("ERR invalid cursor")
        }
        let set = engine.readSet(&call) { call in
            call.reply.array(2)
            call.reply.bulk("0")
            call.reply.array(0)
        }
        guard let set, let arguments = ScanArguments(&call, of: .set) else { return }
        guard set.isTable else { return scanWhole(set, arguments, call) }
        var found: [Entry] = []
        let next = arguments.scan(set.table.members, from: cursor) { entry in
            if arguments.take(entry.key) { found.append(entry) }
        }
        call.reply.array(2)
        call.reply.bulk(integer: Int64(bitPattern: next))
        call.reply.array(found.count)
        for entry in found { call.reply.bulk(entry.key) }
    }

    /// A small set comes all at once.
    private static func scanWhole(
        _ set: SetValue, _ arguments: ScanArguments, _ call: borrowing Call
    ) {
        let reply = call.reply
        var taken = 0
        set.forEachMember { member in
            if member.withBytes({ arguments.take($0) }) { taken += 1 }
        }
        reply.array(2)
        reply.bulk("0")
        reply.array(taken)
        set.forEachMember { member in
            if member.withBytes({ arguments.take($0) }) { reply.bulk(member) }
        }
    }
}

extension Engine {
    /// The set at the command's first key. Without one `missing` answers; a key of another type is
    /// answered here.
    @inline(__always)
    func readSet(_ call: inout Call, missing: (inout Call) -> Void) -> SetValue? {
        read(&call, call[1], as: .set, missing: missing).map { SetValue($0) }
    }
}
