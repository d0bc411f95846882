// Changing lists: elements come and go, and a list takes the form that its size asks for. Works on
// slots that hold a list or nothing; the callers have looked at the type.
//
// Two questions are kept apart. How a list is stored depends on what it takes here: a packed list
// while that is little, then a chain. What it is called follows the quicklist's rules, to the
// element: a chain of one block is a `listpack` until it outgrows `list-max-listpack-size`, and
// again when it is one node of half that size.
import RedwingContainers
import RedwingRESP

extension Engine {
    /// The most bytes that a packed list takes. Pushing and popping moves all of it.
    private static let packedListBytes = 512

    /// A chain of this many bytes becomes a packed list again.
    private static let packedAgainBytes = 256

    /// The limits of nodes of a list that is cut by `fill`.
    @inline(__always)
    private func rule(_ fill: Int) -> ListRule {
        ListRule(fill: fill, largeFrom: packedElementLimit)
    }

    /// The limits that a list has to keep to be called a listpack.
    @inline(__always)
    private var compactRule: ListRule {
        ListRule(fill: configuration.listMaxListpackSize, largeFrom: 0)
    }

    /// The limits by which a chain grows.
    @inline(__always)
    private func rule(of chain: ListChain) -> ListRule {
        rule(chain.isQuicklist ? chain.fill : configuration.listMaxListpackSize)
    }

    /// Pushes the arguments from `first` on, one after the other; returns the new length.
    @inline(__always)
    func push(
        _ slot: inout Slot, _ arguments: Arguments, from first: Int, at end: ListEnd
    ) -> Int {
        var total = 0
        for index in first..<arguments.count { total &+= arguments[index].count }
        let elements = arguments.count &- first
        let entry = slot.entry ?? makeList(&slot)
        if let chain = chainToGrow(entry, by: elements, bytes: total) {
            let rule = rule(of: chain)
            for index in first..<arguments.count { chain.push(arguments[index], at: end, rule) }
            settle(chain, slot)
            return chain.count
        }
        var list = PackedList(address: entry.word)
        for index in first..<arguments.count { push(arguments[index], &list, at: end) }
        entry.word = list.address
        return list.count
    }

    @inline(__always)
    private func push(_ bytes: Bytes, _ list: inout PackedList, at end: ListEnd) {
        if end == .head {
            list.insert(bytes, before: list.first, in: memory)
        } else {
            list.append(bytes, in: memory)
        }
    }

    /// Pushes one element that comes from another list. `isCounted` is whether its length counts
    /// when it is decided what the list is called: that of an integer out of a quicklist does not.
    func push(_ slot: inout Slot, _ bytes: Bytes, at end: ListEnd, isCounted: Bool) {
        let entry = slot.entry ?? makeList(&slot)
        guard let chain = chainToGrow(entry, by: 1, bytes: isCounted ? bytes.count : 0) else {
            var list = PackedList(address: entry.word)
            push(bytes, &list, at: end)
            entry.word = list.address
            return
        }
        chain.push(bytes, at: end, rule(of: chain))
        settle(chain, slot)
    }

    /// Gives the slot a list without elements in place of what it holds. The deadline goes.
    @discardableResult
    func makeList(_ slot: inout Slot) -> Entry {
        setWord(&slot, .packedList, PackedList.make(in: memory).address)
    }

    /// Makes the list ready for more elements of so many bytes in all: it becomes a chain and is
    /// called a quicklist if it has to. Returns nil when it is and may stay a packed list.
    @inline(__always)
    private func chainToGrow(_ entry: Entry, by elements: Int, bytes: Int) -> ListChain? {
        if entry.kind == ValueKind.packedList.rawValue {
            let list = PackedList(address: entry.word)
            if list.usedBytes &+ bytes &+ 2 &* elements <= Engine.packedListBytes,
                list.count &+ elements <= compactRule.countLimit
            {
                return nil
            }
            unpackList(entry)
        }
        let chain = ListChain(address: entry.word)
        if !chain.isQuicklist,
            compactRule.isExceeded(
                size: chain.compactSize &+ bytes, count: chain.count &+ elements)
        {
            chain.becomeQuicklist(fill: configuration.listMaxListpackSize)
        }
        return chain
    }

    private func unpackList(_ entry: Entry) {
        let list = PackedList(address: entry.word)
        let chain = ListChain(list, in: memory)
        list.free(in: memory)
        entry.kind = ValueKind.chainList.rawValue
        entry.word = chain.address
    }

    /// Counts the bytes that left a chain though they are not free.
    @inline(__always)
    private func settle(_ chain: ListChain, _ slot: borrowing Slot) {
        let kept = chain.takeKept()
        if kept != 0 { slot.database.value.bytes &-= kept }
    }
}

// Taking elements out.
extension Engine {
    /// Removes the element at an end; there must be one.
    @inline(__always)
    func removeElement(_ slot: borrowing Slot, _ entry: Entry, at end: ListEnd) {
        takeElement(slot, entry, at: end)
        shrinkList(slot, entry)
    }

