// What the process does for the engine of a server with a loop: facts for INFO, the side effects
// of CONFIG SET, the configuration file, DEBUG.
import Logging
import RedwingEngine
import RedwingLinux
import RedwingPersistence

/// The host of a loop's engine. Used on the loop's thread.
final class ServerHost: EngineHost {
    private unowned let loop: EventLoop
    private let program: ServerProgram?

    init(_ loop: EventLoop, _ program: ServerProgram?) {
        self.loop = loop
        self.program = program
    }

    func facts() -> HostFacts {
        var facts = HostFacts()
        facts.processID = Int(ProcessInfo.identifier)
        facts.residentBytes = ProcessInfo.residentBytes
        facts.systemBytes = ProcessInfo.machineMemory
        facts.operatingSystem = ProcessInfo.systemDescription
        facts.compiler = "Swift 6.3"
        facts.executable = ProcessInfo.executablePath
        facts.configurationFile = program?.configurationFile ?? ""
        facts.port = loop.listeners.lazy.compactMap(\.port).first ?? 0
        facts.listeners = listenerLines()
        facts.certificates = loop.tls.context?.certificates ?? .init()
        facts.processCPU = .init(ProcessInfo.cpuTime)
        facts.threadCPU = .init(ProcessInfo.threadCPUTime)
        return facts
    }

    /// The kinds of listeners have fixed numbers.
    private func listenerLines() -> [(number: Int, text: String)] {
        var lines: [(number: Int, text: String)] = []
        func add(_ number: Int, _ name: String, _ listeners: [Listener]) {
            guard let port = listeners.first?.port else { return }
            let binds = listeners.map { ",bind=\($0.address)" }.joined()
            lines.append((number, "name=\(name)\(binds),port=\(port)"))
        }
        add(0, "tcp", loop.listeners.filter { !$0.isUnix && !$0.isTLS })
        if let unix = loop.listeners.first(where: \.isUnix) {
            lines.append((1, "name=unix,bind=\(unix.address)"))
        }
        add(2, "tls", loop.listeners.filter(\.isTLS))
        return lines
    }

    func apply(_ directive: String, old: Configuration, new: inout Configuration) -> String? {
        switch directive {
        case "port":
            return loop.listen(as: new) ? nil : "Unable to listen on this port. Check server logs."
        case "tls-port":
            if new.tls.port > 0, loop.tls.context == nil, !loop.configureTLS(new.tls) {
                return ServerHost.tlsProblem
            }
            return loop.listen(as: new) ? nil : "Unable to listen on this port. Check server logs."
        case "tls-cert-file", "tls-key-file", "tls-key-file-pass", "tls-ca-cert-file",
            "tls-ca-cert-dir", "tls-protocols", "tls-ciphers", "tls-ciphersuites",
            "tls-prefer-server-ciphers", "tls-session-caching", "tls-session-cache-size",
            "tls-session-cache-timeout", "tls-dh-params-file":
            return applyTLS(new.tls)
        case "bind":
            return loop.listen(as: new) ? nil : "Failed to bind to specified addresses."
        case "metrics-port", "metrics-bind": return listenForMonitoring(as: new)
        case "dir": return resolveDirectory(&new.directory)
        case "loglevel": program?.log.setLevel(new.logLevel)
        case "maxclients": return raiseOpenFiles(new.maxClients)
        case "save", "stop-writes-on-bgsave-error":
            // The engine has the new values only after this returns.
            loop.mailbox.post { $0.snapshots.updateRestriction() }
        default: break
        }
        return nil
    }

    private func listenForMonitoring(as new: Configuration) -> String? {
        do throws(ServerError) {
            try loop.listenForMonitoring(as: new)
            return nil
        } catch {
            return error.description
        }
    }

    private static let tlsProblem = "Unable to update TLS configuration. Check server logs."

