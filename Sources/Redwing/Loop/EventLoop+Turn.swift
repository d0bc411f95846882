// What a turn does beside serving clients: sliced background work, the periodic checks, signals,
// and the orderly end.
import Logging
import RedwingContainers
import RedwingEngine
import RedwingLinux

/// How a server is to end.
struct StopRequest {
    /// Whether a snapshot is written first.
    enum Save {
        case never
        case asConfigured
        case always
    }

    /// Unix milliseconds after which unsent replies are given up.
    var deadline: Int64
}

extension EventLoop {
    /// Milliseconds between two rounds of periodic checks.
    private static let cronInterval: Int64 = 100
    /// Nanoseconds that background work may take of one turn.
    private static let slice: UInt64 = 1_000_000

    /// Bytes that may wait for a snapshot's writer before the loop gives it time.
    private static let backlogLimit = 12 << 20
    /// Microseconds that it gives in a turn.
    private static let backlogNap = 500

    /// Expiry, freeing and snapshots, for a bounded time; periodic checks when they are due.
    func background(_ now: Int64) {
        if engine.hasBackgroundWork {
            let start = Clock.monotonic()
            while engine.work(), Clock.monotonic() &- start < EventLoop.slice {}
            if snapshots.isRunning, !engine.isWalking { snapshots.receive() }
        }
        // Writes hand over more than the writer takes: it gets some of this core's time.
        if snapshots.isRunning, snapshots.queuedBytes > EventLoop.backlogLimit {
            Clock.nap(microseconds: EventLoop.backlogNap)
        }
        engine.limitClientMemory(isThorough: now >= nextCron)
        guard now >= nextCron else { return }
        nextCron = now + EventLoop.cronInterval
        tendClients(now)
        tendHandshakes(now)
        tendCertificates(now)
        if isListeningPaused { resumeListening() }
        tendSnapshots()
        tendMonitoring(now)
        replies.trim(to: 256 * 1024)
        if let stopping, connectionCount == 0 || now >= stopping.deadline { isRunning = false }
    }

    /// Closes clients that were idle for too long, or are too far behind with reading.
    private func tendClients(_ now: Int64) {
        let timeout = Int64(engine.configuration.timeout) * 1000
        for case let connection? in connections {
            let session = connection.session
            if timeout > 0, now - connection.lastActive > timeout, !session.isBlocked,
                !session.isSubscriber
            {
                logger.info("Closing idle client", metadata: ["id": "\(connection.session.id)"])
                close(connection)
            } else if connection.output != nil {
                checkOutputLimit(connection, now)
                if connection.session.closesNow { close(connection) }
            }
        }
    }

    /// Looks at the sessions that something happened to which was not their own doing.
    func flushWakeups(_ now: Int64) {
        // What a client had sent while it waited may wake others.
        while engine.hasWakeups {
            for session in engine.takeWakeups() {
                guard let connection = session.transport as? Connection else {
                    finishWaiting(session)
                    continue
                }
                if let outbox = session.outbox, outbox.count > 0, !session.closesNow {
                    guard sendOutbox(connection, outbox, now) else { continue }
                } else {
                    send(connection, from: replies.ownCount, now)
                }
                runKept(connection, now)
            }
        }
    }

    func receiveSignals() {
        for signal in signals?.takeAll() ?? [] {
            if stopping != nil {
                logger.warning("Second signal: ending at once")
                isRunning = false
                return
            }
            logger.notice("Received \(signal.name), ending gracefully")
            let options =
                signal == .interrupt
                ? engine.configuration.shutdownOnSIGINT : engine.configuration.shutdownOnSIGTERM
            stop(save: options.saving, force: options.contains(.force))
        }
    }

    /// Whether somebody has pressed Control-C for the second time. A second SIGTERM is no sign of
    /// impatience with the last snapshot: service managers and scripts send it for good measure.
    func isImpatient() -> Bool {
        guard let signals, signals.takeAll().contains(.interrupt) else { return false }
        logger.warning("Second SIGINT: giving the final snapshot up")
        return true
    }

    /// Saves if asked, stops accepting, and ends when all replies are sent. Returns false, and goes
    /// on as before, when saving failed and is not to be ignored.
    @discardableResult
    func stop(save: StopRequest.Save, force: Bool) -> Bool {
        guard stopping == nil else { return true }
        let saves = savesAtEnd(save)
        service?.isEnding(saves: saves)
        guard !saves || saveAtEnd() || force else {
            if isInterrupted { return true }
            logger.error("Not ending: the data could not be saved")
            service?.isStaying()
            return false
        }
        stopping = StopRequest(deadline: engine.now + 2000)
        // Data that is half loaded is of no use any more.
        loading = nil
        stopListening()
        let now = engine.now
        for case let connection? in connections {
            connection.session.close(afterReply: true)
            send(connection, from: replies.ownCount, now)
        }
        if connectionCount == 0 { isRunning = false }
        return true
    }

    func stopListening() {
        for listener in listeners { epoll.remove(listener.handle) }
        listeners.removeAll()
        tls.handshakes.removeAll()
    }

    func closeEverything() {
        let paths = listeners.filter(\.isUnix).map(\.address)
        stopListening()
        for path in paths { try? File.remove(path) }
        for case let connection? in connections { close(connection) }
    }
}
