// One key with its value, or one field of a large hash: a single block of memory.
//
//     header   8 bytes   kind 8 | flags 8 | access 27 | key length 9 | value length 12
//     lengths  8 bytes   only with `wide`: key length 32 | value length 32
//     deadline 8 bytes   only with `deadline`: when it expires, and what the index knows of it
//     word     8 bytes   only with `word`: an integer, or the address of a value of its own
//     key      the key's bytes
//     value    the value's bytes; none with `word`
//
// The optional words come first, so that they are aligned and the key's offset follows from the
// flags. An entry knows its own size from its header, which is why the allocator needs no header.
// What the kind means is the engine's business, but for one thing: a kind whose low four bits are
// all set marks the compact form of `Entry+Member.swift`.
import CLinux

/// An entry; a handle to its block, valid until the entry is resized or freed.
@frozen
public struct Entry {
    /// The block's address.
    public let raw: UnsafeMutableRawPointer

    /// The entry whose block begins at `raw`.
    @inlinable @inline(__always)
    public init(raw: UnsafeMutableRawPointer) { self.raw = raw }

    /// Bits of the header's flags byte; its three highest are the capture mark.
    public enum Flag {
        /// A deadline word is present.
        public static let deadline: UInt64 = 1 << 8
        /// A lengths word is present.
        public static let wide: UInt64 = 1 << 9
        /// The value is a word and not bytes.
        public static let word: UInt64 = 1 << 10
        /// The three flags that add a word each.
        @usableFromInline static let words: UInt64 = 7 << 8
        /// Free for the engine: the string was edited in place (OBJECT ENCODING says raw).
        public static let edited: UInt64 = 1 << 11
    }

    /// The access bits that there are.
    public static let accessMask: UInt32 = 0x7ff_ffff
    /// Where the lengths begin in the header.
    @usableFromInline static let keyCountShift: UInt64 = 43
    @usableFromInline static let valueCountShift: UInt64 = 52
    /// The longest key whose length fits in the header.
    @usableFromInline static let maxShortKey = 511
    /// The longest inline value whose length fits in the header.
    @usableFromInline static let maxShortValue = 4095

    /// Asks the CPU to fetch the entry's first bytes.
    @inlinable @inline(__always)
    public func prefetch() { redwing_prefetch(raw) }

    /// Asks the CPU to fetch the first cache lines of what the word is the address of.
    @inlinable @inline(__always)
    public func prefetchWord(lines: Int) {
        guard var place = UnsafeRawPointer(bitPattern: UInt(word)) else { return }
        for _ in 0..<lines {
            redwing_prefetch(place)
            place += 64
        }
    }

    /// The header word.
    @inlinable @inline(__always)
    public var header: UInt64 {
        get { raw.load(as: UInt64.self) }
        nonmutating set { raw.storeBytes(of: newValue, as: UInt64.self) }
    }

    /// The kind byte, whose meaning the engine gives.
    @inlinable @inline(__always)
    public var kind: UInt8 {
        get { raw.load(as: UInt8.self) }
        nonmutating set { raw.storeBytes(of: newValue, as: UInt8.self) }
    }

    /// The 27 bits of bookkeeping for LRU or LFU.
    @inlinable @inline(__always)
    public var access: UInt32 {
        get { UInt32(truncatingIfNeeded: header &>> 16) & Entry.accessMask }
        nonmutating set {
            header =
                header & ~(UInt64(Entry.accessMask) &<< 16)
                | UInt64(newValue & Entry.accessMask) &<< 16
        }
    }

    /// How many capture marks there are.
    public static let captureMarks: UInt8 = 8

    /// The number of the last snapshot that has the entry, as the table counts them: the three
    /// highest bits of the flags byte, or of the mark byte in the compact form.
    @inlinable @inline(__always)
    public var captureMark: UInt8 {
        get { raw.load(fromByteOffset: captureByte, as: UInt8.self) &>> 5 }
        nonmutating set {
            let byte = raw.load(fromByteOffset: captureByte, as: UInt8.self)
            raw.storeBytes(
                of: byte & 0x1f | newValue &<< 5, toByteOffset: captureByte, as: UInt8.self)
        }
    }

