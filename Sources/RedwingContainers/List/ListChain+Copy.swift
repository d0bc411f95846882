// Whole lists: a copy, and a list made of blocks that come from a snapshot.
import CLinux

extension ListChain {
    /// A copy. Long elements are shared: their bytes count for the copy, though no memory was taken
    /// for them.
    public func copy() -> (list: ListChain, shared: Int) {
        let list = ListChain(in: head.pointee.memory)
        var shared = 0
        for index in 0..<nodeCount {
            let node = node(index)
            if node.isLarge {
                node.block.string.retain()
                shared += node.block.string.size
                list.insertNode(list.makeLarge(node.block.string), at: index)
            } else {
                list.append(node.block.run(node.block.start, node.block.end, Int(node.count)))
            }
        }
        list.head.pointee.count = count
        list.head.pointee.isQuicklist = isQuicklist
        list.head.pointee.fill = head.pointee.fill
        return (list, shared)
    }

    /// A packed list of the elements, of which there is at most one node and no long one.
    public func packed() -> PackedList? {
        guard nodeCount == 1, !node(0).isLarge else { return nil }
        let block = node(0).block
        let list = PackedList(
            raw: head.pointee.memory.allocate(PackedList.headSize + block.used))
        memcpy(list.raw + PackedList.headSize, block.raw + block.start, block.used)
        list.usedBytes = PackedList.headSize + block.used
        list.count = count
        return list
    }

    /// Adds a node of the elements of `run`, without counting them.
    private func append(_ run: PackedRun) {
        let capacity = SlabLayout.rounded(ListBlock.headSize + run.byteCount)
        let block = allocateBlock(capacity: capacity, start: ListBlock.headSize)
        memcpy(block.raw + block.start, run.place, run.byteCount)
        block.end = block.start + run.byteCount
        block.weight = ListpackSize.empty + block.weight(block.start, block.end)
        insertNode(ListNode(block, count: run.count), at: nodeCount)
    }

    /// Adds a node whose elements are spelled by `image`, which need not be sound; returns whether
    /// it was.
    public func append(image: Bytes) -> Bool {
        guard let elements = PackedList.elementCount(ofImage: image), elements > 0 else {
            return false
        }
        append(
            PackedRun(
                place: UnsafeRawPointer(image.base), byteCount: image.count, count: elements))
        head.pointee.count += elements
        return true
    }
}
