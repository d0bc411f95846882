// Many strings at once: MGET, MSET, MSETNX and MSETEX.
import RedwingContainers

extension StringCommands {
    static func mget(_ engine: Engine, _ call: inout Call) {
        call.reply.array(call.count - 1)
        engine.forEachKey(&call, first: 1, step: 1, count: call.count - 1) { call, index in
            if let entry = engine.read(&call, call[index]), entry.type == .string {
                call.reply.string(entry)
            } else {
                call.reply.null()
            }
        }
    }

    static func mset(_ engine: Engine, _ call: inout Call) {
        guard hasPairs(engine, &call) else { return }
        store(engine, &call, first: 1, count: call.count / 2)
        call.reply.ok()
    }

    static func msetnx(_ engine: Engine, _ call: inout Call) {
        guard hasPairs(engine, &call) else { return }
        guard existing(engine, &call, first: 1, count: call.count / 2) == 0 else {
            return call.reply.integer(0)
        }
        store(engine, &call, first: 1, count: call.count / 2)
        call.reply.integer(1)
    }

    private static func hasPairs(_ engine: Engine, _ call: inout Call) -> Bool {
        if call.count % 2 == 1 { return true }
        let name = engine.table.fullName(call.command)
        call.reply.error(text: "ERR wrong number of arguments for '\(name)' command")
        return false
    }

    /// The number of keys, each counted as often as it is named, that exist.
    private static func existing(
        _ engine: Engine, _ call: inout Call, first: Int, count: Int
    ) -> Int {
        var found = 0
        engine.forEachKey(&call, first: first, step: 2, count: count) { call, index in
            if let entry = engine.peek(&call, call[index]) {
                engine.touch(entry, call)
                found += 1
            }
        }
        return found
    }

    private static func store(_ engine: Engine, _ call: inout Call, first: Int, count: Int) {
        engine.forEachKey(&call, first: first, step: 2, count: count) { call, index in
            engine.write(&call, call[index]) { slot, call in
                engine.touchBeforeWrite(slot, call)
                engine.setString(&slot, call[index + 1])
                return .changed(.string, "set")
            }
        }
    }

    static func msetex(_ engine: Engine, _ call: inout Call) {
        guard let number = call[1].parseInteger(), number > 0, number <= Int64(Int32.max) else {
            return call.reply.error("ERR invalid numkeys value or out of range")
        }
        let count = Int(number)
        guard 2 + 2 * count <= call.count else { return call.reply.error(ReplyError.syntax) }
        guard let options = StringOptions(engine, &call, from: 2 + 2 * count, .msetex) else {
            return
        }
        guard allows(engine, &call, options.condition, count) else {
            return call.reply.integer(0)
        }
        storeWithExpiry(engine, &call, options, count)
        call.reply.integer(1)
    }

    private static func allows(
        _ engine: Engine, _ call: inout Call, _ condition: StringOptions.Condition, _ count: Int
    ) -> Bool {
        switch condition {
        case .ifAbsent: existing(engine, &call, first: 2, count: count) == 0
        case .ifPresent: existing(engine, &call, first: 2, count: count) == count
        default: true
        }
    }

    private static func storeWithExpiry(
        _ engine: Engine, _ call: inout Call, _ options: StringOptions, _ count: Int
    ) {
        var keepsDeadline = false
        if case .keep = options.expiry { keepsDeadline = true }
        engine.forEachKey(&call, first: 2, step: 2, count: count) { call, index in
            engine.write(&call, call[index]) { slot, call in
                engine.touchBeforeWrite(slot, call)
                if let deadline = options.deadline {
                    return engine.setString(&slot, call[index + 1], deadline: deadline)
                }
                engine.setString(&slot, call[index + 1], keepsDeadline: keepsDeadline)
                return .changed(.string, "set")
            }
        }
    }
}
