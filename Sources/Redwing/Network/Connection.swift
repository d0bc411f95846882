// One socket and the session that it carries. A connection has buffers of its own only while a
// request is cut or a reply could not be sent whole; idle it costs little more than its session.
import RedwingContainers
import RedwingEngine
import RedwingLinux
import RedwingRESP

/// A connected client.
final class Connection: SessionTransport {
    let descriptor: Int
    let generation: UInt32
    let session: Session
    /// Encrypts what goes through the socket; nil without TLS.
    let tls: TLSSession?
    /// Bytes of a request that is not whole.
    var input: InputBuffer?
    /// Replies that the socket did not take.
    var output: ReplyBuffer?
    var parser: RequestParser
    /// What the parser holds of big bulks, as of the last read. The engine asks for a connection's
    /// memory while it has the parser to itself.
    var bigBulkBytes = 0
    /// How much the last read had room for: one that fills it may have left something.
    var readRoom = 0
    /// The most bytes that were answered to what was read at once.
    var replyPeak = 0
    /// When the unsent replies first exceeded the soft limit, in Unix milliseconds.
    var overSoftLimitSince: Int64?
    /// When the client last sent something, in Unix milliseconds.
    var lastActive: Int64
    private let socket: FileDescriptor
    private let peer: SocketAddress
    private let listenerAddress: String

    init(
        _ socket: consuming FileDescriptor, tls: TLSSession?, peer: SocketAddress,
        listener: Listener, generation: UInt32, session: Session, engine: Engine, now: Int64
    ) {
        descriptor = Int(socket.handle.number)
        self.socket = socket
        self.peer = peer
        listenerAddress = listener.address
        self.generation = generation
        self.session = session
        self.tls = tls
        parser = engine.makeParser()
        lastActive = now
    }

    deinit {
        input?.destroy()
        output?.destroy()
    }

    @inline(__always)
    var handle: Descriptor { socket.handle }

    var peerAddress: String { peer.text(path: listenerAddress) }

    var localAddress: String {
        (try? handle.localAddress())?.text(path: listenerAddress) ?? ""
    }

    var queryBuffer: (used: Int, free: Int) {
        let used = (input?.count ?? 0)
        return (used, (input?.capacity ?? 0) - used)
    }

    var pendingReplyBytes: Int { (output?.count ?? 0) + (session.outbox?.count ?? 0) }

    var replyBuffer: (capacity: Int, peak: Int) { (output?.capacity ?? 0, replyPeak) }

    var attachedReplies: (count: Int, bytes: Int) {
        guard let output, output.hasAttachments else { return (0, 0) }
        return (output.attachments.count, output.count - output.ownCount)
    }

    var memory: Int {
        1024 + (tls == nil ? 0 : TLSSession.typicalBytes) + (input?.capacity ?? 0)
            + bigBulkBytes + Connection.memory(of: output)
            + Connection.memory(of: session.outbox)
    }

    /// What a buffer takes; long strings count for each who is to get them.
    private static func memory(of buffer: ReplyBuffer?) -> Int {
        guard let buffer else { return 0 }
        return buffer.capacity + buffer.count - buffer.ownCount
    }
}
