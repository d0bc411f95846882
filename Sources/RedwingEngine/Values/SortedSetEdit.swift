// Changing sorted sets: members come, go and get other scores, and a sorted set takes the form that
// its size asks for. It never goes back to the smaller form by losing members.
import RedwingContainers

/// When a member's score is to change, and how.
struct ScoreCondition: OptionSet {
    let rawValue: UInt8
    /// NX: only add.
    static let isNew = ScoreCondition(rawValue: 1)
    /// XX: only change.
    static let exists = ScoreCondition(rawValue: 2)
    /// GT: change only to a greater score.
    static let isGreater = ScoreCondition(rawValue: 4)
    /// LT: change only to a lesser score.
    static let isLess = ScoreCondition(rawValue: 8)
    /// INCR: the score is added to the old one.
    static let adds = ScoreCondition(rawValue: 16)

    /// The score that a member with `old` gets.
    @inline(__always)
    func outcome(_ old: Double, _ score: Double) -> ScoreChange {
        if contains(.isNew) { return .none }
        let new = contains(.adds) ? old + score : score
        if new.isNaN { return .notNumber }
        if contains(.isLess), new >= old { return .none }
        if contains(.isGreater), new <= old { return .none }
        return new == old ? .same(new) : .changed(new)
    }
}

/// What setting a score did.
enum ScoreChange {
    /// The condition did not hold.
    case none
    /// Infinities were added up to nothing.
    case notNumber
    /// The member has that score already.
    case same(Double)
    /// The member got another score.
    case changed(Double)
    /// There is a new member.
    case added(Double)
}

extension Engine {
    /// No packed sorted set grows beyond this, whatever the configuration allows.
    private static let maxPackedBytes = 1 << 28

    /// An empty sorted set of the form that suits `count` members of at most `longest` bytes.
    func makeSortedSet(count: Int, longest: Int) -> SortedSetValue {
        guard count <= configuration.zsetMaxListpackEntries,
            longest <= configuration.zsetMaxListpackValue
        else { return makeTreeSortedSet() }
        return SortedSetValue(.packedSortedSet, PackedList.make(in: memory).address)
    }

    /// An empty sorted set in a tree.
    func makeTreeSortedSet() -> SortedSetValue {
        SortedSetValue(.treeSortedSet, TreeSortedSet(seed: seed, memory: memory).address)
    }

    /// Prepares a sorted set for `count` members at once: many make it a tree beforehand.
    @inline(__always)
    func prepare(_ set: inout SortedSetValue, for count: Int) {
        if set.isPacked, count > configuration.zsetMaxListpackEntries { makeTree(&set) }
    }

    /// Sets the score of a member, new or not, if the condition holds.
    @inline(__always)
    func setScore(
        _ score: Double, of member: Bytes, in set: inout SortedSetValue,
        _ condition: ScoreCondition = []
    ) -> ScoreChange {
        set.isPacked
            ? setPackedScore(score, of: member, in: &set, condition)
            : setTreeScore(score, of: member, in: set, condition)
    }

    /// Sets the scores of many members of the slot's sorted set, which is made if there is none;
    /// `member` names each.
    func setScores(
        _ slot: inout Slot, _ scores: [Double], _ condition: ScoreCondition,
        _ member: (Int) -> Bytes
    ) -> (added: Int, changed: Int) {
        var set: SortedSetValue
        if let entry = slot.entry {
            set = SortedSetValue(entry)
            prepare(&set, for: scores.count)
        } else {
            let longest = scores.indices.reduce(0) { max($0, member($1).count) }
            set = makeSortedSet(count: scores.count, longest: longest)
        }
        var (added, changed) = (0, 0)
        for (index, score) in scores.enumerated() {
            switch setScore(score, of: member(index), in: &set, condition) {
            case .added: added += 1
            case .changed: changed += 1
            case .none, .same, .notNumber: break
            }
        }
        if let entry = slot.entry {
            store(set, in: entry)
        } else {
            setSortedSet(&slot, set)
        }
        return (added, changed)
    }

    private func setPackedScore(
        _ score: Double, of member: Bytes, in set: inout SortedSetValue,
        _ condition: ScoreCondition
    ) -> ScoreChange {
        var list = set.list
        if let cursor = list.find(member, stride: 2) {
            let change = condition.outcome(list.score(ofMemberAt: cursor), score)
            if case .changed(let new) = change {
                list.setScore(new, ofMemberAt: cursor, member, in: memory)
                set.list = list
            }
            return change
        }
        if condition.contains(.exists) { return .none }
        guard list.count &>> 1 < configuration.zsetMaxListpackEntries,
            member.count <= configuration.zsetMaxListpackValue,
            list.usedBytes &+ member.count <= Engine.maxPackedBytes
        else {
            makeTree(&set)
            return setTreeScore(score, of: member, in: set, condition)
        }
        list.insertMember(member, score: score, in: memory)
        set.list = list
        return .added(score)
    }

