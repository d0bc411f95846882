// What the loop does with a connection: accept it, read from it, run what it sent, write to it,
// close it.
import Logging
import RedwingContainers
import RedwingEngine
import RedwingLinux
import RedwingRESP

extension EventLoop {
    /// Accepts what waits at a listener, up to a bounded number a turn.
    func accept(_ handle: Descriptor, _ now: Int64) {
        guard let listener = listeners.first(where: { $0.handle == handle }) else { return }
        do throws(SystemError) {
            let limit =
                listener.isTLS
                ? engine.configuration.tls.maxNewConnectionsPerCycle
                : engine.configuration.maxNewConnectionsPerCycle
            for _ in 0..<max(1, limit) {
                guard let accepted = try Socket.accept(handle) else { return }
                if listener.isTLS {
                    beginHandshake(accepted, listener, now)
                } else {
                    admit(accepted, listener, now)
                }
            }
            acceptFailed = false
        } catch {
            // Whoever waits goes on waiting and keeps the listener ready: without a pause the loop
            // would try again at once, for ever.
            if !acceptFailed { logger.warning("Could not accept a connection: \(error.reason)") }
            acceptFailed = true
            pauseListening()
        }
    }

    private func admit(_ accepted: consuming Socket.Accepted, _ listener: Listener, _ now: Int64) {
        let peer = accepted.peer
        let socket = accepted.take()
        if connectionCount + tls.handshakes.count >= engine.configuration.maxClients {
            engine.countConnection(rejected: true)
            return refuse(socket, nil, "-ERR max number of clients reached\r\n")
        }
        if !listener.isUnix { tune(socket.handle) }
        _ = admit(socket, peer, listener, nil, now)
    }

    /// Sets the options of a TCP connection. They fail when the peer has left already, which the
    /// first read tells.
    func tune(_ socket: Descriptor) {
        try? socket.setNoDelay()
        let keepalive = engine.configuration.tcpKeepalive
        if keepalive > 0 { try? socket.setKeepAlive(interval: keepalive) }
    }

    /// Makes a connection a client, unless it comes from where none may come from. `tls` is past
    /// its handshake, and its socket is watched.
    func admit(
        _ socket: consuming FileDescriptor, _ peer: SocketAddress, _ listener: Listener,
        _ tls: TLSSession?, _ now: Int64
    ) -> Connection? {
        let configuration = engine.configuration
        if !listener.isUnix, configuration.protectedMode, engine.acceptsAnyPassword,
            !peer.isLoopback
        {
            engine.countConnection(rejected: true)
            refuse(socket, tls, EventLoop.protectedModeText)
            return nil
        }
        engine.countConnection(rejected: false)
        let session = engine.makeSession()
        if listener.isUnix { session.markUnixSocket() }
        let generation = nextGeneration
        nextGeneration =
            generation == UInt32.max ? Role.firstConnection : generation + 1
        let connection = Connection(
            socket, tls: tls, peer: peer, listener: listener, generation: generation,
            session: session, engine: engine, now: now)
        session.transport = connection
        do throws(SystemError) {
            if tls == nil {
                try epoll.add(connection.handle, EventLoop.interest, generation: generation)
            } else {
                try epoll.modify(connection.handle, EventLoop.interest, generation: generation)
            }
        } catch {
            logger.warning("Could not watch a connection: \(error)")
            engine.end(session)
            return nil
        }
        let index = connection.descriptor
        while connections.count <= index { connections.append(nil) }
        connections[index] = connection
        connectionCount += 1
        return connection
    }

    /// What connections are watched for.
    static let interest: Readiness = [.readable, .writable, .ended, .edge]

    private func refuse(
        _ socket: consuming FileDescriptor, _ tls: TLSSession?, _ text: Bytes
    ) {
        // A peer that does not take one short line at once does without.
        if let tls {
            _ = tls.send(text)
            tls.end()
        } else {
            _ = SocketIO.send(socket.handle, text)
        }
    }

