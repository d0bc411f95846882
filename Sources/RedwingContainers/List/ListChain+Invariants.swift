// What must hold of a list, checked with care; for tests.
import CLinux

extension ListChain {
    /// What all nodes would take as listpacks, for those who look inside. Goes through all nodes.
    public var weight: Int {
        (0..<nodeCount).reduce(0) {
            let node = node($1)
            return $0 + (node.isLarge ? node.block.string.count : node.block.weight)
        }
    }

    /// The first violated invariant in words, or nil when the list is sound.
    public func checkInvariants() -> String? {
        var elements = 0
        var bytes =
            SlabLayout.rounded(MemoryLayout<Head>.size)
            + SlabLayout.rounded(Int(head.pointee.capacity) * ListChain.nodeSize)
        if head.pointee.marks != nil { bytes += SlabLayout.rounded(ListChain.markSize) }
        for index in 0..<nodeCount {
            let node = node(index)
            if let fault = fault(of: node) { return "node \(index): \(fault)" }
            elements += Int(node.count)
            bytes += node.block.capacity + (node.isLarge ? node.block.string.size : 0)
        }
        if elements != count { return "count \(count) but \(elements) elements" }
        if bytes != self.bytes { return "counts \(self.bytes) bytes, not \(bytes)" }
        if !isQuicklist, nodeCount > 1 || nodeCount == 1 && node(0).isLarge {
            return "\(nodeCount) nodes of what is called a listpack"
        }
        return marksFault()
    }

    private func fault(of node: ListNode) -> String? {
        let block = node.block
        if block.start < ListBlock.headSize || block.end > block.capacity || node.count == 0 {
            return "\(node.count) elements from \(block.start) to \(block.end)"
        }
        if node.isLarge { return node.count == 1 ? nil : "several long elements" }
        if SlabLayout.rounded(block.capacity) != block.capacity { return "an odd capacity" }
        let image = Bytes(raw: block.raw + block.start, count: block.used)
        guard let found = PackedList.elementCount(ofImage: image) else {
            return "elements are not sound"
        }
        if found != Int(node.count) { return "count \(node.count) but \(found) elements" }
        let weight = ListpackSize.empty + block.weight(block.start, block.end)
        return weight == block.weight ? nil : "weighs \(weight), not \(block.weight)"
    }

    private func marksFault() -> String? {
        let marked = head.pointee.markCount
        guard marked > 0, let marks = head.pointee.marks else {
            return marked == 0 ? nil : "marks without memory"
        }
        let last = node(lastIndex)
        guard !last.isLarge, marked <= Int(last.count) else { return "\(marked) marks" }
        var offset = last.block.offset(of: Int(last.count) - marked)
        for index in 0..<marked {
            if Int(marks[index]) != offset { return "mark \(index) of \(marked) is wrong" }
            offset = last.block.next(offset)
        }
        return nil
    }
}
