// The server as a library: create it with a configuration, run it, cancel the task to end it.
import Logging
import RedwingEngine
import RedwingLinux
import Synchronization

/// A Redwing server within this process.
///
/// Each server is independent of all others. It has a thread of its own for its event loop.
public final class Server: Sendable {
    /// The configuration that the server starts with.
    public let configuration: Configuration
    /// Where the server logs.
    public let logger: Logger
    private let mailbox: LoopMailbox
    private let program: ServerProgram?
    private let usesAnyPort: Bool
    private let ready: Mutex<Readiness> = Mutex(Readiness())

    private struct Readiness {
        var endpoint: ServerEndpoint?
        var waiting: [CheckedContinuation<ServerEndpoint, any Error>] = []
        var failure: (any Error)?
    }

    /// A server that has not started.
    ///
    /// - Parameters:
    ///   - configuration: what it starts with.
    ///   - logger: where it logs.
    ///   - usesAnyPort: lets the system choose the TCP port; `endpoint()` tells which.
    ///   - program: the circumstances of a process that is nothing but this server.
    /// - Throws: where the system has no descriptors left.
    public init(
        _ configuration: Configuration, logger: Logger, usesAnyPort: Bool = false,
        program: ServerProgram? = nil
    ) throws {
        self.configuration = configuration
        self.logger = logger
        self.usesAnyPort = usesAnyPort
        self.program = program
        mailbox = try LoopMailbox()
    }

    /// Runs the server until its task is cancelled, or a client or signal ends it. Throws when it
    /// cannot listen.
    public func run() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                (done: CheckedContinuation<Void, any Error>) in
                start(done)
            }
        } onCancel: {
            mailbox.post { $0.stop(save: .asConfigured, force: true) }
        }
    }

    /// Runs the server on the calling thread until a client or a signal ends it. Throws when it
    /// cannot listen. For programs that are nothing but a server: they need no second thread.
    public func runOnThisThread() throws {
        do {
            let loop = try makeLoop()
            announceEndpoint(of: loop)
            try loop.run()
        } catch {
            announce(.failure(error))
            throw error
        }
    }

    /// Where the server listens; waits until it does, and throws when it cannot.
    public func endpoint() async throws -> ServerEndpoint {
        try await withCheckedThrowingContinuation { continuation in
            let known = ready.withLock { state -> Result<ServerEndpoint, any Error>? in
                if let endpoint = state.endpoint { return .success(endpoint) }
                if let failure = state.failure { return .failure(failure) }
                state.waiting.append(continuation)
                return nil
            }
            if let known { continuation.resume(with: known) }
        }
    }

    /// Leaves something for the loop's thread to do.
    func post(_ message: @escaping @Sendable (EventLoop) -> Void) { mailbox.post(message) }

    private func start(_ done: CheckedContinuation<Void, any Error>) {
        do {
            _ = try Thread(name: "redwing-loop") { [self] in
                do {
                    try runOnThisThread()
                    done.resume()
                } catch {
                    done.resume(throwing: error)
                }
            }
        } catch {
            done.resume(throwing: error)
        }
    }

    private func announceEndpoint(of loop: EventLoop) {
        announce(
            .success(
                ServerEndpoint(
                    port: loop.listeners.first { !$0.isTLS }?.port,
                    tlsPort: loop.listeners.first(where: \.isTLS)?.port)))
    }

    private func announce(_ result: Result<ServerEndpoint, any Error>) {
        let waiting = ready.withLock { state in
            switch result {
            case .success(let endpoint): state.endpoint = endpoint
            case .failure(let error): state.failure = error
            }
            let waiting = state.waiting
            state.waiting = []
            return waiting
        }
        for continuation in waiting { continuation.resume(with: result) }
    }

    private func makeLoop() throws -> EventLoop {
        let files = TLSFiles(of: configuration.tls)
        let context = try makeTLSContext()
        let listeners = try Listener.open(configuration, usesAnyPort: usesAnyPort, logger)
        var configuration = configuration
        if usesAnyPort { configuration.port = listeners.lazy.compactMap(\.port).first ?? 0 }
        let engine = Engine(
            EngineOptions(
                configuration: configuration, entropy: Entropy.bits(), now: Clock.milliseconds(),
                ticks: { Clock.ticks() }, nanosecondsPerTick: Clock.nanosecondsPerTick()))
        let loop = try EventLoop(
            engine: engine, logger: logger, mailbox: mailbox, program: program)
        loop.listeners = listeners
        try loop.listenForMonitoring(as: configuration)
        (loop.tls.context, loop.tls.files) = (context, files)
        loop.service?.isListening()
        try engine.loadUsers()
        try loop.startLoading()
        loop.startListening()
        if loop.loading == nil { loop.announceReady() }
        return loop
    }

    private func makeTLSContext() throws(ServerError) -> TLSContext? {
        guard configuration.tls.port > 0 else { return nil }
        do throws(TLSError) {
            return try TLSContext(configuration.tls)
        } catch {
            throw .cannotUseTLS(error.description)
        }
    }
}

/// Where a server can be reached.
public struct ServerEndpoint: Sendable {
    /// The TCP port, or nil without one.
    public let port: Int?
    /// The TCP port for TLS, or nil without one.
    public let tlsPort: Int?
}
