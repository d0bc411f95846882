// What the host of an engine calls beside `receive`: buffers and parsers that share the engine's
// memory, background work in slices, and who has to be looked at.
import RedwingContainers
import RedwingRESP

extension Engine {
    /// A parser for a new connection.
    public func makeParser() -> RequestParser { RequestParser(memory: memory) }

    /// A buffer for what a client sends.
    public func makeInputBuffer(capacity: Int) -> InputBuffer {
        InputBuffer(capacity: capacity, memory: memory)
    }

    /// A buffer that begins with a copy of `bytes` that a client sent.
    public func makeInputBuffer(_ bytes: Bytes) -> InputBuffer {
        InputBuffer(bytes, memory: memory)
    }

    /// A buffer for replies of this engine.
    public func makeReplyBuffer(capacity: Int) -> ReplyBuffer {
        ReplyBuffer(capacity: capacity, memory: memory)
    }

    /// Empties all databases, freeing at once.
    package func removeAllKeys() {
        invalidateAll()
        for database in databases { _ = removeAll(database) }
        freeBuried()
    }

    /// Counts a connection for INFO.
    public func countConnection(rejected: Bool) {
        if rejected {
            statistics.rejectedConnections += 1
        } else {
            statistics.connections += 1
        }
    }

    /// Counts a client that was disconnected for what it let pile up, for INFO.
    public func countLimitDisconnection(isInput: Bool) {
        if isInput {
            statistics.inputLimitDisconnections += 1
        } else {
            statistics.outputLimitDisconnections += 1
        }
    }

    /// Whether `work` has something to do at once.
    public var hasBackgroundWork: Bool {
        hasGarbage || walkMayGoOn || mayEvict || tracking.value.isOverfull || needsPauseTended
            || keySizeSurvey.isWalking
            || (nextDeadline ?? .max) <= now
    }

    /// When something is due next, in Unix milliseconds, or nil.
    public var nextDeadline: Int64? {
        var next = nextExpiry() ?? .max
        if let wait = waitRoom.nextDeadline { next = min(next, wait) }
        if restrictions.contains(.paused) { next = min(next, pauseRoom.deadline) }
        return next == .max ? nil : next
    }

    /// Does a small piece of background work; returns whether more is left.
    public func work() -> Bool {
        if walkMayGoOn { timed("snapshot-step") { _ = stepWalk() } }
        if needsPauseTended { tendPause() }
        endWaits()
        let expiring = timed("expire-cycle") { expireSlice() }
        let evicting = mayEvict && evictSlice()
        if hasReadyKeys { serveReadyKeys() }
        trimTracking()
        let isSurveying = keySizeSurvey.isWalking && stepKeySizes()
        return freeSlice() || walkMayGoOn || expiring || evicting || isSurveying
            || tracking.value.isOverfull
    }

    /// Whether there are sessions for `takeWakeups`.
    public var hasWakeups: Bool { !wakeups.isEmpty || tracking.value.prefixes.hasChanges }

    /// The sessions with replies or an end that did not come of their own commands.
    public func takeWakeups() -> [Session] {
        if tracking.value.prefixes.hasChanges { broadcastInvalidations() }
        guard !wakeups.isEmpty else { return [] }
        let sessions = wakeups
        wakeups.removeAll(keepingCapacity: true)
        for session in sessions { session.flags.remove(.hasMail) }
        return sessions
    }
}
