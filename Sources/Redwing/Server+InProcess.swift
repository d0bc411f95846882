// Commands and time for a running server from within its process: both travel through the loop's
// mailbox, so that the loop's thread stays the only one that touches the engine.
import RedwingLinux
import RedwingRESP
import Synchronization

extension Server {
    /// Runs a command as a logical client of its own that all callers share (a further one
    /// while that waits); throws a
    /// `CommandError` when the reply is an error.
    public func execute(_ arguments: [[UInt8]]) async throws -> ReplyValue {
        try await withCheckedThrowingContinuation { continuation in
            post { loop in
                loop.executeInProcess(arguments) { reply in
                    if case .error(let text) = reply {
                        continuation.resume(throwing: CommandError(description: text))
                    } else {
                        continuation.resume(returning: reply)
                    }
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
