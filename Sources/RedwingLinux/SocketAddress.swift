// Where a socket is: addresses of the three families, small enough to be kept for each connection,
// and their text in the form that Redis clients know.
import CLinux
import Glibc

/// The address of one end of a connection, or of a listener.
public enum SocketAddress: Hashable, Sendable {
    /// IPv4: the address's four bytes as a number, and the port.
    case v4(UInt32, port: UInt16)
    /// IPv6: the upper and lower half as numbers, the port, and the interface of a link-local one.
    case v6(UInt64, UInt64, port: UInt16, scope: UInt32)
    /// A Unix socket; the path is the listener's to know.
    case local

    /// The port; 0 for a Unix socket.
    public var port: Int {
        switch self {
        case .v4(_, let port), .v6(_, _, let port, _): Int(port)
        case .local: 0
        }
    }

    /// Whether a connection from there comes from this machine.
    public var isLoopback: Bool {
        switch self {
        case .v4(let address, _): address >> 24 == 127
        case .v6(let high, let low, _, _): high == 0 && low == 1
        case .local: true
        }
    }

    /// The address without its port; `path` stands for a Unix socket.
    public func host(path: String = "") -> String {
        switch self {
        case .v4(let address, _):
            return (0..<4).map { String(address >> (24 - 8 * $0) & 255) }.joined(separator: ".")
        case .v6(let high, let low, _, _):
            var address = in6_addr()
            withUnsafeMutableBytes(of: &address) {
                $0.storeBytes(of: high.bigEndian, as: UInt64.self)
                $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
                guard let base = text.baseAddress,
                    inet_ntop(AF_INET6, &address, base, socklen_t(text.count)) != nil
                else { return "?" }
                return String(cString: base)
            }
        case .local:
            return path
        }
    }

    /// As CLIENT LIST shows it: `127.0.0.1:6379`, `[::1]:6379`, or the path and `:0`.
    public func text(path: String = "") -> String {
        if case .v6 = self { return "[\(host())]:\(port)" }
        return "\(host(path: path)):\(port)"
    }

    /// Reads what the kernel filled in; nil for another family.
    init?(_ storage: sockaddr_storage) {
        let family = Int32(storage.ss_family)
        let address: SocketAddress? = withUnsafeBytes(of: storage) { raw in
            switch family {
            case AF_INET:
                let v4 = raw.loadUnaligned(as: sockaddr_in.self)
                return .v4(
                    UInt32(bigEndian: v4.sin_addr.s_addr), port: UInt16(bigEndian: v4.sin_port))
            case AF_INET6:
                let v6 = raw.loadUnaligned(as: sockaddr_in6.self)
                return withUnsafeBytes(of: v6.sin6_addr) {
                    .v6(
                        UInt64(bigEndian: $0.load(as: UInt64.self)),
                        UInt64(bigEndian: $0.load(fromByteOffset: 8, as: UInt64.self)),
                        port: UInt16(bigEndian: v6.sin6_port), scope: v6.sin6_scope_id)
                }
            case AF_UNIX: return .local
            default: return nil
            }
        }
        guard let address else { return nil }
        self = address
    }

    /// The addresses that `host` stands for, nil being any of the family. A name is looked up;
    /// numbers are not. `isV6` chooses the family.
    public static func resolve(
        _ host: String?, port: Int, isV6: Bool
    ) throws(SystemError) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_family = isV6 ? AF_INET6 : AF_INET
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        let code =
            if let host {
                getaddrinfo(host, String(port), &hints, &list)
            } else {
                getaddrinfo(nil, String(port), &hints, &list)
            }
        guard code == 0 else {
            throw SystemError(
                operation: "getaddrinfo", code: code == EAI_SYSTEM ? redwing_errno() : code)
        }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = list
        while let entry = next?.pointee {
            var storage = sockaddr_storage()
            if let source = entry.ai_addr {
                memcpy(
                    &storage, source,
                    min(Int(entry.ai_addrlen), MemoryLayout.size(ofValue: storage)))
                if let address = SocketAddress(storage) { found.append(address) }
            }
            next = entry.ai_next
        }
        return found
    }

    /// Lends the address in the kernel's form.
    func withKernelForm<R>(
        path: String = "", _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemError) -> R
    ) throws(SystemError) -> R {
        var storage = sockaddr_storage()
        let size: Int
        switch self {
        case .v4(let address, let port):
            var v4 = sockaddr_in()
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = port.bigEndian
            v4.sin_addr.s_addr = address.bigEndian
            size = MemoryLayout.size(ofValue: v4)
            memcpy(&storage, &v4, size)
        case .v6(let high, let low, let port, let scope):
            var v6 = sockaddr_in6()
            v6.sin6_family = sa_family_t(AF_INET6)
            v6.sin6_port = port.bigEndian
            v6.sin6_scope_id = scope
            withUnsafeMutableBytes(of: &v6.sin6_addr) {
                $0.storeBytes(of: high.bigEndian, as: UInt64.self)
                $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            size = MemoryLayout.size(ofValue: v6)
            memcpy(&storage, &v6, size)
        case .local:
            var local = sockaddr_un()
            local.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            guard bytes.count < MemoryLayout.size(ofValue: local.sun_path) else {
                throw SystemError(operation: "socket path", code: ENAMETOOLONG)
            }
            withUnsafeMutableBytes(of: &local.sun_path) { $0.copyBytes(from: bytes) }
            size = MemoryLayout.size(ofValue: local)
            memcpy(&storage, &local, size)
        }
        return try withUnsafeMutablePointer(to: &storage) { pointer throws(SystemError) in
            let address = UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
            return try body(address, socklen_t(size))
        }
    }
}
