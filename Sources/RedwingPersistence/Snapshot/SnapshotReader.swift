// Opening a snapshot: header and footer are verified before anything of the data is looked at, and
// a file without a sound footer is walked once to say where exactly it went wrong. The blocks
// themselves are the business of SnapshotBlockPipeline.

import RedwingContainers

/// A block as it is delivered to whoever decodes its records.
public struct SnapshotBlock: Equatable, Sendable {
    /// What the records are.
    public var tag: UInt8
    /// The database that the records belong to.
    public var database: UInt32
    /// The number of keys whose record begins in this block.
    public var keyCount: UInt32
    /// The block's number in the file, from 0, modulo 2^32.
    public var index: UInt32
    /// Where in the file the block begins, in bytes.
    public var offset: UInt64
    /// The block begins inside a long string that the block before it has begun.
    public var isContinuation: Bool
    /// The block ends inside, or just before the bytes of, a long string; the next one goes on.
    public var continues: Bool
}

/// Reads a snapshot file. One thread at a time.
///
/// Whatever the file holds, reading it neither crashes nor takes more memory than the read-ahead:
/// every length is checked before it is used.
public final class SnapshotReader {
    /// The file.
    public let path: String
    /// What the file says about itself.
    public let header: SnapshotHeader
    /// The file's totals by its footer; `read` verifies them against what it reads.
    public let totals: SnapshotTotals

    private let source: SnapshotSource

    /// Opens `path` and verifies header and footer.
    public init(
        path: String, operations: any SnapshotFileOperations = SystemFileOperations()
    ) throws(SnapshotError) {
        self.path = path
        let source: SnapshotSource
        do throws(SystemError) {
            let file = try operations.open(path)
            source = SnapshotSource(
                operations: operations, descriptor: file.descriptor, status: file.status)
        } catch { throw SnapshotError(path: path, cause: .system(error)) }
        do {
            header = try source.readHeader()
            totals = try source.readFooter()
        } catch {
            throw SnapshotError(path: path, offset: error.offset, cause: error.cause)
        }
        self.source = source
    }

    /// Reads all blocks, and delivers them in the order of the file on the calling thread.
    ///
    /// - Parameters:
    ///   - workers: threads that read, verify and decompress ahead; with 0 the caller does it all.
    ///   - progress: called after each block with the bytes of the file that are done, and all.
    ///   - consumer: gets each block and its records. What it throws ends the reading: a
    ///     `SnapshotError` or `CancellationError` as it is, anything else wrapped with the block's
    ///     place. The bytes are lent for the duration of the call.
    /// - Throws: `SnapshotError` at the first block that is not sound. The consumer may have seen
    ///   the blocks before it.
    public func read(
        workers: Int = 1, progress: (UInt64, UInt64) -> Void = { _, _ in },
        consumer: (SnapshotBlock, RawSpan) throws -> Void
    ) throws {
        let pipeline = SnapshotBlockPipeline(source, end: totals.fileLength, workers: workers)
        defer { pipeline.stop() }
        var seen = SnapshotTotals()
        var previous: SnapshotBlockHeader?
        while let loaded = try next(of: pipeline) {
            try check(loaded, after: previous)
            previous = loaded.header
            seen.add(loaded.header, seed: source.seed)
            try deliver(loaded, to: consumer)
            let done = loaded.offset + loaded.header.fileLength
            pipeline.recycle(loaded)
            progress(done, totals.fileLength)
        }
        if let previous, previous.flags.contains(.continues) {
            throw refusal(
                at: source.footerOffset,
                .malformedBlock(block: previous.index, "its continuation is missing"))
        }
        seen.fileLength = totals.fileLength
        try compare(seen)
        progress(totals.fileLength, totals.fileLength)
    }

    private func next(of pipeline: SnapshotBlockPipeline) throws(SnapshotError) -> LoadedBlock? {
        do { return try pipeline.next() } catch { throw refusal(at: error.offset, error.cause) }
    }

    /// A continuation follows what it continues, and nothing else does.
    private func check(
        _ block: LoadedBlock, after previous: SnapshotBlockHeader?
    ) throws(SnapshotError) {
        let header = block.header
        let isExpected = previous?.flags.contains(.continues) ?? false
        guard header.flags.contains(.continuation) == isExpected,
            !isExpected || (header.tag == previous?.tag && header.database == previous?.database)
        else {
            throw refusal(
                at: block.offset,
                .malformedBlock(block: header.index, "it does not continue the block before it"))
        }
    }

