// The id of a stream's entry: a time and a number within that time, ordered as one 128-bit number.

/// An entry's id.
@frozen
public struct StreamID: Comparable, Hashable, Sendable {
    /// Unix milliseconds, or whatever the client gave.
    public var ms: UInt64
    /// The number among the ids of the same millisecond.
    public var seq: UInt64

    /// The id `ms-seq`.
    @inlinable @inline(__always)
    public init(_ ms: UInt64, _ seq: UInt64) {
        self.ms = ms
        self.seq = seq
    }

    /// `0-0`, which no entry has.
    @inlinable
    public static var zero: StreamID { StreamID(0, 0) }

    /// The largest id.
    @inlinable
    public static var max: StreamID { StreamID(.max, .max) }

    /// Whether `left` comes before `right`.
    @inlinable @inline(__always)
    public static func < (left: StreamID, right: StreamID) -> Bool {
        left.ms != right.ms ? left.ms < right.ms : left.seq < right.seq
    }

    /// The next larger id; nil behind the largest.
    @inlinable
    public var next: StreamID? {
        if seq != .max { return StreamID(ms, seq &+ 1) }
        return ms == .max ? nil : StreamID(ms &+ 1, 0)
    }

    /// The next smaller id; nil before the smallest.
    @inlinable
    public var previous: StreamID? {
        if seq != 0 { return StreamID(ms, seq &- 1) }
        return ms == 0 ? nil : StreamID(ms &- 1, .max)
    }
}
