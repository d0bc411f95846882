// From the command line to a running server and its exit code: 0 for an orderly end, 1 for whatever
// keeps the server from starting. Nothing here starts a thread: a server in the background
// forks on its way.
import Logging
import Redwing
import RedwingEngine
import RedwingLinux

enum Launch {
    /// Runs the program and returns its exit code.
    static func run(_ arguments: [String]) -> Int32 {
        if arguments.count == 1, let text = information(arguments[0]) {
            print(text)
            return 0
        }
        Signals.ignoreBrokenPipes()
        Signals.ignoreHangups()
        let loaded: LoadedConfiguration
        do throws(ConfigurationError) {
            loaded = try Configuration.load(
                arguments: arguments, readFile: ConfigurationFiles.read,
                expandPattern: { File.matching($0) })
        } catch {
            complain("*** FATAL CONFIG FILE ERROR (version \(ownVersion)) ***\n\(error)")
            return 1
        }
        return start(loaded)
    }

    private static func start(_ loaded: LoadedConfiguration) -> Int32 {
        var configuration = loaded.configuration
        let log: ServerLog
        var file: String?
        do throws(SystemError) {
            if let path = loaded.file { file = try File.resolve(path) }
            log = try enter(&configuration)
        } catch {
            complain("redwing-server: \(error)")
            return 1
        }
        let logger = log.makeLogger()
        let (mode, warning) = Supervision.detect(
            configuration.supervised, environment: ProcessInfo.environment)
        configuration.supervised = mode
        if let warning { logger.warning("\(warning)") }
        guard configuration.daemonize, mode == .no else {
            return run(configuration, loaded.warnings, log, file, parent: nil)
        }
        if configuration.pidFile.isEmpty {
            configuration.pidFile = ServiceReporter.defaultPidFile
        }
        do throws(SystemError) {
            switch try Daemon.detach() {
            case .child(let parent):
                return run(configuration, loaded.warnings, log, file, parent: parent)
            case .parent(let failure):
                guard let failure else { return 0 }
                complain("redwing-server: \(failure)")
                return 1
            }
        } catch {
            complain("redwing-server: \(error)")
            return 1
        }
    }

    /// Runs the server in this process; `parent` waits for its start, if anybody does.
    private static func run(
        _ wanted: Configuration, _ warnings: [ConfigurationWarning], _ log: ServerLog,
        _ file: String?, parent: ParentLine?
    ) -> Int32 {
        var configuration = wanted
        let logger = log.makeLogger()
        let service = ServiceReporter(configuration, parent: parent, logger: logger)
        logger.notice(
            """
            Redwing \(ownVersion) is starting: pid=\(ProcessInfo.identifier), bits=64, \
            port=\(configuration.port)
            """)
        logger.notice(
            "Configuration: \(file ?? "no file"), directory \(configuration.directory)")
        for warning in warnings { logger.warning("\(warning)") }
        do {
            try raiseOpenFiles(&configuration, logger)
            var program = ServerProgram(log: log, configurationFile: file)
            program.service = service
            let server = try Server(configuration, logger: logger, program: program)
            try server.runOnThisThread()
            service.hasEnded()
            logger.notice("Redwing is now ready to exit, bye bye...")
            return 0
        } catch {
            logger.critical("\(error)")
            if !log.isStandardOutput { complain("redwing-server: \(error)") }
            service.hasEnded(failure: "\(error)")
            return 1
        }
    }

    /// Enters the working directory and opens the log there.
    private static func enter(
        _ configuration: inout Configuration
    ) throws(SystemError) -> ServerLog {
        do throws(SystemError) {
            try File.enterDirectory(configuration.directory)
            configuration.directory = try File.currentDirectory()
        } catch {
            throw SystemError(
                operation: "Can't enter the directory '\(configuration.directory)'",
                code: error.code)
        }
        do throws(SystemError) {
            return try ServerLog(file: configuration.logFile, level: configuration.logLevel)
        } catch {
            throw SystemError(
                operation: "Can't open the log file '\(configuration.logFile)'", code: error.code)
        }
    }

    /// Makes room for as many clients as configured, or lowers their number to what there is room
    /// for. Throws when there is room for none.
    private static func raiseOpenFiles(
        _ configuration: inout Configuration, _ logger: Logger
    ) throws(StartFailure) {
        let wanted = configuration.maxClients + OpenFiles.reserved
        let limit = (try? ResourceLimits.raiseOpenFiles(to: wanted)) ?? 1024
        guard limit < wanted else { return }
        guard limit > OpenFiles.reserved else { throw .noRoomForClients(openFiles: limit) }
        logger.warning(
            """
            maxclients \(configuration.maxClients) needs \(wanted) open files and the limit is \
            \(limit); maxclients is now \(limit - OpenFiles.reserved). Raise the limit with \
            'ulimit -n'.
            """)
        configuration.maxClients = limit - OpenFiles.reserved
    }

    private static var ownVersion: String { "\(EngineVersion.own)" }

    /// The answer to an option that asks about the program itself.
    private static func information(_ option: String) -> String? {
        switch option {
        case "-v", "--version":
            """
            Redwing server v=\(ownVersion) compatible=\(EngineVersion.compatible) \
            bits=64
            """
        case "-h", "--help": usage
        default: nil
        }
    }

    private static let usage = """
        Usage: redwing-server [FILE] [--directive value ...] [-]
               redwing-server - (the configuration comes through standard input)
               redwing-server -v or --version
               redwing-server -h or --help

        FILE holds one directive a line; conf/redwing.conf explains them all. Options have the
        directives' names and are read after the file.

        Examples:
               redwing-server
               redwing-server --port 7000
               redwing-server /etc/redwing/redwing.conf --loglevel verbose
               echo 'maxclients 100' | redwing-server -
        """

    private static func complain(_ text: String) {
        try? Descriptor(2).writeAll(Array("\(text)\n".utf8))
    }
}

/// Why a program cannot start, beyond what the server itself finds.
private enum StartFailure: Error, CustomStringConvertible {
    case noRoomForClients(openFiles: Int)

    var description: String {
        switch self {
        case .noRoomForClients(let limit):
            """
            The limit of open files, \(limit), leaves no room for clients; raise it with \
            'ulimit -n'
            """
        }
    }
}

/// The sources of configuration text.
enum ConfigurationFiles {
    static func read(
        _ source: ConfigurationSource
    ) throws(ConfigurationReadFailure) -> [UInt8] {
        do throws(SystemError) {
            let limit = OpenFiles.configurationLimit
            switch source {
            case .file(let path): return try File.readAll(path, limit: limit)
            case .standardInput: return try Descriptor(0).readAll(limit: limit)
            }
        } catch {
            throw ConfigurationReadFailure(reason: error.reason)
        }
    }
}
