// Reading ahead: worker threads claim blocks in the order of the file, read, verify and decompress
// them side by side, and put them into a ring from which one consumer takes them in order.
//
// The place of a block is known only from the lengths of those before it, so claiming (reading 32
// bytes) happens one after the other under the lock; all else is parallel. A length that lies
// leads a later claim astray, but its own block's checksum fails, and the consumer sees that first.

import RedwingContainers
import RedwingLinux

/// A block that has been read, and the buffer that it is in.
final class LoadedBlock: @unchecked Sendable {
    let records = BlockBuffer(capacity: 2 * SnapshotFormat.pieceLength)
    fileprivate(set) var header = SnapshotBlockHeader(tag: 0)
    fileprivate(set) var offset: UInt64 = 0
}

final class SnapshotBlockPipeline {
    private let core: SnapshotPipelineCore
    private var threads: [Thread] = []
    /// Loads on the calling thread where there are no workers.
    private var loader: SnapshotBlockLoader?

    init(_ source: SnapshotSource, workers: Int) {
        let count = max(0, min(workers, 64))
        core = SnapshotPipelineCore(source, window: 2 * count + 2)
        let core = core
        for _ in 0..<count {
            // With fewer threads than asked it is slower, and with none the caller does the work.
            guard let thread = try? Thread(name: "snapshot-load", { core.run() }) else {
                break
            }
            threads.append(thread)
        }
        if threads.isEmpty { loader = SnapshotBlockLoader(source) }
    }

    deinit { stop() }

    /// The next block in the order of the file; nil at the footer.
    func next() throws(SnapshotRefusal) -> LoadedBlock? {
        if let loader {
            guard let claim = core.claim() else { return try core.take()?.get() }
            core.deliver(loader.load(claim), index: claim.index)
        }
        return try core.take()?.get()
    }

    /// Gives a block back, which makes room to read one more ahead.
    func recycle(_ block: LoadedBlock) { core.recycle(block) }

    /// Ends the threads and waits for them.
    func stop() {
        core.stop()
        for thread in threads { thread.join() }
        threads = []
    }
}

/// A block that a worker has undertaken to load.
struct SnapshotBlockClaim {
    var index: UInt64
    var offset: UInt64
    var header: SnapshotBlockHeader
    var block: LoadedBlock
}

/// What the workers and the consumer share.
final class SnapshotPipelineCore: Sendable {
    private struct Shared {
        /// The next block to claim.
        var index: UInt64 = 0
        var offset: UInt64
        /// The next block to consume.
        var consumed: UInt64 = 0
        /// All blocks have been claimed, or claiming has failed.
        var isExhausted = false
        var isStopped = false
        var ring: [Result<LoadedBlock, SnapshotRefusal>?]
        var free: [LoadedBlock] = []
        let scratch = BlockBuffer(capacity: 64)
    }

    private let source: SnapshotSource
    private let shared: Monitor<Shared>

    init(_ source: SnapshotSource, window: Int) {
        self.source = source
        shared = Monitor(
            Shared(offset: source.dataOffset, ring: Array(repeating: nil, count: window)))
    }

    /// The body of a worker thread.
    func run() {
        let loader = SnapshotBlockLoader(source)
        while let claim = claim() {
            deliver(loader.load(claim), index: claim.index)
        }
    }

    /// The next block that nobody has claimed; waits while the ring is full. Nil at the end.
    func claim() -> SnapshotBlockClaim? {
        let claim = shared.wait { shared -> SnapshotBlockClaim?? in
            if shared.isStopped || shared.isExhausted { return .some(nil) }
            if shared.index - shared.consumed >= UInt64(shared.ring.count) { return nil }
            return .some(self.claim(in: &shared))
        }
        if claim == nil { shared.wakeAll() }
        return claim
    }

    private func claim(in shared: inout Shared) -> SnapshotBlockClaim? {
        let offset = shared.offset
        if offset == source.footerOffset {
            shared.isExhausted = true
            return nil
        }
        do throws(SnapshotRefusal) {
            let header = try readHeader(at: offset, index: shared.index, shared.scratch)
            let claim = SnapshotBlockClaim(
                index: shared.index, offset: offset, header: header,
                block: shared.free.popLast() ?? LoadedBlock())
            shared.index += 1
            shared.offset += header.fileLength
            return claim
        } catch {
            shared.ring[Int(shared.index % UInt64(shared.ring.count))] = .failure(error)
            shared.index += 1
            shared.isExhausted = true
            return nil
        }
    }

