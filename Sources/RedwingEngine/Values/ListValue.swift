// Reading lists, packed ones and chains alike.
import RedwingContainers
import RedwingRESP

/// A list as its key's entry holds it, lent until the next write.
struct ListValue {
    /// The entry of the key.
    let entry: Entry

    /// Whether the elements are in a packed list.
    @inline(__always)
    var isPacked: Bool { entry.kind == ValueKind.packedList.rawValue }

    /// The elements of a small list.
    @inline(__always)
    var list: PackedList { PackedList(address: entry.word) }

    /// The chain of a larger one.
    @inline(__always)
    var chain: ListChain { ListChain(address: entry.word) }

    /// The number of elements.
    @inline(__always)
    var count: Int { isPacked ? list.count : chain.count }

    /// The element at an end; there must be one.
    @inline(__always)
    func element(at end: ListEnd) -> ListElement {
        guard isPacked else { return chain.element(at: end) }
        let list = self.list
        let cursor = end == .head ? list.first : list.advance(list.first, by: list.count - 1)
        return .packed(list.element(at: cursor))
    }

    /// The element at `index`, counted from 0; it must exist.
    @inline(__always)
    func element(at index: Int) -> ListElement {
        guard isPacked else { return chain.element(at: index) }
        return .packed(list.element(at: list.advance(list.first, by: index)))
    }

    /// The index that a client names, which may count from the end; nil when there is no such
    /// element.
    @inline(__always)
    func position(_ index: Int64) -> Int? {
        let count = Int64(self.count)
        let position = index < 0 ? count &+ index : index
        return position >= 0 && position < count ? Int(position) : nil
    }

    /// The indexes between two that a client names, both included, as far as they exist.
    @inline(__always)
    func positions(_ first: Int64, _ last: Int64) -> Range<Int> {
        let count = Int64(self.count)
        let start = max(first < 0 ? count &+ first : first, 0)
        let end = min(last < 0 ? count &+ last : last, count &- 1)
        return start <= end ? Int(start)..<Int(end &+ 1) : 0..<0
    }

    /// Calls `body` with the elements of `indexes`, which must exist, run by run in order.
    @inline(__always)
    func forEachRun(_ indexes: Range<Int>, _ body: (ListRun) -> Void) {
        guard isPacked else { return chain.forEachRun(indexes, body) }
        guard !indexes.isEmpty else { return }
        body(.packed(list.run(from: indexes.lowerBound, count: indexes.count)))
    }

    /// Calls `body` with the last `elements` elements, the last one first; there must be so many.
    func forEachReversed(_ elements: Int, _ body: (ListElement) -> Void) {
        guard isPacked else { return chain.forEachReversed(elements, body) }
        for element in list.suffix(elements).reversed() { body(.packed(element)) }
    }

    /// Calls `body` with the index of each element that holds `needle`, from the end `start` on,
    /// until it returns false or `limit` elements were looked at.
    func forEachMatch(
        _ needle: Bytes, from start: ListEnd, limit: Int = .max, _ body: (Int) -> Bool
    ) {
        guard isPacked else {
            return chain.forEachMatch(needle, from: start, limit: limit, body)
        }
        var matches: [Int] = []
        for (index, element) in list.enumerated() where element == needle {
            matches.append(index)
        }
        let near = start == .head ? 0 : max(list.count - limit, 0)
        if start == .tail { matches.reverse() }
        for index in matches where start == .head ? index < limit : index >= near {
            guard body(index) else { return }
        }
    }

    /// The index of the first element that holds `needle`, or nil.
    func firstIndex(of needle: Bytes) -> Int? {
        var found: Int?
        forEachMatch(needle, from: .head) {
            found = $0
            return false
        }
        return found
    }
}

extension ReplyWriter {
    /// Elements of a list as an array of bulks.
    @inline(__always)
    func elements(_ list: ListValue, _ indexes: Range<Int>) {
        array(indexes.count)
        list.forEachRun(indexes) { bulks($0) }
    }

    /// Elements at an end of a list as an array of bulks, the outermost first.
    func elements(_ list: ListValue, _ count: Int, at end: ListEnd) {
        guard end == .tail else { return elements(list, 0..<count) }
        array(count)
        list.forEachReversed(count) { bulk($0) }
    }
}
