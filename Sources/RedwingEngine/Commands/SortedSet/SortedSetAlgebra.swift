// ZUNION, ZINTER, ZDIFF and their forms that count or store. Sets take part, too: each of their
// members counts as one with the score 1.
import RedwingContainers
import RedwingRESP

/// How scores of one member become one.
private enum ScoreAggregate {
    case sum
    case min
    case max

    /// Two infinities that cancel each other out make 0.
    func join(_ old: Double, _ new: Double) -> Double {
        switch self {
        case .sum:
            let sum = old + new
            return sum.isNaN ? 0 : sum
        case .min: return new < old ? new : old
        case .max: return new > old ? new : old
        }
    }
}

/// One input.
private struct WeightedSource {
    /// What holds the members; nil for a missing key.
    private enum Members {
        case none
        case set(SetValue)
        case sortedSet(SortedSetValue)
    }

    private let members: Members
    var weight = 1.0

    /// The input that a key's entry is, or nil when it has another type.
    init?(_ entry: Entry?) {
        guard let entry else {
            members = .none
            return
        }
        switch entry.type {
        case .set: members = .set(SetValue(entry))
        case .sortedSet: members = .sortedSet(SortedSetValue(entry))
        default: return nil
        }
    }

    var count: Int {
        switch members {
        case .none: 0
        case .set(let set): set.count
        case .sortedSet(let set): set.count
        }
    }

    /// The score of a member, without the weight.
    func score(_ member: SetMember) -> Double? {
        switch members {
        case .none: nil
        case .set(let set): set.contains(member) ? 1 : nil
        case .sortedSet(let set): member.withBytes { set.score($0) }
        }
    }

    /// Calls `body` with each member and its score, without the weight, until it returns false.
    func visit(_ body: (SetMember, Double) -> Bool) {
        switch members {
        case .none: return
        case .set(let set): set.visitMembers { body($0, 1) }
        case .sortedSet(let set):
            var goesOn = true
            set.forEach { if goesOn { goesOn = body($0, $1) } }
        }
    }

    /// What a score is worth.
    func weighted(_ score: Double) -> Double { weight * score }
}

/// A parsed command of this kind.
private struct SortedSetAlgebra {
    enum Operation {
        case union
        case intersection
        case difference
    }

    let operation: Operation
    var sources: [WeightedSource] = []
    var aggregate = ScoreAggregate.sum
    var hasScores = false
    var limit: Int64 = 0

    /// What the arguments from the number of keys on state; answers the error itself.
    init?(
        _ engine: Engine, _ call: inout Call, _ operation: Operation, from first: Int,
        isStored: Bool = false, isCounted: Bool = false
    ) {
        self.operation = operation
        guard let stated = call.integer(first) else { return nil }
        guard stated > 0 else {
            let name = engine.table.fullName(call.command)
            call.reply.error(text: "ERR at least 1 input key is needed for '\(name)' command")
            return nil
        }
        guard stated < call.count - first else {
            call.reply.error(ReplyError.syntax)
            return nil
        }
        let keys = first + 1..<first + 1 + Int(stated)
        for index in keys {
            guard let source = WeightedSource(engine.read(&call, call[index])) else {
                call.reply.error(ReplyError.wrongType)
                return nil
            }
            sources.append(source)
        }
        var index = keys.upperBound
        while index < call.count {
            guard take(call, &index, isStored: isStored, isCounted: isCounted) else { return nil }
        }
    }

    /// Takes the option at `index` and moves behind it; answers the error itself.
    private mutating func take(
        _ call: borrowing Call, _ index: inout Int, isStored: Bool, isCounted: Bool
    ) -> Bool {
        let option = call[index]
        let left = call.count - index
        let joins = operation != .difference && !isCounted
        if joins, option.isToken("weights"), left > sources.count {
            for place in sources.indices {
                guard let weight = call[index + 1 + place].parseDouble() else {
                    call.reply.error("ERR weight value is not a float")
                    return false
                }
                sources[place].weight = weight
            }
            index += 1 + sources.count
            return true
        }
        if joins, option.isToken("aggregate"), left > 1, let known = aggregate(call[index + 1]) {
            aggregate = known
            index += 2
            return true
        }
        if !isStored, !isCounted, option.isToken("withscores") {
            hasScores = true
            index += 1
            return true
        }
        if isCounted, option.isToken("limit"), left > 1 {
            guard let stated = call[index + 1].parseInteger(), stated >= 0 else {
                call.reply.error("ERR LIMIT can't be negative")
                return false
            }
            limit = stated
            index += 2
            return true
        }
        call.reply.error(ReplyError.syntax)
        return false
    }

