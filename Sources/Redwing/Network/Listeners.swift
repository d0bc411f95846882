// Opening the listening sockets that the configuration names.
import Logging
import RedwingEngine
import RedwingLinux

/// A listening socket.
final class Listener {
    private let socket: FileDescriptor
    let isUnix: Bool
    let address: String

    init(_ socket: consuming FileDescriptor, isUnix: Bool, address: String) {
        self.socket = socket
        self.isUnix = isUnix
        self.address = address
    }

    var handle: Descriptor { socket.handle }

    /// The TCP port, as the system gave it.
    var port: Int? { isUnix ? nil : (try? handle.localAddress())?.port }

    /// Opens all listeners of a configuration. An address with a leading `-` may be missing.
    static func open(
        _ configuration: Configuration, _ logger: Logger
    ) throws(SystemError) -> [Listener] {
        var listeners: [Listener] = []
        if configuration.port >= 0 {
            var port = configuration.port
            for address in configuration.bind {
                let optional = address.hasPrefix("-")
                let host = optional ? String(address.dropFirst()) : address
                do throws(SystemError) {
                    let socket = try Socket.listen(
                        host: host, port: port, backlog: configuration.tcpBacklog)
                    listeners.append(Listener(socket, isUnix: false, address: host))
                    // Port 0 means any; all addresses then share the one that was found.
                    if port == 0 { port = listeners.last?.port ?? 0 }
                } catch {
                    guard optional else { throw error }
                    logger.debug("Not listening on \(host): \(error.reason)")
                }
            }
        }
        if !configuration.unixSocket.isEmpty {
            let socket = try Socket.listen(
                path: configuration.unixSocket, permissions: configuration.unixSocketPermissions,
                backlog: configuration.tcpBacklog)
            listeners.append(Listener(socket, isUnix: true, address: configuration.unixSocket))
        }
        return listeners
    }
}
