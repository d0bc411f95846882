// What a client is sent that is no reply to its own command: messages, invalidations, the end of
// its connection. It goes to the session's outbox; the host sends that at the end of the turn, the
// executor puts that of the running client behind the reply of the running command.
import RedwingContainers
import RedwingRESP

extension Engine {
    /// Writes to a client out of turn. `write` gets a writer of the client's protocol version.
    func push(to session: Session, _ write: (ReplyWriter) -> Void) {
        let output = session.outbox ?? makeReplyBuffer(capacity: 256)
        session.outbox = output
        write(ReplyWriter(buffer: output, version: session.version))
        guard !session.flags.contains(.hasMail) else { return }
        session.flags.insert(.hasMail)
        wakeups.append(session)
    }

    /// Moves what was pushed to the running client behind its reply.
    func deliverOwnMail(_ call: inout Call) {
        call.session.flags.remove(.hasMail)
        call.session.outbox?.move(to: call.reply.buffer)
    }

    /// Ends a client's connection: that of the running one after its reply, others at once.
    func endClient(_ session: Session, running call: borrowing Call) {
        let isRunning = session === call.session
        session.close(afterReply: isRunning)
        if !isRunning { wakeups.append(session) }
    }
}
