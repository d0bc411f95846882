// The request side of the protocol: multi-bulk and inline commands, split at any byte. The parser
// is a state machine over a buffer that the connection fills. A request that is whole in one read
// costs no state at all; of one that is cut the parser remembers what it has, so that a request of
// a million arguments is not read a million times. Error texts and limits are Valkey's.
import CLinux
import RedwingContainers

/// The limits that a parser enforces; from the configuration.
@frozen
public struct RequestLimits: Sendable {
    /// The longest bulk, in bytes (`proto-max-bulk-len`).
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

/// Why a request cannot be read on; the connection ends after the reply.
public enum ProtocolError: Error, Equatable, Sendable {
    /// The count of arguments is no number or out of range.
    case invalidMultibulkLength
    /// More arguments than a client may send that has not authenticated.
    case unauthenticatedMultibulkLength
    /// No line end within 64 KiB of a count.
    case tooBigCountString
    /// No line end within 64 KiB of a length.
    case tooBigBulkCountString
    /// A bulk's length is no number or out of range.
    case invalidBulkLength
    /// A longer bulk than a client may send that has not authenticated.
    case unauthenticatedBulkLength
    /// Another byte where a bulk should begin.
    case expectedDollar(UInt8)
    /// No line end within 64 KiB of an inline request.
    case tooBigInline
    /// An inline request with an open quote.
    case unbalancedQuotes

    /// The error's text, as it follows `-ERR Protocol error: `.
    public var text: String {
        switch self {
        case .invalidMultibulkLength: "invalid multibulk length"
        case .unauthenticatedMultibulkLength: "unauthenticated multibulk length"
        case .tooBigCountString: "too big mbulk count string"
        case .tooBigBulkCountString: "too big bulk count string"
        case .invalidBulkLength: "invalid bulk length"
        case .unauthenticatedBulkLength: "unauthenticated bulk length"
        case .expectedDollar(let byte):
            "expected '$', got '\(String(UnicodeScalar(byte < 0x80 ? byte : 0x3f)))'"
        case .tooBigInline: "too big inline request"
        case .unbalancedQuotes: "unbalanced quotes in request"
        }
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

    /// Parses commands from `data`, beginning at `start`, into `batch` until it is full or the
    /// data ends within a request. Returns where the first unparsed request begins; the bytes
    /// from there on must be at the front of `data` in the next call.
    @inlinable
    public mutating func parse(
        _ data: Bytes, from start: Int, into batch: RequestBatch, limits: RequestLimits
    ) throws(ProtocolError) -> Int {
        var position = start
        while position < data.count, !batch.isFull {
            let first = batch.state.pointee.argumentCount
            if partial == nil, data[position] == 0x2a,
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
                length < RequestParser.bigBulk, position &+ length &+ 2 <= data.count
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
        guard position &+ 2 <= data.count else { return nil }
        position &+= 2
        return value
    }
}
