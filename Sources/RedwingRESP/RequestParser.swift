// The request side of the protocol: multi-bulk and inline commands, split at any byte. The parser
// is a state machine over a buffer that the connection fills. A request that is whole in one read
// costs no state at all; of one that is cut the parser remembers what it has, so that a request of
// a million arguments is not read a million times. Error texts and limits are Valkey's.
import CLinux
import RedwingContainers

/// The limits that a parser enforces; from the configuration.
@frozen
public struct RequestLimits: Sendable {
    /// The longest bulk, in bytes (`proto-max-bulk-len`); not below `RequestParser.bigBulk`.
    public var maxBulk: Int
    /// The most arguments.
    public var maxArguments: Int
    /// Whether the client may only send what a login needs.
    public var isUnauthenticated: Bool

    /// Valkey's defaults.
    public init(
        maxBulk: Int = 512 << 20, maxArguments: Int = Int(Int32.max),
        isUnauthenticated: Bool = false
    ) {
        self.maxBulk = maxBulk
        self.maxArguments = maxArguments
        self.isUnauthenticated = isUnauthenticated
    }
}

/// What a connection remembers between two reads.
public struct RequestParser: ~Copyable {
    /// What is known of a request that is not whole yet.
    @usableFromInline
    struct Partial {
        /// Arguments still to come, the one being read included.
        @usableFromInline var missing: Int
        /// The length of the bulk being read, or nil before its length line.
        @usableFromInline var bulk: Int?
        /// The arguments so far: offsets into the buffer (or, at -1, the next large string).
        @usableFromInline var spans: [(offset: Int, count: Int)]
        /// Where to go on, from the request's first byte.
        @usableFromInline var position: Int
    }

    /// Lines without an end are refused beyond this many bytes.
    @usableFromInline static let maxLine = 64 * 1024
    /// A bulk at least this long is read into a block of its own.
    public static let bigBulk = 32 * 1024

    @usableFromInline var partial: Partial?
    /// The blocks of the request being read, and those that parsed commands still use.
    @usableFromInline var large: [LargeString] = []
    @usableFromInline let memory: SlabAllocator

    /// A parser between two requests; `memory` serves the blocks of big bulks.
    public init(memory: SlabAllocator) { self.memory = memory }

    deinit {
        for string in large { string.release(in: memory) }
    }

    /// Whether a request has begun and is not whole.
    @inlinable
    public var isMidRequest: Bool { partial != nil }

    /// The bytes that unfinished big bulks hold.
    public var largeBytes: Int { large.reduce(0) { $0 + $1.size } }

    /// Forgets the request that the last `parse` began and did not finish. To be called when the
    /// caller goes back to an earlier command of that batch: the bytes will be given once more.
    public mutating func rewind() {
        partial = nil
        for string in large { string.release(in: memory) }
        large.removeAll()
    }

    /// Parses commands from `data`, beginning at `start`, into `batch` until it is full or the
    /// data ends within a request. Returns where the first unparsed request begins; the bytes
    /// from there on must be at the front of `data` in the next call.
    @inlinable
    public mutating func parse(
        _ data: Bytes, from start: Int, into batch: RequestBatch, limits: RequestLimits
    ) throws(ProtocolError) -> Int {
        var position = start
        // Until a client has authenticated each of its commands may change what the next one may.
        batch.limit(toOne: limits.isUnauthenticated)
        while position < data.count, !batch.isFull {
            let first = batch.state.pointee.argumentCount
            if partial == nil, data[position] == 0x2a, !limits.isUnauthenticated,
                let end = parseWhole(data, position, batch)
            {
                if batch.state.pointee.argumentCount > first {
                    batch.close(first: first, end: end)
                }
                position = end
                continue
            }
            batch.state.pointee.argumentCount = first
            guard let end = try parseSlow(data, position, batch, limits) else { return position }
            if batch.state.pointee.argumentCount > first { batch.close(first: first, end: end) }
            position = end
        }
        return position
    }

    /// The common case: a whole multi-bulk request of moderate sizes. Returns where it ends, or
    /// nil for everything else, errors included, which the slow way then tells apart.
    @inlinable @inline(__always)
    func parseWhole(_ data: Bytes, _ start: Int, _ batch: RequestBatch) -> Int? {
        var position = start &+ 1
        guard let arguments = shortLength(data, &position), arguments <= 1024 else { return nil }
        for _ in 0..<arguments {
            guard position < data.count, data.base[position] == 0x24 else { return nil }
            position &+= 1
            guard let length = shortLength(data, &position),
                length < RequestParser.bigBulk, position &+ length &+ 2 <= data.count,
                isLineEnd(data, position &+ length)
            else { return nil }
            batch.push(Bytes(base: data.base + position, count: length))
            position &+= length &+ 2
        }
        return position
    }

    /// A canonical length of up to five digits and its line end; moves `position` behind it.
    @inlinable @inline(__always)
    func shortLength(_ data: Bytes, _ position: inout Int) -> Int? {
        guard position &+ 2 < data.count else { return nil }
        var value = Int(data.base[position] &- 0x30)
        guard value <= 9 else { return nil }
        position &+= 1
        if data.base[position] != 0x0d {
            guard value != 0 else { return nil }
            var digits = 1
            while position < data.count, data.base[position] != 0x0d {
                let digit = data.base[position] &- 0x30
                guard digit <= 9, digits < 5 else { return nil }
                value = value &* 10 &+ Int(digit)
                digits &+= 1
                position &+= 1
            }
        }
        guard position &+ 2 <= data.count, isLineEnd(data, position) else { return nil }
        position &+= 2
        return value
    }

    /// Whether a carriage return and a line feed are at `position`, where two bytes must be.
    @inlinable @inline(__always)
    func isLineEnd(_ data: Bytes, _ position: Int) -> Bool {
        UnsafeRawPointer(data.base).loadUnaligned(fromByteOffset: position, as: UInt16.self)
            == 0x0a0d
    }
}
