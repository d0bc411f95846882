// The commands that a client has queued behind MULTI.
import RedwingContainers
import RedwingRESP

/// A transaction between MULTI and EXEC.
struct Transaction {
    /// One queued command.
    struct Command {
        let index: CommandIndex
        let arguments: KeptArguments
    }

    /// The commands in order.
    private(set) var commands: [Command] = []
    /// The flags of all of them together.
    private(set) var flags: CommandFlags = []
    /// Bytes that the copies of the arguments take.
    private(set) var argumentBytes = 0

    /// Bytes that the transaction takes.
    var bytes: Int { argumentBytes + commands.capacity * MemoryLayout<Command>.stride }

    /// Queues a command.
    mutating func add(_ index: CommandIndex, _ flags: CommandFlags, _ arguments: Arguments) {
        let kept = KeptArguments(arguments)
        commands.append(Command(index: index, arguments: kept))
        self.flags.formUnion(flags)
        argumentBytes += kept.bytes
    }
}

extension Session {
    /// A command could not be queued: EXEC will refuse to run the others.
    func failTransaction() {
        if flags.contains(.inTransaction) { flags.insert(.transactionFailed) }
    }
}

// Queueing, as the careful way of running a command does it.
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
