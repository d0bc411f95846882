// Connections whose TLS handshake is not over. They are no clients yet: the engine does not know
// them. A handshake costs as much as thousands of commands, so they take turns.
import RedwingLinux

/// A connection before it belongs to a client.
final class PendingHandshake {
    let tls: TLSSession
    let peer: SocketAddress
    let listener: Listener
    /// When it is given up, in Unix milliseconds.
    let deadline: Int64
    fileprivate var isReady = false
    private var socket: FileDescriptor?

    init(
        _ socket: consuming FileDescriptor, tls: TLSSession, peer: SocketAddress,
        listener: Listener, deadline: Int64
    ) {
        handle = socket.handle
        self.socket = consume socket
        self.tls = tls
        self.peer = peer
        self.listener = listener
        self.deadline = deadline
    }

    /// The socket, open as long as this is not taken over or released.
    let handle: Descriptor

    /// Hands the socket over, once.
    func takeSocket() -> FileDescriptor? { socket.take() }
}

/// The handshakes of a loop, and those of them whose sockets are ready, in the order in which they
/// became so.
struct HandshakeQueue {
    /// By descriptor number.
    private var pending: [Int32: PendingHandshake] = [:]
    private var ready: [PendingHandshake] = []
    private var next = 0

    var count: Int { pending.count }

    /// Whether `takeReady` has something.
    var hasReady: Bool { next < ready.count }

    mutating func insert(_ handshake: PendingHandshake) {
        pending[handshake.handle.number] = handshake
    }

    /// Notes that a socket is ready.
    mutating func wake(_ socket: Descriptor) {
        guard let handshake = pending[socket.number], !handshake.isReady else { return }
        handshake.isReady = true
        ready.append(handshake)
    }

    /// The handshake whose turn it is.
    mutating func takeReady() -> PendingHandshake? {
        while hasReady {
            let handshake = ready[next]
            next += 1
            if next == ready.count {
                ready.removeAll(keepingCapacity: true)
                next = 0
            }
            handshake.isReady = false
            // It may have been given up since.
            if pending[handshake.handle.number] === handshake { return handshake }
        }
        return nil
    }

    mutating func remove(_ handshake: PendingHandshake) {
        pending[handshake.handle.number] = nil
    }

    /// Those whose time is over at `now`.
    func overdue(_ now: Int64) -> [PendingHandshake] {
        pending.values.filter { $0.deadline <= now }
    }

    /// Gives all up.
    mutating func removeAll() {
        pending.removeAll()
        ready.removeAll()
        next = 0
    }
}
