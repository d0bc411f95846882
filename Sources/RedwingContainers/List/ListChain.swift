// A list of any length: a double-ended queue of nodes, each with the address of a block of elements
// and their number. The queue is one array used as a ring, so that whoever looks for an index goes
// through numbers that lie side by side and not from block to block.
//
// Ends: a push or pop touches the block at that end and its node. Walking backwards needs help, as
// elements have no links: the last block's last offsets are noted when somebody pops there
// (`marks`), and found anew when they are used up.
//
// Middle: an edit moves the shorter side of one block; blocks are split and joined as a quicklist
// does it (`ListChain+Edit.swift`), which decides when a list may be called a listpack again.
//
// A list of one block may be called a listpack (`isQuicklist` is false); it is then not cut.
//
// Owner of its blocks; knows the allocator. Not for several threads.
import CLinux

/// A node: where a block is and what is in it.
@frozen
@usableFromInline
struct ListNode {
    /// The block's address; the lowest bit says that it holds a large string.
    @usableFromInline var word: UInt64
    @usableFromInline var count: UInt32
    /// The place among the nodes of the snapshot that runs, from 1 on; 0 is younger.
    @usableFromInline var capture: UInt32

    @inlinable @inline(__always)
    init(_ block: ListBlock, count: Int, isLarge: Bool = false) {
        word = UInt64(UInt(bitPattern: block.raw)) | (isLarge ? 1 : 0)
        self.count = UInt32(truncatingIfNeeded: count)
        capture = 0
    }

    @inlinable @inline(__always)
    var isLarge: Bool { word & 1 != 0 }

    @inlinable @inline(__always)
    var block: ListBlock {
        // Only addresses of live blocks are ever stored.
        ListBlock(
            raw: UnsafeMutableRawPointer(bitPattern: UInt(word & ~1)).unsafelyUnwrapped)
    }
}

/// A long list; a handle, valid until `destroy()`.
@frozen
public struct ListChain {
    @frozen
    @usableFromInline
    struct Head {
        @usableFromInline var nodes: UnsafeMutablePointer<ListNode>
        /// A power of two.
        @usableFromInline var capacity: Int32
        @usableFromInline var first: Int32
        @usableFromInline var nodeCount: Int32
        /// The `list-max-listpack-size` of the time when it became a quicklist.
        @usableFromInline var fill: Int16
        @usableFromInline var isQuicklist: Bool
        @usableFromInline var count: Int
        @usableFromInline var bytes: Int
        /// Bytes that left the list and are not free, because somebody else holds them.
        @usableFromInline var kept: Int
        @usableFromInline let memory: SlabAllocator
        /// Offsets of the last elements of the last block, the last element's last.
        @usableFromInline var marks: UnsafeMutablePointer<UInt32>?
        @usableFromInline var markCount: Int
        @usableFromInline var capture: UnsafeMutablePointer<ListCapture>?
    }

    @usableFromInline let head: UnsafeMutablePointer<Head>

    /// The most offsets that are noted.
    @usableFromInline static let maxMarks = 128
    @usableFromInline static let nodeSize = MemoryLayout<ListNode>.size

    /// The chain whose address `address` gave.
    @inlinable @inline(__always)
    public init(address: UInt64) {
        // Only addresses of live chains are ever stored.
        head = UnsafeMutablePointer(bitPattern: UInt(address)).unsafelyUnwrapped
    }

    /// The address to be stored in an entry's word; it never changes.
    @inlinable @inline(__always)
    public var address: UInt64 { UInt64(UInt(bitPattern: head)) }

    /// A list without elements that is called a listpack.
    public init(in memory: SlabAllocator) {
        let size = SlabLayout.rounded(MemoryLayout<Head>.size)
        let nodes = memory.allocate(ListChain.nodeSize)
        head = memory.allocate(size).bindMemory(to: Head.self, capacity: 1)
        head.initialize(
            to: Head(
                nodes: nodes.bindMemory(to: ListNode.self, capacity: 1), capacity: 1, first: 0,
                nodeCount: 0, fill: 0, isQuicklist: false, count: 0,
                bytes: size + SlabLayout.rounded(ListChain.nodeSize), kept: 0, memory: memory,
                marks: nil, markCount: 0, capture: nil))
    }

