// What a server has beside its configuration when it is a program of its own, not part of one.
import RedwingEngine

/// The circumstances of a process that is nothing but a server.
public struct ServerProgram: Sendable {
    /// The log; CONFIG SET loglevel changes its level.
    public var log: ServerLog
    /// The path of the configuration file from the root, which CONFIG REWRITE replaces.
    public var configurationFile: String?
    /// Who is told how the server is.
    package var service: ServiceReporter?

    /// A program with that log and file. SIGTERM and SIGINT end its server.
    public init(log: ServerLog, configurationFile: String?) {
        self.log = log
        self.configurationFile = configurationFile
    }
}

/// Why a server did not start.
public enum ServerError: Error, Equatable, CustomStringConvertible {
    /// An address could not be listened on; the reason in the system's words.
    case cannotListen(address: String, reason: String)
    /// The configuration names no address at all.
    case nowhereToListen
    /// `tls-port` is set and TLS cannot be had; the reason.
    case cannotUseTLS(String)
    /// A second SIGINT came while the last snapshot was being written.
    case interrupted
    /// `unixsocketgroup` names a group that does not exist.
    case unknownGroup(String)

    /// One line.
    public var description: String {
        switch self {
        case .cannotListen(let address, let reason): "Could not listen on \(address): \(reason)"
        case .cannotUseTLS(let reason): "Failed to configure TLS: \(reason)"
        case .nowhereToListen: "Configured to not listen anywhere: 'port' is 0, no 'unixsocket'"
        case .interrupted: "Interrupted: the last snapshot was not written"
        case .unknownGroup(let name): "There is no group '\(name)' (unixsocketgroup)"
        }
    }
}
