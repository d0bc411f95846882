// Finding places in a tree: by entry, by rank and by whatever splits the order in two; and walking
// from one to the next.
import CLinux

/// Where an entry with this score and key belongs.
@frozen
@usableFromInline
struct TreeProbe {
    @usableFromInline let score: Double
    @usableFromInline let key: Bytes

    @inlinable @inline(__always)
    init(score: Double, key: Bytes) {
        self.score = score
        self.key = key
    }

    /// The last child of `branch` whose first entry is not behind the probe; 0 when all are.
    @inlinable @inline(__always)
    func child(of branch: TreeBranch) -> Int {
        let scores = branch.scores
        var below = 0
        var upTo = 0
        // Without branches: the comparisons are made several at a time.
        for place in 1..<max(branch.count, 1) {
            below &+= scores[place] < score ? 1 : 0
            upTo &+= scores[place] <= score ? 1 : 0
        }
        return below == upTo ? below : childAmongEquals(branch, below, upTo)
    }

    @usableFromInline
    func childAmongEquals(_ branch: TreeBranch, _ below: Int, _ upTo: Int) -> Int {
        let entries = branch.entries
        var low = below
        var high = upTo
        while low < high {
            let middle = (low &+ high &+ 1) &>> 1
            if entries[middle].key.compare(key) <= 0 { low = middle } else { high = middle &- 1 }
        }
        return low
    }

    /// Whether an entry comes before the probe.
    @inlinable @inline(__always)
    func isBehind(_ entry: Entry) -> Bool {
        let other = entry.score
        return other < score || other == score && entry.key.compare(key) < 0
    }
}

extension TreeLeaf {
    /// The first place whose entry does not satisfy `isBefore`, which holds up to some place and
    /// not from there on. Entries lie anywhere in memory: those that the search may look at next
    /// are fetched together, so that there are two waits and not six.
    @inlinable @inline(__always)
    func partitionPoint(_ isBefore: (Entry) -> Bool) -> Int {
        let entries = self.entries
        var low = 0
        var high = count
        if high > 8 {
            var ahead = 7
            while ahead < high {
                entries[ahead].prefetch()
                ahead &+= 8
            }
            // Whole runs of eight whose last entry is before.
            var runs = high &>> 3
            var first = 0
            while first < runs {
                let middle = (first &+ runs) &>> 1
                if isBefore(entries[middle &<< 3 &+ 7]) {
                    first = middle &+ 1
                } else {
                    runs = middle
                }
            }
            low = first &<< 3
            high = min(high, low &+ 7)
            for place in low..<high { entries[place].prefetch() }
        }
        while low < high {
            let middle = (low &+ high) &>> 1
            if isBefore(entries[middle]) { low = middle &+ 1 } else { high = middle }
        }
        return low
    }
}

extension ScoreTree {
    /// The first place from which on `isBefore` does not hold, which must hold for all entries up
    /// to some place and for none from there on: a lower bound. Behind the last entry there is a
    /// place, too.
    @inlinable @inline(__always)
    public func partitionPoint(_ isBefore: (Double, Entry) -> Bool) -> TreePosition {
        var node = state.pointee.root
        var rank = 0
        var height = state.pointee.height
        while height > 0 {
            let branch = TreeBranch(raw: node)
            var low = 0
            var high = branch.count &- 1
            while low < high {
                let middle = (low &+ high &+ 1) &>> 1
                if isBefore(branch.scores[middle], branch.entries[middle]) {
                    low = middle
                } else {
                    high = middle &- 1
                }
            }
            rank &+= branch.entries(before: low)
            node = branch.children[low]
            height &-= 1
        }
        let leaf = TreeLeaf(raw: node)
        let place = leaf.partitionPoint { isBefore($0.score, $0) }
        return position(leaf, place, rank: rank &+ place)
    }

