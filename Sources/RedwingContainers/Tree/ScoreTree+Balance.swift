// Keeping nodes well filled. Everything here is one operation: the entries or children of some
// neighbours below one branch are spread over as many nodes, over more or over fewer.
//
//     no room     share with a neighbour that has some; else three nodes become four, or two three
//                 at an edge where entries come in order: a new node for what is to come
//     sparse      become one with a neighbour, or share with it
import CLinux

/// The side of the tree at which entries come in order.
enum TreeEdge {
    case none
    case first
    case last
}

extension ScoreTree {
    /// A neighbour takes some off a full leaf when it has room for at least this many.
    private static let leafRoom = 8
    private static let branchRoom = 6
    /// Nodes with at most so many look for a neighbour to become one with, of this many together.
    private static let sparseLeaf = 30
    private static let joinedLeaf = 53
    private static let sparseBranch = 14
    private static let joinedBranch = 30
    /// Nodes with at most so many must not lose one.
    private static let poorLeaf = 15
    private static let poorBranch = 8

    private func capacity(_ height: Int) -> Int {
        height == 0 ? TreeLeaf.capacity : TreeBranch.capacity
    }

    /// How many entries or children the node at `place` has; `height` is that of `branch`.
    @inline(__always)
    private func load(_ branch: TreeBranch, _ place: Int, height: Int) -> Int {
        height == 1
            ? Int(branch.counts[place]) : TreeBranch(raw: branch.children[place]).count
    }

    @inline(__always)
    func isFull(_ branch: TreeBranch, _ place: Int, height: Int) -> Bool {
        height == 1
            ? Int(branch.counts[place]) == TreeLeaf.capacity
            : TreeBranch(raw: branch.children[place]).count == TreeBranch.capacity
    }

    @inline(__always)
    func isSparse(_ branch: TreeBranch, _ place: Int, height: Int) -> Bool {
        height == 1
            ? Int(branch.counts[place]) <= ScoreTree.sparseLeaf
            : TreeBranch(raw: branch.children[place]).count <= ScoreTree.sparseBranch
    }

    /// Whether an entry that does not fit comes first or last of all.
    func edge(_ probe: TreeProbe) -> TreeEdge {
        guard let first, let last else { return .none }
        if probe.isBehind(last) { return .last }
        return probe.isBehind(first) ? .none : .first
    }

    /// Puts a branch above a root without room.
    func prepareRoot(_ probe: TreeProbe) {
        if isRootFull { raiseRoot(edge(probe)) }
    }

    func prepareRoot(_ edge: TreeEdge) {
        if isRootFull { raiseRoot(edge) }
    }

    @inline(__always)
    private var isRootFull: Bool {
        state.pointee.height == 0
            ? state.pointee.count == TreeLeaf.capacity
            : TreeBranch(raw: state.pointee.root).count == TreeBranch.capacity
    }

    private func raiseRoot(_ edge: TreeEdge) {
        let branch = makeBranch()
        branch.count = 1
        branch.counts[0] = UInt32(truncatingIfNeeded: state.pointee.count)
        branch.children[0] = state.pointee.root
        // Never looked at, but copied.
        branch.scores[0] = 0
        branch.entries[0] = state.pointee.first.entries[0]
        state.pointee.root = branch.raw
        state.pointee.height &+= 1
        makeRoom(in: branch, for: 0, height: state.pointee.height, edge)
    }

    /// Takes away roots with a single child.
    @inline(__always)
    func lowerRoot() {
        while state.pointee.height > 0, TreeBranch(raw: state.pointee.root).count == 1 {
            let branch = TreeBranch(raw: state.pointee.root)
            state.pointee.root = branch.children[0]
            state.pointee.height &-= 1
            free(branch)
        }
    }

