// Telling a service manager how the process is: datagrams of `NAME=value` lines to the socket that
// the environment names. Source: the manual page sd_notify(3), where the protocol is said to be
// stable and free to be implemented.
import CLinux
import Glibc

/// The socket of the service manager that started the process.
public final class NotificationSocket: Sendable {
    private let socket: FileDescriptor
    private let address: sockaddr_un
    private let addressLength: socklen_t

    /// The variable with the socket's address.
    public static let variable = "NOTIFY_SOCKET"

    /// The socket at `address`: a path from the root, or a name behind `@` in the abstract
    /// namespace. Fails on any other.
    public init(address text: String) throws(SystemError) {
        let name = Array(text.utf8)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isAbstract = name.first == UInt8(ascii: "@")
        guard isAbstract || name.first == UInt8(ascii: "/"), name.count > 1 else {
            throw SystemError(operation: "socket of the service manager", code: EAFNOSUPPORT)
        }
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw SystemError(operation: "socket of the service manager", code: ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: name)
            if isAbstract { $0[0] = 0 }
        }
        // An abstract name has no end mark: its length is the address's.
        let head = MemoryLayout.offset(of: \sockaddr_un.sun_path) ?? 2
        addressLength = socklen_t(head + name.count + (isAbstract ? 0 : 1))
        self.address = address
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        socket = FileDescriptor(
            owning: try SystemCall.check("socket") { Glibc.socket(AF_UNIX, kind, 0) })
    }

    /// Sends a state, such as `READY=1`; several stand in lines. One that `waits` is sent even
    /// where the manager has a queue of others to read first; any other is then given up.
    public func send(_ state: String, waits: Bool) throws(SystemError) {
        let text = Array(state.utf8)
        let flags = Int32(MSG_NOSIGNAL) | (waits ? 0 : Int32(MSG_DONTWAIT))
        try SystemCall.check("sendto") {
            withUnsafePointer(to: address) { address in
                address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(socket.handle.number, text, text.count, flags, $0, addressLength)
                }
            }
        }
    }
}