    /// A list of the elements of a packed list, which stays the caller's.
    public init(_ list: PackedList, in memory: SlabAllocator) {
        self.init(in: memory)
        guard list.count > 0 else { return }
        let used = list.usedBytes - PackedList.headSize
        let room = SlabLayout.rounded(ListBlock.headSize + used + used / 2)
        let block = allocateBlock(capacity: room, start: ListBlock.headSize)
        memcpy(block.raw + block.start, list.raw + PackedList.headSize, used)
        block.end = block.start + used
        block.weight = ListpackSize.empty + block.weight(block.start, block.end)
        insertNode(ListNode(block, count: list.count), at: 0)
        head.pointee.count = list.count
    }

    /// The number of elements.
    @inlinable @inline(__always)
    public var count: Int { head.pointee.count }

    /// The number of nodes.
    @inlinable
    public var nodeCount: Int { Int(head.pointee.nodeCount) }

    /// The bytes of memory that the list takes.
    @inlinable
    public var bytes: Int { head.pointee.bytes }

    /// Whether the list is called a quicklist, and is cut into nodes by `rule`.
    @inlinable @inline(__always)
    public var isQuicklist: Bool { head.pointee.isQuicklist }

    /// The `list-max-listpack-size` by which the list is cut.
    @inlinable @inline(__always)
    public var fill: Int { Int(head.pointee.fill) }

    /// Calls the list a quicklist from now on, cut by this `list-max-listpack-size`.
    public func becomeQuicklist(fill: Int) {
        head.pointee.isQuicklist = true
        head.pointee.fill = Int16(ListRule.clamped(fill: fill))
    }

    /// Calls the list a listpack if it is one small node.
    @inlinable @inline(__always)
    public func becomeCompact(_ rule: ListRule, shrinking: Bool) {
        guard head.pointee.nodeCount == 1, head.pointee.isQuicklist else { return }
        let node = node(0)
        if node.isLarge { return }
        head.pointee.isQuicklist = !rule.allowsCompact(
            size: node.block.weight, count: Int(node.count), shrinking: shrinking)
    }

    /// What a list of one block weighs as a listpack.
    @inlinable
    public var compactSize: Int {
        head.pointee.nodeCount == 0 ? ListpackSize.empty : node(0).block.weight
    }

    /// The bytes of the elements, of a list of one block; otherwise more than any.
    @inlinable @inline(__always)
    public var packedBytes: Int {
        head.pointee.nodeCount == 1 && !node(0).isLarge ? node(0).block.used : .max
    }

    /// Bytes that left the list and are not free; asking resets it.
    @inlinable @inline(__always)
    public func takeKept() -> Int {
        let kept = head.pointee.kept
        if kept != 0 { head.pointee.kept = 0 }
        return kept
    }
}

// Nodes and blocks.
extension ListChain {
    @inlinable @inline(__always)
    func slot(_ index: Int) -> UnsafeMutablePointer<ListNode> {
        assert(index >= 0 && index < nodeCount)
        let mask = Int(head.pointee.capacity) &- 1
        return head.pointee.nodes + ((Int(head.pointee.first) &+ index) & mask)
    }

    @inlinable @inline(__always)
    func node(_ index: Int) -> ListNode { slot(index).pointee }

    @inlinable @inline(__always)
    var lastIndex: Int { Int(head.pointee.nodeCount) &- 1 }

    @usableFromInline
    func allocateBlock(capacity: Int, start: Int) -> ListBlock {
        head.pointee.bytes += capacity
        return ListBlock.make(capacity: capacity, start: start, in: head.pointee.memory)
    }

    @usableFromInline
    func freeBlock(_ block: ListBlock) {
        head.pointee.bytes -= block.capacity
        head.pointee.memory.free(block.raw, block.capacity)
    }

