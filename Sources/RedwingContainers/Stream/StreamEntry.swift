// An entry of a stream's block as a reader sees it, and the ways from one entry to the next.
import CLinux

/// An entry where it lies, lent until its block changes.
@frozen
public struct StreamEntry {
    /// The id.
    public let id: StreamID
    /// Where the entry begins in its block.
    public let offset: Int
    /// The number of fields.
    public let fieldCount: Int
    @usableFromInline let raw: UnsafeMutableRawPointer
    @usableFromInline let flags: UInt8
    /// Where the strings begin.
    @usableFromInline let strings: Int

    @inlinable @inline(__always)
    init(_ block: StreamBlock, at offset: Int) {
        raw = block.raw
        self.offset = offset
        flags = raw.load(fromByteOffset: offset, as: UInt8.self)
        var place = offset &+ 1
        let base = block.base
        let ms = StreamEntry.groups(raw, &place)
        let seq = StreamEntry.groups(raw, &place)
        id = StreamID(base.ms &+ ms, ms == 0 ? base.seq &+ seq : seq)
        if flags & StreamBlock.Flag.sameFields != 0 {
            fieldCount = block.fieldCount
        } else {
            fieldCount = Int(truncatingIfNeeded: StreamEntry.groups(raw, &place))
        }
        strings = place
    }

    /// The number at `place`, which moves behind it.
    @inlinable @inline(__always)
    static func groups(_ raw: UnsafeMutableRawPointer, _ place: inout Int) -> UInt64 {
        var byte = raw.load(fromByteOffset: place, as: UInt8.self)
        place &+= 1
        var value = UInt64(byte & 0x7f)
        var shift: UInt64 = 7
        while byte & 0x80 != 0 {
            byte = raw.load(fromByteOffset: place, as: UInt8.self)
            place &+= 1
            value |= UInt64(byte & 0x7f) &<< shift
            shift &+= 7
        }
        return value
    }

    /// Whether the entry is only still there because its block is.
    @inlinable @inline(__always)
    public var isDeleted: Bool { flags & StreamBlock.Flag.deleted != 0 }

    /// Whether the entry has just the fields that its block began with.
    public var hasBlockFields: Bool { isSame }

    @inlinable @inline(__always)
    var isSame: Bool { flags & StreamBlock.Flag.sameFields != 0 }

    /// Calls `body` with each field's name and value.
    @inlinable @inline(__always)
    public func forEachField(_ body: (PackedElement, PackedElement) -> Void) {
        var value = strings
        if isSame {
            var field = StreamBlock.headSize
            for _ in 0..<fieldCount {
                body(PackedElement(at: raw + field), PackedElement(at: raw + value))
                field &+= PackedEncoding.count(at: raw + field)
                value &+= PackedEncoding.count(at: raw + value)
            }
        } else {
            for _ in 0..<fieldCount {
                let field = value
                value &+= PackedEncoding.count(at: raw + field)
                body(PackedElement(at: raw + field), PackedElement(at: raw + value))
                value &+= PackedEncoding.count(at: raw + value)
            }
        }
    }

    /// The offset behind the entry.
    @inlinable @inline(__always)
    var end: Int {
        var place = strings
        for _ in 0..<(isSame ? fieldCount : 2 &* fieldCount) {
            place &+= PackedEncoding.count(at: raw + place)
        }
        return place &+ StreamBlock.lengthBytes(place &- offset)
    }
}

extension StreamBlock {
    /// The number of fields that the block's first entry had.
    public var fieldNameCount: Int { fieldCount }

    /// Calls `body` with the names of those fields.
    public func forEachFieldName(_ body: (PackedElement) -> Void) {
        var place = StreamBlock.headSize
        for _ in 0..<fieldCount {
            body(PackedElement(at: raw + place))
            place += PackedEncoding.count(at: raw + place)
        }
    }

    /// The entry at an offset that one of these functions gave.
    @inlinable @inline(__always)
    public func entry(at offset: Int) -> StreamEntry {
        assert(offset >= first && offset < end)
        return StreamEntry(self, at: offset)
    }

    /// The offset of the next entry, deleted or not, or `end`.
    @inlinable @inline(__always)
    public func offset(after entry: StreamEntry) -> Int { entry.end }

    /// The offset of the entry before that at `offset`, which is not the first; `end` is allowed.
    @inlinable
    public func offset(before offset: Int) -> Int {
        assert(offset > first)
        var place = offset &- 1
        var byte = raw.load(fromByteOffset: place, as: UInt8.self)
        var length = Int(byte & 0x7f)
        var shift = 7
        while byte & 0x80 != 0 {
            place &-= 1
            byte = raw.load(fromByteOffset: place, as: UInt8.self)
            length |= Int(byte & 0x7f) &<< shift
            shift &+= 7
        }
        return place &- length
    }

    /// The last entry, deleted or not.
    public var last: StreamEntry { entry(at: offset(before: end)) }

    /// The first entry whose id is at least `id`, deleted or not.
    public func firstEntry(from id: StreamID) -> StreamEntry? {
        var offset = first
        let end = self.end
        while offset < end {
            let entry = self.entry(at: offset)
            if entry.id >= id { return entry }
            offset = entry.end
        }
        return nil
    }

    /// The last entry whose id is at most `id`, deleted or not.
    public func lastEntry(upTo id: StreamID) -> StreamEntry? {
        var offset = self.end
        let first = self.first
        while offset > first {
            offset = self.offset(before: offset)
            let entry = self.entry(at: offset)
            if entry.id <= id { return entry }
        }
        return nil
    }

    /// The entry with this id, unless it is deleted.
    public func find(_ id: StreamID) -> StreamEntry? {
        guard let entry = firstEntry(from: id), entry.id == id, !entry.isDeleted else {
            return nil
        }
        return entry
    }

    /// Marks an entry as deleted, which it is not yet.
    public func delete(_ entry: StreamEntry) {
        assert(!entry.isDeleted)
        raw.storeBytes(
            of: entry.flags | Flag.deleted, toByteOffset: entry.offset, as: UInt8.self)
        count &-= 1
        deletedCount &+= 1
    }
}
