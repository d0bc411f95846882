// A snapshot being written while the loop goes on: the bounded queue from the loop to the writer's
// thread, and the mailbox back. Blocks change owner; no block is ever seen by two threads at once.

import RedwingContainers
import RedwingLinux
import Synchronization

/// How a snapshot ended.
public enum SnapshotOutcome: Equatable, Sendable {
    /// The file is in its place and on the disk.
    case saved(SnapshotTotals)
    /// It was cancelled; the old file is untouched and the temporary one removed.
    case cancelled
    /// It failed; the temporary file is removed. The old file is untouched, unless the very last
    /// step failed, making the rename durable.
    case failed(SnapshotError)
}

/// Counters of a snapshot in progress.
public struct SnapshotProgress: Equatable, Sendable {
    /// Blocks written to the file.
    public var blocks: UInt64
    /// Bytes of the payloads that have been written, before compression.
    public var rawBytes: UInt64
    /// Bytes written to the file.
    public var fileBytes: UInt64
    /// Bytes that wait in the queue, counted by the capacity of buffers and what they borrow.
    public var queuedBytes: Int
}

/// Writes a snapshot, either on a thread of its own or on the caller's.
///
/// The loop thread calls everything here but the wake-up, which comes from the writer's thread
/// whenever the mailbox stops being empty: blocks to take back, or the outcome. An owner that drops
/// the writer before the end cancels it.
public final class SnapshotWriter: Sendable {
    private let core: SnapshotWriterCore

    /// Starts a writer with a thread of its own.
    ///
    /// - Parameters:
    ///   - queueLimit: bytes that may wait before `offer` refuses.
    ///   - niceness: the thread's nice value, for machines where it shares a core with the loop.
    ///   - wake: called from the writer's thread when there is something to receive. Must be quick
    ///     and must not call the writer. It may be called until the outcome is there, even where
    ///     the owner has dropped the writer.
    /// - Throws: where no thread can be had. Trouble with the file is an outcome instead.
    public static func background(
        _ header: SnapshotHeader, to destination: SnapshotDestination,
        queueLimit: Int = 8 << 20, niceness: Int32? = nil,
        operations: any SnapshotFileOperations = SystemFileOperations(),
        wake: @escaping @Sendable () -> Void
    ) throws(SnapshotError) -> SnapshotWriter {
        let core = SnapshotWriterCore(
            header, destination, queueLimit: queueLimit, operations: operations, wake: wake)
        do {
            _ = try Thread(name: "snapshot") {
                if let niceness { Thread.yieldToOthers(nice: Int(niceness)) }
                core.run()
            }
        } catch { throw SnapshotError(path: destination.path, cause: .system(error)) }
        return SnapshotWriter(core)
    }

    /// A writer without a thread: `offer`, `force` and `finish` write before they come back.
    public static func synchronous(
        _ header: SnapshotHeader, to destination: SnapshotDestination,
        operations: any SnapshotFileOperations = SystemFileOperations()
    ) -> SnapshotWriter {
        let core = SnapshotWriterCore(
            header, destination, queueLimit: nil, operations: operations, wake: {})
        return SnapshotWriter(core)
    }

    private init(_ core: SnapshotWriterCore) { self.core = core }

    deinit { core.cancel() }

    /// Hands `block` to the writer unless the queue is full; never waits for the thread. False
    /// leaves the block with the caller, who is woken when there is room.
    public func offer(_ block: BlockBuffer) -> Bool { core.enqueue(block, force: false) }

    /// Hands `block` to the writer even where the queue is full: for pre-images, which cannot wait.
    public func force(_ block: BlockBuffer) { _ = core.enqueue(block, force: true) }

    /// Says that there are no more blocks: what is handed over later comes back unwritten. The
    /// outcome follows when the file is in its place.
    public func finish() { core.finish() }

    /// Gives up: the queue is handed back unwritten, the temporary file removed. Nothing happens
    /// once the file is in its place.
    public func cancel() { core.cancel() }

    /// Takes the blocks that the writer is done with: the caller owns them and what they borrowed.
    public func receive(_ body: (BlockBuffer) -> Void) {
        for block in core.takeReleased() { body(block) }
    }

    /// How it ended, nil while it goes on. Once it is there, every block has been released.
    public var outcome: SnapshotOutcome? { core.outcome }

    /// How far it is.
    public var progress: SnapshotProgress { core.progress }

    /// Waits for the end: for shutdown, which has nothing better to do. Only after `finish` or
    /// `cancel`.
    public func waitForOutcome() -> SnapshotOutcome { core.waitForOutcome() }
}

/// What the writer's thread and the loop share.
///
/// `@unchecked`: `file` is touched only by whoever processes blocks, which is the thread or,
/// without one, the caller.
final class SnapshotWriterCore: @unchecked Sendable {
    private struct Shared {
        var queue: [BlockBuffer] = []
        var queuedBytes = 0
        var isFinishing = false
        var released: [BlockBuffer] = []
        var outcome: SnapshotOutcome?
    }

    private enum Work {
        case blocks([BlockBuffer])
        case finish
        case cancel
    }

