// A long string: a block of its own, shared by counting. The keyspace owns one reference, a reply
// that is being sent or a snapshot that is being written another; whoever wants to change a shared
// one makes a copy first. Counted on the loop's thread only: other threads get the bytes and give
// the reference back through the loop.
import CLinux

/// A long string; a handle to its block, valid while a reference is held.
@frozen
public struct LargeString {
    @frozen
    @usableFromInline
    struct Head {
        @usableFromInline var count: Int
        @usableFromInline var capacity: Int
        @usableFromInline var references: Int

        @inlinable
        init(count: Int, capacity: Int, references: Int) {
            self.count = count
            self.capacity = capacity
            self.references = references
        }
    }

    /// The block's address.
    public let raw: UnsafeMutableRawPointer

    /// Values longer than this are stored as large strings, shorter ones inside their entry.
    public static let threshold = 4000

    @usableFromInline static let headSize = MemoryLayout<Head>.size

    /// The string whose block is at an address that `address` gave.
    @inlinable @inline(__always)
    public init(address: UInt64) {
        // Only addresses of live blocks are ever stored.
        raw = UnsafeMutableRawPointer(bitPattern: UInt(address)).unsafelyUnwrapped
    }

    @inlinable @inline(__always)
    init(raw: UnsafeMutableRawPointer) { self.raw = raw }

    /// The block's address, to be stored in an entry's word.
    @inlinable @inline(__always)
    public var address: UInt64 { UInt64(UInt(bitPattern: raw)) }

    @inlinable @inline(__always)
    var head: UnsafeMutablePointer<Head> { raw.assumingMemoryBound(to: Head.self) }

    /// An empty string with room for `capacity` bytes and one reference.
    @inlinable
    public static func make(capacity: Int, in memory: SlabAllocator) -> LargeString {
        let size = SlabLayout.rounded(headSize + capacity)
        let string = LargeString(raw: memory.allocate(size))
        string.head.pointee = Head(count: 0, capacity: size - headSize, references: 1)
        return string
    }

    /// A string of `count` bytes that are anything until they are written.
    @inlinable
    public static func make(unwritten count: Int, in memory: SlabAllocator) -> LargeString {
        let string = make(capacity: count, in: memory)
        string.count = count
        return string
    }

    /// A string that holds a copy of `bytes`.
    @inlinable
    public static func make(_ bytes: Bytes, in memory: SlabAllocator) -> LargeString {
        let string = make(capacity: bytes.count, in: memory)
        bytes.copy(to: string.start)
        string.count = bytes.count
        return string
    }

    /// The number of bytes in use.
    @inlinable @inline(__always)
    public var count: Int {
        get { head.pointee.count }
        nonmutating set {
            assert(newValue <= head.pointee.capacity)
            head.pointee.count = newValue
        }
    }

    /// The number of bytes that fit.
    @inlinable
    public var capacity: Int { head.pointee.capacity }

    /// What the block takes.
    @inlinable
    public var size: Int { LargeString.headSize + head.pointee.capacity }

    /// The first byte, for writing; only while nobody else holds a reference.
    @inlinable
    public var start: UnsafeMutablePointer<UInt8> {
        (raw + LargeString.headSize).assumingMemoryBound(to: UInt8.self)
    }

    /// The bytes in use.
    @inlinable
    public var bytes: Bytes { Bytes(base: start, count: count) }

    /// Whether somebody else holds a reference too.
    @inlinable
    public var isShared: Bool { head.pointee.references > 1 }

    /// Takes one more reference.
    @inlinable
    public func retain() { head.pointee.references += 1 }

    /// Drops a reference; the last one frees the block.
    @inlinable
    public func release(in memory: SlabAllocator) {
        head.pointee.references -= 1
        if head.pointee.references == 0 { memory.free(raw, size) }
    }

    /// A string with the same bytes that may be changed and has room for `capacity` bytes: this
    /// one when it can be had, otherwise a copy, for which this one's reference is dropped. Room
    /// that has to be made is made with a reserve, so that many small additions stay cheap.
    public func unique(capacity wanted: Int, in memory: SlabAllocator) -> LargeString {
        if !isShared, wanted <= capacity { return self }
        let room = wanted <= count ? count : wanted + min(wanted, 1 << 20)
        if !isShared { return grown(to: room, in: memory) }
        let copy = LargeString.make(capacity: room, in: memory)
        copy.count = count
        bytes.copy(to: copy.start)
        release(in: memory)
        return copy
    }

    /// This string with room for at least `capacity` bytes, which is more than it has; only while
    /// nobody else holds a reference. The handle and views of the old one are no longer valid.
    public func grown(to capacity: Int, in memory: SlabAllocator) -> LargeString {
        assert(!isShared && capacity >= self.capacity)
        let size = SlabLayout.rounded(LargeString.headSize + capacity)
        let grown = LargeString(raw: memory.grow(raw, from: self.size, to: size))
        grown.head.pointee.capacity = size - LargeString.headSize
        return grown
    }
}
