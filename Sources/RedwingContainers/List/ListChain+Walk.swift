// Reading a list: by index, in runs of elements, backwards, and by what elements hold.
import CLinux

/// Elements in a row.
@frozen
public enum ListRun {
    /// Elements that lie in one block.
    case packed(PackedRun)
    /// One long element.
    case large(LargeString)
}

/// Where an element is.
@usableFromInline
struct ListPlace {
    /// The node.
    @usableFromInline var node: Int
    /// The element's number in the node.
    @usableFromInline var index: Int

    @inlinable @inline(__always)
    init(node: Int, index: Int) {
        self.node = node
        self.index = index
    }
}

extension ListChain {
    /// Where element `index` is, which must exist. Goes from the nearer end.
    @usableFromInline
    func place(of index: Int) -> ListPlace {
        if index * 2 < count {
            var rest = index
            var place = 0
            while rest >= Int(node(place).count) {
                rest -= Int(node(place).count)
                place += 1
            }
            return ListPlace(node: place, index: rest)
        }
        var rest = count - index
        var place = lastIndex
        while rest > Int(node(place).count) {
            rest -= Int(node(place).count)
            place -= 1
        }
        return ListPlace(node: place, index: Int(node(place).count) - rest)
    }

    /// The element at `index`, counted from 0; it must exist.
    public func element(at index: Int) -> ListElement {
        let place = place(of: index)
        let node = node(place.node)
        if node.isLarge { return .large(node.block.string) }
        return .packed(PackedElement(at: node.block.raw + offset(of: place)))
    }

    /// The offset of an element in its block.
    func offset(of place: ListPlace) -> Int {
        let node = node(place.node)
        let behind = Int(node.count) - place.index
        if place.node == lastIndex, behind > 0, behind <= head.pointee.markCount,
            let marks = head.pointee.marks
        {
            return Int(marks[head.pointee.markCount - behind])
        }
        return node.block.offset(of: place.index)
    }

    /// Calls `body` with the elements of `indexes`, which must exist, run by run in order.
    @inlinable @inline(__always)
    public func forEachRun(_ indexes: Range<Int>, _ body: (ListRun) -> Void) {
        guard !indexes.isEmpty else { return }
        var place = place(of: indexes.lowerBound)
        var left = indexes.count
        while left > 0 {
            left &-= lend(place, left, body)
            place = ListPlace(node: place.node &+ 1, index: 0)
        }
    }

    /// Lends up to `most` elements of a node from `place` on; returns how many.
    @inlinable @inline(__always)
    func lend(_ place: ListPlace, _ most: Int, _ body: (ListRun) -> Void) -> Int {
        let node = node(place.node)
        let block = node.block
        if node.isLarge {
            body(.large(block.string))
            return 1
        }
        let there = Int(node.count) &- place.index
        let count = Swift.min(there, most)
        let start = block.offset(of: place.index)
        var end = block.end
        if count < there {
            end = start
            for _ in 0..<count { end = block.next(end) }
        }
        body(.packed(block.run(start, end, count)))
        return count
    }

    /// Calls `body` with the last `elements` elements, the last one first; there must be so many.
    public func forEachReversed(_ elements: Int, _ body: (ListElement) -> Void) {
        var left = elements
        var index = lastIndex
        while left > 0 {
            let node = node(index)
            if node.isLarge {
                body(.large(node.block.string))
                left -= 1
            } else {
                let count = min(left, Int(node.count))
                let block = node.block
                withOffsets(node, last: count) { offsets in
                    for offset in offsets.reversed() {
                        body(.packed(PackedElement(at: block.raw + Int(offset))))
                    }
                }
                left -= count
            }
            index -= 1
        }
    }

    /// Lends the offsets of a node's last elements.
    private func withOffsets<R>(
        _ node: ListNode, last count: Int, _ body: (UnsafeMutableBufferPointer<UInt32>) -> R
    ) -> R {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) { offsets in
            var offset = node.block.offset(of: Int(node.count) - count)
            for index in 0..<count {
                offsets[index] = UInt32(truncatingIfNeeded: offset)
                offset = node.block.next(offset)
            }
            return body(offsets)
        }
    }

    /// Calls `body` with the index of each element that holds `needle`, from the end `start` on,
    /// until it returns false or `limit` elements were looked at.
    public func forEachMatch(
        _ needle: Bytes, from start: ListEnd, limit: Int = .max, _ body: (Int) -> Bool
    ) {
        let needle = ListNeedle(needle)
        var looked = 0
        for step in 0..<nodeCount where looked < limit {
            let index = start == .head ? step : lastIndex - step
            let node = node(index)
            let first = start == .head ? looked : count - looked - Int(node.count)
            let goesOn =
                start == .head
                ? matches(node, needle, limit - looked) { body(first + $0) }
                : matchesReversed(node, needle, limit - looked) { body(first + $0) }
            guard goesOn else { return }
            looked += Int(node.count)
        }
    }

    func matches(
        _ node: ListNode, _ needle: ListNeedle, _ limit: Int, _ body: (Int) -> Bool
    ) -> Bool {
        let block = node.block
        if node.isLarge { return block.string.bytes == needle.bytes ? body(0) : true }
        var offset = block.start
        for index in 0..<min(limit, Int(node.count)) {
            if needle.isEqual(to: block.raw + offset), !body(index) { return false }
            offset = block.next(offset)
        }
        return true
    }

    private func matchesReversed(
        _ node: ListNode, _ needle: ListNeedle, _ limit: Int, _ body: (Int) -> Bool
    ) -> Bool {
        if node.isLarge { return node.block.string.bytes == needle.bytes ? body(0) : true }
        let block = node.block
        let count = min(limit, Int(node.count))
        return withOffsets(node, last: count) { offsets in
            for place in (0..<count).reversed()
            where needle.isEqual(to: block.raw + Int(offsets[place])) {
                if !body(Int(node.count) - count + place) { return false }
            }
            return true
        }
    }
}

/// What a search looks for.
struct ListNeedle {
    let bytes: Bytes
    let encoding: PackedEncoding

    init(_ bytes: Bytes) {
        self.bytes = bytes
        encoding = PackedEncoding(bytes)
    }

    /// Whether the element at `place` is the one. Equal elements are spelled equally.
    @inline(__always)
    func isEqual(to place: UnsafeRawPointer) -> Bool {
        guard place.load(as: UInt8.self) == encoding.tag else { return false }
        var rest = encoding.word
        for offset in 1..<(1 &+ encoding.wordCount) {
            let byte = place.load(fromByteOffset: offset, as: UInt8.self)
            if byte != UInt8(truncatingIfNeeded: rest) { return false }
            rest = rest &>> 8
        }
        let text = encoding.text
        return memcmp(place + (1 &+ encoding.wordCount), text.base, text.count) == 0
    }
}
