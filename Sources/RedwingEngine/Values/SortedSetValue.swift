// Reading sorted sets, packed ones and trees alike: scores by member, members by rank, and the
// ranks that an interval of scores or members covers.
import RedwingContainers
import RedwingRESP

/// A sorted set: how its members are held, and where. Of a key's sorted set it is a view, lent
/// until the next write; one under construction has no key yet and belongs to who makes it.
struct SortedSetValue {
    /// The kind, as an entry's kind byte.
    var kind: UInt8
    /// The address of what holds the members.
    var word: UInt64

    /// The sorted set of a kind at an address.
    @inline(__always)
    init(_ kind: ValueKind, _ word: UInt64) {
        self.kind = kind.rawValue
        self.word = word
    }

    /// The sorted set that a key's entry holds.
    @inline(__always)
    init(_ entry: Entry) {
        kind = entry.kind
        word = entry.word
    }

    /// Whether the members are in a packed list.
    @inline(__always)
    var isPacked: Bool { kind == ValueKind.packedSortedSet.rawValue }

    /// Members and scores in turn, of a packed sorted set.
    @inline(__always)
    var list: PackedList {
        get { PackedList(address: word) }
        set { word = newValue.address }
    }

    /// Table and tree of a large sorted set.
    @inline(__always)
    var tree: TreeSortedSet { TreeSortedSet(address: word) }

    /// The number of members.
    @inline(__always)
    var count: Int { isPacked ? list.count &>> 1 : tree.count }

    /// The score of a member, or nil.
    @inline(__always)
    func score(_ member: Bytes) -> Double? {
        if isPacked {
            return list.find(member, stride: 2).map { list.score(ofMemberAt: $0) }
        }
        return tree.find(member)?.score
    }

    /// How many members come before one, and its score; nil when there is no such member.
    @inline(__always)
    func rank(_ member: Bytes) -> (rank: Int, score: Double)? {
        guard isPacked else {
            return tree.find(member).map { (tree.tree.rank(of: $0), $0.score) }
        }
        guard let found = list.find(member, stride: 2) else { return nil }
        var rank = 0
        var cursor = list.first
        while cursor < found {
            cursor = list.advance(cursor, by: 2)
            rank &+= 1
        }
        return (rank, list.score(ofMemberAt: found))
    }
}

/// A way through a sorted set.
enum SortedSetOrder {
    case ascending
    case descending
}

// Walking.
extension SortedSetValue {
    /// Calls `body` with the members of these ranks, counted from the smallest, and their scores.
    @inline(__always)
    func forEach(
        _ ranks: Range<Int>, _ order: SortedSetOrder = .ascending,
        _ body: (SetMember, Double) -> Void
    ) {
        if isPacked {
            switch order {
            case .ascending: forEachPacked(ranks, body)
            case .descending: forEachPackedBackwards(ranks, body)
            }
            return
        }
        let tree = self.tree.tree
        switch order {
        case .ascending:
            tree.forEach(from: tree.position(at: ranks.lowerBound), count: ranks.count) {
                body(.text($0.key), $0.score)
            }
        case .descending:
            tree.forEachBackwards(
                before: tree.position(at: ranks.upperBound), count: ranks.count
            ) { body(.text($0.key), $0.score) }
        }
    }

    /// Calls `body` with each member in order.
    @inline(__always)
    func forEach(_ body: (SetMember, Double) -> Void) {
        forEach(0..<count, .ascending, body)
    }

    @inline(__always)
    private func forEachPacked(_ ranks: Range<Int>, _ body: (SetMember, Double) -> Void) {
        let list = self.list
        var cursor = list.advance(list.first, by: 2 &* ranks.lowerBound)
        for _ in 0..<ranks.count {
            let second = list.next(after: cursor)
            body(SetMember(list.element(at: cursor)), list.element(at: second).score)
            cursor = list.next(after: second)
        }
    }

