// From the command line to a running server and its exit code: 0 for an orderly end, 1 for whatever
// keeps the server from starting.
import Logging
import Redwing
import RedwingEngine
import RedwingLinux

enum Launch {
    /// Runs the program and returns its exit code.
    static func run(_ arguments: [String]) async -> Int32 {
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
        return await start(loaded)
    }

    private static func start(_ loaded: LoadedConfiguration) async -> Int32 {
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
        logger.notice(
            """
            Redwing \(ownVersion) is starting: pid=\(ProcessInfo.identifier), bits=64, \
            port=\(configuration.port)
            """)
        logger.notice(
            "Configuration: \(file ?? "no file"), directory \(configuration.directory)")
        for warning in loaded.warnings { logger.warning("\(warning)") }
        guard raiseOpenFiles(&configuration, logger) else { return 1 }
        do {
            let server = try Server(
                configuration, logger: logger,
                program: ServerProgram(log: log, configurationFile: file))
            try await server.run()
            logger.notice("Redwing is now ready to exit, bye bye...")
            return 0
        } catch {
            logger.critical("\(error)")
            if !log.isStandardOutput { complain("redwing-server: \(error)") }
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
    /// for. Returns false when there is room for none.
    private static func raiseOpenFiles(
        _ configuration: inout Configuration, _ logger: Logger
    ) -> Bool {
        let wanted = configuration.maxClients + OpenFiles.reserved
        let limit = (try? ResourceLimits.raiseOpenFiles(to: wanted)) ?? 1024
        guard limit < wanted else { return true }
        guard limit > OpenFiles.reserved else {
            logger.critical(
                """
                The limit of open files, \(limit), leaves no room for clients; raise it with \
                'ulimit -n'
                """)
            return false
        }
        logger.warning(
            """
            maxclients \(configuration.maxClients) needs \(wanted) open files and the limit is \
            \(limit); maxclients is now \(limit - OpenFiles.reserved). Raise the limit with \
            'ulimit -n'.
            """)
        configuration.maxClients = limit - OpenFiles.reserved
        return true
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