    /// A node for a long element.
    func makeLarge(_ string: LargeString) -> ListNode {
        let size = ListBlock.headSize + 8
        let block = allocateBlock(capacity: size, start: ListBlock.headSize)
        block.raw.storeBytes(
            of: string.address, toByteOffset: ListBlock.headSize, as: UInt64.self)
        block.end = size
        head.pointee.bytes += string.size
        return ListNode(block, count: 1, isLarge: true)
    }

    @usableFromInline
    func growRing() {
        let old = Int(head.pointee.capacity)
        let nodes = head.pointee.memory.allocate(2 * old * ListChain.nodeSize)
            .bindMemory(to: ListNode.self, capacity: 2 * old)
        for index in 0..<nodeCount { nodes[index] = node(index) }
        freeRing()
        head.pointee.bytes += SlabLayout.rounded(2 * old * ListChain.nodeSize)
        head.pointee.nodes = nodes
        head.pointee.capacity = Int32(2 * old)
        head.pointee.first = 0
    }

    private func freeRing() {
        let size = Int(head.pointee.capacity) * ListChain.nodeSize
        head.pointee.memory.free(head.pointee.nodes, size)
        head.pointee.bytes -= SlabLayout.rounded(size)
    }

    /// Puts a node before that at `index`, by moving those of the nearer end.
    @usableFromInline
    func insertNode(_ node: ListNode, at index: Int) {
        let count = nodeCount
        if count == Int(head.pointee.capacity) { growRing() }
        let mask = head.pointee.capacity - 1
        head.pointee.nodeCount += 1
        if index * 2 < count {
            head.pointee.first = (head.pointee.first &- 1) & mask
            for place in 0..<index { slot(place).pointee = self.node(place + 1) }
        } else {
            var place = count
            while place > index {
                slot(place).pointee = self.node(place - 1)
                place -= 1
            }
            if index == count { forgetMarks() }
        }
        slot(index).pointee = node
    }

    /// Takes a node out; its block is the caller's.
    @usableFromInline
    func removeNode(at index: Int) {
        let count = nodeCount
        if index == count - 1 { forgetMarks() }
        if index * 2 < count {
            var place = index
            while place > 0 {
                slot(place).pointee = node(place - 1)
                place -= 1
            }
            head.pointee.first = (head.pointee.first + 1) & (head.pointee.capacity - 1)
        } else {
            for place in index..<(count - 1) { slot(place).pointee = node(place + 1) }
        }
        head.pointee.nodeCount -= 1
    }

    /// Takes a node and its block out.
    @usableFromInline
    func dropNode(at index: Int) {
        release(node(index))
        removeNode(at: index)
    }

    @inlinable @inline(__always)
    func forgetMarks() { head.pointee.markCount = 0 }

    /// The block of a node that is about to change. While a snapshot has not had it yet, that gets
    /// the old one and the list a copy.
    @inlinable @inline(__always)
    func writable(_ index: Int) -> ListBlock {
        if head.pointee.capture == nil { return node(index).block }
        return writableInCapture(index)
    }

    /// Frees a bounded part of a list that nobody can reach any more; returns false when nothing
    /// is left but what `destroy` frees.
    public func drain() -> Bool {
        var budget = 64
        while budget > 0, nodeCount > 0 {
            let node = node(lastIndex)
            head.pointee.count -= Int(node.count)
            budget -= 1 + (node.isLarge ? node.block.string.size >> 16 : 0)
            release(node)
            head.pointee.nodeCount -= 1
        }
        return nodeCount > 0
    }

    /// Frees what a drained list still has.
    public func destroy() {
        let memory = head.pointee.memory
        assert(nodeCount == 0 && head.pointee.capture == nil)
        if let marks = head.pointee.marks { memory.free(marks, ListChain.markSize) }
        freeRing()
        memory.free(head, MemoryLayout<Head>.size)
    }

    @usableFromInline static let markSize = maxMarks * MemoryLayout<UInt32>.size
}