    private func setTreeScore(
        _ score: Double, of member: Bytes, in set: SortedSetValue, _ condition: ScoreCondition
    ) -> ScoreChange {
        let tree = set.tree
        let place = tree.open(member)
        if let entry = place.entry {
            let change = condition.outcome(entry.score, score)
            if case .changed(let new) = change { tree.setScore(entry, new) }
            return change
        }
        if condition.contains(.exists) { return .none }
        tree.insert(place, score)
        return .added(score)
    }

    /// Adds a member that comes behind all others.
    func append(_ member: Bytes, _ score: Double, to set: inout SortedSetValue) {
        if set.isPacked {
            guard set.list.count &>> 1 < configuration.zsetMaxListpackEntries,
                member.count <= configuration.zsetMaxListpackValue,
                set.list.usedBytes &+ member.count <= Engine.maxPackedBytes
            else {
                makeTree(&set)
                return set.tree.append(member, score)
            }
            set.list.appendMember(member, score: score, in: memory)
        } else {
            set.tree.append(member, score)
        }
    }

    /// Takes a member out; returns whether it was there.
    @inline(__always)
    func remove(_ member: Bytes, from set: inout SortedSetValue) -> Bool {
        if set.isPacked {
            guard let cursor = set.list.find(member, stride: 2) else { return false }
            set.list.remove(at: cursor, count: 2, in: memory)
            return true
        }
        let place = set.tree.open(member)
        guard place.entry != nil else { return false }
        set.tree.remove(place)
        return true
    }

    /// Takes out the member that comes first or last; there must be one.
    @inline(__always)
    func removeEnd(of set: inout SortedSetValue, isLast: Bool) {
        if set.isPacked {
            let list = set.list
            let cursor = isLast ? list.advance(list.first, by: list.count &- 2) : list.first
            set.list.remove(at: cursor, count: 2, in: memory)
        } else {
            set.tree.removeEnd(isLast: isLast)
        }
    }

    /// Takes out the members of some ranks.
    func remove(_ ranks: Range<Int>, from set: inout SortedSetValue) {
        if set.isPacked {
            var list = set.list
            list.removeRange(2 * ranks.lowerBound..<2 * ranks.upperBound, in: memory)
            set.list = list
            return
        }
        let tree = set.tree
        for _ in 0..<ranks.count {
            tree.remove(tree.open(tree.tree.position(at: ranks.lowerBound).entry.key))
        }
    }
}

// Forms.
extension Engine {
    /// Makes a packed sorted set a tree.
    func makeTree(_ set: inout SortedSetValue) {
        let tree = makeTreeSortedSet()
        set.forEach { member, score in member.withBytes { tree.tree.append($0, score) } }
        set.list.free(in: memory)
        set = tree
    }

    /// Makes a tree a packed sorted set if it is small enough for that: what commands that make
    /// new sorted sets leave behind.
    func makePackedIfSmall(_ set: inout SortedSetValue) {
        guard !set.isPacked, set.count <= configuration.zsetMaxListpackEntries else { return }
        var (longest, total) = (0, 0)
        set.forEach { member, _ in
            let count = member.withBytes { $0.count }
            longest = max(longest, count)
            total += count
        }
        guard longest <= configuration.zsetMaxListpackValue, total <= Engine.maxPackedBytes
        else { return }
        var list = PackedList.make(in: memory)
        set.forEach { member, score in
            member.withBytes { list.appendMember($0, score: score, in: memory) }
        }
        release(set)
        set = SortedSetValue(.packedSortedSet, list.address)
    }

    /// Frees a sorted set that belongs to no key. Returns the bytes that are not yet free.
    @discardableResult
    func release(_ set: SortedSetValue) -> Int {
        if !set.isPacked { return bury(LargeValueRef(.treeSortedSet, set.word)) }
        set.list.free(in: memory)
        return 0
    }

    /// Lets a key's entry, which holds a sorted set, hold this one, which the old one has become.
    @inline(__always)
    func store(_ set: SortedSetValue, in entry: Entry) {
        entry.kind = set.kind
        entry.word = set.word
    }

    /// Gives the slot a sorted set in place of what it holds.
    func setSortedSet(_ slot: inout Slot, _ set: SortedSetValue) {
        setWord(&slot, set.isPacked ? .packedSortedSet : .treeSortedSet, set.word)
    }
}
