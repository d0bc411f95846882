// Integers in one block, in order and each once: a small set whose members are all integers.
//
//     count   4 bytes   the number of integers
//     width   4 bytes   what each takes: 2, 4 or 8 bytes
//     integers          ascending, lowest byte first
//
// All have the width that the widest one ever put in needed; it never falls. There is no capacity:
// the block is what the allocator gives for the bytes in use, so an edit may move the set, and the
// owner stores its new address.
//
// The set owns its block. Not for several threads. Owners keep sets short: an edit moves what is
// behind its place.
import CLinux

/// An integer set; a handle to its block, valid until the set is edited or freed.
@frozen
public struct IntSet {
    /// The block's address.
    public let raw: UnsafeMutableRawPointer

    /// What an empty set takes, and the first integer's offset.
    @usableFromInline static let headSize = 8

    /// The most members that a set has, whatever a configuration allows.
    public static let maxCount = 1 << 30

    @inlinable @inline(__always)
    init(raw: UnsafeMutableRawPointer) { self.raw = raw }

    /// The set whose block is at an address that `address` gave.
    @inlinable @inline(__always)
    public init(address: UInt64) {
        // Only addresses of live sets are ever stored.
        raw = UnsafeMutableRawPointer(bitPattern: UInt(address)).unsafelyUnwrapped
    }

    /// The block's address, to be stored in an entry's word; every edit may change it.
    @inlinable @inline(__always)
    public var address: UInt64 { UInt64(UInt(bitPattern: raw)) }

    /// An empty set.
    @inlinable
    public static func make(in memory: SlabAllocator) -> IntSet {
        let set = IntSet(raw: memory.allocate(headSize))
        set.setHead(count: 0, width: 2)
        return set
    }

    /// A copy of this set.
    @inlinable
    public func copy(in memory: SlabAllocator) -> IntSet {
        let copy = IntSet(raw: memory.allocate(size))
        memcpy(copy.raw, raw, usedBytes)
        return copy
    }

    /// Gives the block back.
    @inlinable
    public func free(in memory: SlabAllocator) { memory.free(raw, size) }

    /// The number of integers.
    @inlinable @inline(__always)
    public var count: Int { Int(raw.load(as: UInt32.self)) }

    /// What each integer takes, in bytes.
    @inlinable @inline(__always)
    var width: Int { Int(raw.load(fromByteOffset: 4, as: UInt32.self)) }

    @inlinable @inline(__always)
    func setHead(count: Int, width: Int) {
        raw.storeBytes(of: UInt32(truncatingIfNeeded: count), as: UInt32.self)
        raw.storeBytes(of: UInt32(truncatingIfNeeded: width), toByteOffset: 4, as: UInt32.self)
    }

    /// The bytes in use, the head included.
    @inlinable @inline(__always)
    public var usedBytes: Int { IntSet.headSize &+ count &* width }

    /// What the block takes.
    @inlinable
    public var size: Int { SlabLayout.rounded(usedBytes) }

    /// The whole set as bytes, which `make(image:in:)` takes back.
    @inlinable
    public var image: Bytes { Bytes(raw: raw, count: usedBytes) }

    @inlinable @inline(__always)
    static func offset(_ index: Int, _ width: Int) -> Int { headSize &+ index &* width }

    @inlinable @inline(__always)
    func load(_ index: Int, _ width: Int) -> Int64 {
        let offset = IntSet.offset(index, width)
        switch width {
        case 2: return Int64(raw.load(fromByteOffset: offset, as: Int16.self))
        case 4: return Int64(raw.load(fromByteOffset: offset, as: Int32.self))
        default: return raw.load(fromByteOffset: offset, as: Int64.self)
        }
    }

    @inlinable @inline(__always)
    func store(_ value: Int64, _ index: Int, _ width: Int) {
        let offset = IntSet.offset(index, width)
        switch width {
        case 2:
            raw.storeBytes(
                of: Int16(truncatingIfNeeded: value), toByteOffset: offset, as: Int16.self)
        case 4:
            raw.storeBytes(
                of: Int32(truncatingIfNeeded: value), toByteOffset: offset, as: Int32.self)
        default: raw.storeBytes(of: value, toByteOffset: offset, as: Int64.self)
        }
    }

    /// The integer at `index`, counted from 0 in ascending order; there must be so many.
    @inlinable @inline(__always)
    public subscript(index: Int) -> Int64 {
        assert(index >= 0 && index < count)
        return load(index, width)
    }

    /// Whether `value` is in the set.
    @inlinable
    public func contains(_ value: Int64) -> Bool {
        guard IntSet.width(of: value) <= width else { return false }
        let index = lowerBound(value)
        return index < count && load(index, width) == value
    }

    /// The index of the first integer that is not below `value`; `count` when there is none.
    @inlinable
    func lowerBound(_ value: Int64) -> Int {
        let width = self.width
        var low = 0
        var length = count
        while length > 0 {
            let half = length &>> 1
            if load(low &+ half, width) < value {
                low &+= half &+ 1
                length &-= half &+ 1
            } else {
                length = half
            }
        }
        return low
    }

    /// The bytes that an integer needs: 2, 4 or 8.
    @inlinable @inline(__always)
    static func width(of value: Int64) -> Int {
        if Int64(Int16(truncatingIfNeeded: value)) == value { return 2 }
        return Int64(Int32(truncatingIfNeeded: value)) == value ? 4 : 8
    }
}

extension IntSet: Sequence {
    /// Walks the integers in ascending order; the set must not be edited meanwhile.
    @frozen
    public struct Iterator: IteratorProtocol {
        @usableFromInline let set: IntSet
        @usableFromInline let end: Int
        @usableFromInline var index = 0

        @inlinable @inline(__always)
        init(_ set: IntSet) {
            self.set = set
            end = set.count
        }

        /// The next integer, or nil behind the last.
        @inlinable @inline(__always)
        public mutating func next() -> Int64? {
            guard index < end else { return nil }
            defer { index &+= 1 }
            return set[index]
        }
    }

    /// An iterator over all integers.
    @inlinable @inline(__always)
    public func makeIterator() -> Iterator { Iterator(self) }
}
