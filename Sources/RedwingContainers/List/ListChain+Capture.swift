// What a list does while a snapshot is taken. At the beginning the snapshot gets a copy of the ring
// of nodes; it then goes through the blocks of that moment in order. A block that it has yet to see
// and that is about to change is left to it, and the list goes on with a copy. So parts come in the
// list's order, and a push or pop costs at most one copy of a block.
import CLinux

/// The blocks of the moment at which a snapshot began.
@usableFromInline
struct ListCapture {
    /// The words of the nodes; bit 1 says that the list has given the block up.
    @usableFromInline var words: UnsafeMutablePointer<UInt64>
    @usableFromInline var counts: UnsafeMutablePointer<UInt32>
    @usableFromInline var nodeCount: Int
    /// Nodes that were handed over.
    @usableFromInline var position: Int
    @usableFromInline let memory: SlabAllocator
    /// Takes what is handed over.
    @usableFromInline let emit: (ListRun) -> Void

    static let orphan: UInt64 = 2

    func node(_ index: Int) -> ListNode {
        var node = ListNode(ListBlock(raw: UnsafeMutableRawPointer(words)), count: 0)
        node.word = words[index] & ~ListCapture.orphan
        node.count = counts[index]
        return node
    }

    /// Frees a block that is no longer the list's.
    func freeOrphan(_ index: Int) {
        guard words[index] & ListCapture.orphan != 0 else { return }
        let node = node(index)
        if node.isLarge { node.block.string.release(in: memory) }
        memory.free(node.block.raw, node.block.capacity)
    }
}

extension ListChain {
    /// Lets a snapshot begin, which gets the blocks of this moment through `emit`. Takes about a
    /// nanosecond for each node.
    public func beginCapture(_ emit: @escaping (ListRun) -> Void) {
        assert(head.pointee.capture == nil)
        let count = nodeCount
        let words = UnsafeMutablePointer<UInt64>.allocate(capacity: max(count, 1))
        let counts = UnsafeMutablePointer<UInt32>.allocate(capacity: max(count, 1))
        for index in 0..<count {
            let slot = slot(index)
            words[index] = slot.pointee.word
            counts[index] = slot.pointee.count
            slot.pointee.capture = UInt32(truncatingIfNeeded: index + 1)
        }
        let capture = UnsafeMutablePointer<ListCapture>.allocate(capacity: 1)
        capture.initialize(
            to: ListCapture(
                words: words, counts: counts, nodeCount: count, position: 0,
                memory: head.pointee.memory, emit: emit))
        head.pointee.capture = capture
    }

    /// Hands the next blocks of that moment over, up to `budget`; returns whether there are more.
    public func captureNext(_ budget: Int) -> Bool {
        guard let capture = head.pointee.capture else { return false }
        var left = budget
        while left > 0, capture.pointee.position < capture.pointee.nodeCount {
            let index = capture.pointee.position
            let node = capture.pointee.node(index)
            let block = node.block
            capture.pointee.emit(
                node.isLarge
                    ? .large(block.string)
                    : .packed(block.run(block.start, block.end, Int(node.count))))
            capture.pointee.freeOrphan(index)
            capture.pointee.position += 1
            left -= 1
        }
        return capture.pointee.position < capture.pointee.nodeCount
    }

    /// Leaves the snapshot, finished or not.
    public func endCapture() {
        guard let capture = head.pointee.capture else { return }
        for index in capture.pointee.position..<capture.pointee.nodeCount {
            capture.pointee.freeOrphan(index)
        }
        capture.pointee.words.deallocate()
        capture.pointee.counts.deallocate()
        capture.deinitialize(count: 1)
        capture.deallocate()
        head.pointee.capture = nil
    }

    /// The place in the snapshot of a node that it has yet to see, or nil.
    private func pending(_ node: ListNode) -> Int? {
        guard let capture = head.pointee.capture, node.capture != 0 else { return nil }
        let index = Int(node.capture) - 1
        return index >= capture.pointee.position ? index : nil
    }

    /// Leaves a node's block to the snapshot.
    private func abandon(_ node: ListNode, _ index: Int) {
        head.pointee.capture?.pointee.words[index] |= ListCapture.orphan
        let size = node.block.capacity + (node.isLarge ? node.block.string.size : 0)
        head.pointee.bytes -= size
        head.pointee.kept += size
    }

    @usableFromInline
    func writableInCapture(_ index: Int) -> ListBlock {
        let node = node(index)
        let old = node.block
        guard let place = pending(node) else { return old }
        assert(!node.isLarge)
        let new = allocateBlock(capacity: old.capacity, start: old.start)
        memcpy(new.raw, old.raw, old.end)
        abandon(node, place)
        setBlock(new, at: index)
        return new
    }

    /// Frees the block of a node that leaves the list, unless a snapshot waits for it.
    func release(_ node: ListNode) {
        if head.pointee.capture != nil, let place = pending(node) { return abandon(node, place) }
        let block = node.block
        if node.isLarge {
            let string = block.string
            head.pointee.bytes -= string.size
            if string.isShared { head.pointee.kept += string.size }
            string.release(in: head.pointee.memory)
        }
        freeBlock(block)
    }
}
