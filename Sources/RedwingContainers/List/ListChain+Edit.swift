// Changing a list away from its ends. Where a node is cut and which nodes are joined afterwards is
// what a quicklist does, so that the number of nodes is the same at every time.
import CLinux

// Replacing and inserting.
extension ListChain {
    /// No block grows beyond this by replacing: it is cut, though a quicklist would not do it.
    private static let maxBlock = 256 * 1024

    /// Puts `bytes` in the place of element `index`, which must exist. They must not lie in this
    /// list.
    public func replace(at index: Int, with bytes: Bytes, _ rule: ListRule) {
        let place = place(of: index)
        let node = node(place.node)
        let isLarge = head.pointee.isQuicklist && bytes.count >= rule.largeFrom
        if !node.isLarge, !isLarge {
            replacePacked(place, PackedEncoding(bytes))
            if self.node(place.node).block.used > ListChain.maxBlock {
                split(place.node, at: Int(self.node(place.node).count) / 2)
            }
        } else if node.isLarge, isLarge {
            let string = LargeString.make(bytes, in: head.pointee.memory)
            release(node)
            slot(place.node).pointee = makeLarge(string)
            forgetMarks()
        } else if node.isLarge {
            insert(bytes, beside: place, after: true, rule)
            // The new element may have gone into the next node, never into this one.
            head.pointee.count -= 1
            dropNode(at: place.node)
        } else {
            replaceByLarge(place, bytes, rule)
        }
    }

    private func replacePacked(_ place: ListPlace, _ element: PackedEncoding) {
        let block = openGap(place, element.count)
        let offset = block.offset
        element.write(to: block.block.raw + offset)
        block.block.weight = block.block.weight + ListpackSize.of(element)
    }

    /// Makes the element at `place` a gap of `size` bytes and takes its weight off.
    private func openGap(
        _ place: ListPlace, _ size: Int
    ) -> (block: ListBlock, offset: Int) {
        let offset = offset(of: place)
        let block = writable(place.node)
        block.weight = block.weight - ListpackSize.at(block.raw + offset)
        let old = PackedEncoding.count(at: block.raw + offset)
        if old == size { return (block, offset) }
        return splice(place.node, offset, old, size)
    }

    /// Makes the `old` bytes at an offset of a node's block, which is writable, into `new` ones.
    private func splice(
        _ index: Int, _ offset: Int, _ old: Int, _ new: Int
    ) -> (block: ListBlock, offset: Int) {
        if index == lastIndex { forgetMarks() }
        var block = node(index).block
        var offset = offset
        let growth = new - old
        if growth > block.start - ListBlock.headSize, growth > block.capacity - block.end {
            let needed = ListBlock.headSize + block.used + growth
            let place = offset - block.start
            block = resize(
                index, to: SlabLayout.rounded(needed + min(block.used / 4, 1024)),
                start: ListBlock.headSize)
            offset = block.start + place
        }
        return (block, block.splice(offset, old, new))
    }

    /// A long element in the place of a packed one: cuts the node there.
    private func replaceByLarge(_ place: ListPlace, _ bytes: Bytes, _ rule: ListRule) {
        let string = LargeString.make(bytes, in: head.pointee.memory)
        if place.index < Int(node(place.node).count) - 1 {
            split(place.node, at: place.index + 1)
        }
        insertNode(makeLarge(string), at: place.node + 1)
        if node(place.node).count == 1 {
            dropNode(at: place.node)
        } else {
            removeElements(place.node, place.index..<(place.index + 1))
            merge(around: place.node + 1, rule)
        }
    }

    /// Puts an element beside element `index`, which must exist. `bytes` must not lie in this list.
    public func insert(_ bytes: Bytes, at index: Int, after: Bool, _ rule: ListRule) {
        insert(bytes, beside: place(of: index), after: after, rule)
    }

