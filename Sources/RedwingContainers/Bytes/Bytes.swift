// A borrowed run of bytes: what a key, an argument or a value looks like to everybody who only
// reads it. Nothing here allocates or owns memory.
import CLinux

/// Bytes that somebody else owns, lent for the duration of a call.
///
/// The lender keeps them alive and unchanged while the view is in use: an argument lives until the
/// command has finished, a stored key or value until the next write to its table.
@frozen
public struct Bytes: ExpressibleByStringLiteral {
    /// The first byte; points at readable memory even when `count` is 0.
    public let base: UnsafePointer<UInt8>
    /// The number of bytes.
    public let count: Int

    /// A view of `count` bytes at `base`.
    @inlinable @inline(__always)
    public init(base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        self.count = count
    }

    /// A view of `count` bytes at a raw address.
    @inlinable @inline(__always)
    public init(raw: UnsafeRawPointer, count: Int) {
        self.base = raw.assumingMemoryBound(to: UInt8.self)
        self.count = count
    }

    /// A view of a string literal.
    @inlinable @inline(__always)
    public init(_ literal: StaticString) {
        self.base = literal.utf8Start
        self.count = literal.utf8CodeUnitCount
    }

    /// A view of a string literal.
    @inlinable @inline(__always)
    public init(stringLiteral literal: StaticString) { self.init(literal) }

    /// No bytes.
    @inlinable
    public static var empty: Bytes { Bytes("") }

    /// Whether there are no bytes.
    @inlinable @inline(__always)
    public var isEmpty: Bool { count == 0 }

    /// The byte at `index`, which must lie in `0 ..< count`.
    @inlinable @inline(__always)
    public subscript(index: Int) -> UInt8 {
        assert(index >= 0 && index < count)
        return base[index]
    }

    /// The bytes from `start` on, `length` of them; the range must lie within the view.
    @inlinable @inline(__always)
    public func slice(_ start: Int, _ length: Int) -> Bytes {
        assert(start >= 0 && length >= 0 && start + length <= count)
        return Bytes(base: base + start, count: length)
    }

    /// Whether both views hold the same bytes.
    @inlinable @inline(__always)
    public static func == (left: Bytes, right: Bytes) -> Bool {
        guard left.count == right.count else { return false }
        // Most keys are this short; two loads that may overlap spare the call.
        if left.count >= 8, left.count <= 16 {
            let last = left.count &- 8
            return left.word(at: 0) == right.word(at: 0)
                && left.word(at: last) == right.word(at: last)
        }
        return memcmp(left.base, right.base, left.count) == 0
    }

    /// The eight bytes at `offset` as one word, in memory order.
    @inlinable @inline(__always)
    func word(at offset: Int) -> UInt64 {
        UnsafeRawPointer(base).loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Whether the views differ.
    @inlinable @inline(__always)
    public static func != (left: Bytes, right: Bytes) -> Bool { !(left == right) }

    /// Lexicographic order of unsigned bytes, the shorter first among equals: below 0, 0, above 0.
    @inlinable
    public func compare(_ other: Bytes) -> Int {
        let order = memcmp(base, other.base, min(count, other.count))
        return order != 0 ? Int(order) : count - other.count
    }

    /// Whether this is `token`, written in lower case, in any mixture of cases (ASCII).
    @inlinable
    public func isToken(_ token: StaticString) -> Bool {
        guard count == token.utf8CodeUnitCount else { return false }
        let expected = token.utf8Start
        for index in 0..<count where asciiLowercase(base[index]) != expected[index] {
            return false
        }
        return true
    }

    /// Whether both hold the same bytes but for the case of ASCII letters.
    @inlinable
    public func equalsIgnoringCase(_ other: Bytes) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count
        where asciiLowercase(base[index]) != asciiLowercase(other.base[index]) {
            return false
        }
        return true
    }

    /// Whether the view starts with all of `prefix`.
    @inlinable
    public func hasPrefix(_ prefix: Bytes) -> Bool {
        count >= prefix.count && memcmp(base, prefix.base, prefix.count) == 0
    }

    /// The first position of `byte`, or nil.
    @inlinable
    public func firstIndex(of byte: UInt8) -> Int? {
        guard let found = memchr(base, Int32(byte), count) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// Copies all bytes to `destination`, which has room for `count` of them.
    @inlinable @inline(__always)
    public func copy(to destination: UnsafeMutableRawPointer) {
        memcpy(destination, base, count)
    }

    /// A copy that outlives the lender. Cold paths only: it allocates.
    @inlinable
    public var array: [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }

    /// The bytes as text, invalid UTF-8 repaired. Cold paths only: it allocates.
    @inlinable
    public var string: String {
        String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
    }
}

/// The lower-case form of an ASCII letter; every other byte as it is.
@inlinable @inline(__always)
public func asciiLowercase(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
}

extension Array where Element == UInt8 {
    /// Lends the array's bytes to `body`.
    @inlinable
    public func withBytes<R>(_ body: (Bytes) throws -> R) rethrows -> R {
        try withUnsafeBufferPointer {
            guard let base = $0.baseAddress else { return try body(.empty) }
            return try body(Bytes(base: base, count: $0.count))
        }
    }
}

extension String {
    /// Lends the string's UTF-8 bytes to `body`.
    @inlinable
    public func withBytes<R>(_ body: (Bytes) throws -> R) rethrows -> R {
        try Array(utf8).withBytes(body)
    }
}

extension Bytes {
    /// Whether both views lend the very same memory.
    @inlinable @inline(__always)
    public func isSameMemory(as other: Bytes) -> Bool {
        base == other.base && count == other.count
    }
}
