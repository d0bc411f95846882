// GET and its relatives: a value is answered whole, and then perhaps deleted or given a deadline.
import RedwingContainers

extension StringCommands {
    static func get(_ engine: Engine, _ call: inout Call) {
        guard let entry = engine.read(&call, call[1]) else { return call.reply.null() }
        guard entry.type == .string else { return call.reply.error(ReplyError.wrongType) }
        call.reply.string(entry)
    }

    static func getex(_ engine: Engine, _ call: inout Call) {
        guard let options = StringOptions(engine, &call, from: 2, .getex) else { return }
        if case .unspecified = options.expiry { return get(engine, &call) }
        engine.write(&call, call[1]) { slot, call in
            guard answer(engine, slot, &call), let entry = slot.entry else { return .none }
            guard let deadline = options.deadline else {
                guard entry.has(Entry.Flag.deadline) else { return .none }
                engine.setDeadline(&slot, nil)
                return .changed(.generic, "persist")
            }
            if deadline <= call.now { return engine.expireAtOnce(&slot) }
            engine.setDeadline(&slot, deadline)
            return .changed(.generic, "expire")
        }
    }

    static func getdel(_ engine: Engine, _ call: inout Call) {
        engine.write(&call, call[1]) { slot, call in
            guard answer(engine, slot, &call) else { return .none }
            engine.remove(&slot)
            return .changed(.generic, "del")
        }
    }

    /// Answers the value of an open key; false when there is no string.
    private static func answer(
        _ engine: Engine, _ slot: borrowing Slot, _ call: inout Call
    ) -> Bool {
        engine.countRead(slot, &call)
        guard let entry = slot.entry else {
            call.reply.null()
            return false
        }
        guard entry.type == .string else {
            call.reply.error(ReplyError.wrongType)
            return false
        }
        call.reply.string(entry)
        return true
    }

    static func delifeq(_ engine: Engine, _ call: inout Call) {
        engine.write(&call, call[1]) { slot, call in
            guard let entry = slot.entry else {
                call.reply.integer(0)
                return .none
            }
            guard entry.type == .string else {
                call.reply.error(ReplyError.wrongType)
                return .none
            }
            let expected = call[2]
            guard entry.withString({ $0 == expected }) else {
                engine.touchBeforeWrite(slot, call)
                call.reply.integer(0)
                return .none
            }
            engine.remove(&slot)
            call.reply.integer(1)
            return .changed(.generic, "del")
        }
    }

    static func strlen(_ engine: Engine, _ call: inout Call) {
        guard let entry = engine.read(&call, call[1]) else { return call.reply.integer(0) }
        guard entry.type == .string else { return call.reply.error(ReplyError.wrongType) }
        call.reply.integer(entry.stringCount)
    }
}
