// Snapshots as the loop sees them: loading one at the start while clients are told to wait, taking
// back what the writer's thread is done with, and the last one at the end.
import Logging
import RedwingContainers
import RedwingEngine
import RedwingLinux
import RedwingPersistence

extension EventLoop {
    /// Nanoseconds that loading takes of a turn: clients hear that it is going on within that time.
    private static let loadingSlice: UInt64 = 20_000_000

    /// Begins to load the snapshot that the configuration names, if there is one.
    func startLoading() throws {
        removeLeftovers(in: engine.configuration.directory)
        let path = snapshots.destination.path
        guard File.exists(path) else { return }
        let snapshot = try SnapshotLoading(path, into: engine, workers: 1)
        snapshot.libraries = scripts
        loading = LoadInProgress(
            snapshot: snapshot,
            startedAt: Clock.monotonic(), nextReport: Clock.monotonic() + 1_000_000_000)
        engine.restrictions.insert(.loading)
        logger.notice("Loading the snapshot \(path)")
        service?.isLoading(percent: 0)
    }

    /// Removes what snapshots left behind that were cut off by a crash; others are not touched.
    private func removeLeftovers(in directory: String) {
        do throws(SystemError) {
            let count = try SnapshotTemporaryFile.removeStale(in: directory)
            if count > 0 { logger.notice("Removed \(count) unfinished snapshot files") }
        } catch {
            logger.warning("Unfinished snapshot files could not be looked for: \(error)")
        }
    }

    /// Loads a slice. Throws when the file turns out to be wrong: the server must not go on.
    func load() throws {
        guard var state = loading else { return }
        let start = Clock.monotonic()
        var now = start
        var more = true
        while more, now &- start < EventLoop.loadingSlice {
            more = try state.snapshot.step()
            now = Clock.monotonic()
        }
        if now >= state.nextReport {
            let (done, total) = state.snapshot.progress
            let percent = done * 100 / max(1, total)
            logger.notice("Loading: \(percent) % of \(total >> 20) MiB")
            service?.isLoading(percent: Int(percent))
            state.nextReport = now + 1_000_000_000
        }
        loading = more ? state : nil
        guard !more else { return }
        engine.restrictions.remove(.loading)
        let counts = state.snapshot.counts
        snapshots.noteLoaded(counts)
        let milliseconds = (Clock.monotonic() &- state.startedAt) / 1_000_000
        logger.notice(
            """
            DB loaded from disk: \(counts.loaded) keys, \(counts.expired) expired keys left out, \
            in \(milliseconds) ms
            """)
        announceReady()
    }

    /// Says that clients are welcome.
    func announceReady() {
        for listener in listeners {
            let kind = listener.isTLS ? "tls" : "tcp"
            let place = listener.port.map { "\(listener.address) port \($0) (\(kind))" }
            logger.notice("Ready to accept connections on \(place ?? listener.address)")
        }
        service?.isReady()
    }

    /// Loads the snapshot file into the engine before it returns, for DEBUG RELOAD.
    func loadAtOnce() throws {
        let path = snapshots.destination.path
        let loading = try SnapshotLoading(path, into: engine, workers: 1)
        loading.libraries = scripts
        while try loading.step() {}
    }

    /// What the periodic checks do for snapshots.
    func tendSnapshots() {
        guard loading == nil else { return }
        if snapshots.isRunning { snapshots.receive() }
        if stopping == nil { snapshots.checkSavePoints() }
    }

    /// Whether a server that is about to end writes a snapshot. While one is loaded it never does.
    func savesAtEnd(_ save: StopRequest.Save) -> Bool {
        let configured = !engine.configuration.savePoints.isEmpty
        return loading == nil && (save == .always || save == .asConfigured && configured)
    }

    /// Writes the last snapshot of a server that is about to end. Returns false when it failed.
    func saveAtEnd() -> Bool {
        if snapshots.isRunning { snapshots.cancel() }
        do {
            logger.notice("Saving the final snapshot before exiting")
            let isSaved = try snapshots.save { self.isImpatient() }
            if !isSaved {
                isInterrupted = true
                isRunning = false
            }
            return isSaved
        } catch {
            logger.error("Could not save the final snapshot: \(error)")
            return false
        }
    }
}

/// A snapshot that is loaded turn by turn.
struct LoadInProgress {
    let snapshot: SnapshotLoading
    let startedAt: UInt64
    var nextReport: UInt64
}