    /// Serves a ready connection: one read, the commands in it, one write. A socket that may hold
    /// more than was read is served again in the next turn.
    ///
    /// What was read is parsed at once and run when the next connection's bytes have been read:
    /// the calls to the kernel hide how long the keys take to come from memory.
    func serve(_ connection: Connection, _ readiness: Readiness, _ now: Int64) {
        if prepared === connection { runPrepared(now) }
        if connection.output != nil, readiness.contains(.writable) {
            guard flush(connection, now) else { return }
        }
        guard readiness.rawValue & EventLoop.inputBits != 0 else {
            // TLS had something to say before it could read on.
            if connection.tls?.readWaitsForRoom == true { unread.append(connection) }
            return
        }
        let isEnding = readiness.rawValue & EventLoop.endBits != 0
        if connection.session.isBlocked || connection.session.closesAfterReply {
            return receiveAside(connection, isEnding)
        }
        connection.lastActive = now
        if let prepared { engine.fetchEntries(prepared.session, lane: lane) }
        let next = lane ^ 1
        let result = receive(connection, next)
        guard result.count > 0 else { return result.wouldBlock ? () : close(connection) }
        connection.session.bytesReceived &+= result.count
        if isEnding || result.count >= connection.readRoom { unread.append(connection) }
        let input = connection.input ?? scratch[next]
        engine.prepare(connection.session, &connection.parser, input.bytes, lane: next)
        following = connection
        runPrepared(now)
        // A script that ran for long has let it be served already.
        guard following != nil else { return }
        following = nil
        lane = next
        prepared = connection
    }

    /// Runs what was read last.
    @inline(__always)
    func runPrepared(_ now: Int64) {
        guard let connection = prepared else { return }
        prepared = nil
        guard connections[connection.descriptor] === connection, !connection.session.closesNow
        else { return engine.abandon(lane: lane) }
        execute(connection, now)
    }

    private static let endBits =
        Readiness([.ended, .closed, .failed]).rawValue
    private static let inputBits = endBits | Readiness.readable.rawValue

    /// One read, to where the bytes belong.
    @inline(__always)
    private func receive(_ connection: Connection, _ lane: Int) -> IOResult {
        if let tls = connection.tls { return receive(connection, tls, lane) }
        guard let input = connection.input else {
            scratch[lane].removeAll()
            connection.readRoom = EventLoop.readSize
            return SocketIO.read(connection.handle, into: scratch[lane], room: EventLoop.readSize)
        }
        if connection.parser.directBytes > 0 {
            // Whether the socket is empty shows only in the next read.
            connection.readRoom = 0
            return SocketIO.readDirect(connection.handle, &connection.parser)
        }
        // A long request is read in ever larger pieces, so that it is parsed few times.
        let room = max(16 * 1024, input.count)
        connection.readRoom = room
        return SocketIO.read(connection.handle, into: input, room: room)
    }

    /// Serves the connections whose sockets may hold more than the last turn read.
    func serveUnread(_ now: Int64) {
        guard !unread.isEmpty else { return }
        let again = unread
        unread.removeAll(keepingCapacity: true)
        for connection in again where connections[connection.descriptor] === connection {
            serve(connection, [.readable, .ended], now)
        }
    }

    /// Runs what a client sent while it waited.
    func runKept(_ connection: Connection, _ now: Int64) {
        guard connections[connection.descriptor] === connection, !connection.session.isBlocked,
            !connection.session.closesNow, let input = connection.input, input.count > 0
        else { return }
        engine.prepare(connection.session, &connection.parser, input.bytes, lane: lane)
        engine.fetchEntries(connection.session, lane: lane)
        execute(connection, now)
    }

    /// Runs what the connection's input holds and takes charge of the replies.
    func execute(_ connection: Connection, _ now: Int64) {
        let input = connection.input ?? scratch[lane]
        let mark = replies.ownCount
        let outer = executing
        executing = connection
        let used = engine.complete(
            connection.session, &connection.parser, input.bytes, replies, lane: lane)
        executing = outer
        if used < input.count {
            keep(connection, input, used)
        } else if let own = connection.input {
            own.destroy()
            connection.input = nil
        }
        send(connection, from: mark, now)
        if replies.ownCount > EventLoop.replyLimit { sendAll(now) }
    }

    /// So many bytes of replies are sent before the turn goes on.
    private static let replyLimit = 1 << 20

    /// Keeps the bytes of a request that is cut.
    private func keep(_ connection: Connection, _ input: InputBuffer, _ used: Int) {
        if let own = connection.input {
            own.consume(used)
        } else {
            let rest = input.bytes.slice(used, input.count - used)
            connection.input = engine.makeInputBuffer(rest)
        }
        connection.bigBulkBytes = connection.parser.largeBytes
        if exceedsInputLimit(connection) { connection.session.close(afterReply: false) }
    }

