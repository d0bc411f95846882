// ZRANDMEMBER: members picked at random, each with equal chances.
import RedwingContainers
import RedwingRESP

extension SortedSetCommands {
    static func zrandmember(_ engine: Engine, _ call: inout Call) {
        guard call.count > 2 else {
            let set = engine.readSortedSet(&call) { $0.reply.null() }
            guard let set else { return }
            return call.reply.bulk(set.member(at: engine.random.below(set.count)).0)
        }
        guard let count = call.integer(2) else { return }
        guard count != .min else {
            return call.reply.error(
                """
                ERR value is out of range, value must between -9223372036854775807 and \
                9223372036854775807
                """)
        }
        guard call.count == 3 || call.count == 4 && call[3].isToken("withscores") else {
            return call.reply.error(ReplyError.syntax)
        }
        let hasScores = call.count == 4
        if hasScores, count.magnitude > UInt64(Int64.max / 2) {
            return call.reply.error("ERR value is out of range")
        }
        let set = engine.readSortedSet(&call, missing: { $0.reply.array(0) })
        guard let set else { return }
        let answer = RandomAnswer(reply: call.reply, hasScores: hasScores)
        if count < 0 {
            answer.head(Int(count.magnitude))
            for _ in 0..<count.magnitude {
                let (member, score) = set.member(at: engine.random.below(set.count))
                answer.add(member, score)
            }
        } else {
            pickDistinct(engine, min(Int(count), set.count), of: set, answer)
        }
    }

    /// Sorted sets this many times larger than the number wanted are not walked through.
    private static let sparseFactor = 8

    /// Answers so many different members; there must be as many.
    private static func pickDistinct(
        _ engine: Engine, _ count: Int, of set: SortedSetValue, _ answer: RandomAnswer
    ) {
        answer.head(count)
        guard !set.isPacked, set.count / sparseFactor >= count else {
            // Each with the chance that makes all equal (Knuth: selection sampling, algorithm S).
            var (left, wanted) = (set.count, count)
            return set.forEach { member, score in
                if wanted > 0, engine.random.below(left) < wanted {
                    wanted -= 1
                    answer.add(member, score)
                }
                left -= 1
            }
        }
        var known: Set<Int> = []
        while known.count < count {
            let rank = engine.random.below(set.count)
            guard known.insert(rank).inserted else { continue }
            let (member, score) = set.member(at: rank)
            answer.add(member, score)
        }
    }
}

/// Writes the members that were picked.
private struct RandomAnswer {
    let reply: ReplyWriter
    let hasScores: Bool

    func head(_ count: Int) {
        let isFlat = hasScores && reply.version == .resp2
        reply.array(isFlat ? 2 * count : count)
    }

    func add(_ member: SetMember, _ score: Double) {
        if hasScores, reply.version == .resp3 { reply.array(2) }
        reply.bulk(member)
        if hasScores { reply.double(score) }
    }
}
