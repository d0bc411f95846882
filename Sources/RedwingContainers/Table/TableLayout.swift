// The bit layouts of the hash table: directory words, segment heads, buckets and slots.
//
// A bucket is one cache line: a word of marks (seven 8-bit fingerprints, 0 for a free slot, and a
// byte of flags), then seven slots. A slot packs an entry's address (48 bits, 8-byte aligned) with
// 16 bits of its hash, so that growing a segment reads no entry.
import CLinux

/// One word of the directory: where a segment is, how many buckets it has and how deep it lies.
@frozen
@usableFromInline
struct DirectoryWord {
    @usableFromInline let bits: UInt64

    @inlinable @inline(__always)
    init(bits: UInt64) { self.bits = bits }

    @inlinable @inline(__always)
    init(segment: Segment, buckets: Int, depth: Int) {
        bits =
            UInt64(UInt(bitPattern: segment.raw)) | UInt64(truncatingIfNeeded: buckets) &<< 48
            | UInt64(truncatingIfNeeded: depth) &<< 56
    }

    @inlinable @inline(__always)
    var segment: Segment {
        // A directory word is never zero while the table is in use.
        Segment(
            raw: UnsafeMutableRawPointer(bitPattern: UInt(bits & 0xffff_ffff_ffff))
                .unsafelyUnwrapped)
    }

    @inlinable @inline(__always)
    var bucketCount: Int { Int(truncatingIfNeeded: bits &>> 48) & 0xff }

    @inlinable @inline(__always)
    var depth: UInt64 { bits &>> 56 }

    /// The home bucket of a hash: the bits behind the segment's prefix, scaled to the buckets.
    @inlinable @inline(__always)
    func home(_ hash: UInt64) -> Int {
        let cell = (hash &<< depth) &>> (64 &- TableLayout.cellBits)
        return (Int(truncatingIfNeeded: cell) &* bucketCount) &>> Int(TableLayout.cellBits)
    }
}

/// Constants of the table.
@usableFromInline
enum TableLayout {
    /// Slots of a bucket.
    @usableFromInline static let slots = 7
    /// Hash bits behind the prefix that decide the home bucket.
    @usableFromInline static let cellBits: UInt64 = 10
    /// A segment of this many buckets splits instead of growing.
    @usableFromInline static let maxBuckets = 128
    /// What each half gets after a split.
    @usableFromInline static let halfBuckets = 80
    /// The address bits of a slot.
    @usableFromInline static let addressMask: UInt64 = 0xffff_ffff_fff8
    /// One entry that had to go past this bucket, in the flags' count.
    @usableFromInline static let overflowOne: UInt64 = 1 << 56
    /// The count's mask; at its maximum the count sticks.
    @usableFromInline static let overflowMask: UInt64 = 0x7f << 56

    /// How many entries a segment of so many buckets takes: 29 of 32 slots.
    @inlinable @inline(__always)
    static func capacity(_ buckets: Int) -> Int { (buckets &* slots &* 29) &>> 5 }

    @inlinable @inline(__always)
    static func fingerprint(_ hash: UInt64) -> UInt64 {
        let byte = hash & 0xff
        return byte == 0 ? 1 : byte
    }

    /// A bit at the top of each of the seven mark bytes that equals `fingerprint`; bytes above
    /// the first match may be wrong, which a key comparison catches.
    @inlinable @inline(__always)
    static func matches(_ marks: UInt64, _ fingerprint: UInt64) -> UInt64 {
        let difference = marks ^ (fingerprint &* 0x0101_0101_0101_0101)
        return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x0080_8080_8080_8080
    }
}

/// A run of buckets, with a head of one cache line.
@frozen
@usableFromInline
struct Segment {
    @usableFromInline let raw: UnsafeMutableRawPointer

    @inlinable @inline(__always)
    init(raw: UnsafeMutableRawPointer) { self.raw = raw }

    @frozen
    @usableFromInline
    struct Head {
        @usableFromInline var count: Int32
        @usableFromInline var buckets: Int32
        /// The number of hash bits that all entries share.
        @usableFromInline var depth: Int32
        /// The first hash bit that the slots' tags hold; at most `depth`.
        @usableFromInline var tagBase: Int32
        /// The shared hash bits, at the top of the word.
        @usableFromInline var prefix: UInt64
    }

    @inlinable @inline(__always)
    var head: UnsafeMutablePointer<Head> { raw.assumingMemoryBound(to: Head.self) }

    @inlinable @inline(__always)
    func bucket(_ index: Int) -> UnsafeMutablePointer<UInt64> {
        (raw + (64 &+ index &<< 6)).assumingMemoryBound(to: UInt64.self)
    }

    @inlinable
    static func size(buckets: Int) -> Int { 64 &+ buckets &<< 6 }

    /// The cell of a slot's entry, from its tag.
    @inlinable @inline(__always)
    func cell(ofSlot slot: UInt64) -> Int {
        let used = UInt64(truncatingIfNeeded: head.pointee.depth &- head.pointee.tagBase)
        let tag = slot &>> 48
        return Int(truncatingIfNeeded: tag &>> (16 &- TableLayout.cellBits &- used)) & 1023
    }

    @inlinable @inline(__always)
    func home(ofSlot slot: UInt64) -> Int {
        (cell(ofSlot: slot) &* Int(head.pointee.buckets)) &>> Int(TableLayout.cellBits)
    }
}

/// Where an entry's slot is; valid until the next insertion or removal.
@frozen
public struct TablePosition {
    @usableFromInline let slot: UnsafeMutablePointer<UInt64>

    @inlinable @inline(__always)
    init(slot: UnsafeMutablePointer<UInt64>) { self.slot = slot }

    /// The entry in the slot.
    @inlinable @inline(__always)
    public var entry: Entry { entryOfSlot(slot.pointee) }

    /// Puts another entry of the same key in the slot. The old one must still be there; it is the
    /// caller's to free.
    @inlinable @inline(__always)
    public func replace(with entry: Entry) {
        entry.captureMark = self.entry.captureMark
        slot.pointee =
            slot.pointee & ~TableLayout.addressMask | UInt64(UInt(bitPattern: entry.raw))
    }
}

@inlinable @inline(__always)
func entryOfSlot(_ slot: UInt64) -> Entry {
    // An occupied slot holds an address.
    Entry(
        raw: UnsafeMutableRawPointer(bitPattern: UInt(slot & TableLayout.addressMask))
            .unsafelyUnwrapped)
}

extension TablePosition {
    /// Gives the entry a deadline word or takes it away; the old entry is freed. Returns the new.
    @discardableResult
    public func relayout(withDeadline: Bool, in memory: SlabAllocator) -> Entry {
        let old = entry
        let new = old.copy(withDeadline: withDeadline, in: memory)
        replace(with: new)
        old.free(in: memory)
        return new
    }
}
