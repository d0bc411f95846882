// A private Redwing for one test. Without a socket nothing runs beside the test: commands execute
// on the caller's thread and time stands still until the test moves it.
import Logging
import Redwing
@_exported import RedwingEngine
@_exported import RedwingRESP
import Synchronization

/// How a test reaches its instance.
public enum TestTransport: Sendable {
    /// In this process only.
    case inProcess
    /// Over TCP on a free port of the loopback interface, in real time.
    case tcp
}

/// The instance of a test.
public final class TestRedis: Sendable {
    /// The clock of the instance.
    public let clock: TestClock
    private let access: any TestAccess

    init(_ access: any TestAccess) {
        self.access = access
        clock = TestClock(access)
    }

    /// The TCP port; nil without a socket.
    public var port: Int? { access.port }

    /// The address for clients, `redis://127.0.0.1:PORT`; nil without a socket.
    public var url: String? { port.map { "redis://127.0.0.1:\($0)" } }

    /// Runs a command and returns its reply; throws a `CommandError` when that is an error.
    @discardableResult
    public func execute(_ arguments: String...) async throws -> ReplyValue {
        try await access.execute(arguments.map { Array($0.utf8) })
    }

    /// The same for arguments of any bytes.
    @discardableResult
    public func execute(_ arguments: [[UInt8]]) async throws -> ReplyValue {
        try await access.execute(arguments)
    }

    /// A client of one's own, which can subscribe to channels; nil with a socket, over which any
    /// client library connects.
    public func makeClient() -> TestClient? { access.makeClient() }
}

/// A client without a socket, with a state of its own: database, protocol, transaction,
/// subscriptions. It ends with its object.
public final class TestClient: Sendable {
    private let server: InProcessServer
    private let id: UInt64

    init(_ server: InProcessServer) {
        self.server = server
        id = server.makeClient()
    }

    deinit { server.end(id) }

    /// Runs a command and returns its reply; throws a `CommandError` when that is an error.
    @discardableResult
    public func execute(_ arguments: String...) async throws -> ReplyValue {
        try await server.execute(id, arguments.map { Array($0.utf8) })
    }

    /// The next message or other push to this client; waits until there is one.
    public func nextPush() async throws -> ReplyValue { try await server.nextPush(id) }

    /// What was pushed to this client and not taken yet.
    public func takePushes() throws -> [ReplyValue] { try server.takePushes(id) }
}

/// The time of an instance.
public final class TestClock: Sendable {
    private let access: any TestAccess

    init(_ access: any TestAccess) { self.access = access }

    /// Moves the instance's time on. Everything that is due by then has happened on return, in the
    /// order in which it was due.
    public func advance(by duration: Duration) { access.advance(by: duration) }
}

/// What both kinds of instances can do.
protocol TestAccess: Sendable {
    var port: Int? { get }
    func execute(_ arguments: [[UInt8]]) async throws -> ReplyValue
    func advance(by duration: Duration)
    func makeClient() -> TestClient?
}

/// An instance without a socket.
private final class InProcessAccess: TestAccess {
    private let server: InProcessServer
    /// Clients that do not wait; all commands go through the same one as long as it is among them.
    private let idle = Mutex<[UInt64]>([])

    init(_ configuration: Configuration) { server = InProcessServer(configuration) }

    var port: Int? { nil }

    func execute(_ arguments: [[UInt8]]) async throws -> ReplyValue {
        let client = idle.withLock { $0.popLast() } ?? server.makeSharedClient()
        defer { idle.withLock { $0.append(client) } }
        return try await server.execute(client, arguments)
    }

    func advance(by duration: Duration) { server.advance(by: duration) }

    func makeClient() -> TestClient? { TestClient(server) }
}

/// An instance with a loop of its own.
private final class ServerAccess: TestAccess {
    private let server: Server
    let port: Int?

    init(_ server: Server, port: Int?) {
        self.server = server
        self.port = port
    }

    func execute(_ arguments: [[UInt8]]) async throws -> ReplyValue {
        try await server.execute(arguments)
    }

    func advance(by duration: Duration) { server.advanceClock(by: duration) }

    func makeClient() -> TestClient? { nil }
}

/// Runs `body` with a Redwing of its own, empty, and ends it afterwards.
///
/// - Parameters:
///   - transport: how the instance can be reached.
///   - configuration: what differs from the defaults; nothing is saved unless it says so.
///   - body: the test.
public func withRedwing<R: Sendable>(
    _ transport: TestTransport = .inProcess,
    configuration: Configuration? = nil,
    _ body: @Sendable (TestRedis) async throws -> R
) async throws -> R {
    var settings = configuration ?? Configuration()
    if configuration == nil { settings.savePoints = [] }
    switch transport {
    case .inProcess:
        return try await body(TestRedis(InProcessAccess(settings)))
    case .tcp:
        settings.bind = ["127.0.0.1"]
        return try await withServer(settings, body)
    }
}

private func withServer<R: Sendable>(
    _ configuration: Configuration, _ body: @Sendable (TestRedis) async throws -> R
) async throws -> R {
    var logger = Logger(label: "redwing-test")
    logger.logLevel = .critical
    let server = try Server(configuration, logger: logger, usesAnyPort: true)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        let endpoint = try await server.endpoint()
        let redis = TestRedis(ServerAccess(server, port: endpoint.port))
        try await waitUntilLoaded(redis)
        let result = try await body(redis)
        group.cancelAll()
        try await group.waitForAll()
        return result
    }
}

/// A server answers while it loads its snapshot, but a test wants the data.
private func waitUntilLoaded(_ redis: TestRedis) async throws {
    while true {
        do {
            _ = try await redis.execute("DBSIZE")
            return
        } catch let error as CommandError where error.code == "LOADING" {
            try await Task.sleep(for: .milliseconds(1))
        } catch is CommandError {
            // A server with a password; it answers that only when it has loaded, too.
            return
        }
    }
}
