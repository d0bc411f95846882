// The life of a snapshot's file while it is written: temporary file, header, blocks, footer, fsync,
// rename, fsync of the directory; and its removal when something fails. It blocks, and knows
// neither threads nor queues.

import RedwingContainers
import RedwingLinux
import Synchronization

/// Where a snapshot goes and how it is written.
public struct SnapshotDestination: Sendable {
    /// The directory of the file, which must exist.
    public var directory: String
    /// The name of the file in that directory.
    public var fileName: String
    /// How blocks are compressed.
    public var compression: SnapshotCompression

    /// A destination with these values.
    public init(
        directory: String, fileName: String, compression: SnapshotCompression = .lz4(level: 0)
    ) {
        self.directory = directory
        self.fileName = fileName
        self.compression = compression
    }

    /// The path of the finished file.
    public var path: String { path(of: fileName) }

    func path(of name: String) -> String {
        directory.hasSuffix("/") ? directory + name : directory + "/" + name
    }
}

/// Counters of a snapshot in progress, readable from any thread.
final class SnapshotCounters: Sendable {
    let blocks = Atomic<UInt64>(0)
    let rawBytes = Atomic<UInt64>(0)
    let fileBytes = Atomic<UInt64>(0)
}

/// Writes one snapshot file. One thread at a time; after an error only `abandon` is allowed.
final class SnapshotFileWriter {
    /// Writing back starts after so many bytes, so that the final fsync finds little to do and
    /// other files' fsyncs do not wait behind a gigabyte of dirty pages.
    private static let writebackInterval: UInt64 = 16 << 20

    private let destination: SnapshotDestination
    private let operations: any SnapshotFileOperations
    private let counters: SnapshotCounters
    private let encoder: SnapshotBlockEncoder
    private let seed: UInt64
    private let headerLength: UInt64
    private var temporaryPath: String?
    private var descriptor: Int32 = -1
    private var offset: UInt64 = 0
    private var writtenBack: UInt64 = 0

    /// Creates the temporary file and writes the header.
    init(
        _ header: SnapshotHeader, to destination: SnapshotDestination,
        operations: any SnapshotFileOperations, counters: SnapshotCounters
    ) throws(SnapshotError) {
        self.destination = destination
        self.operations = operations
        self.counters = counters
        let buffer = BlockBuffer(capacity: 4096)
        do throws(SnapshotError.Cause) {
            seed = try header.encode(into: buffer)
            encoder = try SnapshotBlockEncoder(compression: destination.compression, seed: seed)
        } catch { throw SnapshotError(path: destination.path, cause: error) }
        headerLength = UInt64(buffer.count)
        do {
            try create()
            try writeBytes(of: buffer)
        } catch {
            let failure = SnapshotError(path: temporaryPath ?? destination.path, cause: error)
            abandon()
            throw failure
        }
    }

    deinit { abandon() }

    /// Writes one block.
    func write(_ block: BlockBuffer) throws(SnapshotError) {
        do {
            try encoder.encode(block) { () throws(SnapshotError.Cause) in
                try writeBytes(of: encoder.output)
                counters.blocks.store(encoder.totals.blockCount, ordering: .relaxed)
                counters.rawBytes.store(encoder.totals.rawByteCount, ordering: .relaxed)
            }
        } catch { throw located(error, offset) }
        if offset - writtenBack >= Self.writebackInterval {
            operations.startWriteback(
                descriptor, from: writtenBack, count: offset - writtenBack)
            writtenBack = offset
        }
    }

    /// Writes the footer and puts the file in its place. `isCancelled` is asked at the last moment
    /// before that. Gives back nil where it was cancelled.
    func commit(isCancelled: () -> Bool) throws(SnapshotError) -> SnapshotTotals? {
        var totals = encoder.totals
        totals.fileLength += headerLength + UInt64(SnapshotFormat.footerLength)
        let footer = BlockBuffer(capacity: SnapshotFormat.footerLength)
        totals.encodeFooter(into: footer, seed: seed)
        do { try writeBytes(of: footer) } catch { throw located(error, offset) }
        do {
            try system { () throws(SystemError) in try operations.synchronize(descriptor) }
            try closeFile()
            if isCancelled() {
                abandon()
                return nil
            }
            guard let source = temporaryPath else { return nil }
            try system { () throws(SystemError) in
                try operations.rename(source, to: destination.path)
            }
            temporaryPath = nil
            try system { () throws(SystemError) in
                try operations.synchronizeDirectory(destination.directory)
            }
        } catch { throw located(error) }
        return totals
    }

    /// Closes and removes the temporary file if there still is one. What fails here has no
    /// consequence: the file that was there before is untouched.
    func abandon() {
        if descriptor >= 0 { try? operations.close(descriptor) }
        descriptor = -1
        if let path = temporaryPath { try? operations.remove(path) }
        temporaryPath = nil
    }

    private func create() throws(SnapshotError.Cause) {
        var number = 0
        while descriptor < 0 {
            let path = destination.path(of: SnapshotTemporaryFile.name(number))
            do {
                descriptor = try operations.create(path)
                temporaryPath = path
            } catch  where error.isExisting && number < 10_000 {
                number += 1
            } catch { throw .system(error) }
        }
    }

    private func writeBytes(of buffer: BlockBuffer) throws(SnapshotError.Cause) {
        var start = 0
        while start < buffer.count {
            let count = try system { () throws(SystemError) in
                try buffer.withBytes { bytes throws(SystemError) in
                    try operations.write(bytes.extracting(droppingFirst: start), to: descriptor)
                }
            }
            start += count
            offset += UInt64(count)
            counters.fileBytes.store(offset, ordering: .relaxed)
        }
    }

    private func closeFile() throws(SnapshotError.Cause) {
        let closing = descriptor
        descriptor = -1
        try system { () throws(SystemError) in try operations.close(closing) }
    }

    private func located(
        _ cause: SnapshotError.Cause, _ offset: UInt64? = nil
    ) -> SnapshotError {
        SnapshotError(path: temporaryPath ?? destination.path, offset: offset, cause: cause)
    }

    private func system<Result>(
        _ body: () throws(SystemError) -> Result
    ) throws(SnapshotError.Cause) -> Result {
        do { return try body() } catch { throw .system(error) }
    }
}

/// The names of files that are being written, and what becomes of those that a crash left behind.
public enum SnapshotTemporaryFile {
    /// As in `temp-4711-0.redwing`.
    static func name(_ number: Int) -> String {
        "\(prefix)\(ProcessInfo.identifier)-\(number)\(suffix)"
    }

    private static let prefix = "temp-"
    private static let suffix = ".redwing"

    /// Removes the temporary files in `directory` that no living writer holds locked, for example
    /// those of a process that was killed. Gives back how many there were.
    @discardableResult
    public static func removeStale(in directory: String) throws(SystemError) -> Int {
        var removed = 0
        for name in try File.names(in: directory) {
            guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { continue }
            if System.removeIfUnlocked("\(directory)/\(name)") { removed += 1 }
        }
        return removed
    }
}
