// A borrowed run of bytes that may be changed: a stored string while a command edits it in place.
import CLinux

/// Bytes that somebody else owns, lent for changing until the next operation on their owner.
@frozen
public struct MutableBytes {
    /// The first byte; points at memory that may be written even when `count` is 0.
    public let base: UnsafeMutablePointer<UInt8>
    /// The number of bytes.
    public let count: Int

    /// A view of `count` bytes at `base`.
    @inlinable @inline(__always)
    public init(base: UnsafeMutablePointer<UInt8>, count: Int) {
        self.base = base
        self.count = count
    }

    /// No bytes.
    @inlinable
    public static var none: MutableBytes {
        MutableBytes(base: UnsafeMutablePointer(mutating: Bytes.empty.base), count: 0)
    }

    /// The same bytes for reading.
    @inlinable @inline(__always)
    public var bytes: Bytes { Bytes(base: base, count: count) }

    /// The byte at `index`, which must lie in `0 ..< count`.
    @inlinable @inline(__always)
    public subscript(index: Int) -> UInt8 {
        get {
            assert(index >= 0 && index < count)
            return base[index]
        }
        nonmutating set {
            assert(index >= 0 && index < count)
            base[index] = newValue
        }
    }

    /// Copies `source` to `offset`, where it must fit.
    @inlinable
    public func overwrite(at offset: Int, with source: Bytes) {
        assert(offset >= 0 && offset + source.count <= count)
        source.copy(to: base + offset)
    }

    /// Moves what lies in `from ..< end` so that it begins at `to`; both places must lie within.
    @inlinable
    public func move(from: Int, end: Int, to: Int) {
        assert(from >= 0 && from <= end && end <= count && to >= 0 && to + end - from <= count)
        memmove(base + to, base + from, end - from)
    }

    /// Makes all bytes zero.
    @inlinable
    public func clear() { memset(base, 0, count) }
}

extension Entry {
    /// The inline value's bytes for changing.
    @inlinable @inline(__always)
    public var editableValue: MutableBytes { MutableBytes(base: mutableValue, count: valueCount) }
}

extension LargeString {
    /// The bytes in use for changing; only while nobody else holds a reference.
    @inlinable
    public var editable: MutableBytes {
        assert(!isShared)
        return MutableBytes(base: start, count: count)
    }
}
