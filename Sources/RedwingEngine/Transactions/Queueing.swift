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
            call.session.transaction?.add(call.command, flags, call.arguments)
        }
        call.reply.simple("QUEUED")
        call.command = -1
        return false
    }

    /// EXEC cannot run: the transaction is over, and the answer says why.
    func refuseExec(_ call: inout Call, _ error: Bytes) -> Bool {
        call.reply.error(["EXECABORT Transaction discarded because of: ", error])
        table.counters[Int(call.command)].rejected += 1
        call.command = -1
        discardTransaction(call.session)
        return false
    }

    /// Ends a transaction and everything that the client watched for it.
    func discardTransaction(_ session: Session) {
        session.transaction = nil
        session.flags.subtract([.inTransaction, .transactionFailed])
        unwatchAll(session)
    }
}

/// Where the commands that matter to transactions are in the table.
struct TransactionMarks {
    let exec: CommandIndex
    /// Those that are not queued.
    let immediate: Set<CommandIndex>

    init(_ table: CommandTable) {
        func index(_ name: Bytes) -> CommandIndex { table.find(name) ?? -1 }
        exec = index("exec")
        immediate = [
            exec, index("discard"), index("multi"), index("watch"), index("quit"), index("reset"),
        ]
    }
}
