// A server without thread and socket: its callers run the engine themselves, one at a time, under a
// lock. Its time is whatever it was told last.
import RedwingContainers
import RedwingEngine
import RedwingLinux
import RedwingPersistence
import RedwingRESP
import RedwingScripting
import Synchronization

/// An error that a command answered.
public struct CommandError: Error, Equatable, CustomStringConvertible, Sendable {
    /// The whole text: `WRONGTYPE Operation against a key ...`.
    public let description: String

    /// The first word, by which clients tell errors apart.
    public var code: String { String(description.prefix { $0 != " " }) }
}

/// A Redwing within this process that only this process reaches.
public final class InProcessServer: Sendable {
    /// Everything of the engine; only touched under the lock.
    private final class State {
        let engine: Engine
        let snapshots: SnapshotController
        let scripts: ScriptController
        let replies: ReplyBuffer
        var now: Int64
        var microseconds: Int64 = 0
        var clients: [UInt64: Client] = [:]

        init(_ configuration: Configuration, now: Int64, seed: UInt64) {
            engine = Engine(
                EngineOptions(
                    configuration: configuration, entropy: seed, now: now, ticks: { 0 },
                    nanosecondsPerTick: 1))
            self.now = now
            replies = engine.makeReplyBuffer(capacity: 4096)
            snapshots = SnapshotController(engine, wake: {}, log: { _, _ in })
            snapshots.registerCommands(in: engine)
            let scripts = ScriptController(
                engine, onSmallStacks: true, clock: { Int64(Clock.monotonic() / 1_000_000) })
            self.scripts = scripts
            scripts.registerCommands()
            scripts.registerInfo()
            // Nobody else could end it, as all callers wait for the same lock.
            scripts.serveOthers = { [unowned scripts] in scripts.endRunning() }
        }

        deinit {
            for client in clients.values { client.endWaiting(InProcessServer.clientEnded) }
            clients.removeAll()
            replies.destroy()
        }

        /// Does what is due.
        func work() {
            engine.beginTurn(now: now)
            while engine.work() {}
            deliverWakeups()
        }

        /// Runs what a client sends and returns what it is answered at once.
        func receive(_ client: Client, _ request: [UInt8]) -> [UInt8] {
            work()
            _ = request.withBytes {
                engine.receive(client.session, &client.parser, $0, replies)
            }
            defer { replies.removeAll() }
            deliverWakeups()
            client.collectPushes()
            return replies.wire()
        }

        /// Runs one command, whose reply may take its time.
        func run(
            _ id: UInt64, _ request: [UInt8],
            _ continuation: CheckedContinuation<ReplyValue, any Error>
        ) {
            guard let client = clients[id] else {
                return continuation.resume(throwing: InProcessServer.clientEnded)
            }
            guard !client.session.isBlocked else {
                return continuation.resume(
                    throwing: CommandError(description: "ERR the client waits for a reply"))
            }
            let bytes = receive(client, request)
            if client.session.isBlocked {
                client.continuation = continuation
                return
            }
            var reader = ReplyReader(bytes)
            let reply = reader.next() ?? .null
            // A command that subscribes to several channels is answered several times.
            if !reader.isAtEnd { client.pushes = reader.rest + client.pushes }
            continuation.resume(returning: reply)
            client.handPush()
        }

        /// Gives the next push to a client to `continuation`.
        func waitForPush(
            _ id: UInt64, _ continuation: CheckedContinuation<ReplyValue, any Error>
        ) {
            guard let client = clients[id] else {
                return continuation.resume(throwing: InProcessServer.clientEnded)
            }
            guard client.pushContinuation == nil else {
                return continuation.resume(
                    throwing: CommandError(description: "ERR the client waits for a push"))
            }
            work()
            client.pushContinuation = continuation
            client.handPush()
        }

        /// The caller does not want to wait for a push any longer.
        func cancelPush(_ id: UInt64) {
            guard let client = clients[id], let continuation = client.pushContinuation else {
                return
            }
            client.pushContinuation = nil
            continuation.resume(throwing: CancellationError())
        }

        /// The caller does not want to wait any longer; its client starts anew.
        func cancel(_ id: UInt64) {
            guard let client = clients[id], let continuation = client.continuation else { return }
            client.continuation = nil
            engine.cancelWait(of: client.session)
            continuation.resume(throwing: CancellationError())
        }

        /// Hands those who waited their replies.
        private func deliverWakeups() {
            for session in engine.takeWakeups() {
                guard let client = clients[session.id] else { continue }
                client.collectPushes()
                client.handPush()
                guard let continuation = client.continuation, let output = session.outbox,
                    output.count > 0
                else { continue }
                client.continuation = nil
                var reader = ReplyReader(output.wire())
                output.removeAll()
                continuation.resume(returning: reader.next() ?? .null)
            }
        }
    }

