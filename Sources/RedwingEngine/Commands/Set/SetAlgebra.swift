// SINTER, SUNION, SDIFF and their forms that count or store.
import RedwingContainers
import RedwingRESP

extension SetCommands {
    static func sinter(_ engine: Engine, _ call: inout Call) {
        guard let sets = engine.readSets(&call, first: 1, count: call.count - 1) else { return }
        var found: [SetMember] = []
        engine.intersect(sets) { member in
            found.append(member)
            return true
        }
        answer(found, call.reply)
    }

    static func sintercard(_ engine: Engine, _ call: inout Call) {
        guard let stated = call[1].parseInteger(), stated > 0 else {
            return call.reply.error("ERR numkeys should be greater than 0")
        }
        guard stated <= call.count - 2 else {
            return call.reply.error("ERR Number of keys can't be greater than number of args")
        }
        let keys = Int(stated)
        var limit: Int64 = 0
        var index = 2 + keys
        while index < call.count {
            guard call[index].isToken("limit"), index + 1 < call.count else {
                return call.reply.error(ReplyError.syntax)
            }
            guard let stated = call[index + 1].parseInteger(), stated >= 0 else {
                return call.reply.error("ERR LIMIT can't be negative")
            }
            limit = stated
            index += 2
        }
        guard let sets = engine.readSets(&call, first: 2, count: keys) else { return }
        var found: Int64 = 0
        engine.intersect(sets) { _ in
            found += 1
            return found != limit
        }
        call.reply.integer(found)
    }

    static func sinterstore(_ engine: Engine, _ call: inout Call) {
        store(engine, &call, "sinterstore") { engine.intersection($0) }
    }

    static func sunion(_ engine: Engine, _ call: inout Call) {
        guard let sets = engine.readSets(&call, first: 1, count: call.count - 1) else { return }
        let union = engine.union(sets, isForReply: true)
        call.reply.set(union.count)
        call.reply.bulks(union)
        engine.release(union)
    }

    static func sunionstore(_ engine: Engine, _ call: inout Call) {
        store(engine, &call, "sunionstore") { engine.union($0, isForReply: false) }
    }

    static func sdiff(_ engine: Engine, _ call: inout Call) {
        guard let sets = engine.readSets(&call, first: 1, count: call.count - 1) else { return }
        if engine.isLookupCheap(sets) {
            var found: [SetMember] = []
            engine.subtract(sets) { found.append($0) }
            return answer(found, call.reply)
        }
        let difference = engine.difference(sets)
        call.reply.set(difference.count)
        call.reply.bulks(difference)
        engine.release(difference)
    }

    static func sdiffstore(_ engine: Engine, _ call: inout Call) {
        store(engine, &call, "sdiffstore") { engine.difference($0) }
    }

    private static func answer(_ members: [SetMember], _ reply: ReplyWriter) {
        reply.set(members.count)
        for member in members { reply.bulk(member) }
    }

    /// Reads the sets behind the first key and stores there what `make` makes of them; an empty
    /// result removes the key.
    private static func store(
        _ engine: Engine, _ call: inout Call, _ event: Bytes,
        _ make: ([SetValue?]) -> SetValue
    ) {
        guard let sets = engine.readSets(&call, first: 2, count: call.count - 2) else { return }
        engine.write(&call, call[1]) { slot, call in
            let result = make(sets)
            let count = result.count
            call.reply.integer(count)
            if count > 0 {
                engine.setSet(&slot, result)
                return .changed(.set, event)
            }
            engine.release(result)
            guard slot.entry != nil else { return .none }
            engine.remove(&slot)
            return .changed(.generic, "del")
        }
    }
}

extension Engine {
    /// The sets at some of the command's keys, nil for each missing one. Answers the error itself
    /// and returns nil when a key is no set.
    fileprivate func readSets(_ call: inout Call, first: Int, count: Int) -> [SetValue?]? {
        var sets: [SetValue?] = []
        sets.reserveCapacity(count)
        var isRefused = false
        forEachKey(&call, first: first, step: 1, count: count) { call, index in
            guard !isRefused else { return }
            guard let entry = read(&call, call[index]) else { return sets.append(nil) }
            guard entry.type == .set else {
                call.reply.error(ReplyError.wrongType)
                isRefused = true
                return
            }
            sets.append(SetValue(entry))
        }
        return isRefused ? nil : sets
    }

    /// Hands over the members that all of the sets have until `body` returns false: those of the
    /// smallest set, in its order, are looked up in the others from small to large.
    fileprivate func intersect(_ sets: [SetValue?], _ body: (SetMember) -> Bool) {
        var present = sets.compactMap { $0 }
        guard present.count == sets.count else { return }
        if present.count > 1 { present.sort { $0.count < $1.count } }
        let first = present[0]
        let others = present.dropFirst().filter { $0.word != first.word }
        first.visitMembers(while: { member in
            others.allSatisfy({ $0.contains(member) }) ? body(member) : true
        })
    }

    /// The members that all of the sets have, as a set without a key.
    fileprivate func intersection(_ sets: [SetValue?]) -> SetValue {
        let smallest =
            sets.contains { $0 == nil }
            ? nil : sets.compactMap { $0 }.min { $0.count < $1.count }
        guard let smallest else { return makePackedSet() }
        var result = smallest.isIntegers ? makeIntegerSet() : makePackedSet()
        var isIntegers = true
        intersect(sets) { member in
            if isIntegers { isIntegers = member.integer != nil }
            _ = add(member, to: &result)
            return true
        }
        if isIntegers { makeIntegers(&result) }
        return result
    }

    /// The members that any of the sets has, as a set without a key.
    fileprivate func union(_ sets: [SetValue?], isForReply: Bool) -> SetValue {
        // What goes into a table in the end would only be moved on the way.
        let isMixed = sets.contains { $0.map { !$0.isIntegers } ?? false }
        var result = isForReply && isMixed ? makeTableSet() : makeIntegerSet()
        for case let set? in sets {
            set.forEachMember { _ = add($0, to: &result) }
        }
        return result
    }

    /// Whether to look the members of the first set up in the others is less work than to make a
    /// copy of it and remove theirs. A lookup that hits ends the search, which counts for half.
    fileprivate func isLookupCheap(_ sets: [SetValue?]) -> Bool {
        guard let first = sets[0] else { return true }
        var lookups = 0
        var moves = 0
        for case let set? in sets {
            lookups &+= first.count
            moves &+= set.count
        }
        return lookups / 2 <= moves
    }

    /// Hands over the members of the first set that none of the others has, in its order.
    fileprivate func subtract(_ sets: [SetValue?], _ body: (SetMember) -> Void) {
        guard let first = sets[0] else { return }
        let others = sets.dropFirst().compactMap { $0 }.sorted { $0.count > $1.count }
        guard !others.contains(where: { $0.word == first.word }) else { return }
        first.forEachMember { member in
            if !others.contains(where: { $0.contains(member) }) { body(member) }
        }
    }

    /// The members of the first set that none of the others has, as a set without a key.
    fileprivate func difference(_ sets: [SetValue?]) -> SetValue {
        var result = makeIntegerSet()
        guard let first = sets[0] else { return result }
        let others = sets.dropFirst().compactMap { $0 }
        guard !others.contains(where: { $0.word == first.word }) else { return result }
        if isLookupCheap(sets) {
            subtract(sets) { _ = add($0, to: &result) }
            return result
        }
        first.forEachMember { _ = add($0, to: &result) }
        for other in others where result.count > 0 {
            other.visitMembers(while: { member in
                _ = member.withBytes { remove($0, from: &result) }
                return result.count > 0
            })
        }
        return result
    }
}
