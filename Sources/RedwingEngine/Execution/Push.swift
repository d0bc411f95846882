// What a client is sent that is no reply to its own command: messages, invalidations, the end of
// its connection. It goes to the session's outbox; the host sends that at the end of the turn, the
// executor puts that of the running client behind the reply of the running command.
import RedwingContainers
import RedwingRESP

extension Engine {
    /// Writes to a client out of turn. `write` gets a writer of the client's protocol version.
    func push(to session: Session, _ write: (ReplyWriter) -> Void) {
        guard let output = mail(of: session) else { return }
        write(ReplyWriter(buffer: output, version: session.version))
        noteMail(of: session)
    }

    /// Where what is pushed to a client goes; nil when its connection is about to end.
    @inline(__always)
    func mail(of session: Session) -> ReplyBuffer? {
        guard session.flags.rawValue & Engine.endingFlags == 0 else { return nil }
        if session.flags.contains(.sortsMail) { return session.pushes ?? makeMail(session) }
        return session.outbox ?? makeMail(session)
    }

    private static let endingFlags = Session.Flags([.closeAfterReply, .closeNow]).rawValue

    @inline(never)
    private func makeMail(_ session: Session) -> ReplyBuffer {
        let output = makeReplyBuffer(capacity: 256)
        if session.flags.contains(.sortsMail) {
            session.pushes = output
        } else {
            session.outbox = output
        }
        return output
    }

    /// The host has to look at a client that was written to.
    @inline(__always)
    func noteMail(of session: Session) {
        guard !session.flags.contains(.hasMail) else { return }
        session.flags.insert(.hasMail)
        wakeups.append(session)
    }

    /// Moves what was pushed to the running client behind what it has been answered.
    @inline(never)
    func deliverOwnMail(_ call: inout Call) {
        guard !call.session.flags.contains(.sortsMail) else { return }
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

extension Session {
    /// Keeps what is pushed apart from replies, in `pushes`: for a client without a connection,
    /// which is handed each reply as such.
    package func sortMail() { flags.insert(.sortsMail) }

    /// Forgets what was pushed.
    package func dropPushes() { pushes?.removeAll() }

    /// Refuses to subscribe: nobody would be there to take the messages.
    package func denySubscribing() { flags.insert(.cannotSubscribe) }
}
