// Changing lists elsewhere than at their ends.
import RedwingContainers

extension ListCommands {
    static func lset(_ engine: Engine, _ call: inout Call) {
        engine.writeList(
            &call, missing: { $0.reply.error(ReplyError.noSuchKey) }
        ) { slot, entry, call in
            guard let index = call.integer(2) else { return .none }
            engine.growList(entry, by: call[3])
            // Only the low 32 bits count, as in Valkey.
            let named = Int64(Int32(truncatingIfNeeded: index))
            guard let position = ListValue(entry: entry).position(named) else {
                call.reply.error(ReplyError.outOfRange)
                return .none
            }
            engine.setElement(slot, entry, position, call[3])
            call.reply.ok()
            return .changed(.list, "lset")
        }
    }

    static func linsert(_ engine: Engine, _ call: inout Call) {
        let after = call[2].isToken("after")
        guard after || call[2].isToken("before") else {
            return call.reply.error(ReplyError.syntax)
        }
        engine.writeList(&call, missing: { $0.reply.integer(0) }) { slot, entry, call in
            engine.growList(entry, by: call[4])
            guard let index = ListValue(entry: entry).firstIndex(of: call[3]) else {
                call.reply.integer(-1)
                return .none
            }
            engine.insertElement(slot, entry, index, call[4], after: after)
            call.reply.integer(ListValue(entry: entry).count)
            return .changed(.list, "linsert")
        }
    }

    static func lrem(_ engine: Engine, _ call: inout Call) {
        guard let count = call.negatableInteger(2) else { return }
        engine.writeList(&call, missing: { $0.reply.integer(0) }) { slot, entry, call in
            let removed = engine.removeMatches(
                slot, entry, call[3], from: count < 0 ? .tail : .head,
                limit: count == 0 ? .max : Int(count.magnitude))
            call.reply.integer(removed)
            return removed == 0 ? .none : .changed(.list, "lrem", weight: removed)
        }
    }

    static func ltrim(_ engine: Engine, _ call: inout Call) {
        guard let first = call.integer(2), let last = call.integer(3) else { return }
        engine.writeList(&call, missing: { $0.reply.ok() }) { slot, entry, call in
            let list = ListValue(entry: entry)
            let length = list.count
            let kept = list.positions(first, last)
            engine.trimList(slot, entry, to: kept)
            call.reply.ok()
            let removed = length - kept.count
            return removed > 0
                ? .changed(.list, "ltrim", weight: removed) : .told(.list, "ltrim", weight: 0)
        }
    }
}
