// Setting and deleting fields.
import RedwingContainers

extension HashCommands {
    static func hset(_ engine: Engine, _ call: inout Call) {
        setFields(engine, &call) { $0.reply.integer($1) }
    }

    static func hmset(_ engine: Engine, _ call: inout Call) {
        setFields(engine, &call) { call, _ in call.reply.ok() }
    }

    @inline(__always)
    private static func setFields(
        _ engine: Engine, _ call: inout Call, _ answer: (borrowing Call, Int) -> Void
    ) {
        guard call.count & 1 == 0 else { return refuseArity(engine, &call) }
        engine.write(&call, call[1], as: .hash) { slot, call in
            let changes = engine.setFields(
                &slot, call.arguments, from: 2, at: engine.fieldTime(call))
            answer(call, changes.created)
            announceRevived(engine, slot, changes)
            return .changed(.hash, "hset", weight: call.count / 2 - 1)
        }
    }

    private static func refuseArity(_ engine: Engine, _ call: inout Call) {
        let name = engine.table.fullName(call.command)
        call.reply.error(text: "ERR wrong number of arguments for '\(name)' command")
    }

    /// Fields that had expired and got new values did expire.
    @inline(__always)
    static func announceRevived(
        _ engine: Engine, _ slot: borrowing Slot, _ changes: FieldChanges
    ) {
        guard changes.revived > 0 else { return }
        engine.statistics.expiredFields &+= changes.revived
        engine.finish(slot, KeyspaceEvent(eventClass: .hash, name: "hexpired"))
    }

    static func hsetnx(_ engine: Engine, _ call: inout Call) {
        engine.write(&call, call[1], as: .hash) { slot, call in
            let time = engine.fieldTime(call)
            if let hash = engine.hash(slot, at: time), hash.value(call[2]) != nil {
                call.reply.integer(0)
                return .none
            }
            let changes = engine.setField(&slot, call[2], call[3], .none, at: time)
            call.reply.integer(1)
            announceRevived(engine, slot, changes)
            return .changed(.hash, "hset")
        }
    }

    static func hdel(_ engine: Engine, _ call: inout Call) {
        engine.write(&call, call[1], as: .hash) { slot, call in
            guard let entry = slot.entry else {
                call.reply.integer(0)
                return .none
            }
            let time = engine.fieldTime(call)
            var deleted = 0
            for index in 2..<call.count where engine.removeField(entry, call[index], at: time) {
                deleted += 1
                if engine.isEmptyCollection(entry) { break }
            }
            call.reply.integer(deleted)
            return deleted == 0 ? .none : .changed(.hash, "hdel", weight: deleted)
        }
    }

    static func hgetdel(_ engine: Engine, _ call: inout Call) {
        guard let fields = call.fixedFields(mismatch: ReplyError.fieldCount) else { return }
        engine.write(&call, call[1], as: .hash) { slot, call in
            call.reply.array(fields.count)
            let time = engine.fieldTime(call)
            var deleted = 0
            for index in fields {
                let value = engine.hash(slot, at: time)?.value(call[index])
                reply(value, call)
                guard value != nil, let entry = slot.entry else { continue }
                if engine.removeField(entry, call[index], at: time) { deleted += 1 }
            }
            return deleted == 0 ? .none : .changed(.hash, "hdel", weight: deleted)
        }
    }
}