    /// The same without regard to what the list is called and how it is stored afterwards; until
    /// `shrinkList`.
    @inline(__always)
    func takeElement(_ slot: borrowing Slot, _ entry: Entry, at end: ListEnd) {
        if entry.kind == ValueKind.packedList.rawValue {
            var list = PackedList(address: entry.word)
            let cursor = end == .head ? list.first : list.advance(list.first, by: list.count - 1)
            list.remove(at: cursor, in: memory)
            entry.word = list.address
        } else {
            ListChain(address: entry.word).removeElement(at: end)
        }
    }

    /// Removes elements by their indexes, which must exist.
    func removeElements(_ slot: borrowing Slot, _ entry: Entry, _ indexes: Range<Int>) {
        if entry.kind == ValueKind.packedList.rawValue {
            var list = PackedList(address: entry.word)
            list.removeRange(indexes, in: memory)
            entry.word = list.address
        } else {
            ListChain(address: entry.word).remove(indexes)
            shrinkList(slot, entry)
        }
    }

    /// Keeps only the elements of `indexes`.
    func trimList(_ slot: borrowing Slot, _ entry: Entry, to indexes: Range<Int>) {
        let count = ListValue(entry: entry).count
        if entry.kind == ValueKind.packedList.rawValue {
            var list = PackedList(address: entry.word)
            list.removeRange(indexes.upperBound..<count, in: memory)
            list.removeRange(0..<indexes.lowerBound, in: memory)
            entry.word = list.address
        } else {
            let chain = ListChain(address: entry.word)
            chain.remove(indexes.upperBound..<count)
            chain.remove(0..<indexes.lowerBound)
            shrinkList(slot, entry)
        }
    }

    /// Removes up to `limit` elements that hold `needle`, searched from an end; returns how many.
    func removeMatches(
        _ slot: borrowing Slot, _ entry: Entry, _ needle: Bytes, from end: ListEnd, limit: Int
    ) -> Int {
        guard entry.kind == ValueKind.packedList.rawValue else {
            let chain = ListChain(address: entry.word)
            let removed = chain.removeMatches(needle, from: end, limit: limit)
            if removed > 0 { shrinkList(slot, entry) }
            return removed
        }
        var matches: [Int] = []
        ListValue(entry: entry).forEachMatch(needle, from: end) {
            matches.append($0)
            return matches.count < limit
        }
        var list = PackedList(address: entry.word)
        for index in end == .head ? matches.reversed() : matches {
            list.removeRange(index..<(index + 1), in: memory)
        }
        entry.word = list.address
        return matches.count
    }

    /// Something was taken out of a list that may now be a simpler one.
    @inline(__always)
    func shrinkList(_ slot: borrowing Slot, _ entry: Entry) {
        guard entry.kind == ValueKind.chainList.rawValue else { return }
        let chain = ListChain(address: entry.word)
        chain.becomeCompact(compactRule, shrinking: true)
        settle(chain, slot)
        if !chain.isQuicklist, chain.packedBytes <= Engine.packedAgainBytes {
            packList(slot, entry)
        }
    }

    private func packList(_ slot: borrowing Slot, _ entry: Entry) {
        let chain = ListChain(address: entry.word)
        guard let list = chain.packed() else { return }
        entry.kind = ValueKind.packedList.rawValue
        entry.word = list.address
        slot.database.value.bytes &-= bury(LargeValueRef(.chainList, chain.address))
    }
}

// Changing elements in the middle.
extension Engine {
    /// Decides what the list is called when one more element of this length comes. Done before it
    /// is known whether it comes.
    func growList(_ entry: Entry, by element: Bytes) {
        _ = chainToGrow(entry, by: 1, bytes: element.count)
    }

    /// Decides what a small list that has been loaded is called, by the limits of today.
    func nameLoadedList(_ entry: Entry) {
        if PackedList(address: entry.word).count > compactRule.countLimit {
            _ = chainToGrow(entry, by: 0, bytes: 0)
        }
    }

    /// Puts `bytes` in the place of element `index`, which must exist; after `growList`.
    func setElement(_ slot: borrowing Slot, _ entry: Entry, _ index: Int, _ bytes: Bytes) {
        if entry.kind == ValueKind.packedList.rawValue {
            var list = PackedList(address: entry.word)
            list.replace(at: list.advance(list.first, by: index), with: bytes, in: memory)
            entry.word = list.address
        } else {
            let chain = ListChain(address: entry.word)
            chain.replace(at: index, with: bytes, rule(of: chain))
            shrinkList(slot, entry)
        }
    }

    /// Puts an element beside element `index`, which must exist; after `growList`.
    func insertElement(
        _ slot: borrowing Slot, _ entry: Entry, _ index: Int, _ bytes: Bytes, after: Bool
    ) {
        if entry.kind == ValueKind.packedList.rawValue {
            var list = PackedList(address: entry.word)
            let cursor = list.advance(list.first, by: index + (after ? 1 : 0))
            list.insert(bytes, before: cursor, in: memory)
            entry.word = list.address
        } else {
            let chain = ListChain(address: entry.word)
            chain.insert(bytes, at: index, after: after, rule(of: chain))
            settle(chain, slot)
        }
    }
}
