// The engine: databases, sessions and the command table of one server. It does no I/O: it is
// given bytes and the time, and gives back reply bytes and what it wants done.
import RedwingContainers
import RedwingRESP

/// What the engine needs from outside once, at its creation.
public struct EngineOptions {
    /// The configuration to start with.
    public var configuration: Configuration
    /// 64 random bits that nobody can guess; hash seeds and random picks derive from them.
    public var entropy: UInt64
    /// The time, in Unix milliseconds.
    public var now: Int64
    /// A running count for measuring how long commands take.
    public var ticks: @convention(c) () -> UInt64
    /// What one count of `ticks` is worth, in nanoseconds.
    public var nanosecondsPerTick: Double

    /// Options of these parts.
    public init(
        configuration: Configuration, entropy: UInt64, now: Int64,
        ticks: @escaping @convention(c) () -> UInt64, nanosecondsPerTick: Double
    ) {
        self.configuration = configuration
        self.entropy = entropy
        self.now = now
        self.ticks = ticks
        self.nanosecondsPerTick = nanosecondsPerTick
    }
}

/// A data store with its clients. Used by one thread at a time.
public final class Engine {
    let memory = SlabAllocator()
    let seed: HashSeed
    /// What every command looks at.
    let hot: Box<HotState>
    var databases: [Database] = []
    let startedAt: Int64
    /// Bytes that the engine took before it held any data.
    private(set) var startupMemory = 0
    /// Who is being served after a wait, and whether it waits on.
    var served: Wait?
    var servedWaitsOn = false
    /// Whether keys expire without being touched.
    var expiresActively = true
    var sessions: [UInt64: Session] = [:]
    private var nextSessionID: UInt64 = 1
    var graveyard = Graveyard()
    let eviction = Box(EvictionState())
    /// The snapshot that is being taken, and the last one while its blocks are still out.
    var walk: SnapshotWalk?
    var lastWalk: SnapshotWalk?
    var walkMayGoOn = false
    var snapshotEpoch: UInt32 = 0
    /// Two batches in turn: one is prepared while the other waits for its memory.
    let lanes: FixedArray<Lane>
    /// Takes the replies that nobody is to see.
    let discarded: ReplyBuffer
    let ticks: @convention(c) () -> UInt64
    let nanosecondsPerTick: Double
    /// The process around the engine, if there is one.
    public weak var host: (any EngineHost)?
    /// Bytes of sessions that have ended, less what CONFIG RESETSTAT took off.
    var formerTraffic = Traffic()
    /// Bytes from which on an element of a list gets a node of its own.
    var packedElementLimit = Engine.defaultPackedElementLimit
    /// Whether HyperLogLogs are merged eight registers at a time; PFDEBUG SIMD.
    var mergesInWords = true
    /// Sessions that something happened to which was not their own doing.
    var wakeups: [Session] = []
    var observability = Observability()
    /// Whether the error that the running command answers was counted when it arose.
    var isErrorCounted = false
    /// Bytes that the caches of scripts and of functions take, told by who has them.
    package var scriptBytes: () -> (scripts: Int, functions: Int) = { (0, 0) }
    /// What CLIENT PAUSE has stopped.
    var pauseRoom = PauseRoom()
    /// Whether clients that wait for keys were not served because of a pause.
    var heldReadyKeys = false
    /// How large the values are, as of the last look at them.
    var keySizeSurvey = KeySizeSurvey()
    /// The flags that a script declares, for the arguments of a command that runs one and the
    /// flags of that command. Set by the module that knows scripts.
    package var scriptFlags: ((Arguments, CommandFlags) -> CommandFlags?)?
    /// Who watches commands go by.
    var monitorRoom = MonitorRoom()
    /// Who watches keys for a transaction.
    var watchRoom = WatchRoom()
    /// Who caches what.
    let tracking: Box<TrackingRoom>
    private(set) var transactionMarks: TransactionMarks
    /// What keyspace events are published.
    var notifications = KeyspaceNotifications()
    /// Who is subscribed to which channels and patterns.
    var pubSub: PubSub
    /// What subscribers that speak RESP2 may run.
    private(set) var subscriberCommands: Set<CommandIndex>
    /// The users and what was refused to them.
    var accessControl: AccessControl
    private var families: [[CommandSpec]]