    private func readHeader(
        at offset: UInt64, index: UInt64, _ scratch: BlockBuffer
    ) throws(SnapshotRefusal) -> SnapshotBlockHeader {
        let number = UInt32(truncatingIfNeeded: index)
        func refusal(_ reason: String) -> SnapshotRefusal {
            SnapshotRefusal(offset: offset, cause: .malformedBlock(block: number, reason))
        }
        if source.footerOffset - offset < UInt64(SnapshotFormat.blockHeaderLength) {
            throw refusal("it runs into the footer")
        }
        let header = try source.readBlockHeader(at: offset, index: number, into: scratch)
        if header.tag == SnapshotFormat.footerTag { throw refusal("a footer before the end") }
        if header.fileLength > source.footerOffset - offset {
            throw refusal("it runs into the footer")
        }
        return header
    }

    func deliver(_ result: Result<LoadedBlock, SnapshotRefusal>, index: UInt64) {
        shared.withLock { $0.ring[Int(index % UInt64($0.ring.count))] = result }
        shared.wakeAll()
    }

    /// The next block in order; waits for it. Nil when there is none.
    func take() -> Result<LoadedBlock, SnapshotRefusal>? {
        shared.wait { shared -> Result<LoadedBlock, SnapshotRefusal>?? in
            let place = Int(shared.consumed % UInt64(shared.ring.count))
            if let result = shared.ring[place] {
                shared.ring[place] = nil
                shared.consumed += 1
                return .some(result)
            }
            let isOver = shared.isExhausted && shared.consumed == shared.index
            return isOver || shared.isStopped ? .some(nil) : nil
        }
    }

    func recycle(_ block: LoadedBlock) {
        shared.withLock { $0.free.append(block) }
        shared.wakeAll()
    }

    func stop() {
        shared.withLock { $0.isStopped = true }
        shared.wakeAll()
    }
}

/// Reads, verifies and decompresses one block at a time.
final class SnapshotBlockLoader {
    private let source: SnapshotSource
    private let stored = BlockBuffer()
    private var decompressor: LZ4Decompressor?

    init(_ source: SnapshotSource) { self.source = source }

    func load(_ claim: SnapshotBlockClaim) -> Result<LoadedBlock, SnapshotRefusal> {
        let block = claim.block
        block.header = claim.header
        block.offset = claim.offset
        block.records.removeBytes()
        do throws(SnapshotRefusal) {
            stored.removeBytes()
            try source.read(Int(claim.header.fileLength), at: claim.offset, into: stored)
            try source.placing(claim.offset) { () throws(SnapshotError.Cause) in
                try stored.withBytes { bytes throws(SnapshotError.Cause) in
                    try verify(bytes, claim.header)
                    try expand(bytes, claim.header, into: block.records)
                }
            }
            return .success(block)
        } catch { return .failure(error) }
    }

    private func verify(
        _ bytes: RawSpan, _ header: SnapshotBlockHeader
    ) throws(SnapshotError.Cause) {
        // The header has been read twice; a file that changes in between is not sound.
        if try SnapshotBlockHeader(decoding: bytes, expected: header.index) != header {
            throw .blockChecksumMismatch(block: header.index)
        }
        try header.verify(bytes, seed: source.seed)
    }

    private func expand(
        _ bytes: RawSpan, _ header: SnapshotBlockHeader, into records: BlockBuffer
    ) throws(SnapshotError.Cause) {
        let payload = bytes.extracting(droppingFirst: SnapshotFormat.blockHeaderLength)
        if !header.flags.contains(.compressed) { return records.append(payload) }
        do throws(LZ4Error) {
            if decompressor == nil { decompressor = try LZ4Decompressor() }
            try decompressor?.expand(payload, count: Int(header.rawLength), into: records)
            if records.count != Int(header.rawLength) {
                throw LZ4Error("\(records.count) bytes instead of \(header.rawLength)")
            }
        } catch {
            throw .decompressionFailed(block: header.index, error.reason)
        }
    }
}
