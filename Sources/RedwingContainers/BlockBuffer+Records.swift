// What records are made of: lengths in seven-bit groups, byte runs, and long strings that a block
// borrows; and the reader that takes them apart again without trusting them.

extension BlockBuffer {
    /// Appends a copy of `bytes`.
    @inlinable
    public func append(_ bytes: Bytes) {
        append(contentsOf: UnsafeRawBufferPointer(start: bytes.base, count: bytes.count))
    }

    /// Appends a length, seven bits a byte, the lowest first, the top bit set on all but the last.
    @inlinable
    public func append(length: Int) {
        var rest = UInt64(truncatingIfNeeded: length)
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest &>>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// Lets the block borrow a long string, with a reference that `releaseBorrowed` drops.
    public func borrow(_ string: LargeString) {
        string.retain()
        let bytes = string.bytes
        borrow(
            UnsafeRawBufferPointer(start: bytes.base, count: bytes.count), token: string.address)
    }

    /// Drops the references to all strings that the block borrowed, once it has come back.
    public func releaseBorrowed(in memory: SlabAllocator) {
        for segment in segments { LargeString(address: segment.token).release(in: memory) }
    }
}

/// Reads records from bytes that may be wrong: every step answers nil where the bytes end too soon.
public struct RecordReader {
    /// The bytes.
    public let bytes: Bytes
    /// The position of the next byte.
    public private(set) var position = 0

    /// A reader at the first of `bytes`.
    public init(_ bytes: Bytes) { self.bytes = bytes }

    /// Whether all bytes were read.
    @inlinable
    public var isAtEnd: Bool { position == bytes.count }

    /// The next byte.
    public mutating func byte() -> UInt8? {
        guard position < bytes.count else { return nil }
        position += 1
        return bytes[position - 1]
    }

    /// The next length.
    public mutating func length() -> Int? {
        var value = 0
        var shift = 0
        while let byte = byte() {
            guard shift <= 49 else { return nil }
            value |= Int(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }

    /// The next eight bytes as an integer, lowest first.
    public mutating func word() -> UInt64? {
        guard let run = run(8) else { return nil }
        return UnsafeRawPointer(run.base).loadUnaligned(as: UInt64.self).littleEndian
    }

    /// The next three bytes as an integer, lowest first.
    public mutating func triple() -> UInt32? {
        guard let run = run(3) else { return nil }
        return UInt32(run[0]) | UInt32(run[1]) << 8 | UInt32(run[2]) << 16
    }

    /// The next `count` bytes.
    public mutating func run(_ count: Int) -> Bytes? {
        guard count >= 0, count <= bytes.count - position else { return nil }
        position += count
        return bytes.slice(position - count, count)
    }

    /// All bytes that are left.
    public mutating func rest() -> Bytes {
        let left = bytes.slice(position, bytes.count - position)
        position = bytes.count
        return left
    }
}

extension RawSpan {
    /// Lends the span's bytes to `body`.
    public func withBytes<R>(_ body: (Bytes) throws -> R) rethrows -> R {
        try withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return try body(.empty) }
            return try body(Bytes(raw: base, count: raw.count))
        }
    }
}
