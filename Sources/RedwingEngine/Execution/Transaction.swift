// What a session keeps for a transaction: the commands queued behind MULTI and the watched keys.
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
    /// The database that is selected where the next command will be, if SELECT is among them.
    var selected: Int?
    /// Bytes that the copies of the arguments take.
    private(set) var argumentBytes = 0
    /// Bytes of the arguments alone.
    private(set) var textBytes = 0

    /// Bytes that the transaction takes.
    var bytes: Int { argumentBytes + commands.capacity * MemoryLayout<Command>.stride }

    /// Queues a command.
    mutating func add(_ index: CommandIndex, _ flags: CommandFlags, _ arguments: Arguments) {
        let kept = KeptArguments(arguments)
        commands.append(Command(index: index, arguments: kept))
        self.flags.formUnion(flags)
        argumentBytes += kept.bytes
        for index in 0..<arguments.count { textBytes += arguments[index].count }
    }
}

extension Session {
    /// A command was refused: it ends what was prepared for the next command, and EXEC will refuse
    /// to run the others of the transaction that it was to be part of.
    func failTransaction() {
        if flags.contains(.inTransaction) {
            flags.insert(.transactionFailed)
        } else {
            tracking.options.remove(.caching)
        }
    }
}

/// A key that a client watches.
struct WatchedKey {
    let key: AwaitedKey
    /// Whether the key's time had come already when the client began to watch: then it may go.
    var wasExpired: Bool
}
