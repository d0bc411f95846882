// A block of a stream: some entries in one piece of memory, in the order of their ids.
//
//     ms, seq    16 bytes   the id that the others are relative to: the first entry's when the
//                           block was made
//     used        4 bytes   the bytes in use, this head included
//     capacity    4 bytes   the bytes that there are
//     live        4 bytes   entries
//     deleted     4 bytes   entries that are only marked as deleted
//     node bytes  4 bytes   see `StreamNodeSize.swift`; the head's two counts left out
//     mark        4 bytes   the owner's: which snapshot has the block
//     fields      4 bytes   how many fields the first entry had
//     entries     4 bytes   where the entries begin
//     field names           of the first entry, as `PackedEncoding` spells them
//     entries
//
// An entry:
//
//     flags       1 byte    1: deleted, 2: has just the block's field names
//     ms          1 to 10   minus the block's, in seven-bit groups, the lowest first
//     seq         1 to 10   minus the block's if ms is the same
//     count       1 to 10   of the fields, unless they are the block's
//     strings               field and value in turn, or values only
//     length      1 to 5    of all this in seven-bit groups, the highest first and the top bit set
//                           on all but that: it is read backwards
//
// Entries are only ever added at the end. A deleted one stays where it is until the whole block
// goes, as in the other servers, because the limits of nodes count it. One owner, one thread.
import CLinux

/// A block of entries; a handle, valid until the block is added to, shrunk or freed.
@frozen
public struct StreamBlock {
    /// The block's address.
    public let raw: UnsafeMutableRawPointer

    @inlinable @inline(__always)
    init(raw: UnsafeMutableRawPointer) { self.raw = raw }

    /// The block whose address `address` gave.
    @inlinable @inline(__always)
    public init(address: UInt64) {
        // Only addresses of live blocks are ever stored.
        raw = UnsafeMutableRawPointer(bitPattern: UInt(address)).unsafelyUnwrapped
    }

    /// The block's address; adding and shrinking change it.
    @inlinable @inline(__always)
    public var address: UInt64 { UInt64(UInt(bitPattern: raw)) }

    @usableFromInline static let headSize = 48

    @usableFromInline
    enum Flag {
        @usableFromInline static let deleted: UInt8 = 1
        @usableFromInline static let sameFields: UInt8 = 2
    }

    @inlinable @inline(__always)
    func word(_ offset: Int) -> Int {
        Int(raw.load(fromByteOffset: offset, as: UInt32.self))
    }

    @inlinable @inline(__always)
    func setWord(_ offset: Int, _ value: Int) {
        raw.storeBytes(
            of: UInt32(truncatingIfNeeded: value), toByteOffset: offset, as: UInt32.self)
    }

    /// The id that the block is found by: no entry of it has a smaller one.
    @inlinable @inline(__always)
    public var base: StreamID {
        StreamID(raw.load(as: UInt64.self), raw.load(fromByteOffset: 8, as: UInt64.self))
    }

    /// The bytes in use.
    @inlinable @inline(__always)
    public internal(set) var usedBytes: Int {
        get { word(16) }
        nonmutating set { setWord(16, newValue) }
    }

    /// What the block takes.
    @inlinable @inline(__always)
    public internal(set) var size: Int {
        get { word(20) }
        nonmutating set { setWord(20, newValue) }
    }

    /// The number of entries that are not deleted.
    @inlinable @inline(__always)
    public internal(set) var count: Int {
        get { word(24) }
        nonmutating set { setWord(24, newValue) }
    }

    /// The number of entries that are marked as deleted.
    @inlinable @inline(__always)
    public internal(set) var deletedCount: Int {
        get { word(28) }
        nonmutating set { setWord(28, newValue) }
    }

    @inlinable @inline(__always)
    var contentNodeBytes: Int {
        get { word(32) }
        nonmutating set { setWord(32, newValue) }
    }

    /// A number that the owner keeps with the block.
    @inlinable @inline(__always)
    public var mark: UInt32 {
        get { raw.load(fromByteOffset: 36, as: UInt32.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 36, as: UInt32.self) }
    }

