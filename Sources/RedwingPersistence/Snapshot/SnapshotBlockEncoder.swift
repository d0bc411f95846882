// From a block of the engine to blocks of the file: gathering borrowed segments, cutting long
// ones, compression, block header and checksum. It produces bytes and writes none.

import RedwingContainers

/// Encodes blocks one by one into `output`. One thread at a time.
final class SnapshotBlockEncoder {
    /// The encoded block of the file, until the next one begins.
    let output: BlockBuffer
    /// What has been encoded so far; `fileLength` without header and footer.
    private(set) var totals = SnapshotTotals()

    private let compressor: LZ4Compressor?
    private let seed: UInt64
    private var header = SnapshotBlockHeader(tag: 0)
    private var rawLength = 0
    private var isGathering = false

    init(compression: SnapshotCompression, seed: UInt64) throws(SnapshotError.Cause) {
        self.seed = seed
        switch compression {
        case .none: compressor = nil
        case .lz4(let level): compressor = try LZ4Compressor(level: level)
        }
        // An update of the compressor asks for room for its input and all that it has gathered.
        output = BlockBuffer(capacity: SnapshotFormat.pieceLength * 2 + 4096)
    }

    /// Encodes `block` as one or more blocks of the file; `emit` is called whenever `output` holds
    /// one of them. The block's own bytes between two segments are never cut.
    func encode(
        _ block: BlockBuffer, emit: () throws(SnapshotError.Cause) -> Void
    ) throws(SnapshotError.Cause) {
        if block.tag == 0 || block.tag == SnapshotFormat.footerTag {
            throw .malformedBlock(block: header.index, "tag \(block.tag)")
        }
        header.tag = block.tag
        header.database = block.database
        header.keyCount = block.keyCount
        header.flags = []
        isGathering = !block.segments.isEmpty
        try begin()
        var position = 0
        for index in block.segments.indices {
            let next = block.segments[index].position
            try appendOwn(block, position..<next, emit: emit)
            position = next
            try block.withBytes(ofSegment: index) { bytes throws(SnapshotError.Cause) in
                try appendCutting(bytes, emit: emit)
            }
        }
        try appendOwn(block, position..<block.count, emit: emit)
        try end(continues: false, emit: emit)
    }

    private func appendOwn(
        _ block: BlockBuffer, _ range: Range<Int>, emit: () throws(SnapshotError.Cause) -> Void
    ) throws(SnapshotError.Cause) {
        if range.isEmpty { return }
        if range.count > SnapshotFormat.maximumRawLength {
            throw .lengthOverLimit(
                what: "block", length: UInt64(range.count),
                limit: UInt64(SnapshotFormat.maximumRawLength))
        }
        if rawLength > 0 && rawLength + range.count > SnapshotFormat.pieceLength {
            try end(continues: true, emit: emit)
            try begin()
        }
        try block.withBytes { bytes throws(SnapshotError.Cause) in
            try append(bytes.extracting(range))
        }
    }

    private func appendCutting(
        _ bytes: RawSpan, emit: () throws(SnapshotError.Cause) -> Void
    ) throws(SnapshotError.Cause) {
        var offset = 0
        while offset < bytes.byteCount {
            if rawLength >= SnapshotFormat.pieceLength {
                try end(continues: true, emit: emit)
                try begin()
            }
            let room = SnapshotFormat.pieceLength - rawLength
            let next = min(bytes.byteCount, offset + room)
            try append(bytes.extracting(offset..<next))
            offset = next
        }
    }

    private func begin() throws(SnapshotError.Cause) {
        output.removeBytes()
        rawLength = 0
        header.encode(into: output)
        if let compressor {
            header.flags.insert(.compressed)
            try compressor.begin(gathering: isGathering, into: output)
        }
    }

    private func append(_ bytes: RawSpan) throws(SnapshotError.Cause) {
        rawLength += bytes.byteCount
        guard let compressor else { return output.append(bytes) }
        try compressor.update(bytes, into: output)
    }

    private func end(
        continues: Bool, emit: () throws(SnapshotError.Cause) -> Void
    ) throws(SnapshotError.Cause) {
        if let compressor { try compressor.end(into: output) }
        if continues { header.flags.insert(.continues) } else { header.flags.remove(.continues) }
        header.rawLength = UInt32(rawLength)
        header.storedLength = UInt32(output.count - SnapshotFormat.blockHeaderLength)
        header.encode(into: output, at: 0)
        header.checksum = output.withBytes {
            Checksum.of($0.extracting(droppingFirst: SnapshotFormat.checksumLength), seed: seed)
        }
        output.store(littleEndian: header.checksum, at: 0)
        totals.add(header, seed: seed)
        try emit()
        header.index &+= 1
        header.keyCount = 0
        header.flags.insert(.continuation)
    }
}