    /// Makes room in the full node at `place` of a branch, which has room for another child.
    @inline(never)
    func makeRoom(in branch: TreeBranch, for place: Int, height: Int, _ edge: TreeEdge) {
        let full = capacity(height - 1)
        // On the way to the first or last entry each node is the first or last of its branch.
        if edge == .last, place == branch.count - 1 {
            return spread(branch, place, 1, over: Shares(full - 1, 1), height: height)
        }
        if edge == .first, place == 0 {
            return spread(branch, place, 1, over: Shares(1, full - 1), height: height)
        }
        let wanted = height == 1 ? ScoreTree.leafRoom : ScoreTree.branchRoom
        let before = place > 0 ? load(branch, place - 1, height: height) : full
        let behind = place + 1 < branch.count ? load(branch, place + 1, height: height) : full
        if min(before, behind) <= full - wanted {
            let first = before < behind ? place - 1 : place
            return spreadEvenly(branch, first, 2, over: 2, height: height)
        }
        let first = max(0, min(place - 1, branch.count - 3))
        let nodes = min(3, branch.count - first)
        spreadEvenly(branch, first, nodes, over: nodes + 1, height: height)
    }

    /// Gives the sparse node at `place` of a branch more, if it must have more before it loses one
    /// or can become one with a neighbour.
    @inline(never)
    func fill(_ branch: TreeBranch, _ place: Int, height: Int) {
        guard branch.count > 1 else { return }
        let own = load(branch, place, height: height)
        let before = place > 0 ? load(branch, place - 1, height: height) : Int.max / 2
        let behind =
            place + 1 < branch.count ? load(branch, place + 1, height: height) : Int.max / 2
        let first = before < behind ? place - 1 : place
        let joined = height == 1 ? ScoreTree.joinedLeaf : ScoreTree.joinedBranch
        if own + min(before, behind) <= joined {
            spreadEvenly(branch, first, 2, over: 1, height: height)
        } else if own <= (height == 1 ? ScoreTree.poorLeaf : ScoreTree.poorBranch) {
            spreadEvenly(branch, first, 2, over: 2, height: height)
        }
    }

    private func spreadEvenly(
        _ branch: TreeBranch, _ first: Int, _ nodes: Int, over target: Int, height: Int
    ) {
        var total = 0
        for place in first..<(first + nodes) { total += load(branch, place, height: height) }
        spread(branch, first, nodes, over: Shares(total, evenlyOver: target), height: height)
    }
}

/// How many entries or children each of some neighbours is to have.
private struct Shares {
    let count: Int
    private var shares = InlineArray<4, Int>(repeating: 0)

    init(_ first: Int, _ second: Int) {
        count = 2
        shares[0] = first
        shares[1] = second
    }

    init(_ total: Int, evenlyOver nodes: Int) {
        count = nodes
        for index in 0..<nodes {
            shares[index] = total / nodes + (index < total % nodes ? 1 : 0)
        }
    }

    subscript(index: Int) -> Int { shares[index] }
}

extension ScoreTree {
    /// Spreads what the `nodes` nodes from place `first` of a branch on have over as many nodes as
    /// there are shares. The nodes are made, freed and noted in the branch.
    private func spread(
        _ branch: TreeBranch, _ first: Int, _ nodes: Int, over shares: Shares, height: Int
    ) {
        assert(nodes <= 3 && branch.count - nodes + shares.count <= TreeBranch.capacity)
        let size = height == 1 ? TreeLeaf.size : TreeBranch.size
        withUnsafeTemporaryAllocation(byteCount: 3 * TreeBranch.size, alignment: 8) { scratch in
            // The capacity is a constant above zero, so the buffer has a base.
            let old = scratch.baseAddress.unsafelyUnwrapped
            for index in 0..<nodes {
                memcpy(old + index * size, branch.children[first + index], size)
            }
            if height == 1 {
                resizeLeaves(branch, first, nodes, to: shares.count)
                dealLeaves(branch, first, old, shares)
            } else {
                for index in 1..<max(nodes, 1) {
                    let part = TreeBranch(raw: old + index * size)
                    part.scores[0] = branch.scores[first + index]
                    part.entries[0] = branch.entries[first + index]
                }
                resizeBranches(branch, first, nodes, to: shares.count)
                dealBranches(branch, first, old, shares)
            }
        }
    }

