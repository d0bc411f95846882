// An entry's deadline word: when it expires, and under which tick the index has filed it.
//
//     bit 63 = 0   deadline 43 | anchor 20    filed: the low bits of the filed item's tick
//     bit 63 = 1   deadline 63                too far (beyond the year 2248) to be filed
//
// The word is the entry's own, or a field of the block that the entry's value word points at: a
// hash whose fields expire has such a word for the first of them, beside the key's own deadline.

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

/// Where the deadline words of a table's entries are.
@frozen
public struct DeadlinePlace {
    /// The kind of the entries whose value has the word.
    @usableFromInline let kind: UInt8
    /// The word's offset in the value's block; negative when it is `Entry.deadlineWord`.
    @usableFromInline let offset: Int

    @inlinable
    init(kind: UInt8, offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    /// In the entries that have the flag `deadline`.
    @inlinable
    public static var entry: DeadlinePlace { DeadlinePlace(kind: 0, offset: -1) }

    /// In the block that the value word of an entry of this kind points at, `offset` bytes from
    /// its beginning, a multiple of 8. It begins as `DeadlineWord(unfiled: .max)`.
    @inlinable
    public static func value(kind: UInt8, offset: Int) -> DeadlinePlace {
        precondition(offset >= 0 && offset % 8 == 0)
        return DeadlinePlace(kind: kind, offset: offset)
    }

    /// An entry's word, nil when it has none.
    @inlinable @inline(__always)
    func word(of entry: Entry) -> UnsafeMutablePointer<DeadlineWord>? {
        let raw: UnsafeMutableRawPointer
        if offset < 0 {
            guard entry.has(Entry.Flag.deadline) else { return nil }
            raw = entry.raw + (entry.has(Entry.Flag.wide) ? 16 : 8)
        } else {
            guard entry.kind == kind, entry.has(Entry.Flag.word),
                let block = UnsafeMutableRawPointer(bitPattern: UInt(entry.word))
            else { return nil }
            raw = block + offset
        }
        return raw.assumingMemoryBound(to: DeadlineWord.self)
    }
}
