// A sequence of strings in one block, for collections that are too small for a structure of their
// own: the fields and values of a hash in turn, the members of a set, a node of a list.
//
//     used     4 bytes   the bytes in use, these eight included
//     count    4 bytes   the number of elements
//     elements           each as PackedEncoding spells it, without gaps
//
// There is no capacity: the block is what the allocator gives for `used` bytes, so an edit that
// changes that size moves the list, and the owner stores its new address. Elements can be walked
// forwards only; a link back would cost each of them a byte. A cursor is an element's offset, so
// it outlives a move; an edit before it shifts it.
//
// The list owns its block. Not for several threads. Owners keep lists short: every edit moves the
// bytes behind it, every search walks.
import CLinux

/// A packed list; a handle to its block, valid until the list is edited or freed.
@frozen
public struct PackedList {
    /// The block's address.
    public let raw: UnsafeMutableRawPointer

    /// What an empty list takes, and the first element's offset.
    @usableFromInline static let headSize = 8

    @inlinable @inline(__always)
    init(raw: UnsafeMutableRawPointer) { self.raw = raw }

    /// The list whose block is at an address that `address` gave.
    @inlinable @inline(__always)
    public init(address: UInt64) {
        // Only addresses of live lists are ever stored.
        raw = UnsafeMutableRawPointer(bitPattern: UInt(address)).unsafelyUnwrapped
    }

    /// The block's address, to be stored in an entry's word; every edit may change it.
    @inlinable @inline(__always)
    public var address: UInt64 { UInt64(UInt(bitPattern: raw)) }

    /// An empty list.
    @inlinable
    public static func make(in memory: SlabAllocator) -> PackedList {
        let list = PackedList(raw: memory.allocate(headSize))
        list.usedBytes = headSize
        list.count = 0
        return list
    }

    /// A copy of this list.
    @inlinable
    public func copy(in memory: SlabAllocator) -> PackedList {
        let copy = PackedList(raw: memory.allocate(size))
        memcpy(copy.raw, raw, usedBytes)
        return copy
    }

    /// Gives the block back.
    @inlinable
    public func free(in memory: SlabAllocator) { memory.free(raw, size) }

    /// The number of elements.
    @inlinable @inline(__always)
    public internal(set) var count: Int {
        get { Int(raw.load(fromByteOffset: 4, as: UInt32.self)) }
        nonmutating set {
            raw.storeBytes(
                of: UInt32(truncatingIfNeeded: newValue), toByteOffset: 4, as: UInt32.self)
        }
    }

    /// The bytes in use, the head included.
    @inlinable @inline(__always)
    public internal(set) var usedBytes: Int {
        get { Int(raw.load(as: UInt32.self)) }
        nonmutating set {
            raw.storeBytes(of: UInt32(truncatingIfNeeded: newValue), as: UInt32.self)
        }
    }

    /// What the block takes.
    @inlinable
    public var size: Int { SlabLayout.rounded(usedBytes) }

    /// The whole list as bytes, which `make(image:in:)` takes back.
    @inlinable
    public var image: Bytes { Bytes(raw: raw, count: usedBytes) }
}

// Walking.
extension PackedList {
    /// The first element's cursor; `end` when there is none.
    @inlinable @inline(__always)
    public var first: Int { PackedList.headSize }

    /// The cursor behind the last element.
    @inlinable @inline(__always)
    public var end: Int { usedBytes }

    /// The cursor of the element behind that at `cursor`, or `end`.
    @inlinable @inline(__always)
    public func next(after cursor: Int) -> Int {
        assert(cursor >= PackedList.headSize && cursor < usedBytes)
        return cursor &+ PackedEncoding.count(at: raw + cursor)
    }

    /// The cursor of element `index`, counted from 0, or nil when there is none. Walks.
    @inlinable
    public func cursor(at index: Int) -> Int? {
        guard index >= 0, index < count else { return nil }
        return advance(first, by: index)
    }

    /// The cursor that is `elements` elements on; there must be so many.
    @inlinable
    public func advance(_ cursor: Int, by elements: Int) -> Int {
        var cursor = cursor
        var left = elements
        while left > 0 {
            cursor = next(after: cursor)
            left &-= 1
        }
        return cursor
    }

    /// The element at `cursor`, which must not be `end`.
    @inlinable @inline(__always)
    public func element(at cursor: Int) -> PackedElement {
        assert(cursor >= PackedList.headSize && cursor < usedBytes)
        return PackedElement(at: raw + cursor)
    }