    private func insert(
        _ bytes: Bytes, beside place: ListPlace, after: Bool, _ rule: ListRule
    ) {
        head.pointee.count += 1
        let node = node(place.node)
        // The number that the element will have in this node, if that takes it.
        let index = place.index + (after ? 1 : 0)
        guard head.pointee.isQuicklist else {
            return insert(PackedEncoding(bytes), place.node, index)
        }
        let isAtTail = after && index == Int(node.count)
        let isAtHead = !after && index == 0
        if bytes.count >= rule.largeFrom {
            let string = LargeString.make(bytes, in: head.pointee.memory)
            if !node.isLarge, !isAtTail, !isAtHead { split(place.node, at: index) }
            let isBehind = node.isLarge ? after : !isAtHead
            insertNode(makeLarge(string), at: place.node + (isBehind ? 1 : 0))
            return
        }
        let element = PackedEncoding(bytes)
        if allowsInsert(node, bytes.count, rule) { return insert(element, place.node, index) }
        if isAtTail, place.node < lastIndex,
            allowsInsert(self.node(place.node + 1), bytes.count, rule)
        {
            insert(element, place.node + 1, 0)
        } else if isAtHead, place.node > 0,
            allowsInsert(self.node(place.node - 1), bytes.count, rule)
        {
            insert(element, place.node - 1, Int(self.node(place.node - 1).count))
        } else if isAtTail || isAtHead {
            insertNode(makeNode(element), at: place.node + (after ? 1 : 0))
        } else {
            split(place.node, at: index)
            let target = place.node + (after ? 1 : 0)
            insert(element, target, after ? 0 : index)
            merge(around: place.node + (after ? 0 : 1), rule)
        }
    }

    /// Makes an element the one of this number in a node.
    private func insert(_ element: PackedEncoding, _ node: Int, _ index: Int) {
        let offset = offset(of: ListPlace(node: node, index: index))
        _ = writable(node)
        let gap = splice(node, offset, 0, element.count)
        element.write(to: gap.block.raw + gap.offset)
        gap.block.weight = gap.block.weight + ListpackSize.of(element)
        slot(node).pointee.count += 1
    }

    private func makeNode(_ element: PackedEncoding) -> ListNode {
        let capacity = SlabLayout.rounded(ListBlock.headSize + element.count)
        let block = allocateBlock(capacity: capacity, start: ListBlock.headSize)
        block.end = block.start + element.count
        element.write(to: block.raw + block.start)
        block.weight = ListpackSize.empty + ListpackSize.of(element)
        return ListNode(block, count: 1)
    }
}

// Cutting and joining nodes.
extension ListChain {
    /// Cuts a node in two: the second begins with its element `index`, and neither is empty.
    func split(_ position: Int, at index: Int) {
        let block = writable(position)
        let total = Int(node(position).count)
        let cut = block.offset(of: index)
        let size = block.end - cut
        let capacity = SlabLayout.rounded(ListBlock.headSize + size)
        let new = allocateBlock(capacity: capacity, start: ListBlock.headSize)
        memcpy(new.raw + new.start, block.raw + cut, size)
        new.end = new.start + size
        let weight = block.weight(cut, block.end)
        new.weight = ListpackSize.empty + weight
        block.end = cut
        block.weight = block.weight - weight
        slot(position).pointee.count = UInt32(index)
        forgetMarks()
        insertNode(ListNode(new, count: total - index), at: position + 1)
    }

    /// Joins nodes around that at `index`, as far as the limits allow.
    func merge(around index: Int, _ rule: ListRule) {
        var center = index
        if mergeNext(center - 2, rule) { center -= 1 }
        _ = mergeNext(center + 1, rule)
        if mergeNext(center - 1, rule) { center -= 1 }
        _ = mergeNext(center, rule)
    }

