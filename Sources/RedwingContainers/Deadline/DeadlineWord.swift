// An entry's deadline word: when it expires, and under which tick the index has filed it.
//
//     bit 63 = 0   deadline 43 | anchor 20    filed: the low bits of the filed item's tick
//     bit 63 = 1   deadline 63                too far (beyond the year 2248) to be filed

/// What the word `Entry.deadlineWord` says.
@frozen
public struct DeadlineWord {
    /// The word as stored.
    public let bits: UInt64

    /// The word stored as `bits`.
    @inlinable @inline(__always)
    public init(bits: UInt64) { self.bits = bits }

    /// The bits of a deadline that is filed.
    @usableFromInline static let deadlineBits: UInt64 = 43
    /// The bits of an anchor.
    @usableFromInline static let anchorBits: UInt64 = 20
    @usableFromInline static let anchorMask = (1 << Int(anchorBits)) - 1
    @usableFromInline static let farBit: UInt64 = 1 << 63

    /// A deadline below 2^43 whose item is filed at `tick`.
    @inlinable @inline(__always)
    init(deadline: Int, tick: Int) {
        let anchor = UInt64(truncatingIfNeeded: tick & DeadlineWord.anchorMask)
        bits = UInt64(truncatingIfNeeded: deadline) | anchor &<< DeadlineWord.deadlineBits
    }

    /// A deadline that no item is filed for, whatever its size: expired on reads only. Also what
    /// an entry may carry before `DeadlineIndex.schedule` is called with `isNew`.
    @inlinable @inline(__always)
    public init(unfiled deadline: Int64) {
        bits = UInt64(bitPattern: max(0, deadline)) | DeadlineWord.farBit
    }

    /// Whether no item is filed for the deadline.
    @inlinable @inline(__always)
    public var isUnfiled: Bool { bits & DeadlineWord.farBit != 0 }

    /// When the entry expires: Unix time in milliseconds.
    @inlinable @inline(__always)
    public var deadline: Int64 {
        let width = isUnfiled ? 63 : DeadlineWord.deadlineBits
        return Int64(bitPattern: bits & ((1 &<< width) &- 1))
    }

    /// The low bits of the tick of the one valid item.
    @inlinable @inline(__always)
    var anchor: Int {
        Int(truncatingIfNeeded: bits &>> DeadlineWord.deadlineBits) & DeadlineWord.anchorMask
    }

    /// The same item with another deadline.
    @inlinable @inline(__always)
    func moved(to deadline: Int) -> DeadlineWord { DeadlineWord(deadline: deadline, tick: anchor) }
}