    @inlinable @inline(__always)
    var captureByte: Int { kind & 0x0f == 0x0f ? 0 : 1 }

    /// Whether a flag of `Flag` is set.
    @inlinable @inline(__always)
    public func has(_ flag: UInt64) -> Bool { header & flag != 0 }

    /// Sets or clears a flag that adds no word.
    @inlinable @inline(__always)
    public func set(_ flag: UInt64, _ on: Bool) {
        assert(flag & Flag.words == 0)
        header = on ? header | flag : header & ~flag
    }

    @inlinable @inline(__always)
    static func keyOffset(_ header: UInt64) -> Int { offset(header &>> 5 & 0x38) }

    /// Where what follows the words of these three flags begins; `shift` is the flags times 8. A
    /// table in a register: the oldest CPUs that Swift compiles for cannot count bits.
    @inlinable @inline(__always)
    static func offset(_ shift: UInt64) -> Int {
        Int(truncatingIfNeeded: 0x2018_1810_1810_1008 &>> shift) & 0xff
    }

    /// The key.
    @inlinable @inline(__always)
    public var key: Bytes {
        let header = self.header
        guard !Entry.isCompact(header) else {
            return Bytes(
                raw: raw + Entry.compactKeyOffset(header), count: Entry.compactKeyCount(header))
        }
        let length =
            header & Flag.wide == 0
            ? Int(truncatingIfNeeded: header &>> Entry.keyCountShift) & Entry.maxShortKey
            : Int(raw.load(fromByteOffset: 8, as: UInt32.self))
        return Bytes(raw: raw + Entry.keyOffset(header), count: length)
    }

    /// The length of the inline value; 0 when the value is a word.
    @inlinable @inline(__always)
    public var valueCount: Int {
        let header = self.header
        return header & Flag.wide == 0
            ? Int(truncatingIfNeeded: header &>> Entry.valueCountShift)
            : Int(raw.load(fromByteOffset: 12, as: UInt32.self))
    }

    /// The inline value's bytes; empty when the value is a word.
    @inlinable @inline(__always)
    public var value: Bytes {
        let key = self.key
        return Bytes(base: key.base + key.count, count: valueCount)
    }

    /// Where the inline value may be changed in place.
    @inlinable @inline(__always)
    public var mutableValue: UnsafeMutablePointer<UInt8> {
        UnsafeMutablePointer(mutating: value.base)
    }

    @inlinable @inline(__always)
    static func wordOffset(_ header: UInt64) -> Int {
        offset(header &>> 5 & 0x18)
    }

    /// The value as a word; only with the flag `word`.
    @inlinable @inline(__always)
    public var word: UInt64 {
        get {
            assert(has(Flag.word))
            return raw.load(fromByteOffset: Entry.wordOffset(header), as: UInt64.self)
        }
        nonmutating set {
            assert(has(Flag.word))
            raw.storeBytes(
                of: newValue, toByteOffset: Entry.wordOffset(header), as: UInt64.self)
        }
    }

    /// The raw deadline word; only with the flag `deadline`.
    @inlinable @inline(__always)
    public var deadlineWord: UInt64 {
        get {
            assert(has(Flag.deadline))
            return raw.load(fromByteOffset: has(Flag.wide) ? 16 : 8, as: UInt64.self)
        }
        nonmutating set {
            assert(has(Flag.deadline))
            raw.storeBytes(
                of: newValue, toByteOffset: has(Flag.wide) ? 16 : 8, as: UInt64.self)
        }
    }

