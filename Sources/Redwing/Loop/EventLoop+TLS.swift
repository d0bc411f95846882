// TLS in the loop: handshakes in turns, reading and writing through a session, and certificates
// that change while clients are served. Connections without TLS never come here.
import Logging
import RedwingEngine
import RedwingLinux
import RedwingRESP

/// What the loop knows of TLS.
struct TLSState {
    /// What new connections are made of; nil without TLS.
    var context: TLSContext?
    /// The connections that are not clients yet.
    var handshakes = HandshakeQueue()
    /// Connections whose replies are sent on in the next turn: the socket may take more.
    var unflushed: [Connection] = []
    /// The files of the context as they were when it was made.
    var files: TLSFiles?
    /// When they are looked at next, in Unix milliseconds.
    var nextLook: Int64 = 0
    /// Whether another thread is making a context.
    var isReloading = false

    /// Whether there is something to do without waiting.
    var hasWork: Bool { handshakes.hasReady || !unflushed.isEmpty }
}

// MARK: - Handshakes

extension EventLoop {
    /// Milliseconds that a handshake may take.
    private static let handshakeTime: Int64 = 30_000

    /// Begins the handshake of a connection that was just accepted. Who is one too many learns
    /// nothing but the end: there is no way yet to say more.
    func beginHandshake(
        _ accepted: consuming Socket.Accepted, _ listener: Listener, _ now: Int64
    ) {
        let peer = accepted.peer
        let socket = accepted.take()
        let configuration = engine.configuration
        guard connectionCount + tls.handshakes.count < configuration.maxClients else {
            return engine.countConnection(rejected: true)
        }
        guard
            let session = tls.context?.makeSession(
                socket.handle, clients: configuration.tls.clientAuthentication)
        else {
            logger.warning("No TLS for a new connection: out of memory")
            return engine.countConnection(rejected: true)
        }
        tune(socket.handle)
        let handshake = PendingHandshake(
            socket, tls: session, peer: peer, listener: listener,
            deadline: now + EventLoop.handshakeTime)
        do throws(SystemError) {
            try epoll.add(handshake.handle, EventLoop.interest, generation: Role.handshake)
            tls.handshakes.insert(handshake)
        } catch {
            logger.warning("Could not watch a connection: \(error)")
        }
    }

    /// Takes as many handshakes a step further as a turn allows. Called when the replies of the
    /// turn have been sent.
    func takeHandshakeTurn(_ now: Int64) {
        for _ in 0..<max(1, engine.configuration.tls.maxNewConnectionsPerCycle) {
            guard let handshake = tls.handshakes.takeReady() else { break }
            switch handshake.tls.handshake() {
            case .waiting: break
            case .done: finish(handshake, now)
            case .failed(let reason): giveUp(handshake, reason)
            }
        }
        runPrepared(now)
        sendAll(now)
    }

    private func finish(_ handshake: PendingHandshake, _ now: Int64) {
        tls.handshakes.remove(handshake)
        guard let socket = handshake.takeSocket() else { return }
        guard
            let connection = admit(
                socket, handshake.peer, handshake.listener, handshake.tls, now)
        else { return }
        logIn(connection.session, handshake.tls)
        // What came with the end of the handshake lies in the session: no event tells of it.
        if handshake.tls.mayHaveMore { serve(connection, .readable, now) }
    }

    /// Logs a client in whose certificate names a user, if that is wanted.
    private func logIn(_ session: Session, _ tls: TLSSession) {
        let names = tls.peerNames(in: engine.configuration.tls.userField)
        guard !names.isEmpty else { return }
        let isUser = engine.logIn(session, byCertificate: names)
        logger.info(
            "The certificate of a client names \(isUser ? "its" : "no") user",
            metadata: ["id": "\(session.id)"])
    }

    private func giveUp(_ handshake: PendingHandshake, _ reason: String) {
        tls.handshakes.remove(handshake)
        epoll.remove(handshake.handle)
        let address = handshake.listener.address
        let local = (try? handshake.handle.localAddress())?.text(path: address) ?? ""
        logger.warning(
            """
            Error accepting a client connection: \(reason) \
            (addr=\(handshake.peer.text(path: address)) laddr=\(local))
            """)
    }

