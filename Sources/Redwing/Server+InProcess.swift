// Commands and time for a running server from within its process: both travel through the loop's
// mailbox, so that the loop's thread stays the only one that touches the engine.
import RedwingContainers
import RedwingEngine
import RedwingLinux
import RedwingRESP
import Synchronization

extension Server {
    /// Runs a command as a logical client of its own that all callers share; throws a
    /// `CommandError` when the reply is an error.
    public func execute(_ arguments: [[UInt8]]) async throws -> ReplyValue {
        try await withCheckedThrowingContinuation { continuation in
            post { loop in
                let reply = loop.executeInProcess(arguments)
                if case .error(let text) = reply {
                    continuation.resume(throwing: CommandError(description: text))
                } else {
                    continuation.resume(returning: reply)
                }
            }
        }
    }

    /// Moves the server's time ahead of the real one, by so much more. Returns when what is due by
    /// then has happened.
    public func advanceClock(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        let done = Mutex(false)
        post { loop in
            loop.advance(by: milliseconds)
            done.withLock { $0 = true }
        }
        while !done.withLock({ $0 }) { Clock.pause() }
    }
}

extension EventLoop {
    func executeInProcess(_ arguments: [[UInt8]]) -> ReplyValue {
        if ownClient == nil { ownClient = OwnClient(engine) }
        guard let client = ownClient else { return .null }
        var request = Array("*\(arguments.count)\r\n".utf8)
        for argument in arguments {
            request += Array("$\(argument.count)\r\n".utf8) + argument + [0x0d, 0x0a]
        }
        let output = engine.makeReplyBuffer(capacity: 256)
        defer { output.destroy() }
        _ = request.withBytes { engine.receive(client.session, &client.parser, $0, output) }
        var reader = ReplyReader(output.wire())
        return reader.next() ?? .null
    }

    /// Moves the loop's time and lets what is due happen.
    func advance(by milliseconds: Int64) {
        clockOffset += milliseconds
        engine.beginTurn(now: time())
        while engine.work() {}
    }
}

/// The client that callers within the process share.
final class OwnClient {
    let session: Session
    var parser: RequestParser

    init(_ engine: Engine) {
        session = engine.makeSession()
        parser = engine.makeParser()
    }
}