    /// Certificates and settings of TLS, for the connections to come. Without a port for TLS they
    /// are used, and checked, once there is one.
    private func applyTLS(_ configuration: TLSConfiguration) -> String? {
        guard configuration.port > 0 else {
            loop.tls.context = nil
            return nil
        }
        return loop.configureTLS(configuration) ? nil : ServerHost.tlsProblem
    }

    /// Snapshots go to the directory from now on. The process stays where it is: it may be home to
    /// other servers, too.
    private func resolveDirectory(_ path: inout String) -> String? {
        do throws(SystemError) {
            let absolute = try File.resolve(path)
            try File.checkDirectory(absolute)
            path = absolute
            return nil
        } catch {
            return error.reason
        }
    }

    private func raiseOpenFiles(_ clients: Int) -> String? {
        let wanted = clients + OpenFiles.reserved
        let limit = (try? ResourceLimits.raiseOpenFiles(to: wanted)) ?? 0
        guard limit < wanted else { return nil }
        return "The operating system is not able to handle the specified number of clients, try "
            + "with \(max(0, limit - OpenFiles.reserved))"
    }

    func warn(_ warnings: [ConfigurationWarning]) {
        for warning in warnings { loop.logger.warning("\(warning)") }
    }

    func rewriteConfiguration(_ configuration: Configuration) -> ConfigurationRewriteResult {
        guard let path = program?.configurationFile else { return .noFile }
        do throws(SystemError) {
            var old: [UInt8] = []
            var permissions = 0o644
            if File.exists(path) {
                old = try File.readAll(path, limit: OpenFiles.configurationLimit)
                permissions = try File.status(path).permissions
            }
            try File.replace(
                path,
                with: configuration.rewrite(
                    oldText: old, users: loop.engine.configuredUserLines),
                permissions: permissions)
            loop.logger.notice("CONFIG REWRITE executed with success")
            return .written
        } catch {
            loop.logger.warning("CONFIG REWRITE failed: \(error)")
            return .failed(error.reason)
        }
    }

    func readFile(_ path: String) throws(HostFailure) -> [UInt8] {
        do throws(SystemError) {
            return try File.readAll(place(path), limit: OpenFiles.configurationLimit)
        } catch {
            throw HostFailure(reason: error.reason)
        }
    }

    func replaceFile(_ path: String, with bytes: [UInt8]) throws(HostFailure) {
        do throws(SystemError) {
            let place = place(path)
            let permissions = File.exists(place) ? try File.status(place).permissions : 0o644
            try File.replace(place, with: bytes, permissions: permissions)
        } catch {
            throw HostFailure(reason: error.reason)
        }
    }

    /// Where a path of the configuration leads, wherever the process is.
    private func place(_ path: String) -> String {
        path.hasPrefix("/") ? path : loop.engine.configuration.directory + "/" + path
    }

    func randomBytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: Entropy.bits()) }
    }

    func sleep(nanoseconds: Int64) { Clock.sleep(nanoseconds: nanoseconds) }

    func log(_ message: String) { loop.logger.warning("\(message)") }

    func log(level: Int, _ message: String) {
        let levels: [Logger.Level] = [.debug, .info, .notice, .warning]
        loop.logger.log(level: levels[min(max(0, level), 3)], "\(message)")
    }

    func reload(_ options: ReloadOptions) -> Bool {
        do {
            if loop.snapshots.isRunning { loop.snapshots.cancel() }
            if options.saves { try loop.snapshots.save() }
            if options.flushes { loop.engine.removeAllKeys() }
            try loop.loadAtOnce()
            return true
        } catch {
            loop.logger.warning("DEBUG RELOAD failed: \(error)")
            return false
        }
    }
}

/// Descriptors and files around a server.
public enum OpenFiles {
    /// Descriptors that a server needs beside those of its clients.
    public static let reserved = 32
    /// The longest configuration file, in bytes.
    public static let configurationLimit = 16 << 20
}

extension HostFacts.CPUTime {
    init(_ time: ProcessInfo.CPUTime) {
        self.init()
        system = Double(time.system) / 1e6
        user = Double(time.user) / 1e6
    }
}
