// What the loop does for callers within its process: their commands and their time, both on the
// loop's thread.
import RedwingContainers
import RedwingEngine
import RedwingRESP

extension EventLoop {
    /// Runs a command of a caller within the process; `done` gets the reply, at once unless the
    /// command waits.
    func executeInProcess(_ arguments: [[UInt8]], _ done: @escaping (ReplyValue) -> Void) {
        let client = ownClients.popLast() ?? OwnClient(engine)
        let request = requestText(arguments)
        let output = engine.makeReplyBuffer(capacity: 256)
        defer { output.destroy() }
        _ = request.withBytes { engine.receive(client.session, &client.parser, $0, output) }
        if client.session.isBlocked {
            client.done = done
            waitingOwnClients[client.session.id] = client
        } else {
            finish(client, output, done)
        }
    }

    private func finish(
        _ client: OwnClient, _ output: ReplyBuffer, _ done: (ReplyValue) -> Void
    ) {
        ownClients.append(client)
        var reader = ReplyReader(output.wire())
        done(reader.next() ?? .null)
    }

    /// A session without a connection was answered after all.
    func finishWaiting(_ session: Session) {
        // Callers who share a client take nothing but replies.
        session.dropPushes()
        guard let client = waitingOwnClients.removeValue(forKey: session.id),
            let output = session.outbox, let done = client.done
        else { return }
        client.done = nil
        finish(client, output, done)
        output.removeAll()
    }

    /// Moves the loop's time and lets what is due happen.
    func advance(by milliseconds: Int64) {
        clockOffset += milliseconds
        engine.beginTurn(now: time())
        while engine.work() {}
        flushWakeups(engine.now)
    }
}

/// A client of the callers within the process. They share one, as long as it does not wait.
final class OwnClient {
    let session: Session
    var parser: RequestParser
    /// Gets the reply of the command that waits.
    var done: ((ReplyValue) -> Void)?

    init(_ engine: Engine) {
        session = engine.makeSession()
        session.sortMail()
        session.denySubscribing()
        parser = engine.makeParser()
    }
}
