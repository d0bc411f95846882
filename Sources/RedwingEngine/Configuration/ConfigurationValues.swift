// The types of configuration values that are more than a number, a flag or a string.
// Plain data; how they are written in a file is the business of the directive table.

/// Which keys an eviction may take, and in which order (`maxmemory-policy`).
public enum MaxMemoryPolicy: String, CaseIterable, Sendable {
    case volatileLRU = "volatile-lru"
    case volatileLFU = "volatile-lfu"
    case volatileRandom = "volatile-random"
    case volatileTTL = "volatile-ttl"
    case allKeysLRU = "allkeys-lru"
    case allKeysLFU = "allkeys-lfu"
    case allKeysRandom = "allkeys-random"
    case noEviction = "noeviction"

    /// Whether access frequency, not recency, is kept with each key.
    public var usesFrequency: Bool { self == .volatileLFU || self == .allKeysLFU }

    /// Whether only keys with a deadline are evicted.
    public var isVolatile: Bool {
        switch self {
        case .volatileLRU, .volatileLFU, .volatileRandom, .volatileTTL: true
        case .allKeysLRU, .allKeysLFU, .allKeysRandom, .noEviction: false
        }
    }
}

/// The least severe message that is logged (`loglevel`).
public enum ServerLogLevel: String, CaseIterable, Sendable {
    case debug, verbose, notice, warning, nothing
}

/// Which channels a user may use before a rule says so (`acl-pubsub-default`).
public enum ACLPubsubDefault: String, CaseIterable, Sendable {
    /// All of them.
    case allchannels
    /// None.
    case resetchannels
}

/// Who started the server and wants to hear of its state (`supervised`).
public enum SupervisionMode: String, CaseIterable, Sendable {
    case upstart, systemd, auto, no
}

/// Who may use an action that is locked by default (`enable-debug-command` and its like).
public enum ProtectedActionAccess: String, CaseIterable, Sendable {
    case no, yes
    /// Only clients of the same host: loopback or Unix socket.
    case local

    /// Whether a client may use the action.
    ///
    /// - Parameter isLocalClient: the client runs on this host.
    public func permits(isLocalClient: Bool) -> Bool {
        self == .yes || (self == .local && isLocalClient)
    }
}

/// What ends a snapshot interval: this many seconds with at least this many changes (`save`).
public struct SavePoint: Equatable, Sendable {
    /// Seconds since the last successful snapshot, at least 1.
    public var seconds: Int
    /// Changes since the last successful snapshot, at least 0.
    public var changes: Int

    /// Creates a save point.
    public init(seconds: Int, changes: Int) {
        self.seconds = seconds
        self.changes = changes
    }
}

/// How much unsent output one class of clients may pile up.
public struct OutputBufferLimit: Equatable, Sendable {
    /// Bytes at which the client is closed at once; 0 is no limit.
    public var hardBytes: Int
    /// Bytes which the client may exceed for `softSeconds`; 0 is no limit.
    public var softBytes: Int
    /// Seconds for which the soft limit may be exceeded.
    public var softSeconds: Int

    /// Creates a limit.
    public init(hardBytes: Int, softBytes: Int, softSeconds: Int) {
        self.hardBytes = hardBytes
        self.softBytes = softBytes
        self.softSeconds = softSeconds
    }
}

/// The limits of all client classes (`client-output-buffer-limit`).
public struct OutputBufferLimits: Equatable, Sendable {
    /// Clients that send commands.
    public var normal = OutputBufferLimit(hardBytes: 0, softBytes: 0, softSeconds: 0)
    /// Replicas.
    public var replica = OutputBufferLimit(
        hardBytes: 256 << 20, softBytes: 64 << 20, softSeconds: 60)
    /// Subscribers of at least one channel or pattern.
    public var pubsub = OutputBufferLimit(
        hardBytes: 32 << 20, softBytes: 8 << 20, softSeconds: 60)

    /// Creates the default limits.
    public init() {}
}

/// How a signal ends the server (`shutdown-on-sigterm`, `shutdown-on-sigint`).
public struct ShutdownOptions: OptionSet, Sendable {
    /// The bits; no meaning outside this process.
    public let rawValue: Int

    /// Creates a set from bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Write a snapshot even without save points.
    public static let save = ShutdownOptions(rawValue: 1)
    /// Write no snapshot even with save points.
    public static let noSave = ShutdownOptions(rawValue: 2)
    /// Do not wait for replicas.
    public static let now = ShutdownOptions(rawValue: 4)
    /// End even if the snapshot fails.
    public static let force = ShutdownOptions(rawValue: 8)
    /// Refuse to end while data would be lost.
    public static let safe = ShutdownOptions(rawValue: 16)
    /// Hand over to a replica first.
    public static let failover = ShutdownOptions(rawValue: 32)