    /// The size that was asked of the allocator for this entry.
    @inlinable
    public var size: Int {
        let header = self.header
        guard !Entry.isCompact(header) else {
            return Entry.compactKeyOffset(header) &+ Entry.compactKeyCount(header)
        }
        let key = self.key
        return Entry.keyOffset(header) &+ key.count &+ valueCount
    }

    /// What a new entry looks like.
    @frozen
    public struct Shape {
        /// The kind byte.
        public var kind: UInt8
        /// Flags of `Flag`; `wide` is added when the lengths need it.
        public var flags: UInt64
        /// The 27 access bits.
        public var access: UInt32
        /// The inline value's length; 0 with `word`.
        public var valueCount: Int

        /// A shape of these parts.
        @inlinable @inline(__always)
        public init(kind: UInt8, flags: UInt64, access: UInt32, valueCount: Int) {
            self.kind = kind
            self.flags = flags
            self.access = access
            self.valueCount = valueCount
        }

        @inlinable @inline(__always)
        func header(keyCount: Int) -> UInt64 {
            var header = UInt64(kind) | flags | UInt64(access & Entry.accessMask) &<< 16
            if keyCount <= Entry.maxShortKey && valueCount <= Entry.maxShortValue {
                header &= ~Flag.wide
                header |= UInt64(truncatingIfNeeded: keyCount) &<< Entry.keyCountShift
                header |= UInt64(truncatingIfNeeded: valueCount) &<< Entry.valueCountShift
            } else {
                header |= Flag.wide
            }
            return header
        }
    }

    /// The bytes that an entry of this shape needs.
    @inlinable
    public static func size(keyCount: Int, _ shape: Shape) -> Int {
        keyOffset(shape.header(keyCount: keyCount)) &+ keyCount &+ shape.valueCount
    }

    /// A new entry with `key` copied in; the deadline, word or value is the caller's to fill.
    @inlinable
    public static func make(_ key: Bytes, _ shape: Shape, in memory: SlabAllocator) -> Entry {
        let header = shape.header(keyCount: key.count)
        let offset = keyOffset(header)
        let entry = Entry(raw: memory.allocate(offset &+ key.count &+ shape.valueCount))
        entry.header = header
        if header & Flag.wide != 0 {
            entry.raw.storeBytes(
                of: UInt32(truncatingIfNeeded: key.count), toByteOffset: 8, as: UInt32.self)
            entry.raw.storeBytes(
                of: UInt32(truncatingIfNeeded: shape.valueCount), toByteOffset: 12, as: UInt32.self)
        }
        key.copy(to: entry.raw + offset)
        return entry
    }

    /// Gives the entry's own block back; a value of its own is the caller's to free before.
    @inlinable
    public func free(in memory: SlabAllocator) {
        memory.free(raw, size)
    }

    /// Whether an inline value of `newCount` bytes fits the block that this entry has, without
    /// a change of its layout or size class.
    @inlinable
    public func fits(valueCount newCount: Int) -> Bool {
        let header = self.header
        guard header & (Flag.word | Flag.wide) == 0, newCount <= Entry.maxShortValue else {
            return false
        }
        let base =
            Entry.keyOffset(header) &+ Int(truncatingIfNeeded: header &>> Entry.keyCountShift)
            & Entry.maxShortKey
        return SlabLayout.rounded(base &+ newCount)
            == SlabLayout.rounded(base &+ Int(truncatingIfNeeded: header &>> Entry.valueCountShift))
    }

    /// Sets the inline value's length after `fits(valueCount:)` said that it may be.
    @inlinable
    public func setShortValueCount(_ newCount: Int) {
        header =
            header & ((1 &<< Entry.valueCountShift) &- 1) | UInt64(truncatingIfNeeded: newCount)
            &<< Entry.valueCountShift
    }

    /// Copies `bytes` into the inline value, which has just their length.
    @inlinable @inline(__always)
    public func setValue(_ bytes: Bytes) {
        assert(bytes.count == valueCount)
        bytes.copy(to: mutableValue)
    }
}
