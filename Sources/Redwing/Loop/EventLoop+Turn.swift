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

    /// Expiry, freeing and snapshots, for a bounded time; periodic checks when they are due.
    func background(_ now: Int64) {
        if engine.hasBackgroundWork {
            let start = Clock.monotonic()
            while engine.work(), Clock.monotonic() &- start < EventLoop.slice {}
            if snapshots.isRunning, !engine.isWalking { snapshots.receive() }
        }
        guard now >= nextCron else { return }
        nextCron = now + EventLoop.cronInterval
        closeIdle(now)
        tendSnapshots()
        replies.trim(to: 256 * 1024)
        if let stopping, connectionCount == 0 || now >= stopping.deadline { isRunning = false }
    }

    private func closeIdle(_ now: Int64) {
        let timeout = Int64(engine.configuration.timeout) * 1000
        guard timeout > 0 else { return }
        for case let connection? in connections
        where now - connection.lastActive > timeout && !connection.session.isBlocked {
            logger.debug("Closing idle client", metadata: ["id": "\(connection.session.id)"])
            close(connection)
        }
    }

    /// Looks at the sessions that something happened to which was not their own doing.
    func flushWakeups(_ now: Int64) {
        for session in engine.takeWakeups() {
            guard let connection = session.transport as? Connection else { continue }
            let mark = replies.ownCount
            if let outbox = session.outbox {
                outbox.move(to: replies)
            }
            send(connection, from: mark, now)
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

    /// Saves if asked, stops accepting, and ends when all replies are sent. Returns false, and goes
    /// on as before, when saving failed and is not to be ignored.
    @discardableResult
    func stop(save: StopRequest.Save, force: Bool) -> Bool {
        guard stopping == nil else { return true }
        guard saveAtEnd(save) || force else {
            logger.error("Not ending: the data could not be saved")
            return false
        }
        stopping = StopRequest(deadline: engine.now + 2000)
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
    }

    func closeEverything() {
        stopListening()
        for case let connection? in connections { close(connection) }
    }
}
