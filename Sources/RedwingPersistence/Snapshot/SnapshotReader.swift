// Opening a snapshot: header and footer are verified before anything of the data is looked at, and
// a file without a sound footer is walked once to say where exactly it went wrong. The blocks
// themselves are the business of SnapshotBlockStream.

import RedwingContainers
import RedwingLinux

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

    /// Starts reading, with the first block next. Several streams of one file do not disturb each
    /// other.
    ///
    /// - Parameter workers: threads that read, verify and decompress ahead; with 0 the caller of
    ///   `next` does it all.
    public func stream(workers: Int = 1) -> SnapshotBlockStream {
        SnapshotBlockStream(path: path, source, totals, workers: workers)
    }

    /// Reads all blocks, and delivers them in the order of the file on the calling thread.
    ///
    /// - Parameters:
    ///   - workers: as for `stream`.
    ///   - progress: called after each block with the bytes of the file that are done, and all.
    ///   - consumer: as for `SnapshotBlockStream.next`.
    /// - Throws: what `SnapshotBlockStream.next` throws. The consumer may have seen the blocks
    ///   before the one that is not sound.
    public func read(
        workers: Int = 1, progress: (UInt64, UInt64) -> Void = { _, _ in },
        consumer: (SnapshotBlock, RawSpan) throws -> Void
    ) throws {
        let stream = stream(workers: workers)
        defer { stream.stop() }
        while try stream.next(consumer) { progress(stream.offset, totals.fileLength) }
        progress(totals.fileLength, totals.fileLength)
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
