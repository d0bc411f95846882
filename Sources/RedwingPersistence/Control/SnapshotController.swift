// When snapshots are taken and what became of them: SAVE, BGSAVE, save points, and loading at the
// start. It stands between the engine's walk and the writer; both do their work without knowing of
// each other.
import RedwingContainers
import RedwingEngine

/// Takes and loads the snapshots of one engine. Everything is called on the engine's thread.
public final class SnapshotController {
    /// What the last background snapshot came to, for INFO.
    public struct History: Sendable {
        /// Unix seconds of the last successful snapshot, or of the start.
        public var lastSave: Int64
        /// Whether the last one succeeded.
        public var isOK = true
        /// Seconds that the last one took; -1 before the first.
        public var lastDuration: Int64 = -1
        /// Successful snapshots.
        public var saves = 0
        /// Bytes that writes during the last one made it copy early, and queued for the writer.
        public var lastQueued = 0
        /// Keys read at the start.
        public var loadedKeys = 0
        /// Keys of the file that had expired by then.
        public var expiredKeys = 0
    }

    /// A snapshot that is being taken.
    private struct Running {
        let writer: SnapshotWriter
        let startedAt: Int64
        /// Changes that were pending when it began: they are in it.
        let changes: Int
        var isFinished = false
        var queuePeak = 0
    }

    /// What snapshots hold beside the keys, when the server has scripts.
    public var libraries: (any SnapshotLibraries)?
    private let engine: Engine
    private let wake: @Sendable () -> Void
    private let log: (String, Bool) -> Void
    private let operations: any SnapshotFileOperations
    private var running: Running?
    private var nextAttempt: Int64 = 0
    /// What has happened so far.
    public private(set) var history: History

    /// Seconds until a save point tries again after a failure.
    private static let retryDelay: Int64 = 5

    /// A controller of `engine`. `wake` is called from another thread when `receive` has something
    /// to do; `log` gets a line and whether it is a warning.
    public init(
        _ engine: Engine, operations: any SnapshotFileOperations = SystemFileOperations(),
        wake: @escaping @Sendable () -> Void, log: @escaping (String, Bool) -> Void
    ) {
        self.engine = engine
        self.operations = operations
        self.wake = wake
        self.log = log
        history = History(lastSave: engine.now / 1000)
    }

    /// Whether a background snapshot is being taken.
    public var isRunning: Bool { running != nil }

    /// Seconds since the running snapshot began, or -1.
    public var runningSeconds: Int64 {
        running.map { (engine.now - $0.startedAt) / 1000 } ?? -1
    }

    /// Bytes that wait for the writer now.
    public var queuedBytes: Int { running?.writer.progress.queuedBytes ?? 0 }

    /// The most of them so far in the running snapshot.
    public var queuePeak: Int { running?.queuePeak ?? 0 }

    /// Notes what loading at the start came to.
    public func noteLoaded(_ counts: (loaded: Int, expired: Int)) {
        history.loadedKeys = counts.loaded
        history.expiredKeys = counts.expired
    }

    /// Where the configuration wants the snapshot.
    public var destination: SnapshotDestination {
        let configuration = engine.configuration
        let level = configuration.snapshotCompressionLevel
        return SnapshotDestination(
            directory: configuration.directory, fileName: configuration.dbFileName,
            compression: level < 0 ? .none : .lz4(level: Int32(clamping: level)))
    }

    private var header: SnapshotHeader {
        SnapshotHeader(
            creationTime: UInt64(max(0, engine.now)), databaseCount: UInt32(engine.databaseCount),
            fields: [.init("redwing-version", "\(EngineVersion.own)")])
    }

    /// Begins a snapshot in the background; nothing is copied yet.
    public func startBackground() throws {
        let writer = try SnapshotWriter.background(
            header, to: destination, niceness: SnapshotController.niceness,
            operations: operations, wake: wake)
        running = Running(
            writer: writer, startedAt: engine.now, changes: engine.dirty)
        engine.beginWalk(to: WriterSink(writer))
        LibraryBlocks.write(libraries?.libraryCodes ?? []) { writer.force($0) }
        log("Background saving started", false)
    }

    /// The writer's thread yields to the loop where both share a core.
    private static let niceness: Int32 = 5

