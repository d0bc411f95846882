// SPOP and SRANDMEMBER: members picked at random, each with equal chances.
import RedwingContainers
import RedwingRESP

extension SetCommands {
    static func spop(_ engine: Engine, _ call: inout Call) {
        guard call.count == 2 else { return popSome(engine, &call) }
        engine.write(&call, call[1], as: .set) { slot, call in
            guard let entry = slot.entry else {
                call.reply.null()
                return .none
            }
            var set = SetValue(entry)
            engine.pop(from: &set, call.reply)
            engine.store(set, in: entry)
            return .changed(.set, "spop")
        }
    }

    private static func popSome(_ engine: Engine, _ call: inout Call) {
        guard call.count == 3 else { return call.reply.error(ReplyError.syntax) }
        guard let stated = call[2].parseInteger(), stated >= 0 else {
            return call.reply.error("ERR value is out of range, must be positive")
        }
        engine.write(&call, call[1], as: .set) { slot, call in
            guard let entry = slot.entry, stated > 0 else {
                call.reply.set(0)
                return .none
            }
            var set = SetValue(entry)
            let count = Int(stated)
            call.reply.set(min(count, set.count))
            if count < set.count {
                let kept = engine.pop(count, from: &set, call.reply)
                slot.database.value.bytes &-= kept
                engine.store(set, in: entry)
                return .changed(.set, "spop", weight: count)
            }
            call.reply.bulks(set)
            engine.finish(slot, KeyspaceEvent(eventClass: .set, name: "spop"))
            let size = set.count
            engine.remove(&slot)
            return .changed(.generic, "del", weight: size)
        }
    }

    static func srandmember(_ engine: Engine, _ call: inout Call) {
        guard call.count > 2 else {
            let set = engine.readSet(&call) { $0.reply.null() }
            if let set { engine.pick(from: set, call.reply) }
            return
        }
        guard call.count == 3 else { return call.reply.error(ReplyError.syntax) }
        guard let count = call.integer(2) else { return }
        guard count != .min else {
            return call.reply.error(
                """
                ERR value is out of range, value must between -9223372036854775807 and \
                9223372036854775807
                """)
        }
        guard let set = engine.readSet(&call, missing: { $0.reply.array(0) }) else { return }
        let reply = call.reply
        if count < 0 {
            reply.array(Int(count.magnitude))
            for _ in 0..<count.magnitude { engine.pick(from: set, reply) }
            return
        }
        let wanted = min(Int(count), set.count)
        reply.array(wanted)
        engine.pickDistinct(wanted, from: set, reply)
    }
}

// Picking.
extension Engine {
    /// Sets this many times larger than the number wanted are not walked through.
    private static let sparseFactor = 3

    /// Answers one member.
    @inline(__always)
    fileprivate func pick(from set: SetValue, _ reply: ReplyWriter) {
        if set.isTable {
            guard let entry = set.table.members.randomEntry({ random.next() }) else { return }
            reply.bulk(entry.key)
        } else if set.isPacked {
            let list = set.list
            guard let cursor = list.cursor(at: random.below(list.count)) else { return }
            reply.bulk(list.element(at: cursor))
        } else {
            reply.bulk(integer: set.integers[random.below(set.count)])
        }
    }

    /// Answers so many different members; there must be as many.
    fileprivate func pickDistinct(_ count: Int, from set: SetValue, _ reply: ReplyWriter) {
        if count == set.count { return reply.bulks(set) }
        guard set.isTable, set.count / Engine.sparseFactor >= count else {
            return sample(count, of: set) { reply.bulk($0) }
        }
        let members = set.table.members
        var known: Set<UInt64> = []
        while known.count < count {
            guard let entry = members.randomEntry({ random.next() }) else { return }
            if known.insert(members.hash(entry.key)).inserted { reply.bulk(entry.key) }
        }
    }

    /// Walks through all members and hands over each with the chance that makes all equal (Knuth:
    /// selection sampling, algorithm S): `count` to `picked`, the others to `others`.
    private func sample(
        _ count: Int, of set: SetValue, _ picked: (SetMember) -> Void,
        others: (SetMember) -> Void = { _ in }
    ) {
        var left = set.count
        var wanted = count
        set.forEachMember { member in
            if random.below(left) < wanted {
                wanted -= 1
                picked(member)
            } else {
                others(member)
            }
            left -= 1
        }
    }
}

// Popping.
extension Engine {
    /// Answers one member and takes it out.
    @inline(__always)
    fileprivate func pop(from set: inout SetValue, _ reply: ReplyWriter) {
        if set.isTable {
            let table = set.table
            guard let position = table.members.randomPosition({ random.next() }) else { return }
            let member = position.entry.key
            reply.bulk(member)
            table.remove(table.members.hash(member), position)
        } else if set.isPacked {
            var list = set.list
            guard let cursor = list.cursor(at: random.below(list.count)) else { return }
            reply.bulk(list.element(at: cursor))
            list.remove(at: cursor, in: memory)
            set.list = list
        } else {
            let index = random.below(set.count)
            reply.bulk(integer: set.integers[index])
            set.integers.remove(at: index, in: memory)
        }
    }

    /// When fewer than one in so many members stay, these move to a set of their own, which has
    /// the form that their number asks for.
    private static let moveFactor = 5

    /// Answers so many members, fewer than there are, and takes them out. Returns the bytes of
    /// what was replaced that are not yet free.
    fileprivate func pop(_ count: Int, from set: inout SetValue, _ reply: ReplyWriter) -> Int {
        let remaining = set.count - count
        if remaining.multipliedReportingOverflow(by: Engine.moveFactor).partialValue <= count {
            return moveRemaining(remaining, of: &set, reply)
        }
        if set.isPacked {
            popPacked(count, from: &set, reply)
        } else {
            for _ in 0..<count { pop(from: &set, reply) }
        }
        return 0
    }

    private func popPacked(_ count: Int, from set: inout SetValue, _ reply: ReplyWriter) {
        var list = set.list
        var left = list.count
        var wanted = count
        var cursor = list.first
        while wanted > 0 {
            if random.below(left) < wanted {
                reply.bulk(list.element(at: cursor))
                list.remove(at: cursor, in: memory)
                wanted -= 1
            } else {
                cursor = list.next(after: cursor)
            }
            left -= 1
        }
        set.list = list
    }

    private func moveRemaining(
        _ remaining: Int, of set: inout SetValue, _ reply: ReplyWriter
    ) -> Int {
        var moved = set.isIntegers ? makeIntegerSet() : makePackedSet()
        sample(remaining, of: set, { _ = add($0, to: &moved) }, others: { reply.bulk($0) })
        let kept = release(set)
        set = moved
        return kept
    }
}