    /// Gives those up that take too long.
    func tendHandshakes(_ now: Int64) {
        guard tls.handshakes.count > 0 else { return }
        for handshake in tls.handshakes.overdue(now) {
            giveUp(handshake, "the TLS handshake took too long")
        }
    }
}

// MARK: - Reading and writing

extension EventLoop {
    /// Bytes of replies that one connection is sent in a turn: encrypting them takes time.
    private static let flushLimit = 1 << 20

    /// One read, to where the bytes belong.
    func receive(_ connection: Connection, _ session: TLSSession, _ lane: Int) -> IOResult {
        let result: IOResult
        if let input = connection.input {
            if connection.parser.directBytes > 0 {
                result = session.readDirect(&connection.parser)
            } else {
                result = session.read(into: input, room: max(16 * 1024, input.count))
            }
        } else {
            scratch[lane].removeAll()
            result = session.read(into: scratch[lane], room: EventLoop.readSize)
        }
        connection.readRoom = session.mayHaveMore ? 0 : .max
        if result.isFailure { noteFailure(connection, session) }
        return result
    }

    /// Sends what waits, up to a limit; what the socket would still take follows in the next turn.
    func send(_ connection: Connection, _ session: TLSSession, _ replies: ReplyBuffer) -> IOResult {
        let result = session.send(replies, limit: EventLoop.flushLimit)
        if result.count >= EventLoop.flushLimit, replies.count > 0 {
            tls.unflushed.append(connection)
        }
        if result.isFailure { noteFailure(connection, session) }
        return result
    }

    private func noteFailure(_ connection: Connection, _ session: TLSSession) {
        logger.info(
            "TLS of a client failed: \(session.failure ?? "the connection ended")",
            metadata: [
                "id": "\(connection.session.id)", "addr": "\(connection.peerAddress)",
            ])
    }

    /// Goes on with the replies of the last turn.
    func flushAgain(_ now: Int64) {
        guard !tls.unflushed.isEmpty else { return }
        let again = tls.unflushed
        tls.unflushed.removeAll(keepingCapacity: true)
        for connection in again where connections[connection.descriptor] === connection {
            flush(connection, now)
        }
    }
}

// MARK: - Certificates

extension EventLoop {
    /// Makes a context of `configuration` and uses it for the connections to come. Returns false,
    /// and goes on with the former one, when that is not possible.
    func configureTLS(_ configuration: TLSConfiguration) -> Bool {
        do throws(TLSError) {
            let files = TLSFiles(of: configuration)
            adopt(try TLSContext(configuration), files)
            return true
        } catch {
            logger.warning("\(error)")
            return false
        }
    }

    private func adopt(_ context: TLSContext, _ files: TLSFiles) {
        tls.context = context
        tls.files = files
    }

    /// Looks at the files when it is time to, and has another thread load what has changed.
    func tendCertificates(_ now: Int64) {
        let configuration = engine.configuration.tls
        guard configuration.autoReloadInterval > 0, configuration.port > 0, !tls.isReloading,
            now >= tls.nextLook
        else { return }
        tls.nextLook = now + Int64(configuration.autoReloadInterval) * 1000
        let files = TLSFiles(of: configuration)
        guard files != tls.files else { return }
        logger.notice("TLS materials changed, reloading in background")
        tls.isReloading = true
        let mailbox = mailbox
        do throws(SystemError) {
            _ = try Thread(name: "redwing-tls") {
                let made = Result { () throws(TLSError) in try TLSContext(configuration) }
                mailbox.post { $0.finishReloading(made, configuration, files) }
            }
        } catch {
            tls.isReloading = false
            logger.warning("Background TLS reload failed: \(error)")
        }
    }

    private func finishReloading(
        _ made: Result<TLSContext, TLSError>, _ configuration: TLSConfiguration, _ files: TLSFiles
    ) {
        tls.isReloading = false
        // CONFIG SET was faster, and what it wanted is in use.
        guard engine.configuration.tls == configuration else { return }
        switch made {
        case .success(let context):
            adopt(context, files)
            logger.notice("TLS materials reloaded successfully")
        case .failure(let error):
            logger.warning("Background TLS reload failed: \(error)")
            // Not again before the files change once more.
            tls.files = files
        }
    }
}
