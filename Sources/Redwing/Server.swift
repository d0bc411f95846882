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
    private let handlesSignals: Bool
    private let ready: Mutex<Readiness> = Mutex(Readiness())

    private struct Readiness {
        var endpoint: ServerEndpoint?
        var waiting: [CheckedContinuation<ServerEndpoint, any Error>] = []
        var failure: (any Error)?
    }

    /// A server that has not started. `handlesSignals` lets SIGTERM and SIGINT end it, which is
    /// for programs that are nothing but a server.
    public init(
        _ configuration: Configuration, logger: Logger, handlesSignals: Bool = false
    ) throws {
        self.configuration = configuration
        self.logger = logger
        self.handlesSignals = handlesSignals
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
                    let loop = try makeLoop()
                    announce(
                        .success(ServerEndpoint(port: loop.listeners.lazy.compactMap(\.port).first))
                    )
                    try loop.run()
                    done.resume()
                } catch {
                    announce(.failure(error))
                    done.resume(throwing: error)
                }
            }
        } catch {
            done.resume(throwing: error)
        }
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
        let engine = Engine(
            EngineOptions(
                configuration: configuration, entropy: Entropy.bits(), now: Clock.milliseconds(),
                ticks: { Clock.ticks() }, nanosecondsPerTick: Clock.nanosecondsPerTick()))
        let loop = try EventLoop(
            engine: engine, logger: logger, mailbox: mailbox, handlesSignals: handlesSignals)
        loop.listeners = try Listener.open(configuration, logger)
        try loop.startLoading()
        try loop.startListening()
        return loop
    }
}

/// Where a server can be reached.
public struct ServerEndpoint: Sendable {
    /// The TCP port, or nil without one.
    public let port: Int?
}
