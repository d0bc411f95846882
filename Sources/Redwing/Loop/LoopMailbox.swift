// How other threads reach the loop: they leave a closure and wake it. The closure runs on the
// loop's thread, between two turns.
import RedwingLinux
import Synchronization

/// The loop's mailbox.
final class LoopMailbox: Sendable {
    private let messages = Mutex<[@Sendable (EventLoop) -> Void]>([])
    private let wake: EventFD

    init() throws(SystemError) { wake = try EventFD() }

    /// The descriptor that becomes readable with a message.
    var wakeNumber: Int32 { wake.number }

    var hasMessages: Bool { messages.withLock { !$0.isEmpty } }

    /// Leaves a message. Any thread.
    func post(_ message: @escaping @Sendable (EventLoop) -> Void) {
        messages.withLock { $0.append(message) }
        wake.signal()
    }

    /// Runs the messages so far. The loop's thread only.
    func drain(_ loop: EventLoop) {
        wake.clear()
        let waiting = messages.withLock { pending in
            let taken = pending
            pending = []
            return taken
        }
        for message in waiting { message(loop) }
    }
}
