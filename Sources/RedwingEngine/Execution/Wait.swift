// One client that waits for keys: what it asked, for what and until when.
import RedwingContainers
import RedwingRESP

/// What a client that waited in vain is answered.
enum TimeoutReply {
    /// A null in place of an array: BLPOP and its like.
    case nullArray
    /// A null in place of a string: BLMOVE.
    case null
    /// The number 0: WAIT.
    case zero
    /// Two numbers 0: WAITAOF.
    case zeros
}

/// A key of a database, as those who wait for it know it.
struct AwaitedKey: Hashable {
    /// The address of the database's contents' holder: who waits does so for the database that was
    /// selected by its number, whatever SWAPDB puts there.
    let database: UInt64
    let key: [UInt8]
}

/// What a client waits for.
struct Awaited {
    /// The keys, as indexes of arguments.
    let keys: Range<Int>
    /// The type that a key must get.
    let type: ValueType
    /// Unix milliseconds, or nil to wait for ever.
    let deadline: Int64?
    /// What it is answered then.
    let onTimeout: TimeoutReply
    /// Whether it also wants to know when a key goes or gets another type (XREADGROUP).
    let endsWithKey: Bool
}

/// A client that waits. Made by `Engine.wait`, dropped when it is served, gives up or leaves.
final class Wait {
    let session: Session
    let command: CommandIndex
    let arguments: KeptArguments
    let awaited: Awaited
    let keys: [AwaitedKey]
    /// Who came first; grows.
    let order: UInt64
    /// The ids behind which a reader of streams goes on, where its arguments say that only of the
    /// moment at which it came.
    var startIDs: [StreamID] = []
    /// Whether it has been served, or has given up.
    var isOver = false

    init(
        _ session: Session, _ command: CommandIndex, _ arguments: KeptArguments,
        _ awaited: Awaited, keys: [AwaitedKey], order: UInt64
    ) {
        self.session = session
        self.command = command
        self.arguments = arguments
        self.awaited = awaited
        self.keys = keys
        self.order = order
    }
}
