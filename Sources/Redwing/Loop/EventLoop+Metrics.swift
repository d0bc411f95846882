// What the loop does for monitoring: it watches the HTTP server, tells it the figures, measures its
// own turns, and gives the survey of keys a little time.
import Logging
import RedwingEngine
import RedwingLinux

/// The HTTP server for monitoring, and what only it needs.
final class Monitoring {
    let server: MetricsServer
    /// How long the turns of the loop were, in nanoseconds.
    var turns = DurationHistogram(bounds: Monitoring.turnBounds, unit: 1e-9)
    private let nanosecondsPerTick: Double
    private var turnStart: UInt64 = 0

    /// Seconds: from a turn with one cheap command to one that everybody notices.
    private static let turnBounds = [
        0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
        0.05, 0.1, 0.25, 1,
    ]

    init(_ server: MetricsServer) {
        self.server = server
        nanosecondsPerTick = Clock.nanosecondsPerTick()
    }

    func beginTurn() { turnStart = Clock.ticks() }

    func endTurn() {
        let ticks = Clock.ticks() &- turnStart
        turns.add(UInt64(Double(ticks) * nanosecondsPerTick))
    }
}

extension EventLoop {
    /// Nanoseconds that the walk for the largest keys takes every tenth of a second.
    private static let surveySlice: UInt64 = 100_000

    /// Listens for monitoring where `new` says, for the start and for CONFIG SET. Throws, and goes
    /// on as before, when that is not possible.
    func listenForMonitoring(as new: Configuration) throws(ServerError) {
        guard listenedMetricsPort != new.metricsPort || listenedMetricsBind != new.metricsBind
        else { return }
        let former = (listenedMetricsBind, listenedMetricsPort)
        do throws(ServerError) {
            if monitoring == nil, new.metricsPort > 0 { monitoring = try makeMonitoring() }
            try monitoring?.server.listen(new.metricsBind, port: new.metricsPort, logger)
            (listenedMetricsBind, listenedMetricsPort) = (new.metricsBind, new.metricsPort)
        } catch {
            try? monitoring?.server.listen(former.0, port: former.1, logger)
            throw error
        }
        if new.metricsPort > 0 {
            logger.notice("Serving metrics over HTTP on port \(new.metricsPort)")
        }
    }

    private func makeMonitoring() throws(ServerError) -> Monitoring {
        do throws(SystemError) {
            let server = try MetricsServer(self)
            try epoll.add(server.handle, .readable, generation: Role.monitoring)
            return Monitoring(server)
        } catch {
            throw .cannotListen(address: "metrics-port", reason: error.description)
        }
    }

    /// What the periodic checks do for monitoring.
    func tendMonitoring(_ now: Int64) {
        guard let monitoring else { return }
        monitoring.server.tend(now)
        engine.tendKeySurvey()
        let start = Clock.monotonic()
        while engine.stepKeySurvey(), Clock.monotonic() &- start < EventLoop.surveySlice {}
    }
}

extension EventLoop: MetricsSource {
    var reasonForNotBeingReady: String? {
        if loading != nil { return "loading" }
        return stopping == nil ? nil : "ending"
    }

    func metrics(_ format: MetricsText.Format) -> [UInt8] {
        let facts = host?.facts() ?? HostFacts()
        return MetricsPage.text(engine.figures(facts), facts, serverFigures(), format)
    }

    private func serverFigures() -> ServerFigures {
        let turns = monitoring?.turns ?? DurationHistogram(bounds: [], unit: 1)
        var figures = ServerFigures(turns: turns)
        let history = snapshots.history
        figures.snapshots.isRunning = snapshots.isRunning
        figures.snapshots.runningSeconds = Int(max(0, snapshots.runningSeconds))
        figures.snapshots.queuedBytes = snapshots.queuedBytes
        figures.snapshots.saves = history.saves
        figures.snapshots.lastSave = Int(history.lastSave)
        figures.snapshots.isLastOK = history.isOK
        if history.lastDuration >= 0 { figures.snapshots.lastSeconds = Int(history.lastDuration) }
        if let loading {
            let (done, total) = loading.snapshot.progress
            figures.loading = (Int(clamping: done), Int(clamping: total))
        }
        figures.hotKeys = engine.hotKeys
        figures.largestKeys = engine.largestKeys
        return figures
    }
}
