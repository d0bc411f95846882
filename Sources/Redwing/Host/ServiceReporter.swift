// What a server program tells those who started it: the service manager, the process that waits
// for a server in the background, and whoever reads the pid file.
import Logging
import RedwingEngine
import RedwingLinux
import Synchronization

/// Reports the state of a server program. From any thread.
package final class ServiceReporter: Sendable {
    private let manager: Manager
    private let parent: ParentLine?
    /// Path from the root; empty for no file.
    private let pidFile: String
    private let logger: Logger
    private let hasPidFile = Mutex(false)

    private enum Manager: Sendable {
        case none
        case upstart
        case systemd(NotificationSocket)
    }

    /// The pid file of a server in the background that names none.
    package static let defaultPidFile = "/var/run/redwing.pid"

    /// Reports as the configuration wants it: `supervised` as `Supervision` has found it, the pid
    /// file relative to the present directory. `parent` waits for the start, if anybody does.
    package init(_ configuration: Configuration, parent: ParentLine?, logger: Logger) {
        self.parent = parent
        self.logger = logger
        var path = configuration.pidFile
        if !path.isEmpty, !path.hasPrefix("/"), let directory = try? File.currentDirectory() {
            path = "\(directory)/\(path)"
        }
        pidFile = path
        switch configuration.supervised {
        case .upstart: manager = .upstart
        case .systemd: manager = ServiceReporter.systemd(logger)
        case .auto, .no: manager = .none
        }
    }

    private static func systemd(_ logger: Logger) -> Manager {
        do throws(SystemError) {
            let address = ProcessInfo.environment(NotificationSocket.variable) ?? ""
            return .systemd(try NotificationSocket(address: address))
        } catch {
            logger.warning("The service manager cannot be told of anything: \(error)")
            return .none
        }
    }

    /// The server listens; it may have data to load yet.
    package func isListening() {
        guard !pidFile.isEmpty else { return }
        do throws(SystemError) {
            let file = try File.open(pidFile, .replace)
            try file.writeAll(Array("\(ProcessInfo.identifier)\n".utf8))
            hasPidFile.withLock { $0 = true }
        } catch {
            logger.notice("Failed to write PID file: \(error.reason)")
        }
    }

    /// The server has loaded so much of its data.
    package func isLoading(percent: Int) {
        // What takes longer than the manager expects is not taken for a failure as long as it goes
        // on.
        notify("STATUS=Loading the data: \(percent) %\nEXTEND_TIMEOUT_USEC=30000000", waits: false)
    }

    /// Clients are welcome.
    package func isReady() {
        notify("STATUS=Ready to accept connections\nREADY=1", waits: true)
        parent?.succeed()
        if case .upstart = manager {
            logger.notice("supervised by upstart, will stop to signal readiness")
            Signals.stopSelf()
        }
    }

    /// The server is about to end, and writes a last snapshot if it `saves`.
    package func isEnding(saves: Bool) {
        notify(
            "STATUS=\(saves ? "Saving the final snapshot" : "Ending")\nSTOPPING=1", waits: true)
    }

    /// The server goes on after all.
    package func isStaying() {
        notify("STATUS=Ready to accept connections\nREADY=1", waits: true)
    }

    /// The server has ended; with a `failure` it never ran, or not to an orderly end.
    package func hasEnded(failure: String? = nil) {
        if let failure { parent?.fail(failure) }
        guard hasPidFile.withLock({ $0 }) else { return }
        logger.notice("Removing the pid file.")
        try? File.remove(pidFile)
    }

    private func notify(_ state: String, waits: Bool) {
        guard case .systemd(let socket) = manager else { return }
        do throws(SystemError) {
            try socket.send(state, waits: waits)
        } catch {
            if waits { logger.warning("The service manager was not told of a change: \(error)") }
        }
    }
}

/// Finding out who started the process.
package enum Supervision {
    /// What `supervised` comes to with these variables of the environment: no longer `auto`, and
    /// `no` where the supervisor that is asked for has left no trace; then with a warning.
    package static func detect(
        _ wanted: SupervisionMode, environment: (String) -> String?
    ) -> (mode: SupervisionMode, warning: String?) {
        let upstart = environment("UPSTART_JOB") != nil
        let systemd = environment(NotificationSocket.variable) != nil
        switch wanted {
        case .no: return (.no, nil)
        case .auto: return (upstart ? .upstart : systemd ? .systemd : .no, nil)
        case .upstart where !upstart:
            return (.no, "upstart supervision requested, but UPSTART_JOB not found!")
        case .systemd where !systemd:
            return (.no, "systemd supervision requested, but NOTIFY_SOCKET not found!")
        case .upstart, .systemd: return (wanted, nil)
        }
    }
}
