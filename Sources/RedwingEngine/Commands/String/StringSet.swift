// SET and its relatives: a value is stored whole, whatever the key held.
import RedwingContainers

extension StringCommands {
    static func set(_ engine: Engine, _ call: inout Call) {
        guard call.count > 3 else {
            engine.write(&call, call[1]) { slot, call in
                engine.touchBeforeWrite(slot, call)
                engine.setString(&slot, call[2])
                return .changed(.string, "set")
            }
            return call.reply.ok()
        }
        guard let options = StringOptions(engine, &call, from: 3, .set) else { return }
        set(engine, &call, options)
    }

    private static func set(_ engine: Engine, _ call: inout Call, _ options: StringOptions) {
        engine.write(&call, call[1]) { slot, call in
            if options.answersOld {
                engine.countRead(slot, &call)
                if let entry = slot.entry, entry.type != .string {
                    call.reply.error(ReplyError.wrongType)
                    return .none
                }
                reply(slot.entry, call)
            } else {
                engine.touchBeforeWrite(slot, call)
            }
            switch holds(options.condition, slot, call) {
            case .none:
                call.reply.error(ReplyError.wrongType)
                return .none
            case .some(false):
                if !options.answersOld { call.reply.null() }
                return .none
            case .some(true):
                if !options.answersOld { call.reply.ok() }
                return store(engine, &slot, call, options)
            }
        }
    }

    private static func reply(_ entry: Entry?, _ call: borrowing Call) {
        guard let entry else { return call.reply.null() }
        call.reply.string(entry)
    }

    /// Whether the condition is met; nil when the key holds a type that it does not apply to.
    private static func holds(
        _ condition: StringOptions.Condition, _ slot: borrowing Slot, _ call: borrowing Call
    ) -> Bool? {
        switch condition {
        case .always: return true
        case .ifAbsent: return slot.entry == nil
        case .ifPresent: return slot.entry != nil
        case .ifEqual(let index):
            guard let entry = slot.entry else { return false }
            guard entry.type == .string else { return nil }
            let expected = call[index]
            return entry.withString { $0 == expected }
        }
    }

    private static func store(
        _ engine: Engine, _ slot: inout Slot, _ call: borrowing Call, _ options: StringOptions
    ) -> Change {
        if let deadline = options.deadline {
            // A time that has come is as good as a deletion.
            if deadline <= call.now { return engine.expireAtOnce(&slot) }
            return engine.setString(&slot, call[2], deadline: deadline)
        }
        var keepsDeadline = false
        if case .keep = options.expiry { keepsDeadline = true }
        engine.setString(&slot, call[2], keepsDeadline: keepsDeadline)
        return .changed(.string, "set")
    }

    static func setex(_ engine: Engine, _ call: inout Call) {
        setWithDeadline(engine, &call, .seconds)
    }

    static func psetex(_ engine: Engine, _ call: inout Call) {
        setWithDeadline(engine, &call, .milliseconds)
    }

    private static func setWithDeadline(
        _ engine: Engine, _ call: inout Call, _ unit: ExpiryUnit
    ) {
        guard let deadline = engine.deadline(&call, 2, unit) else { return }
        engine.write(&call, call[1]) { slot, call in
            engine.touchBeforeWrite(slot, call)
            return engine.setString(&slot, call[3], deadline: deadline)
        }
        call.reply.ok()
    }

    static func setnx(_ engine: Engine, _ call: inout Call) {
        engine.write(&call, call[1]) { slot, call in
            guard slot.entry == nil else {
                engine.touchBeforeWrite(slot, call)
                call.reply.integer(0)
                return .none
            }
            engine.setString(&slot, call[2])
            call.reply.integer(1)
            return .changed(.string, "set")
        }
    }

    static func getset(_ engine: Engine, _ call: inout Call) {
        engine.write(&call, call[1]) { slot, call in
            engine.countRead(slot, &call)
            if let entry = slot.entry, entry.type != .string {
                call.reply.error(ReplyError.wrongType)
                return .none
            }
            reply(slot.entry, call)
            engine.setString(&slot, call[2])
            return .changed(.string, "set")
        }
    }
}

extension Engine {
    /// Stores a value with a deadline, which are two events to those who listen.
    func setString(_ slot: inout Slot, _ value: Bytes, deadline: Int64) -> Change {
        setString(&slot, value, keepsDeadline: true)
        setDeadline(&slot, deadline)
        finish(slot, KeyspaceEvent(eventClass: .string, name: "set"))
        return .changed(.generic, "expire")
    }

    /// Removes a key whose new deadline has come already.
    func expireAtOnce(_ slot: inout Slot) -> Change {
        guard slot.entry != nil else { return .none }
        remove(&slot)
        statistics.expiredKeys &+= 1
        return .changed(.expired, "expired")
    }
}