    /// Calls `body` with each two elements in order; the number of elements must be even.
    @inlinable @inline(__always)
    public func forEachPair(_ body: (PackedElement, PackedElement) throws -> Void) rethrows {
        assert(count & 1 == 0)
        var cursor = first
        let end = self.end
        while cursor < end {
            let second = next(after: cursor)
            try body(element(at: cursor), element(at: second))
            cursor = next(after: second)
        }
    }
}

extension PackedList: Sequence {
    /// Walks the elements; the list must not be edited meanwhile.
    @frozen
    public struct Iterator: IteratorProtocol {
        @usableFromInline let list: PackedList
        @usableFromInline let end: Int
        @usableFromInline var cursor: Int

        @inlinable @inline(__always)
        init(_ list: PackedList) {
            self.list = list
            end = list.end
            cursor = list.first
        }

        /// The next element, or nil behind the last.
        @inlinable @inline(__always)
        public mutating func next() -> PackedElement? {
            guard cursor < end else { return nil }
            let element = list.element(at: cursor)
            cursor = list.next(after: cursor)
            return element
        }
    }

    /// An iterator over all elements.
    @inlinable @inline(__always)
    public func makeIterator() -> Iterator { Iterator(self) }
}

// Searching.
extension PackedList {
    /// The cursor of the first element that holds `needle`, or nil. Looks at the element at
    /// `start` (at the first, when there is no start) and at every `stride`th from there on: 2 for
    /// the fields of a hash.
    @inlinable
    public func find(_ needle: Bytes, from start: Int? = nil, stride: Int = 1) -> Int? {
        find(PackedEncoding(needle), from: start, stride: stride)
    }

    @inlinable @inline(__always)
    func find(_ encoding: PackedEncoding, from start: Int? = nil, stride: Int = 1) -> Int? {
        let cursor = start ?? first
        if encoding.wordCount == 0 || encoding.text.isEmpty {
            return findShort(encoding, from: cursor, stride: stride)
        }
        return findLong(encoding, from: cursor, stride: stride)
    }

    /// A needle whose tag gives its length. The last bytes are compared first and as one word:
    /// names that differ mostly differ there.
    @inlinable @inline(__always)
    func findShort(_ needle: PackedEncoding, from start: Int, stride: Int) -> Int? {
        let tag = needle.tag
        let count = needle.wordCount &+ needle.text.count
        let low = needle.wordCount > 0 ? needle.word : lastWord(needle.text)
        let unused = UInt64(truncatingIfNeeded: 8 &- Swift.min(count, 8)) &* 8
        // Shifts by the whole width give 0 here, which the masking operators would not.
        let tail = low << unused
        let mask = ~UInt64(0) << unused
        let end = self.end
        var cursor = start
        while cursor < end {
            if raw.load(fromByteOffset: cursor, as: UInt8.self) == tag {
                let next = cursor &+ 1 &+ count
                let word = raw.loadUnaligned(fromByteOffset: next &- 8, as: UInt64.self)
                if (word ^ tail) & mask == 0,
                    count <= 8 || memcmp(raw + (cursor &+ 1), needle.text.base, count &- 8) == 0
                {
                    return cursor
                }
                cursor = next
            } else {
                cursor = next(after: cursor)
            }
            var skipped = 1
            while skipped < stride, cursor < end {
                cursor = next(after: cursor)
                skipped &+= 1
            }
        }
        return nil
    }

    /// The last eight bytes of a text, or all of a shorter one in the low bytes.
    @inlinable @inline(__always)
    func lastWord(_ text: Bytes) -> UInt64 {
        let place = UnsafeRawPointer(text.base)
        let count = text.count
        if count >= 8 { return place.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self) }
        if count >= 4 {
            let low = UInt64(place.loadUnaligned(as: UInt32.self))
            let high = UInt64(place.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
            return low | high &<< UInt64(truncatingIfNeeded: (count &- 4) &* 8)
        }
        var word: UInt64 = 0
        var index = count
        while index > 0 {
            index &-= 1
            word = word &<< 8 | UInt64(text[index])
        }
        return word
    }

    @usableFromInline
    func findLong(_ needle: PackedEncoding, from start: Int, stride: Int) -> Int? {
        var cursor = start
        while cursor < end {
            if let text = element(at: cursor).storedText, text == needle.text { return cursor }
            var skipped = 0
            while skipped < stride, cursor < end {
                cursor = next(after: cursor)
                skipped += 1
            }
        }
        return nil
    }
}
