// MONITOR: clients that see every command as it runs. A line is made once and sent to all of them.
// Nothing of this costs anything while nobody watches: see `Restrictions.monitored`.
import RedwingContainers
import RedwingRESP

/// The clients that watch, and the clock of their lines.
struct MonitorRoom {
    /// In the order in which they came.
    var sessions: [Session] = []
    /// The engine's time of the last line, and the ticks when that time was first seen: what has
    /// gone by since makes the microseconds.
    private var moment: (now: Int64, ticks: UInt64) = (0, 0)

    /// Unix microseconds.
    mutating func microseconds(_ now: Int64, ticks: UInt64, limits: AccountingLimits) -> Int64 {
        if moment.now != now { moment = (now, ticks) }
        let since = limits.nanoseconds(ticks &- moment.ticks) / 1000
        return now * 1000 + Int64(min(since, 999))
    }
}

extension Engine {
    /// Shows the client every command from now on.
    func beginMonitoring(_ session: Session) {
        session.flags.insert(.monitor)
        monitorRoom.sessions.append(session)
        restrictions.insert(.monitored)
    }

    /// Shows the client nothing any more.
    func endMonitoring(_ session: Session) {
        guard session.flags.contains(.monitor) else { return }
        session.flags.remove(.monitor)
        monitorRoom.sessions.removeAll { $0 === session }
        if monitorRoom.sessions.isEmpty { restrictions.remove(.monitored) }
    }

    /// Runs the command and shows it: when it is done, since what it ran itself comes first (EXEC)
    /// and its database is the one that it selected; scripts before they run.
    func executeMonitored(_ call: inout Call) {
        let flags = table.hot[Int(call.command)].flags
        guard !flags.contains(.admin) else { return runHandler(&call) }
        let words = monitorWords(call)
        if flags.contains(.skipMonitor) { feedMonitors(call.session, words) }
        runHandler(&call)
        if !flags.contains(.skipMonitor) { feedMonitors(call.session, words) }
    }

    /// The arguments as a line shows them, passwords left out.
    private func monitorWords(_ call: borrowing Call) -> [UInt8] {
        let hidden = Redaction.hiddenPositions(call.arguments)
        var text: [UInt8] = []
        for index in 0..<call.count {
            text.append(0x20)
            if hidden.contains(index) {
                text += Array("\"(redacted)\"".utf8)
            } else {
                QuotedText.append(call[index], to: &text)
            }
        }
        return text
    }

    private func feedMonitors(_ session: Session, _ words: [UInt8]) {
        guard restrictions.contains(.monitored) else { return }
        let time = monitorRoom.microseconds(now, ticks: ticks(), limits: accounting)
        let fraction = String(time % 1_000_000)
        let zeros = String(repeating: "0", count: 6 - fraction.count)
        let source = session.monitorSource
        let database = session.database.value.index
        let line =
            Array("\(time / 1_000_000).\(zeros)\(fraction) [\(database) \(source)]".utf8) + words
        line.withBytes { line in
            for watcher in monitorRoom.sessions where !watcher.flags.contains(.replyOff) {
                push(to: watcher) { $0.simple(line) }
            }
        }
    }
}

extension Session {
    /// Where a command came from, as MONITOR shows it.
    fileprivate var monitorSource: String {
        if flags.contains(.script) { return "lua" }
        guard let address = transport?.peerAddress else { return "in-process" }
        guard flags.contains(.unixSocket) else { return address }
        return "unix:" + (address.hasSuffix(":0") ? String(address.dropLast(2)) : address)
    }
}
