// The listening sockets that a configuration names.
import Logging
import RedwingEngine
import RedwingLinux

/// A listening socket.
final class Listener {
    private let socket: FileDescriptor
    let isUnix: Bool
    /// Whether its connections begin with a TLS handshake.
    let isTLS: Bool
    /// The address as the configuration has it, or the path of a Unix socket.
    let address: String
    /// The TCP port, as the system gave it; nil for a Unix socket.
    let port: Int?

    private init(
        _ socket: consuming FileDescriptor, isUnix: Bool, isTLS: Bool = false, address: String
    ) {
        port = isUnix ? nil : (try? socket.handle.localAddress())?.port
        self.socket = socket
        self.isUnix = isUnix
        self.isTLS = isTLS
        self.address = address
    }

    var handle: Descriptor { socket.handle }

    /// Opens all listeners of a configuration. `usesAnyPort` lets the system choose the TCP port,
    /// which all addresses then share; otherwise port 0 means no TCP.
    static func open(
        _ configuration: Configuration, usesAnyPort: Bool, _ logger: Logger
    ) throws(ServerError) -> [Listener] {
        var listeners = try openTCP(configuration, usesAnyPort: usesAnyPort, [], logger)
        listeners += try openTLS(configuration, [], logger)
        if !configuration.unixSocket.isEmpty { listeners.append(try openUnix(configuration)) }
        if listeners.isEmpty { throw .nowhereToListen }
        return listeners
    }

    /// Opens the listeners without TLS of a configuration, but for those that are among `kept`.
    static func openTCP(
        _ configuration: Configuration, usesAnyPort: Bool, _ kept: [Listener], _ logger: Logger
    ) throws(ServerError) -> [Listener] {
        guard configuration.port > 0 || usesAnyPort else { return [] }
        let port = usesAnyPort ? 0 : configuration.port
        return try open(configuration, port: port, isTLS: false, kept, logger)
    }

    /// Opens the listeners with TLS of a configuration, but for those that are among `kept`.
    static func openTLS(
        _ configuration: Configuration, _ kept: [Listener], _ logger: Logger
    ) throws(ServerError) -> [Listener] {
        guard configuration.tls.port > 0 else { return [] }
        return try open(configuration, port: configuration.tls.port, isTLS: true, kept, logger)
    }

    /// Opens a port on all addresses. An address with a leading `-` may be missing, and so may a
    /// whole family that the kernel does not have.
    private static func open(
        _ configuration: Configuration, port: Int, isTLS: Bool, _ kept: [Listener],
        _ logger: Logger
    ) throws(ServerError) -> [Listener] {
        var port = port
        var listeners: [Listener] = []
        for name in configuration.bind {
            let isOptional = name.hasPrefix("-")
            let address = isOptional ? String(name.dropFirst()) : name
            if let old = kept.first(where: {
                $0.address == address && $0.port == port && $0.isTLS == isTLS
            }) {
                listeners.append(old)
                continue
            }
            do throws(SystemError) {
                let socket = try Socket.listen(
                    host: address, port: port, backlog: configuration.tcpBacklog)
                listeners.append(
                    Listener(socket, isUnix: false, isTLS: isTLS, address: address))
                if port == 0 { port = listeners.last?.port ?? 0 }
            } catch {
                let place = "\(address):\(port)"
                guard error.isProtocolUnsupported || isOptional && error.isAddressNotAvailable
                else { throw .cannotListen(address: place, reason: error.description) }
                logger.info("Not listening on \(place): \(error)")
            }
        }
        guard !listeners.isEmpty || configuration.bind.isEmpty else {
            throw .cannotListen(address: "port \(port)", reason: "no address is available")
        }
        return listeners
    }

    private static func openUnix(_ configuration: Configuration) throws(ServerError) -> Listener {
        let path = configuration.unixSocket
        let groupName = configuration.unixSocketGroup
        let group = groupName.isEmpty ? nil : File.group(named: groupName)
        if group == nil, !groupName.isEmpty { throw .unknownGroup(groupName) }
        do throws(SystemError) {
            let socket = try Socket.listen(
                path: path, permissions: configuration.unixSocketPermissions, group: group,
                backlog: configuration.tcpBacklog)
            return Listener(socket, isUnix: true, address: path)
        } catch {
            throw .cannotListen(address: path, reason: error.description)
        }
    }
}
