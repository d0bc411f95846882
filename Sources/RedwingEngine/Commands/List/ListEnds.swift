// Pushing to and popping from the ends of a list.
import RedwingContainers

// Pushing.
extension ListCommands {
    static func lpush(_ engine: Engine, _ call: inout Call) { push(engine, &call, .head) }

    static func rpush(_ engine: Engine, _ call: inout Call) { push(engine, &call, .tail) }

    static func lpushx(_ engine: Engine, _ call: inout Call) {
        push(engine, &call, .head, onlyOld: true)
    }

    static func rpushx(_ engine: Engine, _ call: inout Call) {
        push(engine, &call, .tail, onlyOld: true)
    }

    @inline(__always)
    private static func push(
        _ engine: Engine, _ call: inout Call, _ end: ListEnd, onlyOld: Bool = false
    ) {
        engine.write(&call, call[1], as: .list) { slot, call in
            if onlyOld, slot.entry == nil {
                call.reply.integer(0)
                return .none
            }
            let length = engine.push(&slot, call.arguments, from: 2, at: end)
            call.reply.integer(length)
            return .changed(.list, end.pushEvent, weight: call.count - 2)
        }
    }
}

// Popping.
extension ListCommands {
    static func lpop(_ engine: Engine, _ call: inout Call) { pop(engine, &call, .head) }

    static func rpop(_ engine: Engine, _ call: inout Call) { pop(engine, &call, .tail) }

    @inline(__always)
    private static func pop(_ engine: Engine, _ call: inout Call, _ end: ListEnd) {
        guard call.count == 2 else { return popSome(engine, &call, end) }
        engine.writeList(&call, missing: { $0.reply.null() }) { slot, entry, call in
            call.reply.bulk(ListValue(entry: entry).element(at: end))
            engine.removeElement(slot, entry, at: end)
            return .changed(.list, end.popEvent)
        }
    }

    private static func popSome(_ engine: Engine, _ call: inout Call, _ end: ListEnd) {
        guard call.count == 3 else {
            let name = engine.table.fullName(call.command)
            return call.reply.error(text: "ERR wrong number of arguments for '\(name)' command")
        }
        let error: Bytes = "ERR value is out of range, must be positive"
        guard let wanted = call.integer(2, in: 0...Int64.max, error) else { return }
        engine.writeList(&call, missing: { $0.reply.nullArray() }) { slot, entry, call in
            guard wanted > 0 else {
                call.reply.array(0)
                return .none
            }
            return popSome(engine, slot, entry, Int(wanted), end, call)
        }
    }

    /// Answers elements at an end and removes them.
    private static func popSome(
        _ engine: Engine, _ slot: borrowing Slot, _ entry: Entry, _ wanted: Int, _ end: ListEnd,
        _ call: borrowing Call
    ) -> Change {
        let list = ListValue(entry: entry)
        let length = list.count
        let count = min(wanted, length)
        call.reply.elements(list, count, at: end)
        engine.removeElements(
            slot, entry, end == .head ? 0..<count : (length - count)..<length)
        return .changed(.list, end.popEvent, weight: count)
    }
}

// Popping from the first of several lists.
extension ListCommands {
    /// What LMPOP and BLMPOP ask for.
    private struct ManyPop {
        var keys: Range<Int>
        var end: ListEnd
        var count = 1
    }

    static func lmpop(_ engine: Engine, _ call: inout Call) {
        guard let pop = manyPop(&call, 1) else { return }
        if !popMany(engine, &call, pop) { call.reply.nullArray() }
    }

    static func blmpop(_ engine: Engine, _ call: inout Call) {
        guard let pop = manyPop(&call, 2), let deadline = call.timeout(seconds: 1) else { return }
        if popMany(engine, &call, pop) { return }
        guard call.mayWait else { return call.reply.nullArray() }
        engine.wait(&call, keys: pop.keys, for: .list, until: deadline, onTimeout: .nullArray)
    }

    /// The arguments from the number of keys on.
    private static func manyPop(_ call: inout Call, _ index: Int) -> ManyPop? {
        let positive = 1...Int64.max
        guard
            let keyCount = call.integer(index, in: positive, "ERR numkeys should be greater than 0")
        else { return nil }
        guard keyCount < call.count - index - 1 else {
            call.reply.error(ReplyError.syntax)
            return nil
        }
        let first = index + 1
        let behind = first + Int(keyCount)
        guard let end = call.listEnd(behind) else { return nil }
        var pop = ManyPop(keys: first..<behind, end: end)
        if call.count == behind + 1 { return pop }
        guard call.count >= behind + 3, call[behind + 1].isToken("count") else {
            call.reply.error(ReplyError.syntax)
            return nil
        }
        guard
            let count = call.integer(behind + 2, in: positive, "ERR count should be greater than 0")
        else { return nil }
        guard call.count == behind + 3 else {
            call.reply.error(ReplyError.syntax)
            return nil
        }
        pop.count = Int(count)
        return pop
    }

    /// Pops from the first key that is there; returns whether there was one and it was answered.
    private static func popMany(_ engine: Engine, _ call: inout Call, _ pop: ManyPop) -> Bool {
        guard let index = firstList(engine, &call, pop.keys) else { return false }
        engine.write(&call, call[index], as: .list) { slot, call in
            guard let entry = slot.entry else { return .none }
            call.reply.array(2)
            call.reply.bulk(slot.key)
            return popSome(engine, slot, entry, pop.count, pop.end, call)
        }
        return true
    }

    /// The first of the keys that is there, or nil.
    private static func firstList(
        _ engine: Engine, _ call: inout Call, _ keys: Range<Int>
    ) -> Int? {
        for index in keys where engine.peek(&call, call[index]) != nil { return index }
        return nil
    }

    static func blpop(_ engine: Engine, _ call: inout Call) { popOrWait(engine, &call, .head) }

    static func brpop(_ engine: Engine, _ call: inout Call) { popOrWait(engine, &call, .tail) }

    private static func popOrWait(_ engine: Engine, _ call: inout Call, _ end: ListEnd) {
        guard let deadline = call.timeout(seconds: call.count - 1) else { return }
        let keys = 1..<(call.count - 1)
        guard let index = firstList(engine, &call, keys) else {
            guard call.mayWait else { return call.reply.nullArray() }
            return engine.wait(
                &call, keys: keys, for: .list, until: deadline, onTimeout: .nullArray)
        }
        engine.write(&call, call[index], as: .list) { slot, call in
            guard let entry = slot.entry else { return .none }
            call.reply.array(2)
            call.reply.bulk(slot.key)
            call.reply.bulk(ListValue(entry: entry).element(at: end))
            engine.removeElement(slot, entry, at: end)
            return .changed(.list, end.popEvent)
        }
    }
}