    /// Whether a client has piled up more input than it may; says so in the log.
    private func exceedsInputLimit(_ connection: Connection) -> Bool {
        let held = (connection.input?.count ?? 0) + connection.parser.largeBytes
        guard held > engine.configuration.clientQueryBufferLimit else { return false }
        engine.countLimitDisconnection(isInput: true)
        logger.warning(
            "Closing client that reached max query buffer length",
            metadata: [
                "id": "\(connection.session.id)", "addr": "\(connection.peerAddress)",
                "qbuf": "\(held)",
            ])
        return true
    }

    /// A client that may not run commands now: its bytes wait; that it has left is noticed.
    private func receiveAside(_ connection: Connection, _ isEnding: Bool) {
        let input = connection.input ?? engine.makeInputBuffer(capacity: 1024)
        connection.input = input
        let result =
            connection.tls?.read(into: input, room: 16 * 1024)
            ?? SocketIO.read(connection.handle, into: input, room: 16 * 1024)
        guard result.count > 0 else { return result.wouldBlock ? () : close(connection) }
        connection.session.bytesReceived &+= result.count
        if isEnding || connection.tls?.mayHaveMore ?? (result.count >= 16 * 1024) {
            unread.append(connection)
        }
        if connection.session.closesAfterReply { input.removeAll() }
        if exceedsInputLimit(connection) { close(connection) }
    }

    /// Takes charge of the replies from `mark` on. They are sent at the end of the turn, together
    /// with those of the other connections: a client that sleeps is then woken once for all of its
    /// replies. What is long or has to wait moves to a buffer of the connection's own.
    @inline(__always)
    func send(_ connection: Connection, from mark: Int, _ now: Int64) {
        let count = replies.ownCount &- mark
        if count > connection.replyPeak { connection.replyPeak = count }
        if replies.hasAttachments || connection.output != nil || connection.session.closesNow {
            return postpone(connection, from: mark, now)
        }
        if count > 0 { unsent.append(Unsent(connection: connection, start: mark, count: count)) }
        if connection.session.closesAfterReply {
            sendAll(now)
            if connection.output == nil { close(connection) }
        }
    }

    /// Sends the replies of this turn.
    func sendAll(_ now: Int64) {
        for item in unsent {
            let connection = item.connection
            guard connections[connection.descriptor] === connection else { continue }
            connection.session.bytesSent &+= item.count
            let bytes = replies.bytes.slice(item.start, item.count)
            let result =
                connection.tls?.send(bytes) ?? SocketIO.send(connection.handle, bytes)
            if result.isFailure {
                close(connection)
                continue
            }
            if result.count < item.count {
                let output = output(of: connection)
                output.append(bytes.slice(result.count, item.count - result.count))
                checkOutputLimit(connection, now)
                if connection.session.closesNow { close(connection) }
            }
        }
        unsent.removeAll(keepingCapacity: true)
        replies.removeAll()
    }

    private func output(of connection: Connection) -> ReplyBuffer {
        if let output = connection.output { return output }
        let output = engine.makeReplyBuffer(capacity: 1024)
        connection.output = output
        return output
    }

    /// Replies that do not go the common way: behind others that wait, or with long strings.
    private func postpone(_ connection: Connection, from mark: Int, _ now: Int64) {
        guard !connection.session.closesNow else {
            replies.drop(from: mark)
            return close(connection)
        }
        let before = replies.count - mark
        connection.session.bytesSent &+= before
        if connection.output == nil { takeUnsent(connection) }
        replies.move(from: mark, to: output(of: connection))
        flush(connection, now)
    }

    /// Moves replies of a connection that were to be sent at the end of the turn to its own
    /// buffer: those that follow must not overtake them.
    private func takeUnsent(_ connection: Connection) {
        for item in unsent where item.connection === connection {
            connection.session.bytesSent &+= item.count
            output(of: connection).append(replies.bytes.slice(item.start, item.count))
        }
        unsent.removeAll { $0.connection === connection }
    }

