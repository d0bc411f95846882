// The blocks of an open snapshot, one after the other: order, continuations and totals are checked
// here, between the pipeline that loads blocks and the consumer that decodes their records.

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

/// The blocks of a snapshot in the order of the file. One thread at a time; the caller may do other
/// work between two blocks, while the workers read ahead as far as the window allows.
public final class SnapshotBlockStream {
    /// Where in the file the next block begins: so much of it is done.
    public private(set) var offset: UInt64

    private let path: String
    private let source: SnapshotSource
    private let totals: SnapshotTotals
    private let pipeline: SnapshotBlockPipeline
    private var seen = SnapshotTotals()
    private var previous: SnapshotBlockHeader?
    private var isStopped = false

    init(path: String, _ source: SnapshotSource, _ totals: SnapshotTotals, workers: Int) {
        self.path = path
        self.source = source
        self.totals = totals
        offset = source.dataOffset
        pipeline = SnapshotBlockPipeline(source, workers: workers)
    }

    /// Ends the worker threads before the end of the file. Dropping the stream does the same.
    public func stop() {
        isStopped = true
        pipeline.stop()
    }

    /// Delivers the next block, waiting for a worker to load it where necessary.
    ///
    /// - Parameter consumer: gets the block and its records, which are lent for the call. What it
    ///   throws ends the reading: a `SnapshotError` or `CancellationError` as it is, anything else
    ///   wrapped with the block's place.
    /// - Returns: false where there was no block left, and the totals of the footer are right.
    /// - Throws: `SnapshotError` at the first block that is not sound; `CancellationError` where
    ///   the stream has been stopped or has thrown before.
    public func next(_ consumer: (SnapshotBlock, RawSpan) throws -> Void) throws -> Bool {
        if isStopped { throw CancellationError() }
        do { return try advance(consumer) } catch {
            stop()
            throw error
        }
    }

    private func advance(
        _ consumer: (SnapshotBlock, RawSpan) throws -> Void
    ) throws -> Bool {
        guard let loaded = try load() else {
            try checkEnd()
            return false
        }
        try check(loaded)
        previous = loaded.header
        seen.add(loaded.header, seed: source.seed)
        try deliver(loaded, to: consumer)
        offset = loaded.offset + loaded.header.fileLength
        pipeline.recycle(loaded)
        return true
    }

    private func load() throws(SnapshotError) -> LoadedBlock? {
        do { return try pipeline.next() } catch { throw refusal(at: error.offset, error.cause) }
    }

    /// A continuation follows what it continues, and nothing else does.
    private func check(_ block: LoadedBlock) throws(SnapshotError) {
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

    private func checkEnd() throws(SnapshotError) {
        if let previous, previous.flags.contains(.continues) {
            throw refusal(
                at: source.footerOffset,
                .malformedBlock(block: previous.index, "its continuation is missing"))
        }
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
