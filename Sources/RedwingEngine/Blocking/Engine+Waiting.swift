// Commands that wait. A handler that finds nothing calls `wait` and returns. When something has
// happened to one of its keys the very same handler runs again, oldest client first; if it calls
// `wait` again it keeps its place. Nothing is taken from a key for a client that is not served.
import RedwingContainers
import RedwingRESP

extension Engine {
    /// Lets the client wait until one of the keys, which are the arguments of `keys`, may have got
    /// what it asks for. The handler must return at once and without a reply. Only when
    /// `call.mayWait`.
    func wait(
        _ call: inout Call, keys: Range<Int>, for type: ValueType, until deadline: Int64?,
        onTimeout: TimeoutReply, endsWithKey: Bool = false
    ) {
        if let served, served.session === call.session {
            servedWaitsOn = true
            return
        }
        let awaited = Awaited(
            keys: keys, type: type, deadline: deadline, onTimeout: onTimeout,
            endsWithKey: endsWithKey)
        let wait = Wait(
            call.session, call.command, KeptArguments(call.arguments), awaited,
            keys: keys.map {
                AwaitedKey(database: call.database.address, key: call.arguments[$0].array)
            }, order: waitRoom.takeOrder())
        waitRoom.add(wait)
        call.session.wait = wait
        call.session.flags.insert(.blocked)
        hasObservers = true
    }

    /// Something happened to a key that somebody may wait for.
    func noteReady(_ database: Database, _ key: Bytes) {
        waitRoom.note(AwaitedKey(database: database.address, key: key.array))
    }

    /// Something happened to all keys of a database.
    func noteAllReady(_ database: Database) {
        if !waitRoom.isEmpty { waitRoom.noteAll(database: database.address) }
    }

    /// Whether clients may be served; to be asked after each command.
    @inline(__always)
    var hasReadyKeys: Bool { !waitRoom.ready.isEmpty }

    /// Serves those who wait for keys that have changed. What this changes serves others in turn.
    @inline(never)
    func serveReadyKeys() {
        // A command that is run here comes back here when it is done.
        guard served == nil else { return }
        while hasReadyKeys {
            for key in waitRoom.takeReady() {
                for wait in waitRoom.queue(key) where !wait.isOver {
                    guard mayServe(wait, key), !isHeld(wait) else { continue }
                    serve(wait)
                }
            }
        }
        refreshObservers()
    }

    /// Whether a pause stops the client; it is served when that is over.
    private func isHeld(_ wait: Wait) -> Bool {
        guard restrictions.contains(.paused) else { return false }
        let flags = table.hot[Int(wait.command)].flags
        guard pauseRoom.includesReads || flags.contains(.write) else { return false }
        heldReadyKeys = true
        return true
    }

    private func mayServe(_ wait: Wait, _ awaited: AwaitedKey) -> Bool {
        let database = wait.session.database
        let entry = awaited.key.withBytes { key in
            database.value.table.find(database.value.table.hash(key), key)
        }
        guard let entry, !isExpired(entry, now) else { return wait.awaited.endsWithKey }
        return entry.type == wait.awaited.type || wait.awaited.endsWithKey
    }

    private func serve(_ wait: Wait) {
        let session = wait.session
        let output = session.outbox ?? makeReplyBuffer(capacity: 256)
        session.outbox = output
        let isQuiet = session.flags.contains(.replyOff)
        var call = Call(
            session: session, database: session.database, arguments: wait.arguments.arguments,
            reply: ReplyWriter(buffer: isQuiet ? discarded : output, version: session.version),
            now: now, hashedKey: .empty, keyHash: 0, command: wait.command)
        served = wait
        servedWaitsOn = false
        let mark = ReplyMark(call.reply.buffer)
        let before = ticks()
        // What the user may do can have changed meanwhile.
        if !aclRefuses(&call) { runHandler(&call) }
        served = nil
        guard !servedWaitsOn else { return }
        if mark.isError(call.reply.buffer) { noteError(&call, mark) }
        account(&call, 1, ticks() &- before, mark.written(call.reply.buffer))
        discarded.removeAll()
        wake(wait)
    }

    /// Ends a client's waiting; what it is answered is in its outbox.
    private func wake(_ wait: Wait) {
        waitRoom.remove(wait)
        wait.session.wait = nil
        wait.session.flags.remove(.blocked)
        wait.session.tracking.options.remove(.caching)
        wakeups.append(wait.session)
    }

    /// Answers those who have waited long enough.
    func endWaits() {
        guard !waitRoom.isEmpty else { return }
        while let wait = waitRoom.popDue(now) { giveUp(wait) }
        refreshObservers()
    }

    private func giveUp(_ wait: Wait) {
        answer(wait) { $0.timeout(wait.awaited.onTimeout) }
    }

    private func answer(_ wait: Wait, _ body: (ReplyWriter) -> Void) {
        let session = wait.session
        let output = session.outbox ?? makeReplyBuffer(capacity: 256)
        session.outbox = output
        if !session.flags.contains(.replyOff) {
            body(ReplyWriter(buffer: output, version: session.version))
        }
        wake(wait)
    }

    /// CLIENT UNBLOCK: ends a wait as if its time were over, or with an error. Returns whether the
    /// session waited.
    func unblock(_ session: Session, withError: Bool) -> Bool {
        guard let wait = session.wait else { return false }
        if withError {
            answer(wait) { $0.error("UNBLOCKED client unblocked via CLIENT UNBLOCK") }
            countError(code: "UNBLOCKED")
        } else {
            giveUp(wait)
        }
        refreshObservers()
        return true
    }

    /// Ends a wait without an answer, for a caller within the process that has lost interest.
    package func cancelWait(of session: Session) { forgetWait(of: session) }

    /// The session ends; it waits no longer.
    func forgetWait(of session: Session) {
        guard let wait = session.wait else { return }
        waitRoom.remove(wait)
        session.wait = nil
        session.flags.remove(.blocked)
        refreshObservers()
    }

}

extension ReplyWriter {
    /// What a client that waited in vain is answered.
    func timeout(_ reply: TimeoutReply) {
        switch reply {
        case .nullArray: nullArray()
        case .null: null()
        case .zero: integer(0)
        case .zeros:
            array(2)
            integer(0)
            integer(0)
        }
    }
}

extension Call {
    /// Whether a command may wait; where not it answers as if its time were over.
    var mayWait: Bool { !session.flags.contains(.neverWaits) }

    /// An argument as the seconds that a command waits at most: nil inside is for ever. Answers the
    /// error itself and returns nil when it is no such number.
    func timeout(seconds index: Int) -> Int64?? {
        let milliseconds: Int64
        do throws(SecondsError) {
            milliseconds = try arguments[index].parseSeconds()
        } catch .notNumber {
            reply.error("ERR timeout is not a float or out of range")
            return nil
        } catch {
            reply.error("ERR timeout is out of range")
            return nil
        }
        return deadline(after: milliseconds)
    }

    /// The same in milliseconds (XREAD).
    func timeout(milliseconds index: Int) -> Int64?? {
        guard let milliseconds = arguments[index].parseInteger() else {
            reply.error("ERR timeout is not an integer or out of range")
            return nil
        }
        return deadline(after: milliseconds)
    }

    private func deadline(after milliseconds: Int64) -> Int64?? {
        guard milliseconds >= 0 else {
            reply.error("ERR timeout is negative")
            return nil
        }
        guard milliseconds > 0 else { return .some(nil) }
        let (deadline, overflow) = now.addingReportingOverflow(milliseconds)
        guard !overflow else {
            reply.error("ERR timeout is out of range")
            return nil
        }
        return deadline
    }
}