    /// Sends what waits. Returns false when the connection was closed.
    @discardableResult
    func flush(_ connection: Connection, _ now: Int64) -> Bool {
        guard let output = connection.output else { return true }
        guard offer(output, connection) else { return false }
        checkOutputLimit(connection, now)
        if output.count == 0 {
            output.destroy()
            connection.output = nil
            if connection.session.closesAfterReply {
                close(connection)
                return false
            }
        }
        if connection.session.closesNow {
            close(connection)
            return false
        }
        return true
    }

    /// Sends of `output` as much as the socket takes. Returns false when the connection was closed.
    @inline(__always)
    private func offer(_ output: ReplyBuffer, _ connection: Connection) -> Bool {
        // One write takes a limited number of long strings, and as long as the socket takes all
        // that it is offered no event will say that it would take more.
        var hasMore = true
        while hasMore {
            hasMore = output.hasAttachments && connection.tls == nil
            let result =
                connection.tls.map { send(connection, $0, output) }
                ?? SocketIO.send(connection.handle, output)
            if result.isFailure {
                close(connection)
                return false
            }
            hasMore = hasMore && result.count > 0 && output.count > 0
        }
        return true
    }

    /// What the outbox of a client keeps when it is empty.
    private static let keptOutbox = 1024

    /// Sends what a client was pushed straight from its outbox: messages to thousands of
    /// subscribers do not go through the loop's buffer. Returns false when the connection was
    /// closed.
    func sendOutbox(_ connection: Connection, _ outbox: ReplyBuffer, _ now: Int64) -> Bool {
        // Replies of this turn come first.
        if !unsent.isEmpty { sendAll(now) }
        guard connections[connection.descriptor] === connection else { return false }
        connection.session.bytesSent &+= outbox.count
        if connection.output == nil {
            guard offer(outbox, connection) else { return false }
        }
        if outbox.count > 0 {
            outbox.move(to: output(of: connection))
            checkOutputLimit(connection, now)
        }
        outbox.trim(to: EventLoop.keptOutbox)
        let session = connection.session
        guard session.closesNow || session.closesAfterReply && connection.output == nil else {
            return true
        }
        close(connection)
        return false
    }

    /// Closes a client whose unsent replies are over its limits.
    func checkOutputLimit(_ connection: Connection, _ now: Int64) {
        let limits = engine.configuration.clientOutputBufferLimits
        let limit = connection.session.isSubscriber ? limits.pubsub : limits.normal
        let pending = connection.pendingReplyBytes
        var isOver = limit.hardBytes > 0 && pending > limit.hardBytes
        if limit.softBytes > 0, pending > limit.softBytes {
            let since = connection.overSoftLimitSince ?? now
            connection.overSoftLimitSince = since
            if now - since > Int64(limit.softSeconds) * 1000 { isOver = true }
        } else {
            connection.overSoftLimitSince = nil
        }
        guard isOver, !connection.session.closesNow else { return }
        engine.countLimitDisconnection(isInput: false)
        logger.warning(
            "Closing client whose unsent replies exceed client-output-buffer-limit",
            metadata: ["id": "\(connection.session.id)"])
        connection.session.close(afterReply: false)
    }

    func close(_ connection: Connection) {
        guard connections[connection.descriptor] === connection else { return }
        connection.tls?.end()
        epoll.remove(connection.handle)
        engine.end(connection.session)
        connections[connection.descriptor] = nil
        connectionCount -= 1
    }

    static var protectedModeText: Bytes {
        """
        -DENIED Running in protected mode because protected mode is enabled and no password is \
        set for the default user. In this mode connections are only accepted from the loopback \
        interface. If you want to connect from external computers, you may adopt one of the \
        following solutions: 1) Disable protected mode by sending the command \
        'CONFIG SET protected-mode no' from the loopback interface by connecting from the same \
        host the server is running, however MAKE SURE the server is not publicly accessible from \
        internet if you do so. Use CONFIG REWRITE to make this change permanent. 2) Alternatively \
        you can just disable the protected mode by editing the configuration file, and setting \
        the protected mode option to 'no', and then restarting the server. 3) If you started the \
        server manually just for testing, restart it with the '--protected-mode no' option. 4) \
        Set up an authentication password for the default user. NOTE: You only need to do one of \
        the above things in order for the server to start accepting connections from the \
        outside.\r\n
        """
    }
}
