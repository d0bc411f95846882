// CLIENT PAUSE: until a moment, commands of some kind do not run. Each of them is kept with a copy
// of its arguments and its client stopped; when the pause is over they run in the order in which
// they came, looked at anew, and what they answer goes to their clients' outboxes. Meanwhile the
// data does not change by itself: keys whose time has come are hidden, not removed.
import RedwingContainers
import RedwingRESP

/// Whose commands are paused, until when, and which they are.
struct PauseRoom {
    /// When the pause ends, in Unix milliseconds.
    var deadline: Int64 = 0
    /// Whether all commands are paused, not only those that may change data.
    var includesReads = false
    /// The oldest first; some may be over.
    private(set) var commands: [PostponedCommand] = []
    private var overCount = 0

    /// Clients that are stopped.
    var count: Int { commands.count - overCount }

    mutating func add(_ command: PostponedCommand) { commands.append(command) }

    /// A client that was stopped has gone.
    mutating func drop(_ command: PostponedCommand) {
        command.isOver = true
        overCount += 1
        if overCount > 64, overCount * 2 > commands.count {
            commands.removeAll { $0.isOver }
            overCount = 0
        }
    }

    /// Takes all that are not over.
    mutating func takeAll() -> [PostponedCommand] {
        defer {
            commands.removeAll()
            overCount = 0
        }
        return commands.filter { !$0.isOver }
    }
}

extension Engine {
    /// Whether keys whose time has come stay where they are, though nobody sees them any more.
    @inline(__always)
    var keepsWhatIsDue: Bool { !restrictions.isDisjoint(with: [.paused, .importing]) }

    /// Pauses commands until `deadline`, Unix milliseconds. What a pause under way asks for holds
    /// too: the later end, the more commands.
    func pause(until deadline: Int64, includesReads: Bool) {
        let isPaused = restrictions.contains(.paused)
        pauseRoom.includesReads = includesReads || isPaused && pauseRoom.includesReads
        pauseRoom.deadline = max(deadline, isPaused ? pauseRoom.deadline : 0)
        restrictions.insert(.paused)
    }

    /// Ends the pause. What waited for that runs in the next piece of background work.
    func endPause() {
        restrictions.remove(.paused)
        pauseRoom.includesReads = false
    }

    /// Whether the pause concerns the command.
    func isPaused(_ call: borrowing Call) -> Bool {
        if now >= pauseRoom.deadline {
            endPause()
            return false
        }
        // What has begun goes on to its end.
        guard !call.session.flags.contains(.neverWaits) else { return false }
        return pauseRoom.includesReads || mayChangeData(call)
    }

    private func mayChangeData(_ call: borrowing Call) -> Bool {
        !effectiveFlags(call).isDisjoint(with: [.write, .mayReplicate])
    }

    /// Keeps the command for later; returns false, as it does not run now.
    func postpone(_ call: inout Call) -> Bool {
        let command = PostponedCommand(call)
        pauseRoom.add(command)
        call.session.postponed = command
        call.session.lastCommand = call.command
        call.session.flags.insert(.blocked)
        call.command = -1
        return false
    }

    /// Ends a pause whose time is over, and runs what waited for the end of one.
    func tendPause() {
        if restrictions.contains(.paused) {
            guard now >= pauseRoom.deadline else { return }
            endPause()
        }
        if pauseRoom.count > 0 {
            for command in pauseRoom.takeAll() where !command.isOver { resume(command) }
        }
        if heldReadyKeys {
            heldReadyKeys = false
            waitRoom.noteEverything()
            serveReadyKeys()
        }
    }

    /// Whether `tendPause` has something to do.
    @inline(__always)
    var needsPauseTended: Bool {
        if restrictions.contains(.paused) { return now >= pauseRoom.deadline }
        return heldReadyKeys || pauseRoom.count > 0
    }

    /// The session ends; its command does not run any more.
    func forgetPostponed(_ session: Session) {
        guard let command = session.postponed else { return }
        session.postponed = nil
        pauseRoom.drop(command)
    }

    private func resume(_ command: PostponedCommand) {
        let session = command.session
        session.postponed = nil
        session.flags.remove(.blocked)
        let output = session.outbox ?? makeReplyBuffer(capacity: 256)
        session.outbox = output
        var call = Call(
            session: session, database: session.database, arguments: command.arguments.arguments,
            reply: ReplyWriter(
                buffer: command.isQuiet ? discarded : output, version: session.version),
            now: now, hashedKey: .empty, keyHash: 0, command: command.command)
        executeInner(&call)
        if command.isQuiet {
            // CLIENT REPLY ON answers although replies were off when it came.
            let isStillQuiet = session.flags.contains(.replyOff)
            if !isStillQuiet, call.command == table.find(fullName: "client|reply") {
                output.append(discarded.bytes)
            }
            discarded.removeAll()
        }
        if hasReadyKeys { serveReadyKeys() }
        if call.command >= 0 { session.lastCommand = call.command }
        if !session.isBlocked || session.closesNow { wakeups.append(session) }
    }
}