    /// Each option with its name, in the order in which CONFIG GET lists them.
    static let names: [(name: String, option: ShutdownOptions)] = [
        ("save", .save), ("nosave", .noSave), ("now", .now), ("force", .force), ("safe", .safe),
        ("failover", .failover),
    ]
}

/// The classes of keyspace events that are published (`notify-keyspace-events`).
public struct KeyspaceEventClasses: OptionSet, Sendable {
    /// The bits; no meaning outside this process.
    public let rawValue: UInt32

    /// Creates a set from bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `K`: publish on `__keyspace@<db>__:<key>`.
    public static let keyspace = KeyspaceEventClasses(rawValue: 1 << 0)
    /// `E`: publish on `__keyevent@<db>__:<event>`.
    public static let keyevent = KeyspaceEventClasses(rawValue: 1 << 1)
    /// `g`: commands of any type, such as DEL, EXPIRE, RENAME.
    public static let generic = KeyspaceEventClasses(rawValue: 1 << 2)
    /// `$`: string commands.
    public static let string = KeyspaceEventClasses(rawValue: 1 << 3)
    /// `l`: list commands.
    public static let list = KeyspaceEventClasses(rawValue: 1 << 4)
    /// `s`: set commands.
    public static let set = KeyspaceEventClasses(rawValue: 1 << 5)
    /// `h`: hash commands.
    public static let hash = KeyspaceEventClasses(rawValue: 1 << 6)
    /// `z`: sorted set commands.
    public static let sortedSet = KeyspaceEventClasses(rawValue: 1 << 7)
    /// `x`: a key's time was up.
    public static let expired = KeyspaceEventClasses(rawValue: 1 << 8)
    /// `e`: a key was evicted.
    public static let evicted = KeyspaceEventClasses(rawValue: 1 << 9)
    /// `t`: stream commands.
    public static let stream = KeyspaceEventClasses(rawValue: 1 << 10)
    /// `d`: module types; there are none here, the letter is only accepted.
    public static let module = KeyspaceEventClasses(rawValue: 1 << 11)
    /// `n`: a key came into being.
    public static let new = KeyspaceEventClasses(rawValue: 1 << 12)
    /// `m`: a command looked for a key that does not exist.
    public static let keyMiss = KeyspaceEventClasses(rawValue: 1 << 13)

    /// `A`: all classes but `n`, `m`, `K` and `E`.
    public static let all: KeyspaceEventClasses = [
        .generic, .string, .list, .set, .hash, .sortedSet, .expired, .evicted, .stream, .module,
    ]

    private static let letters: [(UInt8, KeyspaceEventClasses)] = [
        (UInt8(ascii: "g"), .generic), (UInt8(ascii: "$"), .string), (UInt8(ascii: "l"), .list),
        (UInt8(ascii: "s"), .set), (UInt8(ascii: "h"), .hash), (UInt8(ascii: "z"), .sortedSet),
        (UInt8(ascii: "x"), .expired), (UInt8(ascii: "e"), .evicted), (UInt8(ascii: "t"), .stream),
        (UInt8(ascii: "d"), .module), (UInt8(ascii: "n"), .new), (UInt8(ascii: "K"), .keyspace),
        (UInt8(ascii: "E"), .keyevent), (UInt8(ascii: "m"), .keyMiss),
    ]

    /// Reads class letters, as in `notify-keyspace-events KEA`.
    ///
    /// - Returns: nil if a letter names no class.
    public init?(letters: [UInt8]) {
        var classes: KeyspaceEventClasses = []
        for byte in letters {
            if byte == UInt8(ascii: "A") {
                classes.formUnion(.all)
            } else if let known = Self.letters.first(where: { $0.0 == byte }) {
                classes.formUnion(known.1)
            } else {
                return nil
            }
        }
        self = classes
    }

    /// The letters of the classes in the order in which CONFIG GET answers them.
    ///
    /// As in the server that sets the standard, `A` leaves out `n`.
    public var text: [UInt8] {
        let combined = isSuperset(of: .all)
        var bytes: [UInt8] = combined ? [UInt8(ascii: "A")] : []
        let hidden = Self.all.union(.new)
        for (letter, option) in Self.letters where contains(option) {
            if combined, hidden.isSuperset(of: option) { continue }
            bytes.append(letter)
        }
        return bytes
    }
}
