// Pushing and popping at the ends of a list.
import CLinux

/// The end of a list.
@frozen
public enum ListEnd {
    /// The first element's; LEFT.
    case head
    /// The last element's; RIGHT.
    case tail
}

/// An element of a list as a reader sees it.
@frozen
public enum ListElement {
    /// One that lies in a block, lent until the list is changed.
    case packed(PackedElement)
    /// One with a block of its own; the list holds a reference.
    case large(LargeString)

    /// Lends the bytes to `body`.
    @inlinable @inline(__always)
    public func withBytes<R>(_ body: (Bytes) throws -> R) rethrows -> R {
        switch self {
        case .packed(let element): try element.withBytes(body)
        case .large(let string): try body(string.bytes)
        }
    }

    /// Lends a copy of the bytes to `body`, which may change the list.
    @inlinable
    public func withCopy<R>(_ body: (Bytes) throws -> R) rethrows -> R {
        try withBytes { bytes in
            try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: bytes.count + 1) { copy in
                // The capacity is above zero, so there is a base.
                let base = copy.baseAddress.unsafelyUnwrapped
                bytes.copy(to: base)
                return try body(Bytes(base: base, count: bytes.count))
            }
        }
    }

    /// Whether the element is stored as an integer.
    @inlinable
    public var isInteger: Bool {
        if case .packed(let element) = self { element.integer != nil } else { false }
    }
}

// Pushing.
extension ListChain {
    /// Adds an element at an end. `bytes` must not lie in this list.
    public func push(_ bytes: Bytes, at end: ListEnd, _ rule: ListRule) {
        let isQuicklist = head.pointee.isQuicklist
        if isQuicklist, bytes.count >= rule.largeFrom {
            return pushLarge(LargeString.make(bytes, in: head.pointee.memory), at: end)
        }
        let element = PackedEncoding(bytes)
        let count = Int(head.pointee.nodeCount)
        let index = end == .head ? 0 : count &- 1
        if count == 0 || isQuicklist && !allowsInsert(node(index), bytes.count, rule) {
            addNode(element, at: end)
        } else {
            insert(element, into: index, at: end, rule)
        }
        head.pointee.count &+= 1
    }

    /// Adds a large string as an element at an end of a quicklist; takes over the reference.
    public func pushLarge(_ string: LargeString, at end: ListEnd) {
        trimOuter(end)
        insertNode(makeLarge(string), at: end == .head ? 0 : nodeCount)
        head.pointee.count &+= 1
    }

    /// Whether a node takes one more element of this length.
    @inlinable @inline(__always)
    func allowsInsert(_ node: ListNode, _ count: Int, _ rule: ListRule) -> Bool {
        if node.isLarge || count >= rule.largeFrom { return false }
        // What an element adds is estimated, so that it is cheap to tell: 8 bytes are the most.
        return !rule.isExceeded(
            size: node.block.weight &+ count &+ 8, count: Int(node.count) &+ 1)
    }

    @inline(__always)
    private func insert(
        _ element: PackedEncoding, into index: Int, at end: ListEnd, _ rule: ListRule
    ) {
        var block = writable(index)
        let size = element.count
        let offset: Int
        if end == .head {
            if block.start &- ListBlock.headSize < size {
                block = makeRoom(index, size, at: .head, rule)
            }
            offset = block.start &- size
            block.start = offset
        } else {
            if block.capacity &- block.end < size {
                block = makeRoom(index, size, at: .tail, rule)
            }
            offset = block.end
            block.end = offset &+ size
            if head.pointee.markCount != 0 { mark(offset) }
        }
        element.write(to: block.raw + offset)
        block.weight = block.weight &+ ListpackSize.of(element)
        slot(index).pointee.count &+= 1
    }

    /// A node for the first element of a block. Its neighbour is full; the new one will be as
    /// large.
    private func addNode(_ element: PackedEncoding, at end: ListEnd) {
        let size = element.count
        var room = 64
        if nodeCount > 0 {
            trimOuter(end)
            let neighbour = node(end == .head ? 0 : lastIndex)
            room = neighbour.isLarge ? 512 : neighbour.block.used
        }
        let capacity = SlabLayout.rounded(ListBlock.headSize + max(room, size))
        let start = end == .head ? capacity - size : ListBlock.headSize
        let block = allocateBlock(capacity: capacity, start: start)
        block.end = start + size
        element.write(to: block.raw + start)
        block.weight = ListpackSize.empty + ListpackSize.of(element)
        insertNode(ListNode(block, count: 1), at: end == .head ? 0 : nodeCount)
    }

    /// The node at an end will have another one beside it: room that it does not need goes.
    private func trimOuter(_ end: ListEnd) {
        guard nodeCount > 0 else { return }
        let index = end == .head ? 0 : lastIndex
        let node = node(index)
        guard !node.isLarge else { return }
        let wanted = SlabLayout.rounded(ListBlock.headSize + node.block.used)
        guard node.block.capacity - wanted >= 256 else { return }
        _ = writable(index)
        resize(index, to: wanted, start: ListBlock.headSize)
    }

