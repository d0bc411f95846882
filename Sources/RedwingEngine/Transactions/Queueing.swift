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

    /// EXEC cannot run: the transaction is over, and the answer says why.
    func refuseExec(_ call: inout Call, _ error: Bytes) -> Bool {
        // The usual code says nothing, others are shown.
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
