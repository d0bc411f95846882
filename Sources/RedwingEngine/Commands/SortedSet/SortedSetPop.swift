// Popping the members with the smallest or the greatest scores, and waiting for some.
import RedwingContainers
import RedwingRESP

extension SortedSetCommands {
    static func zpopmin(_ engine: Engine, _ call: inout Call) { pop(engine, &call, isLast: false) }

    static func zpopmax(_ engine: Engine, _ call: inout Call) { pop(engine, &call, isLast: true) }

    private static func pop(_ engine: Engine, _ call: inout Call, isLast: Bool) {
        guard call.count <= 3 else { return call.reply.error(ReplyError.syntax) }
        var wanted: Int64 = 1
        if call.count == 3 {
            guard let stated = call[2].parseInteger(), stated >= 0 else {
                return call.reply.error("ERR value is out of range, must be positive")
            }
            wanted = stated
        }
        let isNested = call.count == 3 && call.reply.version == .resp3
        engine.write(&call, call[1], as: .sortedSet) { slot, call in
            guard let entry = slot.entry, wanted > 0 else {
                call.reply.array(0)
                return .none
            }
            let count = min(Int(wanted), SortedSetValue(entry).count)
            call.reply.array(isNested ? count : 2 &* count)
            return pop(engine, entry, count, isLast: isLast, isNested: isNested, call.reply)
        }
    }

    /// Takes `count` members, which there must be, from an end of the sorted set and answers them
    /// with their scores.
    @inline(__always)
    private static func pop(
        _ engine: Engine, _ entry: Entry, _ count: Int, isLast: Bool, isNested: Bool,
        _ reply: ReplyWriter
    ) -> Change {
        var set = SortedSetValue(entry)
        for _ in 0..<count {
            let (member, score) = set.end(isLast: isLast)
            if isNested { reply.array(2) }
            reply.bulk(member)
            reply.double(score)
            engine.removeEnd(of: &set, isLast: isLast)
        }
        engine.store(set, in: entry)
        return .changed(.sortedSet, isLast ? "zpopmax" : "zpopmin", weight: count)
    }

    /// The first of some keys that holds members; answers the error itself when it meets a key of
    /// another type before.
    private static func firstWithMembers(
        _ engine: Engine, _ call: inout Call, _ keys: Range<Int>
    ) -> (key: Int?, isRefused: Bool) {
        for index in keys {
            guard let entry = engine.peek(&call, call[index]) else { continue }
            guard entry.type == .sortedSet else {
                call.reply.error(ReplyError.wrongType)
                return (nil, true)
            }
            return (index, false)
        }
        return (nil, false)
    }

    static func bzpopmin(_ engine: Engine, _ call: inout Call) {
        popOrWait(engine, &call, isLast: false)
    }

    static func bzpopmax(_ engine: Engine, _ call: inout Call) {
        popOrWait(engine, &call, isLast: true)
    }

    private static func popOrWait(_ engine: Engine, _ call: inout Call, isLast: Bool) {
        guard let deadline = call.timeout(seconds: call.count - 1) else { return }
        let keys = 1..<call.count - 1
        let (found, isRefused) = firstWithMembers(engine, &call, keys)
        if isRefused { return }
        guard let found else { return wait(engine, &call, keys, deadline) }
        let key = call[found]
        engine.write(&call, key) { slot, call in
            guard let entry = slot.entry else { return .none }
            engine.touch(entry, call)
            call.reply.array(3)
            call.reply.bulk(key)
            return pop(engine, entry, 1, isLast: isLast, isNested: false, call.reply)
        }
    }

    private static func wait(
        _ engine: Engine, _ call: inout Call, _ keys: Range<Int>, _ deadline: Int64?
    ) {
        guard call.mayWait else { return call.reply.nullArray() }
        engine.wait(&call, keys: keys, for: .sortedSet, until: deadline, onTimeout: .nullArray)
    }

    /// What ZMPOP was asked for.
    private struct ManyPop {
        let keys: Range<Int>
        let isLast: Bool
        private(set) var count: Int64 = -1

        /// The arguments from the number of keys on; answers the error itself.
        init?(_ call: borrowing Call, from first: Int) {
            guard let stated = call[first].parseInteger(), stated > 0 else {
                call.reply.error("ERR numkeys should be greater than 0")
                return nil
            }
            guard stated < call.count &- first &- 1 else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
            keys = first + 1..<first + 1 + Int(stated)
            let end = call[keys.upperBound]
            isLast = end.isToken("max")
            guard isLast || end.isToken("min") else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
            var index = keys.upperBound + 1
            while index < call.count {
                guard count == -1, call[index].isToken("count"), index + 1 < call.count else {
                    call.reply.error(ReplyError.syntax)
                    return nil
                }
                guard let stated = call[index + 1].parseInteger(), stated > 0 else {
                    call.reply.error("ERR count should be greater than 0")
                    return nil
                }
                count = stated
                index += 2
            }
            if count == -1 { count = 1 }
        }
    }

    static func zmpop(_ engine: Engine, _ call: inout Call) {
        guard let pop = ManyPop(call, from: 1) else { return }
        let (found, isRefused) = firstWithMembers(engine, &call, pop.keys)
        if isRefused { return }
        guard let found else { return call.reply.nullArray() }
        popMany(engine, &call, pop, found)
    }

    static func bzmpop(_ engine: Engine, _ call: inout Call) {
        guard let pop = ManyPop(call, from: 2), let deadline = call.timeout(seconds: 1) else {
            return
        }
        let (found, isRefused) = firstWithMembers(engine, &call, pop.keys)
        if isRefused { return }
        guard let found else { return wait(engine, &call, pop.keys, deadline) }
        popMany(engine, &call, pop, found)
    }

    private static func popMany(
        _ engine: Engine, _ call: inout Call, _ many: ManyPop, _ index: Int
    ) {
        let key = call[index]
        engine.write(&call, key) { slot, call in
            guard let entry = slot.entry else { return .none }
            engine.touch(entry, call)
            let count = min(Int(many.count), SortedSetValue(entry).count)
            call.reply.array(2)
            call.reply.bulk(key)
            call.reply.array(count)
            return pop(engine, entry, count, isLast: many.isLast, isNested: true, call.reply)
        }
    }
}

extension SortedSetValue {
    /// The member that comes first or last, and its score; there must be one.
    @inline(__always)
    fileprivate func end(isLast: Bool) -> (SetMember, Double) {
        if isPacked { return member(at: isLast ? count &- 1 : 0) }
        guard let entry = isLast ? tree.tree.last : tree.tree.first else { return (.integer(0), 0) }
        return (.text(entry.key), entry.score)
    }
}
