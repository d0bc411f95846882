// A block of snapshot bytes on its way between the loop thread and a snapshot's file: a growable
// malloc'ed buffer, the tag that says what the bytes are, and the long strings that the block
// borrows instead of copying. It lives here because the engine fills it and persistence writes it,
// and neither may see the other's raw memory. Nothing of the file's format belongs here.

/// Bytes that a block borrows from their owner: they are written at `position` of the block, in
/// place, without a copy. The owner keeps them alive and unchanged until the block comes back.
public struct BorrowedSegment {
    /// The number of the block's own bytes that go before the segment.
    public let position: Int
    /// The borrowed bytes.
    public let bytes: UnsafeRawBufferPointer
    /// Whatever lets the owner find the bytes again when the block comes back.
    public let token: UInt64
}

/// A buffer of records for a snapshot, with its tag and the segments that it borrows.
///
/// It has one owner at a time and is not locked: the loop thread fills it, hands it to the writer
/// (which only reads it) and owns it again when the writer gives it back. After the hand-over the
/// loop must not touch it. `Sendable` is a promise of that protocol, not of the class.
public final class BlockBuffer: @unchecked Sendable {
    /// What a new buffer holds if nothing else is asked: a block of 256 KiB and one more record.
    public static let standardCapacity = 288 * 1024

    @exclusivity(unchecked) @usableFromInline
    var base: UnsafeMutableRawPointer
    @exclusivity(unchecked) @usableFromInline
    var used: Int
    @exclusivity(unchecked) @usableFromInline
    var allocated: Int

    /// What the bytes are; 1 to 254, chosen by the engine. 0 and 255 are refused by the writer.
    public var tag: UInt8 = 0
    /// The database that the records belong to.
    public var database: UInt32 = 0
    /// The number of keys whose record begins in this block.
    public var keyCount: UInt32 = 0
    /// The borrowed segments, in order of position.
    public private(set) var segments: [BorrowedSegment] = []
    /// The sum of the borrowed segments' lengths.
    public private(set) var borrowedCount = 0

    /// Allocates a buffer that holds `capacity` bytes before it has to grow.
    public init(capacity: Int = BlockBuffer.standardCapacity) {
        allocated = max(capacity, 64)
        used = 0
        base = UnsafeMutableRawPointer.allocate(byteCount: allocated, alignment: 16)
    }

    deinit { base.deallocate() }

    /// The number of bytes of its own, without the borrowed ones.
    @inlinable
    public var count: Int { used }

    /// The number of bytes that fit before the buffer grows; also the memory that it holds.
    @inlinable
    public var capacity: Int { allocated }

    /// Makes the buffer empty for reuse and keeps its memory. The segments are forgotten: their
    /// owner must have been told before.
    public func reset() {
        used = 0
        tag = 0
        database = 0
        keyCount = 0
        borrowedCount = 0
        segments.removeAll(keepingCapacity: true)
    }

    /// Drops all bytes and keeps tag, database and segments: for scratch use.
    @inlinable
    public func removeBytes() { used = 0 }

    /// Makes room for `byteCount` more bytes; at least doubles when it has to grow.
    @inlinable
    public func reserve(_ byteCount: Int) {
        if allocated - used < byteCount { grow(byteCount) }
    }

    @usableFromInline
    func grow(_ byteCount: Int) {
        let size = max(allocated * 2, used + byteCount)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        larger.copyMemory(from: base, byteCount: used)
        base.deallocate()
        base = larger
        allocated = size
    }

    /// Appends a copy of `bytes`.
    @inlinable
    public func append(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { append(contentsOf: $0) }
    }

    /// Appends a copy of `bytes`.
    @inlinable
    public func append(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { append(contentsOf: $0) }
    }

    /// Appends a copy of `bytes`.
    @inlinable
    public func append(contentsOf bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (base + used).copyMemory(from: source, byteCount: bytes.count)
        used += bytes.count
    }

    /// Appends one byte.
    @inlinable
    public func append(_ byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: used, as: UInt8.self)
        used += 1
    }

    /// Appends an integer, lowest byte first.
    @inlinable
    public func append<Integer: FixedWidthInteger>(littleEndian value: Integer) {
        reserve(MemoryLayout<Integer>.size)
        base.storeBytes(of: value.littleEndian, toByteOffset: used, as: Integer.self)
        used += MemoryLayout<Integer>.size
    }

    /// Overwrites the bytes at `offset`, which must have been appended before.
    @inlinable
    public func store<Integer: FixedWidthInteger>(littleEndian value: Integer, at offset: Int) {
        precondition(offset >= 0 && offset <= used - MemoryLayout<Integer>.size)
        base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Integer.self)
    }

    /// The integer at `offset`, lowest byte first; nil where the buffer ends before it does.
    @inlinable
    public func load<Integer: FixedWidthInteger>(
        _ type: Integer.Type = Integer.self, at offset: Int
    ) -> Integer? {
        guard offset >= 0, offset <= used - MemoryLayout<Integer>.size else { return nil }
        return Integer(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: Integer.self))
    }

    /// Lends the buffer's own bytes.
    @inlinable
    public func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: used).bytes)
    }

    /// Appends up to `limit` bytes that `fill` writes into the free space; `fill` gives back how
    /// many it has written.
    @inlinable
    public func appendUninitialized<Failure: Error>(
        _ limit: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        reserve(limit)
        let written = try fill(UnsafeMutableRawBufferPointer(start: base + used, count: limit))
        precondition(written >= 0 && written <= limit)
        used += written
    }

    /// Lets the block borrow `bytes` at the present end of its own bytes. `token` comes back with
    /// the block, so that the owner finds what it may now free or change.
    public func borrow(_ bytes: UnsafeRawBufferPointer, token: UInt64) {
        segments.append(BorrowedSegment(position: used, bytes: bytes, token: token))
        borrowedCount += bytes.count
    }

    /// Lends the borrowed bytes of one segment.
    @inlinable
    public func withBytes<Result, Failure: Error>(
        ofSegment index: Int, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(segments[index].bytes.bytes)
    }
}

extension RawSpan {
    /// The byte at `offset`, nil outside of the span.
    @inlinable
    public func byte(at offset: Int) -> UInt8? {
        guard offset >= 0, offset < byteCount else { return nil }
        return unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }
}

/// Buffers that wait for reuse, on the thread that fills them: with it a snapshot in progress holds
/// as many buffers as the writer's queue lets out, and allocates no more.
public struct BlockPool {
    private var free: [BlockBuffer] = []
    private let capacity: Int
    private let limit: Int

    /// A pool of buffers of `capacity` bytes that keeps at most `limit` of them.
    public init(capacity: Int = BlockBuffer.standardCapacity, limit: Int = 64) {
        self.capacity = capacity
        self.limit = limit
    }

    /// An empty buffer, a used one if there is one.
    public mutating func take() -> BlockBuffer {
        free.popLast() ?? BlockBuffer(capacity: capacity)
    }

    /// Keeps `buffer` for reuse, or frees it where it has grown too large or there are enough.
    public mutating func give(_ buffer: BlockBuffer) {
        buffer.reset()
        if free.count < limit && buffer.capacity <= capacity * 2 { free.append(buffer) }
    }
}
