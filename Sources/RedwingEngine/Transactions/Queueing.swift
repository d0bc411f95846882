// How commands are queued behind MULTI instead of being run, and how a transaction ends unrun.
import RedwingContainers
import RedwingRESP

extension Engine {
    /// Whether the running command is EXEC.
    func isExec(_ call: borrowing Call) -> Bool { call.command == transactionMarks.exec }

    /// The commands that run at once although a transaction is open.
    func runsInTransaction(_ call: borrowing Call) -> Bool {
        transactionMarks.immediate.contains(call.command)
    }

    /// Whether the command may be part of a transaction; answers the error itself when not.
    func mayBeQueued(_ call: inout Call) -> Bool {
        guard table.hot[Int(call.command)].flags.contains(.noMulti) else { return true }
        call.reply.error(
            text: """
                ERR Command '\(table.fullName(call.command))' not allowed inside a transaction
                """)
        noteRefused(&call)
        return false
    }

    /// Queues the command; returns false, as it does not run now.
    func queue(_ call: inout Call) -> Bool {
        let flags = table.hot[Int(call.command)].flags
        // What will not run anyway needs no memory.
        if !call.session.flags.contains(.transactionFailed) {
            guard fitsTransaction(call) else { return endQueueing(&call) }
            let before = call.session.transaction?.bytes ?? 0
            call.session.transaction?.add(call.command, flags, call.arguments)
            memory.countForeign((call.session.transaction?.bytes ?? 0) - before)
        }
        if call.command == transactionMarks.select, let number = call[1].parseInteger(),
            databases.indices.contains(Int(clamping: number))
        {
            call.session.transaction?.selected = Int(number)
        }
        call.reply.simple("QUEUED")
        call.command = -1
        return false
    }

    /// Whether the client may have one more command queued: what is queued counts as sent and not
    /// yet run.
    private func fitsTransaction(_ call: borrowing Call) -> Bool {
        let queued = call.session.transaction?.textBytes ?? 0
        let size = (0..<call.count).reduce(0) { $0 + call[$1].count }
        return queued + size <= configuration.clientQueryBufferLimit
    }

    /// Ends a client that has queued more than it may; returns false.
    private func endQueueing(_ call: inout Call) -> Bool {
        host?.log(
            "Closing client \(call.session.id) that reached max query buffer length with what it "
                + "has queued for a transaction")
        call.session.close(afterReply: false)
        call.command = -1
        return false
    }

    /// EXEC cannot run: the transaction is over, and the answer says why.
    func refuseExec(_ call: inout Call, _ error: Bytes) -> Bool {
        // The usual code says nothing; others are shown.
        let text = error.hasPrefix("ERR ") ? error.slice(4, error.count - 4) : error
        call.reply.error(["EXECABORT Transaction discarded because of: ", text])
        table.counters[Int(call.command)].rejected += 1
        call.command = -1
        discardTransaction(call.session)
        return false
    }

    /// Ends a transaction and everything that the client watched for it.
    func discardTransaction(_ session: Session) {
        memory.countForeign(-(session.transaction?.bytes ?? 0))
        session.transaction = nil
        session.flags.subtract([.inTransaction, .transactionFailed])
        unwatchAll(session)
    }
}

/// Where the commands that matter to transactions are in the table.
struct TransactionMarks {
    let exec: CommandIndex
    let select: CommandIndex
    /// Those that are not queued.
    let immediate: Set<CommandIndex>

    init(_ table: CommandTable) {
        func index(_ name: Bytes) -> CommandIndex { table.find(name) ?? -1 }
        exec = index("exec")
        select = index("select")
        immediate = [
            exec, index("discard"), index("multi"), index("watch"), index("quit"), index("reset"),
        ]
    }
}