    private func aggregate(_ name: Bytes) -> ScoreAggregate? {
        if name.isToken("sum") { return .sum }
        if name.isToken("min") { return .min }
        return name.isToken("max") ? .max : nil
    }

    /// Calls `body` with the members that all sources have and their scores until it returns false:
    /// those of the smallest are looked up in the others, from small to large.
    func intersect(_ body: (SetMember, Double) -> Bool) {
        let sorted = sources.sorted { $0.count < $1.count }
        guard let first = sorted.first, first.count > 0 else { return }
        let others = sorted.dropFirst()
        first.visit { member, score in
            var total = first.weighted(score)
            if total.isNaN { total = 0 }
            for other in others {
                guard let score = other.score(member) else { return true }
                total = aggregate.join(total, other.weighted(score))
            }
            return body(member, total)
        }
    }

    /// The result, in order, as a sorted set without a key.
    func result(_ engine: Engine) -> SortedSetValue {
        let result = engine.makeTreeSortedSet()
        let tree = result.tree
        switch operation {
        case .union:
            for source in sources.sorted(by: { $0.count < $1.count }) {
                source.visit { member, score in
                    add(member, source.weighted(score), to: tree)
                    return true
                }
            }
        case .intersection:
            intersect { member, score in
                member.withBytes { _ = tree.collect(tree.open($0), score) }
                return true
            }
        case .difference:
            let others = sources.dropFirst()
            sources[0].visit { member, score in
                guard !others.contains(where: { $0.score(member) != nil }) else { return true }
                member.withBytes { _ = tree.collect(tree.open($0), score) }
                return true
            }
        }
        tree.arrange()
        return result
    }

    private func add(_ member: SetMember, _ score: Double, to tree: TreeSortedSet) {
        let score = score.isNaN ? 0 : score
        member.withBytes { member in
            let place = tree.open(member)
            if let entry = place.entry {
                entry.score = aggregate.join(entry.score, score)
            } else {
                _ = tree.collect(place, score)
            }
        }
    }
}

extension SortedSetCommands {
    static func zunion(_ engine: Engine, _ call: inout Call) { answer(engine, &call, .union) }

    static func zinter(_ engine: Engine, _ call: inout Call) {
        answer(engine, &call, .intersection)
    }

    static func zdiff(_ engine: Engine, _ call: inout Call) { answer(engine, &call, .difference) }

    private static func answer(
        _ engine: Engine, _ call: inout Call, _ operation: SortedSetAlgebra.Operation
    ) {
        guard let algebra = SortedSetAlgebra(engine, &call, operation, from: 1) else { return }
        let result = algebra.result(engine)
        reply(
            result, 0..<result.count, .ascending, hasScores: algebra.hasScores, call.reply)
        engine.release(result)
    }

    static func zintercard(_ engine: Engine, _ call: inout Call) {
        let algebra = SortedSetAlgebra(engine, &call, .intersection, from: 1, isCounted: true)
        guard let algebra else { return }
        var count: Int64 = 0
        algebra.intersect { _, _ in
            count += 1
            return count != algebra.limit
        }
        call.reply.integer(count)
    }

    static func zunionstore(_ engine: Engine, _ call: inout Call) {
        store(engine, &call, .union, "zunionstore")
    }

    static func zinterstore(_ engine: Engine, _ call: inout Call) {
        store(engine, &call, .intersection, "zinterstore")
    }

    static func zdiffstore(_ engine: Engine, _ call: inout Call) {
        store(engine, &call, .difference, "zdiffstore")
    }

    private static func store(
        _ engine: Engine, _ call: inout Call, _ operation: SortedSetAlgebra.Operation,
        _ event: Bytes
    ) {
        let algebra = SortedSetAlgebra(engine, &call, operation, from: 2, isStored: true)
        guard let algebra else { return }
        store(engine, &call, event) {
            var result = algebra.result(engine)
            guard result.count > 0 else {
                engine.release(result)
                return nil
            }
            engine.makePackedIfSmall(&result)
            return result
        }
    }
}