    /// Makes places `first` and so on of a branch `target` instead of `nodes`. The new nodes are
    /// linked and have no content yet.
    private func resizeLeaves(_ branch: TreeBranch, _ first: Int, _ nodes: Int, to target: Int) {
        for index in stride(from: nodes, to: target, by: -1) {
            unlink(TreeLeaf(raw: branch.children[first + index - 1]))
        }
        branch.shift(from: first + nodes, to: first + target)
        branch.count += target - nodes
        for index in nodes..<max(nodes, target) {
            let leaf = makeLeaf()
            link(leaf, behind: TreeLeaf(raw: branch.children[first + index - 1]))
            branch.children[first + index] = leaf.raw
        }
    }

    private func resizeBranches(_ branch: TreeBranch, _ first: Int, _ nodes: Int, to target: Int) {
        for index in stride(from: nodes, to: target, by: -1) {
            free(TreeBranch(raw: branch.children[first + index - 1]))
        }
        branch.shift(from: first + nodes, to: first + target)
        branch.count += target - nodes
        for index in nodes..<max(nodes, target) {
            branch.children[first + index] = makeBranch().raw
        }
    }

    /// Deals the entries of copies of leaves out to the leaves from place `first` on.
    private func dealLeaves(
        _ branch: TreeBranch, _ first: Int, _ old: UnsafeMutableRawPointer, _ shares: Shares
    ) {
        var source = TreeLeaf(raw: old)
        var taken = 0
        for index in 0..<shares.count {
            let leaf = TreeLeaf(raw: branch.children[first + index])
            leaf.count = shares[index]
            branch.counts[first + index] = UInt32(truncatingIfNeeded: shares[index])
            var filled = 0
            while filled < shares[index] {
                if taken == source.count {
                    source = TreeLeaf(raw: source.raw + TreeLeaf.size)
                    taken = 0
                }
                let run = min(shares[index] - filled, source.count - taken)
                (leaf.entries + filled).update(from: source.entries + taken, count: run)
                filled += run
                taken += run
            }
            if index > 0 { branch.setFirst(first + index, leaf.entries[0]) }
        }
    }

    /// The same for branches.
    private func dealBranches(
        _ branch: TreeBranch, _ first: Int, _ old: UnsafeMutableRawPointer, _ shares: Shares
    ) {
        var source = TreeBranch(raw: old)
        var taken = 0
        for index in 0..<shares.count {
            let node = TreeBranch(raw: branch.children[first + index])
            node.count = shares[index]
            var filled = 0
            while filled < shares[index] {
                if taken == source.count {
                    source = TreeBranch(raw: source.raw + TreeBranch.size)
                    taken = 0
                }
                let run = min(shares[index] - filled, source.count - taken)
                node.take(run, from: source, at: taken, to: filled)
                filled += run
                taken += run
            }
            branch.counts[first + index] = UInt32(truncatingIfNeeded: node.entryCount)
            if index > 0 {
                branch.scores[first + index] = node.scores[0]
                branch.entries[first + index] = node.entries[0]
            }
        }
    }

    private func link(_ leaf: TreeLeaf, behind other: TreeLeaf) {
        leaf.previous = other
        leaf.next = other.next
        if let next = other.next { next.previous = leaf } else { state.pointee.last = leaf }
        other.next = leaf
    }

    /// Frees a leaf, which is never the tree's first: of two that become one the left one stays.
    private func unlink(_ leaf: TreeLeaf) {
        leaf.previous?.next = leaf.next
        if let next = leaf.next {
            next.previous = leaf.previous
        } else if let previous = leaf.previous {
            state.pointee.last = previous
        }
        free(leaf)
    }
}
