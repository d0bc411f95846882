// The order of a sorted set: a B+tree of scored entries (`Entry.makeMember(_:score:in:)`), by score
// and then by the bytes of the key, that knows ranks. Leaves hold nothing but the entries'
// addresses and are linked both ways; branches hold, for each child, how many entries are below it
// and a copy of the first one's score, so that a search by score reads entries only in a leaf.
//
// A change goes once from the root to a leaf. Whatever node on the way could become too full or too
// empty by it is set right before it is entered, together with its neighbours: entries are shared
// with a neighbour that has room before three nodes become four, and entries that come in order
// leave full leaves behind. So fill stays high, and no step has to be taken back.
//
// The tree owns its nodes and not the entries. An entry must keep its address, score and key while
// it is in the tree; to change a score, take the entry out first. Not for several threads.
import CLinux

/// A tree of scored entries; a handle, valid until `destroy()`.
@frozen
public struct ScoreTree {
    @usableFromInline
    struct State {
        /// A leaf at height 0, else a branch.
        @usableFromInline var root: UnsafeMutableRawPointer
        @usableFromInline var height: Int
        @usableFromInline var count: Int
        @usableFromInline var first: TreeLeaf
        @usableFromInline var last: TreeLeaf
        @usableFromInline var nodeBytes: Int
        @usableFromInline var memory: SlabAllocator
    }

    @usableFromInline let state: UnsafeMutablePointer<State>

    /// An empty tree.
    public init(memory: SlabAllocator) {
        let leaf = TreeLeaf(raw: memory.allocate(TreeLeaf.size))
        leaf.next = nil
        leaf.previous = nil
        leaf.count = 0
        state = memory.allocate(MemoryLayout<State>.stride)
            .bindMemory(to: State.self, capacity: 1)
        state.initialize(
            to: State(
                root: leaf.raw, height: 0, count: 0, first: leaf, last: leaf,
                nodeBytes: TreeLeaf.size, memory: memory))
    }

    /// The number of entries.
    @inlinable @inline(__always)
    public var count: Int { state.pointee.count }

    /// The bytes of the nodes, without the entries.
    public var overheadBytes: Int {
        state.pointee.nodeBytes + SlabLayout.rounded(MemoryLayout<State>.stride)
    }

    /// The entry that comes first, or nil.
    @inlinable @inline(__always)
    public var first: Entry? { count == 0 ? nil : state.pointee.first.entries[0] }

    /// The entry that comes last, or nil.
    @inlinable @inline(__always)
    public var last: Entry? {
        count == 0 ? nil : state.pointee.last.entries[state.pointee.last.count &- 1]
    }
}

/// A place in a tree; valid until the tree is changed.
@frozen
public struct TreePosition {
    @usableFromInline var leaf: TreeLeaf
    @usableFromInline var place: Int
    /// How many entries come before.
    public let rank: Int

    @inlinable @inline(__always)
    init(leaf: TreeLeaf, place: Int, rank: Int) {
        self.leaf = leaf
        self.place = place
        self.rank = rank
    }
}

// Freeing.
extension ScoreTree {
    /// Leaves that are freed at a time.
    private static let drainSlice = 64

    /// Frees a bounded number of nodes; returns whether more than `destroy()` is left to do. Once
    /// begun the tree is good for nothing but this and `destroy()`. Does not touch the entries.
    public func drainNodes() -> Bool {
        var left = ScoreTree.drainSlice
        while left > 0, state.pointee.height > 0 {
            left -= 1
            drainLastLeaf()
        }
        return state.pointee.height > 0
    }

    /// Frees the last leaf, with each branch that loses its only child by that.
    private func drainLastLeaf() {
        var node = state.pointee.root
        // The lowest branch that stays.
        var keeper: (branch: TreeBranch, height: Int)?
        for height in stride(from: state.pointee.height, to: 0, by: -1) {
            let branch = TreeBranch(raw: node)
            if branch.count > 1 { keeper = (branch, height) }
            node = branch.children[branch.count - 1]
        }
        guard let (branch, height) = keeper else {
            freeSpine(state.pointee.root, height: state.pointee.height)
            state.pointee.height = 0
            return
        }
        branch.count -= 1
        freeSpine(branch.children[branch.count], height: height - 1)
    }

    /// Frees a node and the last child of each below it: all that there is of a drained part.
    private func freeSpine(_ node: UnsafeMutableRawPointer, height: Int) {
        var node = node
        for _ in 0..<height {
            let branch = TreeBranch(raw: node)
            node = branch.children[branch.count - 1]
            free(branch)
        }
        free(TreeLeaf(raw: node))
    }

    /// Frees the nodes that are left.
    public func destroy() {
        while drainNodes() {}
        let memory = state.pointee.memory
        if state.pointee.nodeBytes > 0 { free(TreeLeaf(raw: state.pointee.root)) }
        state.deinitialize(count: 1)
        memory.free(state, MemoryLayout<State>.stride)
    }
}

// Nodes.
extension ScoreTree {
    func makeLeaf() -> TreeLeaf {
        state.pointee.nodeBytes &+= SlabLayout.rounded(TreeLeaf.size)
        return TreeLeaf(raw: state.pointee.memory.allocate(TreeLeaf.size))
    }

    func makeBranch() -> TreeBranch {
        state.pointee.nodeBytes &+= SlabLayout.rounded(TreeBranch.size)
        return TreeBranch(raw: state.pointee.memory.allocate(TreeBranch.size))
    }

    func free(_ leaf: TreeLeaf) {
        state.pointee.nodeBytes &-= SlabLayout.rounded(TreeLeaf.size)
        state.pointee.memory.free(leaf.raw, TreeLeaf.size)
    }

    func free(_ branch: TreeBranch) {
        state.pointee.nodeBytes &-= SlabLayout.rounded(TreeBranch.size)
        state.pointee.memory.free(branch.raw, TreeBranch.size)
    }
}
