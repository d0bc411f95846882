// Loading a snapshot into an engine, block by block, so that whoever loads can answer clients and
// report progress between two blocks.
import RedwingContainers
import RedwingEngine

/// A snapshot that is being loaded.
public final class SnapshotLoading {
    private let reader: SnapshotReader
    private let stream: SnapshotBlockStream
    private let loader: SnapshotLoader
    /// A long string is cut over several blocks; they are put together here.
    private var joined = BlockBuffer(capacity: 64)
    private var isJoining = false
    /// Where libraries of scripts go; without it a snapshot with libraries is refused.
    public var libraries: (any SnapshotLibraries)?
    /// The pieces of a library so far.
    private var libraryCode: [UInt8] = []

    /// Opens the snapshot at `path` and verifies what can be verified at once.
    public init(
        _ path: String, into engine: Engine,
        operations: any SnapshotFileOperations = SystemFileOperations(), workers: Int = 1
    ) throws(SnapshotError) {
        reader = try SnapshotReader(path: path, operations: operations)
        stream = reader.stream(workers: workers)
        loader = SnapshotLoader(engine)
    }

    /// Bytes of the file that are done, and all of them.
    public var progress: (done: UInt64, total: UInt64) {
        (stream.offset, reader.totals.fileLength)
    }

    /// When the snapshot was taken, in Unix milliseconds.
    public var creationTime: UInt64 { reader.header.creationTime }

    /// Keys entered, and keys skipped because they had expired.
    public var counts: (loaded: Int, expired: Int) { (loader.keyCount, loader.expiredCount) }

    /// Loads the next block; returns whether there was one.
    public func step() throws -> Bool {
        let more = try stream.next { block, records in
            if block.tag == LibraryBlocks.tag, let libraries {
                return try records.withBytes { try takeLibrary($0, libraries) }
            }
            guard block.tag == 1 else {
                throw SnapshotRecordError.unknownTag(block.tag)
            }
            try records.withBytes { bytes in
                guard block.continues || isJoining else {
                    return try loader.load(bytes, database: Int(block.database))
                }
                joined.append(bytes)
                isJoining = block.continues
                if !isJoining {
                    let whole = joined
                    joined = BlockBuffer(capacity: 64)
                    try whole.withBytes { try $0.withBytes(load(Int(block.database))) }
                }
            }
        }
        if !more { try loader.finish() }
        return more
    }

    private func takeLibrary(_ piece: Bytes, _ libraries: any SnapshotLibraries) throws {
        guard let isLast = LibraryBlocks.read(piece, into: &libraryCode) else {
            throw SnapshotRecordError.unknownTag(LibraryBlocks.tag)
        }
        guard isLast else { return }
        try libraries.restoreLibrary(libraryCode)
        libraryCode = []
    }

    private func load(_ database: Int) -> (Bytes) throws -> Void {
        { [loader] in try loader.load($0, database: database) }
    }
}
