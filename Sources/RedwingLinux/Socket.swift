// Stream sockets: listening, accepting, connecting and the options that servers set.
import CLinux
import Glibc

/// Stream sockets. All of them are non-blocking and closed on exec.
public enum Socket {
    /// A connection that was just accepted.
    public struct Accepted: ~Copyable {
        /// The connection.
        public let descriptor: FileDescriptor
        /// The other end.
        public let peer: SocketAddress

        /// Takes the socket over.
        public consuming func take() -> FileDescriptor { descriptor }
    }

    /// Listens on a TCP address; port 0 lets the kernel choose. `backlog` is how many connections
    /// the kernel keeps until they are accepted; it cuts it to its own limit (`somaxconn`).
    public static func listen(
        on address: SocketAddress, backlog: Int
    ) throws(SystemError) -> FileDescriptor {
        var family = AF_INET
        if case .v6 = address { family = AF_INET6 }
        let socket = try make(family)
        // Without it a restart fails while connections of the former process linger.
        try set(socket.handle, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR")
        // IPv4 has a listener of its own.
        if family == AF_INET6 {
            try set(socket.handle, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1, "IPV6_V6ONLY")
        }
        try address.withKernelForm { pointer, size throws(SystemError) in
            _ = try SystemCall.check("bind") { bind(socket.handle.number, pointer, size) }
        }
        try listen(socket.handle, backlog)
        return socket
    }

    /// Listens on a TCP address given as text: an address or name of IPv4, one of IPv6 with its
    /// colons, `*` for every IPv4 address, `::` or `::*` for every IPv6 one.
    public static func listen(
        host: String, port: Int, backlog: Int
    ) throws(SystemError) -> FileDescriptor {
        let isAny = host == "*" || host == "::*"
        let found = try SocketAddress.resolve(
            isAny ? nil : host, port: port, isV6: host.contains(":"))
        guard let address = found.first else {
            throw SystemError(operation: "getaddrinfo", code: EADDRNOTAVAIL)
        }
        return try listen(on: address, backlog: backlog)
    }

    /// Listens on a Unix socket at `path`; what lay there is removed. `permissions` are its mode
    /// bits, 0 leaving them to the umask; `group` is the number of the group that shall own it.
    public static func listen(
        path: String, permissions: Int, group: UInt32? = nil, backlog: Int
    ) throws(SystemError) -> FileDescriptor {
        let socket = try make(AF_UNIX)
        _ = unlink(path)
        try SocketAddress.local.withKernelForm(path: path) { pointer, size throws(SystemError) in
            _ = try SystemCall.check("bind") { bind(socket.handle.number, pointer, size) }
        }
        if permissions != 0 {
            try SystemCall.check("chmod") { chmod(path, mode_t(truncatingIfNeeded: permissions)) }
        }
        if let group {
            try SystemCall.check("chown") { chown(path, uid_t.max, gid_t(group)) }
        }
        try listen(socket.handle, backlog)
        return socket
    }

    private static func listen(_ socket: Descriptor, _ backlog: Int) throws(SystemError) {
        try SystemCall.check("listen") { Glibc.listen(socket.number, Int32(clamping: backlog)) }
    }

    /// Accepts one connection; nil when none waits. Connections that were given up while they
    /// waited are passed over.
    public static func accept(_ listener: Descriptor) throws(SystemError) -> Accepted? {
        while true {
            var storage = sockaddr_storage()
            var size = socklen_t(MemoryLayout.size(ofValue: storage))
            let number = redwing_accept(listener.number, &storage, &size)
            if number >= 0 {
                return Accepted(
                    descriptor: FileDescriptor(owning: number),
                    peer: SocketAddress(storage) ?? .local)
            }
            let code = redwing_errno()
            switch code {
            case EAGAIN: return nil
            case EINTR, ECONNABORTED, EPROTO: continue
            default: throw SystemError(operation: "accept", code: code)
            }
        }
    }

    /// Connects, waiting until that is done; the socket blocks unless `isNonBlocking`.
    public static func connect(
        to address: SocketAddress, path: String = "", isNonBlocking: Bool = false
    ) throws(SystemError) -> FileDescriptor {
        let family =
            switch address {
            case .v4: AF_INET
            case .v6: AF_INET6
            case .local: AF_UNIX
            }
        let socket = try make(family)
        try socket.handle.setNonBlocking(false)
        try address.withKernelForm(path: path) { pointer, size throws(SystemError) in
            _ = try SystemCall.check("connect") {
                Glibc.connect(socket.handle.number, pointer, size)
            }
        }
        if isNonBlocking { try socket.handle.setNonBlocking(true) }
        return socket
    }

    /// The two ends of a connection within the process; both block.
    public static func pair() throws(SystemError) -> (Descriptor, Descriptor) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        try SystemCall.check("socketpair") { socketpair(AF_UNIX, kind, 0, &ends) }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    private static func make(_ family: Int32) throws(SystemError) -> FileDescriptor {
        let kind =
            SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        return FileDescriptor(
            owning: try SystemCall.check("socket") { socket(family, Int32(kind), 0) })
    }

    private static func set(
        _ socket: Descriptor, _ level: Int32, _ option: Int32, _ value: Int32, _ name: String
    ) throws(SystemError) {
        var value = value
        try SystemCall.check("setsockopt \(name)") {
            setsockopt(socket.number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }
}

extension Descriptor {
    /// Sends small writes at once instead of collecting them (TCP only).
    public func setNoDelay() throws(SystemError) {
        try option(Int32(IPPROTO_TCP), TCP_NODELAY, 1, "TCP_NODELAY")
    }

    /// Lets the kernel find out within about twice `interval` seconds that an idle connection's
    /// other end has gone: a probe after `interval`, then up to three at a third of it.
    public func setKeepAlive(interval: Int) throws(SystemError) {
        let tcp = Int32(IPPROTO_TCP)
        try option(SOL_SOCKET, SO_KEEPALIVE, 1, "SO_KEEPALIVE")
        try option(tcp, TCP_KEEPIDLE, Int32(clamping: interval), "TCP_KEEPIDLE")
        try option(tcp, TCP_KEEPINTVL, Int32(clamping: max(1, interval / 3)), "TCP_KEEPINTVL")
        try option(tcp, TCP_KEEPCNT, 3, "TCP_KEEPCNT")
    }

    /// Limits what the kernel buffers of unsent output, in bytes. For tests of slow readers.
    public func setSendBuffer(_ bytes: Int) throws(SystemError) {
        try option(SOL_SOCKET, SO_SNDBUF, Int32(clamping: bytes), "SO_SNDBUF")
    }

    /// Limits what the kernel buffers of unread input, in bytes. For tests of slow readers.
    public func setReceiveBuffer(_ bytes: Int) throws(SystemError) {
        try option(SOL_SOCKET, SO_RCVBUF, Int32(clamping: bytes), "SO_RCVBUF")
    }

    /// Lets reads fail with "would block" after so long.
    public func setReceiveTimeout(milliseconds: Int) throws(SystemError) {
        var time = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
        try SystemCall.check("setsockopt SO_RCVTIMEO") {
            setsockopt(
                number, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    /// Tells the other end that nothing more will come; what it sends can still be read.
    public func shutdownWrite() throws(SystemError) {
        try SystemCall.check("shutdown") { shutdown(number, Int32(SHUT_WR)) }
    }

    /// This end's address.
    public func localAddress() throws(SystemError) -> SocketAddress {
        try address("getsockname", getsockname)
    }

    /// The other end's address.
    public func peerAddress() throws(SystemError) -> SocketAddress {
        try address("getpeername", getpeername)
    }

    private func address(
        _ name: String,
        _ call: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) throws(SystemError) -> SocketAddress {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout.size(ofValue: storage))
        try SystemCall.check(name) {
            withUnsafeMutableBytes(of: &storage) { raw -> Int32 in
                guard let base = raw.baseAddress else { return -1 }
                return call(number, base.assumingMemoryBound(to: sockaddr.self), &size)
            }
        }
        guard let address = SocketAddress(storage) else {
            throw SystemError(operation: name, code: EAFNOSUPPORT)
        }
        return address
    }

    private func option(
        _ level: Int32, _ option: Int32, _ value: Int32, _ name: String
    ) throws(SystemError) {
        var value = value
        try SystemCall.check("setsockopt \(name)") {
            setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }
}
