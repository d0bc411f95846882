// A server without thread and socket: its callers run the engine themselves, one at a time, under a
// lock. Its time is whatever it was told last.
import RedwingContainers
import RedwingEngine
import RedwingLinux
import RedwingPersistence
import RedwingRESP
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
        }

        deinit {
            clients.removeAll()
            replies.destroy()
        }
    }

    /// A logical client: its session and what it has begun to send.
    private final class Client {
        let session: Session
        var parser: RequestParser

        init(_ engine: Engine) {
            session = engine.makeSession()
            parser = engine.makeParser()
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

    /// Ends a logical client.
    public func end(_ id: UInt64) {
        state.withLock { state in
            guard let client = state.clients.removeValue(forKey: id) else { return }
            state.engine.end(client.session)
        }
    }

    /// Runs one command of a client and returns its reply; throws when that is an error.
    public func execute(_ id: UInt64, _ arguments: [[UInt8]]) throws -> ReplyValue {
        var request = Array("*\(arguments.count)\r\n".utf8)
        for argument in arguments {
            request += Array("$\(argument.count)\r\n".utf8)
            request += argument
            request += [0x0d, 0x0a]
        }
        let bytes = try receive(id, request)
        var reader = ReplyReader(bytes)
        let reply = reader.next() ?? .null
        if case .error(let text) = reply { throw CommandError(description: text) }
        return reply
    }

    /// Gives a client's raw bytes to the engine and returns the raw replies.
    public func receive(_ id: UInt64, _ request: [UInt8]) throws -> [UInt8] {
        try state.withLock { state in
            guard let client = state.clients[id] else {
                throw CommandError(description: "ERR the client has ended")
            }
            state.engine.beginTurn(now: state.now)
            while state.engine.work() {}
            _ = request.withBytes {
                state.engine.receive(client.session, &client.parser, $0, state.replies)
            }
            defer { state.replies.removeAll() }
            return state.replies.wire()
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
            state.engine.beginTurn(now: state.now)
            while state.engine.work() {}
        }
    }
}
