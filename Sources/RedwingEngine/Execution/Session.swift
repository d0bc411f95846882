// The logical client: what survives from one of its commands to the next. A session knows nothing
// of sockets; a caller within the process has one too.
import RedwingContainers
import RedwingRESP

/// Facts about the transport under a session, for CLIENT LIST and INFO; asked on cold paths only.
public protocol SessionTransport: AnyObject {
    /// The other end, as CLIENT LIST shows it (`127.0.0.1:50000`).
    var peerAddress: String { get }
    /// This end.
    var localAddress: String { get }
    /// The descriptor's number, or -1.
    var descriptor: Int { get }
    /// Bytes that were read and not yet executed, and the room of that buffer.
    var queryBuffer: (used: Int, free: Int) { get }
    /// Bytes that wait to be sent.
    var pendingReplyBytes: Int { get }
    /// Bytes of memory that the connection takes.
    var memory: Int { get }
    /// The room of the buffer for replies that wait to be sent, and the longest run of replies to
    /// what was read at once.
    var replyBuffer: (capacity: Int, peak: Int) { get }
    /// Long strings among the replies that wait, which are sent from where they lie.
    var attachedReplies: (count: Int, bytes: Int) { get }
}

/// A logical client.
public final class Session {
    /// What is true of a session.
    struct Flags: OptionSet {
        let rawValue: UInt32
        /// May run commands without AUTH.
        static let authenticated = Flags(rawValue: 1 << 0)
        /// To be closed when its replies are sent.
        static let closeAfterReply = Flags(rawValue: 1 << 1)
        /// To be closed at once.
        static let closeNow = Flags(rawValue: 1 << 2)
        /// CLIENT NO-EVICT.
        static let noEvict = Flags(rawValue: 1 << 3)
        /// CLIENT NO-TOUCH.
        static let noTouch = Flags(rawValue: 1 << 4)
        /// CLIENT REPLY OFF.
        static let replyOff = Flags(rawValue: 1 << 5)
        /// CLIENT REPLY SKIP, for the next command.
        static let replySkipNext = Flags(rawValue: 1 << 6)
        /// CLIENT REPLY SKIP, for the running command.
        static let replySkip = Flags(rawValue: 1 << 7)
        /// Waits for a key; its next commands wait too.
        static let blocked = Flags(rawValue: 1 << 8)
        /// Over a Unix socket.
        static let unixSocket = Flags(rawValue: 1 << 9)
        /// Cannot wait: its commands are part of something that goes on at once.
        static let neverWaits = Flags(rawValue: 1 << 10)
        /// Between MULTI and EXEC.
        static let inTransaction = Flags(rawValue: 1 << 11)
        /// A command could not be queued; EXEC will refuse.
        static let transactionFailed = Flags(rawValue: 1 << 12)
        /// A watched key has changed; EXEC will do nothing.
        static let watchedKeyChanged = Flags(rawValue: 1 << 13)
        /// Runs the commands of EXEC.
        static let executesTransaction = Flags(rawValue: 1 << 14)
        /// Its user may not do everything.
        static let restricted = Flags(rawValue: 1 << 31)
        /// Something was pushed to its outbox.
        static let hasMail = Flags(rawValue: 1 << 15)
        /// CLIENT TRACKING.
        static let tracking = Flags(rawValue: 1 << 20)
        /// Is subscribed to something.
        static let subscriber = Flags(rawValue: 1 << 16)
        /// May run only what is meant for subscribers.
        static let subscriberOnly = Flags(rawValue: 1 << 17)
        /// Gets what is pushed to it apart from replies.
        static let sortsMail = Flags(rawValue: 1 << 18)
        /// May not subscribe: nobody takes what is pushed to it.
        static let cannotSubscribe = Flags(rawValue: 1 << 19)
        /// Sees every command as it runs.
        static let monitor = Flags(rawValue: 1 << 21)
        /// CLIENT CAPA REDIRECT.
        static let canRedirect = Flags(rawValue: 1 << 22)
        /// CLIENT IMPORT-SOURCE.
        static let importSource = Flags(rawValue: 1 << 23)
        /// Runs the commands of a script.
        static let script = Flags(rawValue: 1 << 24)
    }

    /// Unique as long as the engine lives; grows.
    public let id: UInt64
    /// The selected database.
    var database: Database
    /// What the client speaks.
    public internal(set) var version = ProtocolVersion.resp2
    var flags: Flags = []
    /// CLIENT SETNAME.
    public internal(set) var name: [UInt8] = []
    var libraryName: [UInt8] = []
    var libraryVersion: [UInt8] = []
    /// Who the client is; the default user before it logs in.
    var user: User
    /// Those of the user, which replaces them when they change.
    var permissions: Permissions
    /// Unix milliseconds of creation and of the last command.
    let createdAt: Int64
    var lastInteraction: Int64
    /// The last command in the engine's table, or nil before the first.
    var lastCommand: CommandIndex?
    var commandsProcessed = 0
    /// Bytes received, counted by the transport.
    public var bytesReceived = 0
    /// Bytes sent, counted by the transport.
    public var bytesSent = 0
    /// The connection under this session, if there is one; dropped when the session ends. Not weak:
    /// a weak reference would slow every use of the connection.
    public var transport: (any SessionTransport)?
    /// What the client waits for.
    var wait: Wait?
    /// The command that waits for the end of a pause.
    var postponed: PostponedCommand?
    /// What was queued behind MULTI.
    var transaction: Transaction?
    /// The keys that are watched for the next transaction.
    var watched: [WatchedKey] = []
    /// What it asked of client-side caching.
    var tracking = ClientTracking()
    /// What the client is subscribed to; nil when that is nothing.
    var subscriptions: Subscriptions?
    /// Replies for a client that is not the one being served; the host sends them.
    public internal(set) var outbox: ReplyBuffer?
    /// What was pushed to a client that gets it apart from replies (`sortMail`).
    package internal(set) var pushes: ReplyBuffer?

    init(id: UInt64, database: Database, user: User, now: Int64) {
        self.id = id
        self.user = user
        permissions = user.permissions
        self.database = database
        createdAt = now
        lastInteraction = now
    }

    /// Whether the client may run commands that need a login.
    public var isAuthenticated: Bool { flags.contains(.authenticated) }
    /// Whether the connection ends once its replies are sent.
    public var closesAfterReply: Bool { flags.contains(.closeAfterReply) }
    /// Whether the connection ends at once.
    public var closesNow: Bool { flags.contains(.closeNow) }
    /// Whether further commands have to wait.
    public var isBlocked: Bool { flags.contains(.blocked) }

    /// Ends the connection, at once or when its replies are sent.
    public func close(afterReply: Bool) {
        flags.insert(afterReply ? .closeAfterReply : .closeNow)
    }

    /// Marks a client that came over a Unix socket.
    public func markUnixSocket() { flags.insert(.unixSocket) }
}
