// The listening sockets of the HTTP server for monitoring.
import Logging
import RedwingLinux

/// A listening socket.
final class MetricsListener {
    private let socket: FileDescriptor
    /// The address as the configuration has it, without a leading minus.
    let address: String
    /// The TCP port.
    let port: Int?

    private init(_ socket: consuming FileDescriptor, address: String) {
        port = (try? socket.handle.localAddress())?.port
        self.socket = socket
        self.address = address
    }

    var handle: Descriptor { socket.handle }

    /// Listens on all `addresses`, but for those that `kept` does already. One with a leading `-`
    /// may be missing, and so may a whole family that the kernel does not have.
    static func open(
        _ addresses: [String], port: Int, kept: [MetricsListener], _ logger: Logger
    ) throws(ServerError) -> [MetricsListener] {
        var listeners: [MetricsListener] = []
        for name in addresses {
            let isOptional = name.hasPrefix("-")
            let address = isOptional ? String(name.dropFirst()) : name
            if let old = kept.first(where: { $0.address == address }) {
                listeners.append(old)
                continue
            }
            do throws(SystemError) {
                let socket = try Socket.listen(host: address, port: port, backlog: 16)
                listeners.append(MetricsListener(socket, address: address))
            } catch {
                let place = "\(address):\(port)"
                guard error.isProtocolUnsupported || isOptional && error.isAddressNotAvailable
                else { throw .cannotListen(address: place, reason: error.description) }
                logger.info("Not listening for monitoring on \(place): \(error)")
            }
        }
        guard !listeners.isEmpty else {
            throw .cannotListen(address: "port \(port)", reason: "no address is available")
        }
        return listeners
    }
}