    private let header: SnapshotHeader
    private let destination: SnapshotDestination
    private let operations: any SnapshotFileOperations
    private let wake: @Sendable () -> Void
    /// Nil in the synchronous writer, which has no queue.
    private let queueLimit: Int?
    private let counters = SnapshotCounters()
    private let queuedBytes = Atomic<Int>(0)
    private let isCancelled = Atomic<Bool>(false)
    private let shared = Monitor(Shared())
    private var file: SnapshotFileWriter?
    private var failure: SnapshotError?

    init(
        _ header: SnapshotHeader, _ destination: SnapshotDestination, queueLimit: Int?,
        operations: any SnapshotFileOperations, wake: @escaping @Sendable () -> Void
    ) {
        self.header = header
        self.destination = destination
        self.queueLimit = queueLimit
        self.operations = operations
        self.wake = wake
    }

    // MARK: The loop's side

    func enqueue(_ block: BlockBuffer, force: Bool) -> Bool {
        guard let queueLimit else {
            process(block)
            if failure != nil { end() }
            release([block])
            return true
        }
        let size = Self.size(of: block)
        let (taken, isIdle) = shared.withLock { shared -> (Bool, Bool) in
            // A block after the end goes straight back.
            if shared.outcome != nil || shared.isFinishing {
                shared.released.append(block)
                return (true, false)
            }
            if !force && shared.queuedBytes > 0 && shared.queuedBytes + size > queueLimit {
                return (false, false)
            }
            shared.queue.append(block)
            shared.queuedBytes += size
            queuedBytes.store(shared.queuedBytes, ordering: .relaxed)
            return (true, shared.queue.count == 1)
        }
        if isIdle { shared.wakeAll() }
        return taken
    }

    func finish() {
        if queueLimit == nil { return end() }
        shared.withLock { $0.isFinishing = true }
        shared.wakeAll()
    }

    func cancel() {
        isCancelled.store(true, ordering: .releasing)
        if queueLimit == nil { return end() }
        shared.withLock { _ in }
        shared.wakeAll()
    }

    func takeReleased() -> [BlockBuffer] {
        shared.withLock { shared in
            let blocks = shared.released
            shared.released = []
            return blocks
        }
    }

    var outcome: SnapshotOutcome? { shared.withLock { $0.outcome } }

    func waitForOutcome() -> SnapshotOutcome { shared.wait { $0.outcome } }

    var progress: SnapshotProgress {
        SnapshotProgress(
            blocks: counters.blocks.load(ordering: .relaxed),
            rawBytes: counters.rawBytes.load(ordering: .relaxed),
            fileBytes: counters.fileBytes.load(ordering: .relaxed),
            queuedBytes: queuedBytes.load(ordering: .relaxed))
    }

    private static func size(of block: BlockBuffer) -> Int { block.capacity + block.borrowedCount }

    // MARK: The writer's side

    func run() {
        openFile()
        while true {
            switch nextWork() {
            case .blocks(let blocks):
                for block in blocks {
                    let size = Self.size(of: block)
                    process(block)
                    release([block], size: size)
                    // Where the loop wants this core it need not wait for a whole time slice.
                    Thread.yield()
                }
            case .finish, .cancel:
                end()
                return
            }
        }
    }

    private func nextWork() -> Work {
        shared.wait { shared in
            if !shared.queue.isEmpty {
                let blocks = shared.queue
                shared.queue = []
                return .blocks(blocks)
            }
            if isCancelled.load(ordering: .acquiring) { return .cancel }
            return shared.isFinishing || failure != nil ? .finish : nil
        }
    }

    private func openFile() {
        do throws(SnapshotError) {
            file = try SnapshotFileWriter(
                header, to: destination, operations: operations, counters: counters)
        } catch { failure = error }
    }

    /// Writes a block, or does nothing any more after a failure or a cancellation.
    private func process(_ block: BlockBuffer) {
        if file == nil && failure == nil && outcome == nil { openFile() }
        guard let file, failure == nil, !isCancelled.load(ordering: .acquiring) else { return }
        do throws(SnapshotError) { try file.write(block) } catch {
            failure = error
            file.abandon()
        }
    }

    private func release(_ blocks: [BlockBuffer], size: Int = 0) {
        let isFirst = shared.withLock { shared -> Bool in
            let isFirst = shared.released.isEmpty
            shared.released.append(contentsOf: blocks)
            shared.queuedBytes -= size
            queuedBytes.store(shared.queuedBytes, ordering: .relaxed)
            return isFirst
        }
        if isFirst { wake() }
    }

    /// Finds the outcome and publishes it, once.
    private func end() {
        if outcome != nil { return }
        if file == nil && failure == nil && !isCancelled.load(ordering: .acquiring) { openFile() }
        var outcome = SnapshotOutcome.cancelled
        if let failure {
            outcome = .failed(failure)
        } else if let file, !isCancelled.load(ordering: .acquiring) {
            do throws(SnapshotError) {
                let totals = try file.commit { isCancelled.load(ordering: .acquiring) }
                if let totals { outcome = .saved(totals) }
            } catch { outcome = .failed(error) }
        }
        file?.abandon()
        file = nil
        shared.withLock { shared in
            shared.released.append(contentsOf: shared.queue)
            shared.queue = []
            shared.queuedBytes = 0
            queuedBytes.store(0, ordering: .relaxed)
            shared.outcome = outcome
        }
        shared.wakeAll()
        wake()
    }
}
