// The thread that owns everything: it waits for readiness, reads, runs commands, writes, and uses
// what is left of each turn for expiry, freeing and snapshots. Other threads reach it only through
// `post`, which leaves a message and wakes it.
import Logging
import RedwingContainers
import RedwingEngine
import RedwingLinux
import RedwingPersistence
import RedwingRESP
import RedwingScripting

/// The event loop of one server.
final class EventLoop {
    /// A generation of its own for each kind of descriptor that is no connection.
    enum Role {
        static let wake: UInt32 = 0
        static let signal: UInt32 = 1
        static let listener: UInt32 = 2
        static let monitoring: UInt32 = 8
        static let handshake: UInt32 = 3
        static let firstConnection: UInt32 = 16
    }

    /// What one turn reads from a connection at most, if it has no cut request.
    static let readSize = 64 * 1024

    let engine: Engine
    let logger: Logger
    let mailbox: LoopMailbox
    var epoll: Epoll
    var listeners: [Listener] = []
    /// What the TCP listeners were opened for.
    var listenedPort = 0
    var listenedTLSPort = 0
    var listenedBind: [String] = []
    /// By descriptor number.
    var connections: [Connection?] = []
    var connectionCount = 0
    /// The replies of this turn, in the order of `replies`.
    var unsent: [Unsent] = []
    /// Connections whose sockets may hold more than was read.
    var unread: [Connection] = []
    var tls = TLSState()
    var nextGeneration = Role.firstConnection
    /// What is read goes here unless a request is cut; one buffer for each of the engine's lanes.
    let scratch: [InputBuffer]
    /// The connection whose commands are parsed and not run yet, and their lane.
    var prepared: Connection?
    var lane = 0
    var replies: ReplyBuffer
    /// The connection whose commands are parsed in the other lane while those of `lane` run.
    var following: Connection?
    /// The connection whose commands run.
    var executing: Connection?
    /// Set while clients are served in the middle of a script.
    var aside: AsideTurn?
    var signals: Signals?
    /// Set once metrics are served over HTTP.
    var monitoring: Monitoring?
    /// What the HTTP server listens for.
    var listenedMetricsPort = 0
    var listenedMetricsBind: [String] = []
    /// Who is told how a server program is.
    let service: ServiceReporter?
    var nextCron: Int64 = 0
    let snapshots: SnapshotController
    let scripts: ScriptController
    /// Set while the snapshot of the start is loaded.
    var loading: LoadInProgress?
    var moderation = WakeupModeration()
    /// Milliseconds that the engine's time is ahead of the real one: tests move it.
    var clockOffset: Int64 = 0
    /// Made when a caller within the process first wants one.
    var ownClients: [OwnClient] = []
    var waitingOwnClients: [UInt64: OwnClient] = [:]
    /// Whether the last attempt to accept failed, and accepting pauses until the next checks.
    var acceptFailed = false
    var isListeningPaused = false
    /// Answers the engine's questions about the process.
    var host: ServerHost?
    /// Set when the loop is to end: nothing is accepted any more and replies are flushed.
    var stopping: StopRequest?
    var isRunning = true
    /// Whether the last snapshot was given up because somebody could not wait.
    var isInterrupted = false

    init(
        engine: Engine, logger: Logger, mailbox: LoopMailbox, program: ServerProgram?
    ) throws(SystemError) {
        self.engine = engine
        self.logger = logger
        self.mailbox = mailbox
        service = program?.service
        replies = engine.makeReplyBuffer(capacity: 64 * 1024)
        // Lanes of the turns within a long script have little to read.
        scratch = [EventLoop.readSize, EventLoop.readSize, 1024, 1024].map {
            engine.makeInputBuffer(capacity: $0)
        }
        epoll = try Epoll(capacity: 1024)
        try epoll.add(mailbox.handle, .readable, generation: Role.wake)
        if program != nil {
            let signals = try Signals([.terminate, .interrupt])
            try epoll.add(signals.handle, .readable, generation: Role.signal)
            self.signals = signals
        }
        nextCron = engine.now
        snapshots = SnapshotController(
            engine,
            wake: { mailbox.post { $0.snapshots.receive() } },
            log: { text, isWarning in
                if isWarning { logger.warning("\(text)") } else { logger.notice("\(text)") }
            })
        scripts = ScriptController(
            engine, clock: { Int64(Clock.monotonic() / 1_000_000) })
        registerCommands()
        snapshots.libraries = scripts
        registerInfo()
        scripts.registerInfo()
        scripts.serveOthers = { [unowned self] in serveAside() }
        let host = ServerHost(self, program)
        engine.host = host
        self.host = host
    }

    deinit {
        for buffer in scratch { buffer.destroy() }
        replies.destroy()
    }

    /// Runs turns until the loop is stopped. Throws when the snapshot turns out to be wrong, or the
    /// last one was given up.
    func run() throws {
        defer { closeEverything() }
        while isRunning {
            if loading != nil { try load() }
            let count = try epoll.wait(timeout: timeout())
            monitoring?.beginTurn()
            let now = time()
            engine.beginTurn(now: now)
            serveUnread(now)
            flushAgain(now)
            for index in 0..<count { handle(epoll[index], now) }
            if let prepared { engine.fetchEntries(prepared.session, lane: lane) }
            runPrepared(now)
            flushWakeups(now)
            sendAll(now)
            if tls.handshakes.hasReady { takeHandshakeTurn(now) }
            background(now)
            if engine.hasWakeups {
                flushWakeups(now)
                sendAll(now)
            }
            monitoring?.endTurn()
            moderate(count, now)
        }
        if isInterrupted { throw ServerError.interrupted }
    }

    /// The engine's time.
    @inline(__always)
    func time() -> Int64 { Clock.milliseconds() &+ clockOffset }

    func handle(_ event: ReadyEvent, _ now: Int64) {
        if event.generation >= Role.firstConnection {
            guard let connection = connections[Int(event.descriptor.number)],
                connection.generation == event.generation
            else { return }
            return serve(connection, event.readiness, now)
        }
        switch event.generation {
        case Role.listener: accept(event.descriptor, now)
        case Role.handshake: tls.handshakes.wake(event.descriptor)
        case Role.signal: receiveSignals()
        case Role.monitoring: monitoring?.server.serve(now)
        default:
            mailbox.drain(self)
        }
    }

    /// Nanoseconds that the next wait may take: none at all while there is work, at most until
    /// something is due.
    private func timeout() -> Int64 {
        if engine.hasBackgroundWork || !unread.isEmpty || loading != nil || tls.hasWork {
            return 0
        }
        let now = engine.now
        var due = nextCron
        if let deadline = engine.nextDeadline { due = min(due, deadline) }
        return max(0, due - now) * 1_000_000
    }
}

/// Replies of one connection within the loop's reply buffer.
struct Unsent {
    let connection: Connection
    let start: Int
    let count: Int
}