    /// The place of an entry that is in the tree.
    public func position(of entry: Entry) -> TreePosition {
        let probe = TreeProbe(score: entry.score, key: entry.key)
        var node = state.pointee.root
        var rank = 0
        for _ in 0..<state.pointee.height {
            let branch = TreeBranch(raw: node)
            let child = probe.child(of: branch)
            rank &+= branch.entries(before: child)
            node = branch.children[child]
        }
        let leaf = TreeLeaf(raw: node)
        guard let place = leaf.place(of: entry) else {
            preconditionFailure("an entry is not where its score says")
        }
        return TreePosition(leaf: leaf, place: place, rank: rank &+ place)
    }

    /// How many entries come before one that is in the tree.
    public func rank(of entry: Entry) -> Int { position(of: entry).rank }

    /// The place of the entry of a rank, from 0 up to `count`.
    public func position(at rank: Int) -> TreePosition {
        assert(rank >= 0 && rank <= count)
        var node = state.pointee.root
        var left = rank
        for _ in 0..<state.pointee.height {
            let branch = TreeBranch(raw: node)
            let counts = branch.counts
            let last = branch.count &- 1
            var child = 0
            while child < last, left >= Int(counts[child]) {
                left &-= Int(counts[child])
                child &+= 1
            }
            node = branch.children[child]
        }
        return position(TreeLeaf(raw: node), left, rank: rank)
    }

    /// A place behind the last entry of a leaf is that of the next leaf's first.
    @inlinable @inline(__always)
    func position(_ leaf: TreeLeaf, _ place: Int, rank: Int) -> TreePosition {
        if place == leaf.count, let next = leaf.next {
            return TreePosition(leaf: next, place: 0, rank: rank)
        }
        return TreePosition(leaf: leaf, place: place, rank: rank)
    }
}

// Walking.
extension ScoreTree {
    /// How far ahead entries are fetched by those who walk.
    @usableFromInline static let fetchDistance = 8

    /// Calls `body` with `count` entries from `start` on, in order; there must be so many.
    @inlinable @inline(__always)
    public func forEach(from start: TreePosition, count: Int, _ body: (Entry) -> Void) {
        var leaf = start.leaf
        var place = start.place
        var left = count
        while left > 0 {
            let entries = leaf.entries
            let end = min(leaf.count, place &+ left)
            left &-= end &- place
            let next = leaf.next
            if let next { redwing_prefetch(next.raw) }
            while place < end {
                if place &+ ScoreTree.fetchDistance < end {
                    entries[place &+ ScoreTree.fetchDistance].prefetch()
                }
                body(entries[place])
                place &+= 1
            }
            guard left > 0, let next else { return }
            leaf = next
            place = 0
        }
    }

    /// Calls `body` with `count` entries before `end`, the last first; there must be so many.
    @inlinable @inline(__always)
    public func forEachBackwards(before end: TreePosition, count: Int, _ body: (Entry) -> Void) {
        var leaf = end.leaf
        var place = end.place
        var left = count
        while left > 0 {
            let entries = leaf.entries
            let stop = max(0, place &- left)
            left &-= place &- stop
            let previous = leaf.previous
            if let previous { redwing_prefetch(previous.raw) }
            while place > stop {
                place &-= 1
                if place &- ScoreTree.fetchDistance >= stop {
                    entries[place &- ScoreTree.fetchDistance].prefetch()
                }
                body(entries[place])
            }
            guard left > 0, let previous else { return }
            leaf = previous
            place = leaf.count
        }
    }

    /// Calls `body` with each entry in order.
    @inlinable
    public func forEach(_ body: (Entry) -> Void) {
        forEach(
            from: TreePosition(leaf: state.pointee.first, place: 0, rank: 0), count: count, body)
    }
}

extension TreePosition {
    /// The entry at this place, which must not be the one behind the last.
    @inlinable @inline(__always)
    public var entry: Entry {
        assert(place < leaf.count)
        return leaf.entries[place]
    }
}