    /// Joins a node with the one behind it, if there are both and the limits allow it.
    private func mergeNext(_ index: Int, _ rule: ListRule) -> Bool {
        guard index >= 0, index < lastIndex else { return false }
        let (first, second) = (node(index), node(index + 1))
        guard !first.isLarge, !second.isLarge else { return false }
        let weight = first.block.weight + second.block.weight - ListpackSize.empty
        let count = Int(first.count) + Int(second.count)
        guard !rule.isExceeded(size: weight, count: count) else { return false }
        let added = second.block.used
        _ = writable(index)
        let (block, offset) = splice(index, node(index).block.end, 0, added)
        memcpy(block.raw + offset, second.block.raw + second.block.start, added)
        block.weight = weight
        slot(index).pointee.count = UInt32(count)
        dropNode(at: index + 1)
        forgetMarks()
        return true
    }
}

// Removing.
extension ListChain {
    /// Removes elements by their indexes, which must exist.
    public func remove(_ indexes: Range<Int>) {
        guard !indexes.isEmpty else { return }
        var place = place(of: indexes.lowerBound)
        var left = indexes.count
        head.pointee.count -= left
        while left > 0 {
            let there = Int(node(place.node).count) - place.index
            let gone = min(left, there)
            left -= gone
            if gone == Int(node(place.node).count) {
                dropNode(at: place.node)
            } else {
                removeElements(place.node, place.index..<(place.index + gone))
                place.node += 1
            }
            place.index = 0
        }
    }

    /// Removes some, not all, elements of a node. Does not count them.
    private func removeElements(_ node: Int, _ indexes: Range<Int>) {
        let block = writable(node)
        let start = block.offset(of: indexes.lowerBound)
        var end = block.end
        if indexes.upperBound < Int(self.node(node).count) {
            end = start
            for _ in indexes { end = block.next(end) }
        }
        block.weight = block.weight - block.weight(start, end)
        if node == lastIndex { forgetMarks() }
        _ = block.splice(start, end - start, 0)
        slot(node).pointee.count -= UInt32(indexes.count)
    }

    /// Removes up to `limit` elements that hold `needle`, searched from an end; returns how many.
    public func removeMatches(_ needle: Bytes, from end: ListEnd, limit: Int) -> Int {
        let needle = ListNeedle(needle)
        var removed = 0
        var index = end == .head ? 0 : lastIndex
        while index >= 0, index < nodeCount, removed < limit {
            let before = nodeCount
            removed += removeMatches(index, needle, from: end, limit: limit - removed)
            if end == .tail {
                index -= 1
            } else if nodeCount == before {
                index += 1
            }
        }
        return removed
    }

    /// The same in one node, which goes if nothing is left in it.
    private func removeMatches(
        _ index: Int, _ needle: ListNeedle, from end: ListEnd, limit: Int
    ) -> Int {
        let node = node(index)
        var found = 0
        _ = matches(node, needle, .max) { _ in
            found += 1
            return true
        }
        let gone = min(found, limit)
        guard gone > 0 else { return 0 }
        head.pointee.count -= gone
        if gone == Int(node.count) {
            dropNode(at: index)
            return gone
        }
        let block = writable(index)
        compact(block, needle, skipping: end == .head ? 0 : found - gone, removing: gone)
        slot(index).pointee.count -= UInt32(gone)
        if index == lastIndex { forgetMarks() }
        return gone
    }

    /// Closes the gaps of matching elements behind the first `skipped` ones.
    private func compact(
        _ block: ListBlock, _ needle: ListNeedle, skipping skipped: Int, removing count: Int
    ) {
        var skipped = skipped
        var left = count
        var from = block.start
        var to = from
        let end = block.end
        while from < end {
            let next = block.next(from)
            if left > 0, needle.isEqual(to: block.raw + from) {
                if skipped > 0 {
                    skipped -= 1
                } else {
                    left -= 1
                    block.weight = block.weight - ListpackSize.at(block.raw + from)
                    from = next
                    continue
                }
            }
            if to != from { memmove(block.raw + to, block.raw + from, next - from) }
            to += next - from
            from = next
        }
        block.end = to
    }
}