    /// Gives a running snapshot up. The old file stays.
    public func cancel() {
        guard let running else { return }
        engine.endWalk()
        running.writer.cancel()
    }

    /// Takes the data to the file before it returns; for SAVE and for the end of the server.
    /// `isGivenUp` is asked now and then. Returns false when it said so; the old file stays then.
    @discardableResult
    public func save(unless isGivenUp: () -> Bool = { false }) throws -> Bool {
        let writer = SnapshotWriter.synchronous(header, to: destination, operations: operations)
        let changes = engine.dirty
        var gaveUp = false
        engine.beginWalk(to: WriterSink(writer))
        LibraryBlocks.write(libraries?.libraryCodes ?? []) { writer.force($0) }
        while !engine.stepWalk() {
            writer.receive { engine.recycle($0) }
            gaveUp = isGivenUp()
            if gaveUp || writer.outcome != nil { break }
        }
        engine.endWalk()
        if gaveUp { writer.cancel() } else { writer.finish() }
        let outcome = writer.waitForOutcome()
        writer.receive { engine.recycle($0) }
        engine.forgetWalk()
        switch outcome {
        case .saved:
            succeeded(changes, since: engine.now)
            log("DB saved on disk", false)
            return true
        case .failed(let error):
            failed()
            log("Saving failed: \(error)", true)
            throw error
        case .cancelled: return false
        }
    }

    /// To be called on the engine's thread after `wake`, and now and then: takes blocks back and
    /// sees whether the running snapshot has ended.
    public func receive() {
        guard var running else { return }
        running.queuePeak = max(running.queuePeak, running.writer.progress.queuedBytes)
        running.writer.receive { engine.recycle($0) }
        if !running.isFinished, !engine.isWalking {
            running.isFinished = true
            running.writer.finish()
        }
        self.running = running
        guard let outcome = running.writer.outcome else { return }
        running.writer.receive { engine.recycle($0) }
        engine.endWalk()
        engine.forgetWalk()
        self.running = nil
        history.lastQueued = running.queuePeak
        history.lastDuration = (engine.now - running.startedAt) / 1000
        switch outcome {
        case .saved:
            succeeded(running.changes, since: running.startedAt)
            log("Background saving terminated with success", false)
        case .cancelled:
            log("Background saving cancelled", false)
        case .failed(let error):
            failed()
            log("Background saving failed: \(error)", true)
        }
    }

    private func succeeded(_ changes: Int, since: Int64) {
        engine.markSaved(changes)
        history.lastSave = engine.now / 1000
        history.isOK = true
        history.saves += 1
        engine.restrictions.remove(.snapshotFailed)
    }

    private func failed() {
        history.isOK = false
        nextAttempt = engine.now + SnapshotController.retryDelay * 1000
        updateRestriction()
    }

    /// Refuses or allows writes after a failure, as the configuration says now.
    public func updateRestriction() {
        let configuration = engine.configuration
        let refuses =
            !history.isOK && configuration.stopWritesOnSnapshotError
            && !configuration.savePoints.isEmpty
        if refuses {
            engine.restrictions.insert(.snapshotFailed)
        } else {
            engine.restrictions.remove(.snapshotFailed)
        }
    }

    /// Begins a snapshot if a save point says so. To be called about ten times a second.
    public func checkSavePoints() {
        updateRestriction()
        guard running == nil, history.isOK || engine.now >= nextAttempt else { return }
        let elapsed = engine.now / 1000 - history.lastSave
        for point in engine.configuration.savePoints
        where engine.dirty >= point.changes && elapsed >= Int64(point.seconds) && engine.dirty > 0 {
            log("\(point.changes) changes in \(point.seconds) seconds. Saving...", false)
            do { try startBackground() } catch {
                failed()
                log("Background saving failed: \(error)", true)
            }
            return
        }
    }
}

/// Hands the walk's blocks to the writer.
private final class WriterSink: SnapshotSink {
    private let writer: SnapshotWriter

    init(_ writer: SnapshotWriter) { self.writer = writer }

    func offer(_ block: BlockBuffer) -> Bool { writer.offer(block) }

    func force(_ block: BlockBuffer) { writer.force(block) }
}
