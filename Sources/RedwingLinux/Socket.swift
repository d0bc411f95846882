// Listening and connected sockets: TCP over IPv4 and IPv6, and Unix sockets. All non-blocking.
import CLinux
import Glibc

/// An address that a socket is bound to or connected with.
public struct SocketAddress: Sendable {
    /// `127.0.0.1:6379`, `[::1]:6379`, or a path with `:0`, as CLIENT LIST shows it.
    public let text: String
    /// Whether the other side is this host.
    public let isLoopback: Bool
}

/// Calls on sockets.
public enum Socket {
    /// Listens on a TCP address. `host` is numeric or a name; `*` is every IPv4 address, `::` and
    /// `::*` every IPv6 one.
    public static func listen(
        host: String, port: Int, backlog: Int
    ) throws(SystemError) -> Descriptor {
        let name = "listen on \(host):\(port)"
        var hints = addrinfo()
        hints.ai_family = host == "*" ? AF_INET : host == "::*" ? AF_INET6 : AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        let node = host == "*" || host == "::*" ? nil : host
        let code = getaddrinfo(node, String(port), &hints, &found)
        guard code == 0, let info = found else {
            let reason = String(cString: gai_strerror(code))
            throw SystemError(code: EADDRNOTAVAIL, operation: "\(name) (\(reason))")
        }
        defer { freeaddrinfo(found) }
        let family = info.pointee.ai_family
        let socket = try stream(family, name)
        try set(socket.number, SOL_SOCKET, SO_REUSEADDR, 1, name)
        if family == AF_INET6 { try set(socket.number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1, name) }
        try system(name) { bind(socket.number, info.pointee.ai_addr, info.pointee.ai_addrlen) }
        try system(name) { Glibc.listen(socket.number, Int32(clamping: backlog)) }
        return socket
    }

    /// Listens on a Unix socket, replacing what is at `path`; `mode` 0 leaves the umask's.
    public static func listen(
        path: String, mode: Int, backlog: Int
    ) throws(SystemError) -> Descriptor {
        let name = "listen on \(path)"
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else {
            throw SystemError(code: ENAMETOOLONG, operation: name)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        unlink(path)
        let socket = try stream(AF_UNIX, name)
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        try system(name) {
            withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(socket.number, $0, size)
                }
            }
        }
        if mode != 0 { try system(name) { chmod(path, mode_t(mode)) } }
        try system(name) { Glibc.listen(socket.number, Int32(clamping: backlog)) }
        return socket
    }

    private static func stream(_ family: Int32, _ name: String) throws(SystemError) -> Descriptor {
        Descriptor(
            owning: try system(name) { socket(family, Int32(SOCK_STREAM.rawValue) | 0x80800, 0) })
    }

    private static func set(
        _ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32, _ name: String
    ) throws(SystemError) {
        var value = value
        try system(name) { setsockopt(descriptor, level, option, &value, 4) }
    }

    /// What an attempt to accept came to.
    public enum Accepted: ~Copyable {
        /// A connected socket.
        case connection(Descriptor)
        /// Nobody waits.
        case none
        /// The value of errno, when there are no descriptors left, for example.
        case failed(Int32)
    }

    /// The next connection that waits.
    public static func accept(_ listener: Int32) -> Accepted {
        while true {
            let number = accept4(listener, nil, nil, 0x80800)
            if number >= 0 { return .connection(Descriptor(owning: number)) }
            switch errno {
            case EINTR, ECONNABORTED: continue
            case EAGAIN: return .none
            case let code: return .failed(code)
            }
        }
    }

    /// Sends small writes at once, and finds dead peers after about `keepalive` seconds (0: not).
    public static func configure(_ descriptor: Int32, keepalive: Int) {
        let tcp = Int32(IPPROTO_TCP)
        var one: Int32 = 1
        setsockopt(descriptor, tcp, TCP_NODELAY, &one, 4)
        guard keepalive > 0 else { return }
        setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &one, 4)
        var idle = Int32(clamping: keepalive)
        setsockopt(descriptor, tcp, TCP_KEEPIDLE, &idle, 4)
        var interval = max(1, idle / 3)
        setsockopt(descriptor, tcp, TCP_KEEPINTVL, &interval, 4)
        var count: Int32 = 3
        setsockopt(descriptor, tcp, TCP_KEEPCNT, &count, 4)
    }

    /// The address of the other end.
    public static func peer(of descriptor: Int32) -> SocketAddress? {
        address(descriptor, getpeername)
    }

    /// The address of this end.
    public static func local(of descriptor: Int32) -> SocketAddress? {
        address(descriptor, getsockname)
    }

    private static func address(
        _ descriptor: Int32,
        _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard ask(descriptor, address, &length) == 0 else { return nil }
                return text(address)
            }
        }
    }

    private static func text(_ address: UnsafeMutablePointer<sockaddr>) -> SocketAddress? {
        let raw = UnsafeMutableRawPointer(address)
        var buffer = [CChar](repeating: 0, count: 128)
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            var inet = raw.load(as: sockaddr_in.self)
            inet_ntop(AF_INET, &inet.sin_addr, &buffer, 128)
            let loopback = inet.sin_addr.s_addr & 0xff == 127
            return SocketAddress(
                text: "\(string(buffer)):\(UInt16(bigEndian: inet.sin_port))",
                isLoopback: loopback)
        case AF_INET6:
            var inet = raw.load(as: sockaddr_in6.self)
            inet_ntop(AF_INET6, &inet.sin6_addr, &buffer, 128)
            let host = string(buffer)
            return SocketAddress(
                text: "[\(host)]:\(UInt16(bigEndian: inet.sin6_port))",
                isLoopback: host == "::1" || host.hasPrefix("::ffff:127."))
        case AF_UNIX:
            let unix = raw.load(as: sockaddr_un.self)
            let path = withUnsafeBytes(of: unix.sun_path) { Array($0.prefix { $0 != 0 }) }
            return SocketAddress(
                text: "\(String(decoding: path, as: UTF8.self)):0", isLoopback: true)
        default: return nil
        }
    }

    private static func string(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