    /// A logical client: its session and what it has begun to send.
    private final class Client {
        let session: Session
        var parser: RequestParser
        /// Who waits for the reply of a command that waits.
        var continuation: CheckedContinuation<ReplyValue, any Error>?
        /// What was pushed and not taken, in the protocol.
        var pushes: [UInt8] = []
        /// Who waits for the next push.
        var pushContinuation: CheckedContinuation<ReplyValue, any Error>?

        init(_ engine: Engine) {
            session = engine.makeSession()
            session.sortMail()
            parser = engine.makeParser()
        }

        /// Takes over what the engine pushed.
        func collectPushes() {
            guard let pushed = session.pushes, pushed.count > 0 else { return }
            pushes += pushed.wire()
            session.dropPushes()
        }

        /// The first push that was not taken, or nil.
        func takePush() -> ReplyValue? {
            guard !pushes.isEmpty else { return nil }
            var reader = ReplyReader(pushes)
            let push = reader.next()
            pushes = reader.rest
            return push
        }

        /// Gives who waits for a push the first one.
        func handPush() {
            guard let waiting = pushContinuation, let push = takePush() else { return }
            pushContinuation = nil
            waiting.resume(returning: push)
        }

        /// Ends all waiting with an error.
        func endWaiting(_ error: any Error) {
            continuation?.resume(throwing: error)
            continuation = nil
            pushContinuation?.resume(throwing: error)
            pushContinuation = nil
        }
    }

    private let state: Mutex<State>

    /// An empty server whose time is `now`, Unix milliseconds. Instances with the same `seed` make
    /// the same random picks.
    public init(
        _ configuration: Configuration = Configuration(), now: Int64 = Clock.milliseconds(),
        seed: UInt64 = Entropy.bits()
    ) {
        state = Mutex(State(configuration, now: now, seed: seed))
    }

    /// A new logical client; `end` it when it is done with.
    public func makeClient() -> UInt64 {
        state.withLock { state in
            let client = Client(state.engine)
            state.clients[client.session.id] = client
            return client.session.id
        }
    }

    /// A new logical client for several callers who share it: it cannot subscribe, as nobody would
    /// take the messages.
    public func makeSharedClient() -> UInt64 {
        let id = makeClient()
        state.withLock { $0.clients[id]?.session.denySubscribing() }
        return id
    }

    /// Ends a logical client.
    public func end(_ id: UInt64) {
        state.withLock { state in
            guard let client = state.clients.removeValue(forKey: id) else { return }
            state.engine.end(client.session)
            client.endWaiting(InProcessServer.clientEnded)
        }
    }

    private static let clientEnded = CommandError(description: "ERR the client has ended")

    /// Runs one command of a client and returns its reply, when there is one; throws when that is
    /// an error, or when the task is cancelled or the client ends while its command waits.
    public func execute(_ id: UInt64, _ arguments: [[UInt8]]) async throws -> ReplyValue {
        let request = requestText(arguments)
        let reply = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                state.withLock { state in
                    state.run(id, request, continuation)
                    // The handler may have run before there was anything to cancel.
                    if Task.isCancelled { state.cancel(id) }
                }
            }
        } onCancel: {
            state.withLock { $0.cancel(id) }
        }
        if case .error(let text) = reply { throw CommandError(description: text) }
        return reply
    }

    /// Gives a client's raw bytes to the engine and returns what a socket would deliver: what was
    /// pushed to the client and not taken, the raw replies, and what they were followed by.
    public func receive(_ id: UInt64, _ request: [UInt8]) throws -> [UInt8] {
        try state.withLock { state in
            guard let client = state.clients[id] else { throw InProcessServer.clientEnded }
            state.work()
            let before = client.pushes
            client.pushes = []
            let replies = state.receive(client, request)
            defer { client.pushes = [] }
            return before + replies + client.pushes
        }
    }

    /// Takes what was pushed to a client since the last call: messages of its channels,
    /// invalidations, and what SUBSCRIBE answers for each channel behind the first.
    public func takePushes(_ id: UInt64) throws -> [ReplyValue] {
        try state.withLock { state in
            guard let client = state.clients[id] else { throw InProcessServer.clientEnded }
            state.work()
            var pushes: [ReplyValue] = []
            while let push = client.takePush() { pushes.append(push) }
            return pushes
        }
    }

    /// The next push to a client; waits until there is one, one caller at a time. Throws when the
    /// task is cancelled or the client ends.
    public func nextPush(_ id: UInt64) async throws -> ReplyValue {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                state.withLock { state in
                    state.waitForPush(id, continuation)
                    if Task.isCancelled { state.cancelPush(id) }
                }
            }
        } onCancel: {
            state.withLock { $0.cancelPush(id) }
        }
    }

    /// The server's time in Unix milliseconds.
    public var now: Int64 { state.withLock { $0.now } }

    /// Moves the time on. What is due by then has happened when this returns.
    public func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        state.withLock { state in
            let fraction = attoseconds / 1_000_000_000_000
            let total = state.microseconds + seconds * 1_000_000 + fraction
            state.now += total / 1000
            state.microseconds = total % 1000
            state.work()
        }
    }
}