    @inlinable @inline(__always)
    var fieldCount: Int { word(40) }

    /// The offset of the first entry.
    @inlinable @inline(__always)
    public var first: Int { word(44) }

    /// The offset behind the last entry.
    @inlinable @inline(__always)
    public var end: Int { usedBytes }

    /// What the block's content takes in the layout that limits are stated in.
    @inlinable @inline(__always)
    public var nodeBytes: Int {
        StreamNodeSize.frame &+ contentNodeBytes
            &+ StreamNodeSize.integer(Int64(truncatingIfNeeded: count))
            &+ StreamNodeSize.integer(Int64(truncatingIfNeeded: deletedCount))
    }

    /// Whether an entry whose fields and values have `byteCount` bytes needs a block of its own.
    /// A limit of 0 is none.
    @inlinable @inline(__always)
    public func isFull(adding byteCount: Int, maxBytes: Int, maxEntries: Int) -> Bool {
        let most =
            maxBytes <= 0 || maxBytes > StreamBlock.mostNodeBytes
            ? StreamBlock.mostNodeBytes : maxBytes
        if nodeBytes &+ byteCount >= most { return true }
        return maxEntries > 0 && count &+ deletedCount >= maxEntries
    }

    /// No node grows beyond this, and no entry's fields and values may be longer.
    public static let mostNodeBytes = 1 << 30

    /// A copy.
    public func copy(in memory: SlabAllocator) -> StreamBlock {
        let size = SlabLayout.rounded(usedBytes)
        let copy = StreamBlock(raw: memory.allocate(size))
        memcpy(copy.raw, raw, usedBytes)
        copy.size = size
        return copy
    }

    /// Gives the block back.
    public func free(in memory: SlabAllocator) { memory.free(raw, size) }

    /// The whole block as bytes, which `make(image:in:)` takes back.
    public var image: Bytes { Bytes(raw: raw, count: usedBytes) }
}

// Adding.
extension StreamBlock {
    /// The most that an entry takes besides its strings.
    @usableFromInline static let entryOverhead = 36

    /// A block with one entry of `pairs` fields, at least one, whose names and values `string`
    /// gives in turn by their index from 0, the same each time.
    @inlinable @inline(__always)
    public static func make(
        _ id: StreamID, pairs: Int, in memory: SlabAllocator, _ string: (Int) -> Bytes
    ) -> StreamBlock {
        var most = headSize &+ entryOverhead
        for index in 0..<(2 &* pairs) { most &+= PackedEncoding.mostBytes(string(index)) }
        let size = SlabLayout.rounded(most)
        let block = StreamBlock(raw: memory.allocate(size))
        block.raw.storeBytes(of: id.ms, as: UInt64.self)
        block.raw.storeBytes(of: id.seq, toByteOffset: 8, as: UInt64.self)
        block.size = size
        block.count = 0
        block.deletedCount = 0
        block.mark = 0
        block.setWord(40, pairs)
        var place = headSize
        var nodeBytes =
            StreamNodeSize.integer(Int64(truncatingIfNeeded: pairs)) &+ StreamNodeSize.integer(0)
        for index in 0..<pairs {
            let field = PackedEncoding(string(2 &* index))
            field.write(to: block.raw + place)
            place &+= field.count
            nodeBytes &+= StreamNodeSize.string(field)
        }
        block.setWord(44, place)
        block.usedBytes = place
        block.contentNodeBytes = nodeBytes
        block.add(id, pairs: pairs, isSame: true, string)
        return block
    }

    /// Adds an entry, whose id must be larger than all in the block. The handle changes.
    @inlinable @inline(__always)
    public mutating func append(
        _ id: StreamID, pairs: Int, in memory: SlabAllocator, _ string: (Int) -> Bytes
    ) {
        let isSame = hasFields(pairs, string)
        var most = usedBytes &+ StreamBlock.entryOverhead
        var index = isSame ? 1 : 0
        while index < 2 &* pairs {
            most &+= PackedEncoding.mostBytes(string(index))
            index &+= isSame ? 2 : 1
        }
        if most > size { grow(to: most, in: memory) }
        add(id, pairs: pairs, isSame: isSame, string)
    }