    /// An empty engine.
    public init(_ options: EngineOptions) {
        var random = RandomSource(seed: options.entropy)
        seed = HashSeed(low: random.next(), high: random.next())
        startedAt = options.now
        ticks = options.ticks
        nanosecondsPerTick = options.nanosecondsPerTick
        families = Engine.families
        discarded = ReplyBuffer(capacity: 256, memory: memory)
        tracking = Box(TrackingRoom(seed: seed, memory: memory))
        lanes = FixedArray((0..<Engine.laneCount).map { _ in Lane() })
        let table = CommandTable(families)
        transactionMarks = TransactionMarks(table)
        subscriberCommands = Engine.subscriberCommands(table)
        pubSub = PubSub(seed: seed, random: random.next(), memory: memory)
        accessControl = AccessControl(
            RuleContext(
                table, allowsAllChannels: options.configuration.aclPubsubDefault == .allchannels))
        hot = Box(
            HotState(
                table: table, configuration: options.configuration,
                random: random, batch: lanes[0].batch, now: options.now))
        for index in 0..<max(1, configuration.databases) { databases.append(makeDatabase(index)) }
        accessControl.defaultUser.setPassword(configuration.requirePass, table)
        observability.runID = makeRunID()
        startupMemory = usedBytes
        configurationChanged()
    }

    deinit {
        for database in databases { destroyDatabase(database) }
        freeBuried()
        for index in 0..<Engine.laneCount { lanes[index].batch.destroy() }
        pubSub.destroy()
        lanes.destroy()
        discarded.destroy()
        table.destroy()
        memory.destroy()
        eviction.destroy()
        tracking.destroy()
        hot.destroy()
    }

    /// Bytes that the data takes, as `used_memory` counts them.
    public var usedMemory: Int { usedBytes }

    /// Adds the commands of a module above. Before the first command only.
    package func register(_ family: [CommandSpec]) {
        families.append(family)
        table.destroy()
        table = CommandTable(families)
        transactionMarks = TransactionMarks(table)
        subscriberCommands = Engine.subscriberCommands(table)
        accessControl.refer(to: table)
    }

    /// A new logical client.
    public func makeSession() -> Session {
        let session = Session(
            id: nextSessionID, database: databases[0], user: accessControl.defaultUser, now: now)
        nextSessionID += 1
        assignDefaultUser(to: session)
        sessions[session.id] = session
        return session
    }

    /// Forgets a client and all that it holds.
    public func end(_ session: Session) {
        forgetWait(of: session)
        forgetPostponed(session)
        endMonitoring(session)
        discardTransaction(session)
        endTracking(session)
        unsubscribeAll(session)
        if session.flags.contains(.noTouch) { access.countUntouchable(-1) }
        formerTraffic.received += session.bytesReceived
        formerTraffic.sent += session.bytesSent
        session.transport = nil
        session.outbox?.destroy()
        session.outbox = nil
        session.pushes?.destroy()
        session.pushes = nil
        sessions[session.id] = nil
    }

    /// Takes over what follows from the configuration.
    func configurationChanged() {
        refreshAccessClock()
        refreshKeySurvey()
        trackingLimitChanged()
        if configuration.importMode {
            restrictions.insert(.importing)
        } else {
            restrictions.remove(.importing)
        }
        accounting = AccountingLimits(configuration, nanosecondsPerTick: nanosecondsPerTick)
        notifications.classes = configuration.notifyKeyspaceEvents
        refreshObservers()
        refreshMemoryLimit()
    }

    func refreshAccessClock() {
        access.update(
            now: now, isLFU: configuration.maxMemoryPolicy.usesFrequency,
            logFactor: configuration.lfuLogFactor, decayMinutes: configuration.lfuDecayTime)
    }
}

extension Engine {
    /// What DEBUG QUICKLIST-PACKED-THRESHOLD 0 restores.
    static let defaultPackedElementLimit = 0

    /// What INFO counts.
    struct Statistics {
        var hits = 0
        var misses = 0
        var expiredKeys = 0
        var expiredFields = 0
        var evictedKeys = 0
        var evictedClients = 0
        var commands = 0
        var connections = 0
        var rejectedConnections = 0
        /// Clients that sent more than `client-query-buffer-limit` lets wait.
        var inputLimitDisconnections = 0
        /// Clients that let more wait than `client-output-buffer-limit` says.
        var outputLimitDisconnections = 0
        var errorReplies = 0
    }

    private func makeDatabase(_ index: Int) -> Database { Database(makeContents(index)) }

    /// What an empty database consists of.
    func makeContents(_ index: Int) -> DatabaseState {
        let before = memory.usedBytes
        var state = DatabaseState(
            index: index, table: HashTable(seed: seed, memory: memory),
            deadlines: DeadlineIndex(now: now, memory: memory),
            fieldOwners: HashTable(seed: seed, memory: memory),
            fieldDeadlines: DeadlineIndex(now: now, memory: memory))
        state.bytes = memory.usedBytes &- before
        return state
    }

    /// Frees everything of a database at once: the engine ends.
    private func destroyDatabase(_ database: Database) {
        // The allocator gives slabs back as a whole; only blocks of the system's must be found.
        database.value.table.forEachEntry { releaseValue($0) }
        database.destroy()
    }
}