    private func deliver(
        _ loaded: LoadedBlock, to consumer: (SnapshotBlock, RawSpan) throws -> Void
    ) throws {
        let header = loaded.header
        let block = SnapshotBlock(
            tag: header.tag, database: header.database, keyCount: header.keyCount,
            index: header.index, offset: loaded.offset,
            isContinuation: header.flags.contains(.continuation),
            continues: header.flags.contains(.continues))
        do {
            try loaded.records.withBytes { try consumer(block, $0) }
        } catch let error as SnapshotError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            throw refusal(
                at: loaded.offset, .recordsRefused(block: header.index, "\(error)"))
        }
    }

    private func compare(_ seen: SnapshotTotals) throws(SnapshotError) {
        let fields: [(String, KeyPath<SnapshotTotals, UInt64>)] = [
            ("blocks", \.blockCount), ("keys", \.keyCount), ("raw bytes", \.rawByteCount),
            ("checksum", \.chain),
        ]
        for (name, path) in fields where seen[keyPath: path] != totals[keyPath: path] {
            throw refusal(
                at: source.footerOffset,
                .footerMismatch(
                    field: name, footer: totals[keyPath: path], file: seen[keyPath: path]))
        }
    }

    private func refusal(at offset: UInt64?, _ cause: SnapshotError.Cause) -> SnapshotError {
        SnapshotError(path: path, offset: offset, cause: cause)
    }
}

/// A refusal with its place, before the path is known.
struct SnapshotRefusal: Error {
    var offset: UInt64?
    var cause: SnapshotError.Cause
}

/// The open file and what its header has told. Safe to use from several threads once the header has
/// been read: reads name their offset.
final class SnapshotSource: @unchecked Sendable {
    private let operations: any SnapshotFileOperations
    private let descriptor: Int32
    private let status: FileStatus
    private(set) var seed: UInt64 = 0
    private(set) var dataOffset: UInt64 = 0

    init(operations: any SnapshotFileOperations, descriptor: Int32, status: FileStatus) {
        self.operations = operations
        self.descriptor = descriptor
        self.status = status
    }

    deinit { try? operations.close(descriptor) }

    /// Where the footer of a sound file begins.
    var footerOffset: UInt64 { status.size - UInt64(SnapshotFormat.footerLength) }

    /// Appends exactly `count` bytes at `offset` of the file to `buffer`.
    func read(
        _ count: Int, at offset: UInt64, into buffer: BlockBuffer
    ) throws(SnapshotRefusal) {
        var done = 0
        while done < count {
            let place = offset + UInt64(done)
            let read: Int
            do {
                read = try operations.read(
                    count - done, from: descriptor, at: place, into: buffer)
            } catch { throw SnapshotRefusal(offset: place, cause: .system(error)) }
            if read == 0 { throw SnapshotRefusal(offset: place, cause: .truncated) }
            done += read
        }
    }

    /// Runs `body` and places what it refuses at `offset`.
    func placing<Result>(
        _ offset: UInt64, _ body: () throws(SnapshotError.Cause) -> Result
    ) throws(SnapshotRefusal) -> Result {
        do { return try body() } catch { throw SnapshotRefusal(offset: offset, cause: error) }
    }

    func readHeader() throws(SnapshotRefusal) -> SnapshotHeader {
        if !status.isRegular { throw SnapshotRefusal(cause: .notARegularFile) }
        let buffer = BlockBuffer(capacity: 4096)
        let length = try readPrefix(into: buffer)
        if UInt64(length) > status.size {
            throw SnapshotRefusal(offset: status.size, cause: .truncated)
        }
        let prefix = SnapshotFormat.prefixLength
        try read(length - prefix, at: UInt64(prefix), into: buffer)
        let checksumOffset = length - SnapshotFormat.checksumLength
        let checksum = buffer.load(UInt64.self, at: checksumOffset)
        let computed = buffer.withBytes {
            Checksum.of($0.extracting(first: checksumOffset), seed: 0)
        }
        if checksum != computed {
            throw SnapshotRefusal(
                offset: UInt64(checksumOffset), cause: .headerChecksumMismatch)
        }
        seed = computed
        dataOffset = UInt64(length)
        return try placing(UInt64(prefix)) { () throws(SnapshotError.Cause) in
            try buffer.withBytes { bytes throws(SnapshotError.Cause) in
                try SnapshotHeader(decoding: bytes)
            }
        }
    }