    /// Whether the names of these fields are the block's.
    @inlinable @inline(__always)
    func hasFields(_ pairs: Int, _ string: (Int) -> Bytes) -> Bool {
        guard pairs == fieldCount else { return false }
        var place = StreamBlock.headSize
        for index in 0..<pairs {
            guard PackedElement(at: raw + place) == string(2 &* index) else { return false }
            place &+= PackedEncoding.count(at: raw + place)
        }
        return true
    }

    /// Writes an entry at the end; there is room.
    @inlinable @inline(__always)
    func add(_ id: StreamID, pairs: Int, isSame: Bool, _ string: (Int) -> Bytes) {
        let base = self.base
        let start = usedBytes
        raw.storeBytes(of: isSame ? Flag.sameFields : 0, toByteOffset: start, as: UInt8.self)
        let ms = id.ms &- base.ms
        var place = putGroups(ms, at: start &+ 1)
        place = putGroups(ms == 0 ? id.seq &- base.seq : id.seq, at: place)
        if !isSame { place = putGroups(UInt64(truncatingIfNeeded: pairs), at: place) }
        var nodeBytes = StreamNodeSize.entry(
            ms: ms, seq: Int64(bitPattern: id.seq &- base.seq), fields: pairs, isSame: isSame)
        var index = isSame ? 1 : 0
        while index < 2 &* pairs {
            let encoding = PackedEncoding(string(index))
            encoding.write(to: raw + place)
            place &+= encoding.count
            nodeBytes &+= StreamNodeSize.string(encoding)
            index &+= isSame ? 2 : 1
        }
        usedBytes = putLength(place &- start, at: place)
        contentNodeBytes &+= nodeBytes
        count &+= 1
    }

    /// Writes a number in seven-bit groups, the lowest first; returns where they end.
    @inlinable @inline(__always)
    func putGroups(_ value: UInt64, at offset: Int) -> Int {
        var place = offset
        var rest = value
        while rest >= 0x80 {
            raw.storeBytes(
                of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: place, as: UInt8.self)
            rest = rest &>> 7
            place &+= 1
        }
        raw.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: place, as: UInt8.self)
        return place &+ 1
    }

    /// Writes the length of an entry, to be read backwards; returns where it ends.
    @inlinable @inline(__always)
    func putLength(_ length: Int, at offset: Int) -> Int {
        let end = offset &+ StreamBlock.lengthBytes(length)
        var place = end
        var rest = length
        while true {
            place &-= 1
            let isLast = place == offset
            raw.storeBytes(
                of: UInt8(truncatingIfNeeded: rest & 0x7f) | (isLast ? 0 : 0x80),
                toByteOffset: place, as: UInt8.self)
            if isLast { return end }
            rest = rest &>> 7
        }
    }

    /// The bytes that the length of an entry takes.
    @inlinable @inline(__always)
    static func lengthBytes(_ length: Int) -> Int {
        if length < 1 << 7 { return 1 }
        if length < 1 << 14 { return 2 }
        if length < 1 << 21 { return 3 }
        return length < 1 << 28 ? 4 : 5
    }

    @usableFromInline
    mutating func grow(to wanted: Int, in memory: SlabAllocator) {
        let old = size
        let new = SlabLayout.rounded(Swift.max(wanted, old &+ Swift.min(old, 1 << 24)))
        self = StreamBlock(raw: memory.grow(raw, from: old, to: new))
        size = new
    }

    /// Gives back the room behind the last entry: nothing will be added any more.
    public mutating func shrink(in memory: SlabAllocator) {
        let wanted = SlabLayout.rounded(usedBytes)
        guard wanted < size else { return }
        let small = StreamBlock(raw: memory.allocate(wanted))
        memcpy(small.raw, raw, usedBytes)
        memory.free(raw, size)
        self = small
        size = wanted
    }
}
