// Adding, removing and moving members that are named.
import RedwingContainers

extension SetCommands {
    static func sadd(_ engine: Engine, _ call: inout Call) {
        engine.write(&call, call[1], as: .set) { slot, call in
            var added = 0
            if let entry = slot.entry {
                var set = SetValue(entry)
                engine.prepare(&set, for: call.count &- 2)
                for index in 2..<call.count where engine.add(call[index], to: &set) {
                    added &+= 1
                }
                engine.store(set, in: entry)
            } else {
                var set = engine.makeSet(first: call[2], count: call.count &- 2)
                for index in 2..<call.count where engine.add(call[index], to: &set) {
                    added &+= 1
                }
                engine.setSet(&slot, set)
            }
            call.reply.integer(added)
            return added == 0 ? .none : .changed(.set, "sadd", weight: added)
        }
    }

    static func srem(_ engine: Engine, _ call: inout Call) {
        engine.write(&call, call[1], as: .set) { slot, call in
            guard let entry = slot.entry else {
                call.reply.integer(0)
                return .none
            }
            var set = SetValue(entry)
            var removed = 0
            for index in 2..<call.count where engine.remove(call[index], from: &set) {
                removed &+= 1
                if set.count == 0 { break }
            }
            engine.store(set, in: entry)
            call.reply.integer(removed)
            return removed == 0 ? .none : .changed(.set, "srem", weight: removed)
        }
    }

    static func smove(_ engine: Engine, _ call: inout Call) {
        let source = engine.peek(&call, call[1])
        let target = engine.peek(&call, call[2])
        guard let source else { return call.reply.integer(0) }
        guard source.type == .set, target == nil || target?.type == .set else {
            return call.reply.error(ReplyError.wrongType)
        }
        engine.touch(source, call)
        if let target { engine.touch(target, call) }
        let member = call[3]
        guard SetValue(source).contains(member) else { return call.reply.integer(0) }
        call.reply.integer(1)
        if call[1] == call[2] { return }
        engine.write(&call, call[1]) { slot, _ in
            guard let entry = slot.entry else { return .none }
            var set = SetValue(entry)
            _ = engine.remove(member, from: &set)
            engine.store(set, in: entry)
            return .changed(.set, "srem")
        }
        engine.write(&call, call[2]) { slot, _ in
            var set = slot.entry.map { SetValue($0) } ?? engine.makeSet(first: member, count: 1)
            let isNew = engine.add(member, to: &set)
            if let entry = slot.entry {
                engine.store(set, in: entry)
            } else {
                engine.setSet(&slot, set)
            }
            return isNew ? .changed(.set, "sadd") : .none
        }
    }
}