    /// Verifies magic and version, and gives back the header's length.
    private func readPrefix(into buffer: BlockBuffer) throws(SnapshotRefusal) -> Int {
        let available = Int(clamping: min(status.size, UInt64(SnapshotFormat.prefixLength)))
        try read(available, at: 0, into: buffer)
        for (index, byte) in SnapshotFormat.magic.enumerated() {
            guard let found = buffer.load(UInt8.self, at: index) else { break }
            if found != byte { throw SnapshotRefusal(offset: 0, cause: .badMagic) }
        }
        guard let version = buffer.load(UInt32.self, at: 8),
            let length = buffer.load(UInt32.self, at: 12)
        else { throw SnapshotRefusal(offset: status.size, cause: .truncated) }
        if version > SnapshotFormat.version {
            throw SnapshotRefusal(
                offset: 8,
                cause: .newerVersion(found: version, supported: SnapshotFormat.version))
        }
        if version == 0 { throw SnapshotRefusal(offset: 8, cause: .unknownVersion(0)) }
        let least = SnapshotFormat.fixedHeaderLength + SnapshotFormat.checksumLength
        if length > SnapshotFormat.maximumHeaderLength {
            throw SnapshotRefusal(
                offset: 12,
                cause: .lengthOverLimit(
                    what: "header", length: UInt64(length),
                    limit: UInt64(SnapshotFormat.maximumHeaderLength)))
        }
        if length < least {
            throw SnapshotRefusal(offset: 12, cause: .malformedHeader("its length is \(length)"))
        }
        return Int(length)
    }

    func readFooter() throws(SnapshotRefusal) -> SnapshotTotals {
        let least = dataOffset + UInt64(SnapshotFormat.footerLength)
        if status.size >= least {
            let buffer = BlockBuffer(capacity: SnapshotFormat.footerLength)
            try read(SnapshotFormat.footerLength, at: footerOffset, into: buffer)
            let totals = try? buffer.withBytes { bytes throws(SnapshotError.Cause) in
                try SnapshotTotals(decodingFooter: bytes, seed: seed)
            }
            if let totals {
                if totals.fileLength == status.size { return totals }
                throw SnapshotRefusal(
                    offset: footerOffset,
                    cause: .footerMismatch(
                        field: "file length", footer: totals.fileLength, file: status.size))
            }
        }
        throw diagnose()
    }

    /// Walks over a file without a sound footer and finds out where it stops being one.
    private func diagnose() -> SnapshotRefusal {
        let buffer = BlockBuffer()
        var offset = dataOffset
        var index: UInt32 = 0
        do throws(SnapshotRefusal) {
            while true {
                let header = try readBlockHeader(at: offset, index: index, into: buffer)
                let end = offset + header.fileLength
                if end > status.size {
                    return SnapshotRefusal(offset: status.size, cause: .truncated)
                }
                try read(Int(header.storedLength), at: offset + 32, into: buffer)
                try placing(offset) { () throws(SnapshotError.Cause) in
                    try buffer.withBytes { bytes throws(SnapshotError.Cause) in
                        try header.verify(bytes, seed: seed)
                    }
                }
                if header.tag == SnapshotFormat.footerTag {
                    let rest = status.size - end
                    return SnapshotRefusal(
                        offset: rest == 0 ? offset : end,
                        cause: rest == 0 ? .footerMissing : .trailingBytes(rest))
                }
                offset = end
                index &+= 1
            }
        } catch { return error }
    }

    /// Reads the block header at `offset` into the emptied `buffer` and checks it.
    func readBlockHeader(
        at offset: UInt64, index: UInt32, into buffer: BlockBuffer
    ) throws(SnapshotRefusal) -> SnapshotBlockHeader {
        buffer.removeBytes()
        try read(SnapshotFormat.blockHeaderLength, at: offset, into: buffer)
        return try placing(offset) { () throws(SnapshotError.Cause) in
            try buffer.withBytes { bytes throws(SnapshotError.Cause) in
                try SnapshotBlockHeader(decoding: bytes, expected: index)
            }
        }
    }
}
