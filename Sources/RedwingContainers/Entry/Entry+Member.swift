// The compact form of an entry, for members of sets and sorted sets: no flags, no deadline, no
// access bits and no value but a score.
//
//     mark    1 byte    0x0f a member, 0x1f a member with a score; the three highest bits are the
//                       capture mark
//     length  1 byte    of the key
//     score   8 bytes   only with the mark 0x1f: a double, not aligned
//     key     the key's bytes
//
// A kind whose low four bits are all set says that an entry has this form; only `key`, `size`,
// `free`, `score` and `prefetch` may be asked of it. Keys too long for it take the normal form.
import CLinux

extension Entry {
    /// The longest key that the compact form holds, in bytes.
    public static let maxCompactKey = 255

    /// The low bits of the first byte of every compact entry, and of no other.
    @usableFromInline static let compactMark: UInt64 = 0x0f
    /// The bit of the first byte that says that a score precedes the key.
    @usableFromInline static let scoredMark: UInt64 = 0x10

    /// Whether a header is that of the compact form.
    @inlinable @inline(__always)
    static func isCompact(_ header: UInt64) -> Bool { header & compactMark == compactMark }

    /// Where the key of a compact entry with this header begins.
    @inlinable @inline(__always)
    static func compactKeyOffset(_ header: UInt64) -> Int {
        // The mark's bit is worth 16, the score 8 bytes.
        2 &+ Int(truncatingIfNeeded: (header & scoredMark) &>> 1)
    }

    /// The length of the key of a compact entry with this header.
    @inlinable @inline(__always)
    static func compactKeyCount(_ header: UInt64) -> Int {
        Int(truncatingIfNeeded: header &>> 8) & 0xff
    }

    /// Whether this entry has the compact form.
    @inlinable @inline(__always)
    public var isCompact: Bool { Entry.isCompact(header) }

    /// A new member of a set.
    @inlinable
    public static func makeMember(_ key: Bytes, in memory: SlabAllocator) -> Entry {
        guard key.count <= maxCompactKey else {
            return make(key, Shape(kind: 0, flags: 0, access: 0, valueCount: 0), in: memory)
        }
        let entry = Entry(raw: memory.allocate(2 &+ key.count))
        let mark = compactMark | UInt64(truncatingIfNeeded: key.count) &<< 8
        entry.raw.storeBytes(of: UInt16(truncatingIfNeeded: mark), as: UInt16.self)
        key.copy(to: entry.raw + 2)
        return entry
    }

    /// A new member of a sorted set.
    @inlinable
    public static func makeMember(
        _ key: Bytes, score: Double, in memory: SlabAllocator
    ) -> Entry {
        let entry: Entry
        if key.count <= maxCompactKey {
            entry = Entry(raw: memory.allocate(10 &+ key.count))
            let mark = compactMark | scoredMark | UInt64(truncatingIfNeeded: key.count) &<< 8
            entry.raw.storeBytes(of: UInt16(truncatingIfNeeded: mark), as: UInt16.self)
            key.copy(to: entry.raw + 10)
        } else {
            let shape = Shape(kind: 0, flags: Flag.word, access: 0, valueCount: 0)
            entry = make(key, shape, in: memory)
        }
        entry.score = score
        return entry
    }

    /// The score of an entry that was made with one.
    @inlinable @inline(__always)
    public var score: Double {
        get { Double(bitPattern: raw.loadUnaligned(fromByteOffset: scoreOffset, as: UInt64.self)) }
        nonmutating set {
            raw.storeBytes(of: newValue.bitPattern, toByteOffset: scoreOffset, as: UInt64.self)
        }
    }

    @inlinable @inline(__always)
    var scoreOffset: Int {
        let header = self.header
        if Entry.isCompact(header) {
            assert(header & Entry.scoredMark != 0)
            return 2
        }
        assert(header & Flag.word != 0)
        return Entry.wordOffset(header)
    }
}