    /// Gives a node's block room for `size` bytes at an end.
    @usableFromInline
    func makeRoom(_ index: Int, _ size: Int, at end: ListEnd, _ rule: ListRule) -> ListBlock {
        let block = node(index).block
        let used = block.used
        let slack = block.capacity - ListBlock.headSize - used
        let isFull = block.capacity >= ListBlock.headSize + rule.sizeLimit
        if slack >= size, isFull || slack * 8 >= used {
            if index == lastIndex { forgetMarks() }
            block.shift(
                to: end == .head ? block.capacity - used : ListBlock.headSize)
            return block
        }
        let needed = ListBlock.headSize + used + size
        let reserve = min(used / 4, ListBlock.headSize + rule.sizeLimit - needed)
        let capacity = SlabLayout.rounded(needed + max(reserve, 0))
        return resize(
            index, to: capacity, start: end == .head ? capacity - used : ListBlock.headSize)
    }

    /// Moves a node's elements into a block of another capacity, where they begin at `start`.
    @discardableResult
    func resize(_ index: Int, to capacity: Int, start: Int) -> ListBlock {
        let old = node(index).block
        let new = allocateBlock(capacity: capacity, start: start)
        memcpy(new.raw + start, old.raw + old.start, old.used)
        if index == lastIndex, start != old.start { forgetMarks() }
        new.end = start + old.used
        new.weight = old.weight
        setBlock(new, at: index)
        freeBlock(old)
        return new
    }

    @usableFromInline
    func setBlock(_ block: ListBlock, at index: Int) {
        let count = Int(node(index).count)
        slot(index).pointee = ListNode(block, count: count)
    }
}

// Popping.
extension ListChain {
    /// The element at an end; there must be one.
    public func element(at end: ListEnd) -> ListElement {
        let node = node(end == .head ? 0 : lastIndex)
        let block = node.block
        if node.isLarge { return .large(block.string) }
        if end == .head { return .packed(PackedElement(at: block.raw + block.start)) }
        // Reading does not make marks: whoever only looks must not take memory.
        let last = ListPlace(node: lastIndex, index: Int(node.count) &- 1)
        return .packed(PackedElement(at: block.raw + offset(of: last)))
    }

    /// Removes the element at an end; there must be one.
    public func removeElement(at end: ListEnd) {
        let index = end == .head ? 0 : lastIndex
        head.pointee.count &-= 1
        guard node(index).count > 1 else { return dropNode(at: index) }
        let offset = end == .head ? 0 : lastOffset()
        let block = writable(index)
        slot(index).pointee.count &-= 1
        if end == .head {
            let start = block.start
            block.weight = block.weight &- ListpackSize.at(block.raw + start)
            block.start = block.next(start)
            let left = Int(node(index).count)
            if index == lastIndex, head.pointee.markCount > left {
                // The oldest marks are those of elements that have gone.
                dropMarks(to: left)
            }
        } else {
            head.pointee.markCount &-= 1
            block.weight = block.weight &- ListpackSize.at(block.raw + offset)
            block.end = offset
        }
    }

    private func dropMarks(to left: Int) {
        guard let marks = head.pointee.marks else { return }
        let gone = head.pointee.markCount - left
        memmove(marks, marks + gone, left * MemoryLayout<UInt32>.size)
        head.pointee.markCount = left
    }

    /// The offset of the last element of the last block, which holds no large string.
    @inline(__always)
    private func lastOffset() -> Int {
        if head.pointee.markCount == 0 { findMarks() }
        guard let marks = head.pointee.marks else { return 0 }
        return Int(marks[head.pointee.markCount &- 1])
    }

    /// Notes where the last block's last elements are.
    private func findMarks() {
        let node = node(lastIndex)
        let marks = head.pointee.marks ?? makeMarks()
        let block = node.block
        let count = min(Int(node.count), ListChain.maxMarks)
        var offset = block.offset(of: Int(node.count) - count)
        for index in 0..<count {
            marks[index] = UInt32(truncatingIfNeeded: offset)
            offset = block.next(offset)
        }
        head.pointee.markCount = count
    }

    private func makeMarks() -> UnsafeMutablePointer<UInt32> {
        let marks = head.pointee.memory.allocate(ListChain.markSize)
            .bindMemory(to: UInt32.self, capacity: ListChain.maxMarks)
        head.pointee.bytes += SlabLayout.rounded(ListChain.markSize)
        head.pointee.marks = marks
        return marks
    }

    /// Notes an element that comes behind the last one.
    private func mark(_ offset: Int) {
        guard let marks = head.pointee.marks else { return }
        if head.pointee.markCount == ListChain.maxMarks { dropMarks(to: ListChain.maxMarks / 2) }
        marks[head.pointee.markCount] = UInt32(truncatingIfNeeded: offset)
        head.pointee.markCount += 1
    }
}
