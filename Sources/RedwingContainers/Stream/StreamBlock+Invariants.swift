// What must hold of a stream's block, checked with care: for tests, and for images that come from
// a file and cannot be trusted.
import CLinux

extension StreamBlock {
    /// The first violated invariant in words, or nil when the block is sound.
    public func checkInvariants() -> String? {
        guard usedBytes <= size else { return "\(usedBytes) bytes used of \(size)" }
        return StreamBlock.firstFault(of: image)
    }

    /// A block from an image that `image` gave and that may have been damaged since; nil when it
    /// is not what a block writes.
    public static func make(image: Bytes, in memory: SlabAllocator) -> StreamBlock? {
        guard image.count > headSize else { return nil }
        let size = SlabLayout.rounded(image.count)
        let block = StreamBlock(raw: memory.allocate(size))
        image.copy(to: block.raw)
        // Looked at where it is aligned.
        guard firstFault(of: Bytes(raw: block.raw, count: image.count)) == nil else {
            memory.free(block.raw, size)
            return nil
        }
        block.size = size
        block.mark = 0
        return block
    }

    private static func firstFault(of image: Bytes) -> String? {
        guard image.count > headSize else { return "shorter than its head" }
        let block = StreamBlock(raw: UnsafeMutableRawPointer(mutating: image.base))
        guard block.usedBytes == image.count else {
            return "\(block.usedBytes) bytes used of \(image.count)"
        }
        var reader = StreamImageReader(image, at: headSize)
        var nodeBytes =
            StreamNodeSize.integer(Int64(block.fieldCount)) + StreamNodeSize.integer(0)
        guard block.fieldCount > 0 else { return "no fields" }
        for _ in 0..<block.fieldCount {
            guard let size = reader.string() else { return "a field name is not sound" }
            nodeBytes += size
        }
        guard reader.position == block.first else { return "the entries begin elsewhere" }
        var counts = (live: 0, deleted: 0)
        var previous: StreamID?
        while reader.position < image.count {
            guard let (entry, size) = reader.entry(of: block) else {
                return "entry \(counts.live + counts.deleted) is not sound"
            }
            guard entry.id >= block.base, previous.map({ $0 < entry.id }) ?? true else {
                return "entry \(counts.live + counts.deleted) is out of order"
            }
            previous = entry.id
            nodeBytes += size
            if entry.isDeleted { counts.deleted += 1 } else { counts.live += 1 }
        }
        guard counts == (block.count, block.deletedCount), counts.live > 0 else {
            return "\(counts) entries instead of \(block.count) and \(block.deletedCount)"
        }
        return nodeBytes == block.contentNodeBytes
            ? nil : "\(block.contentNodeBytes) node bytes instead of \(nodeBytes)"
    }
}

/// Walks through an image and believes nothing.
private struct StreamImageReader {
    let image: Bytes
    var position: Int

    init(_ image: Bytes, at position: Int) {
        self.image = image
        self.position = position
    }

    private var rest: Bytes { image.slice(position, image.count - position) }

    /// Passes a string; returns what it takes in a node, nil when it is not sound.
    mutating func string() -> Int? {
        guard position < image.count, let count = PackedList.elementCount(rest),
            PackedList.spellingFault(rest.slice(0, count)) == nil
        else { return nil }
        let element = PackedElement(at: UnsafeRawPointer(image.base) + position)
        position += count
        return StreamNodeSize.string(element)
    }

    private mutating func groups() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < image.count {
            let byte = image[position]
            position += 1
            if shift == 63, byte > 1 { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return byte == 0 && shift > 0 ? nil : value }
            shift += 7
            if shift > 63 { return nil }
        }
        return nil
    }

    /// Passes an entry; returns it and what it takes in a node, nil when it is not sound.
    mutating func entry(of block: StreamBlock) -> (StreamEntry, Int)? {
        let start = position
        let flags = image[position]
        guard flags < 4 else { return nil }
        position += 1
        let isSame = flags & StreamBlock.Flag.sameFields != 0
        guard let ms = groups(), let rest = groups() else { return nil }
        guard !block.base.ms.addingReportingOverflow(ms).overflow,
            ms > 0 || !block.base.seq.addingReportingOverflow(rest).overflow
        else { return nil }
        let seq = ms == 0 ? rest : rest &- block.base.seq
        var fields = block.fieldCount
        if !isSame {
            guard let count = groups(), count > 0, count <= UInt64(image.count) else { return nil }
            fields = Int(count)
        }
        var size = StreamNodeSize.entry(
            ms: ms, seq: Int64(bitPattern: seq), fields: fields, isSame: isSame)
        for _ in 0..<(isSame ? fields : 2 * fields) {
            guard let string = string() else { return nil }
            size += string
        }
        let length = position - start
        let behind = position + StreamBlock.lengthBytes(length)
        guard behind <= image.count, block.offset(before: behind) == start else { return nil }
        position = behind
        return (StreamEntry(block, at: start), size)
    }
}