    /// There is no way back in a packed list: the cursors of some are kept while going forwards.
    @inline(__always)
    private func forEachPackedBackwards(
        _ ranks: Range<Int>, _ body: (SetMember, Double) -> Void
    ) {
        let list = self.list
        var cursors = InlineArray<64, Int>(repeating: 0)
        var upper = ranks.upperBound
        while upper > ranks.lowerBound {
            let lower = max(ranks.lowerBound, upper &- 64)
            var cursor = list.advance(list.first, by: 2 &* lower)
            for index in 0..<(upper &- lower) {
                cursors[index] = cursor
                cursor = list.advance(cursor, by: 2)
            }
            var index = upper &- lower
            while index > 0 {
                index &-= 1
                let cursor = cursors[index]
                body(SetMember(list.element(at: cursor)), list.score(ofMemberAt: cursor))
            }
            upper = lower
        }
    }

    /// The member of a rank, and its score.
    func member(at rank: Int) -> (SetMember, Double) {
        if isPacked {
            let list = self.list
            let cursor = list.advance(list.first, by: 2 &* rank)
            return (SetMember(list.element(at: cursor)), list.score(ofMemberAt: cursor))
        }
        let entry = tree.tree.position(at: rank).entry
        return (.text(entry.key), entry.score)
    }
}

// Intervals.
extension SortedSetValue {
    /// The ranks of the members whose score lies in an interval.
    func ranks(in interval: ScoreInterval) -> Range<Int> {
        if interval.isEmpty { return 0..<0 }
        if isPacked {
            return packedRanks(
                .ascending, isAbove: { _, score in interval.isAbove(score) },
                isBelow: { _, score in interval.isBelow(score) })
        }
        let tree = self.tree.tree
        let lower = tree.partitionPoint { score, _ in interval.isAbove(score) }.rank
        let upper = tree.partitionPoint { score, _ in !interval.isBelow(score) }.rank
        return lower..<max(lower, upper)
    }

    /// The ranks of the members that lie in an interval. That means something only if all scores
    /// are equal; if they are not, a packed sorted set answers as Valkey does, looking from the
    /// end at which `order` begins.
    func ranks(in interval: MemberInterval, _ order: SortedSetOrder) -> Range<Int> {
        if interval.isEmpty || count == 0 { return 0..<0 }
        if isPacked {
            guard !interval.isAbove(at: list, rank: count - 1),
                !interval.isBelow(at: list, rank: 0)
            else { return 0..<0 }
            return packedRanks(
                order, isAbove: { member, _ in member.withBytes { interval.isAbove($0) } },
                isBelow: { member, _ in member.withBytes { interval.isBelow($0) } })
        }
        let tree = self.tree.tree
        let lower = tree.partitionPoint { _, entry in interval.isAbove(entry.key) }.rank
        let upper = tree.partitionPoint { _, entry in !interval.isBelow(entry.key) }.rank
        return lower..<max(lower, upper)
    }

    @inline(__always)
    private func packedRanks(
        _ order: SortedSetOrder, isAbove: (PackedElement, Double) -> Bool,
        isBelow: (PackedElement, Double) -> Bool
    ) -> Range<Int> {
        if order == .descending { return packedRanksFromEnd(isAbove: isAbove, isBelow: isBelow) }
        var lower = 0
        var upper = 0
        var rank = 0
        var (isInside, isOver) = (false, false)
        list.forEachPair { member, score in
            let score = score.score
            if !isInside, !isAbove(member, score) {
                isInside = true
                lower = rank
            }
            if isInside, !isOver {
                if isBelow(member, score) { isOver = true } else { upper = rank &+ 1 }
            }
            rank &+= 1
        }
        return lower..<max(lower, upper)
    }

    private func packedRanksFromEnd(
        isAbove: (PackedElement, Double) -> Bool, isBelow: (PackedElement, Double) -> Bool
    ) -> Range<Int> {
        var lower = 0
        var upper = 0
        var rank = 0
        list.forEachPair { member, score in
            if !isBelow(member, score.score) { upper = rank &+ 1 }
            rank &+= 1
        }
        rank = 0
        list.forEachPair { member, score in
            if rank < upper, isAbove(member, score.score) { lower = rank &+ 1 }
            rank &+= 1
        }
        return lower..<upper
    }
}

extension MemberInterval {
    fileprivate func isAbove(at list: PackedList, rank: Int) -> Bool {
        list.element(at: list.advance(list.first, by: 2 * rank)).withBytes { isAbove($0) }
    }

    fileprivate func isBelow(at list: PackedList, rank: Int) -> Bool {
        list.element(at: list.advance(list.first, by: 2 * rank)).withBytes { isBelow($0) }
    }
}
