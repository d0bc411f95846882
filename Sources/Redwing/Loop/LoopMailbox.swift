// How other threads reach the loop: they leave a closure and wake it. The closure runs on the
// loop's thread, between two turns.
import RedwingLinux

/// The loop's mailbox.
final class LoopMailbox: Sendable {
    private let mailbox: Mailbox<@Sendable (EventLoop) -> Void>

    init() throws(SystemError) { mailbox = try Mailbox() }

    /// What becomes readable with a message.
    var handle: Descriptor { mailbox.handle }

    /// Leaves a message. Any thread.
    func post(_ message: @escaping @Sendable (EventLoop) -> Void) { mailbox.send(message) }

    /// Runs the messages so far. The loop's thread only.
    func drain(_ loop: EventLoop) {
        for message in mailbox.takeAll() { message(loop) }
    }
}
