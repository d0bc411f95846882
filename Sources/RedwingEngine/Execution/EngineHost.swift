// What the process around an engine does for it: the engine does no I/O, so whatever needs a file,
// a socket, a thread or the system's own figures is asked here. Cold paths only.

/// The process around an engine. Everything is called on the engine's thread.
public protocol EngineHost: AnyObject {
    /// What INFO tells about the process, as of now.
    func facts() -> HostFacts

    /// Does what a changed directive needs beyond its value (listen on another port, look for a
    /// directory); answers why it cannot, or nil. What it makes of the value (a path from the
    /// root) it puts in `new`.
    func apply(_ directive: String, old: Configuration, new: inout Configuration) -> String?

    /// Hears of directives that were set and have no effect.
    func warn(_ warnings: [ConfigurationWarning])

    /// Writes the configuration to the file that it came from.
    func rewriteConfiguration(_ configuration: Configuration) -> ConfigurationRewriteResult

    /// Holds the engine's thread for so long.
    func sleep(nanoseconds: Int64)

    /// Replaces the data by what the snapshot file holds; answers whether that went well.
    func reload(_ options: ReloadOptions) -> Bool

    /// The bytes of a file, whose path is relative to the directory of the configuration.
    func readFile(_ path: String) throws(HostFailure) -> [UInt8]

    /// Puts bytes in a file's place, so that a crash leaves the old or the new content.
    func replaceFile(_ path: String, with bytes: [UInt8]) throws(HostFailure)

    /// Random bytes that nobody can guess.
    func randomBytes(_ count: Int) -> [UInt8]

    /// Writes a line to the log.
    func log(_ message: String)

    /// Writes a line of a script's to the log, with its level: 0 is debugging, 3 a warning.
    func log(level: Int, _ message: String)
}

/// Why the process could not do what it was asked, in the words of the system.
public struct HostFailure: Error {
    /// The reason: `No such file or directory`.
    public var reason: String

    /// A failure for this reason.
    public init(reason: String) { self.reason = reason }
}

/// What DEBUG RELOAD does beside loading.
public struct ReloadOptions: Sendable {
    /// Writes the file first.
    public var saves = true
    /// Drops the present data first.
    public var flushes = true
    /// Lets keys of the file replace those that are there.
    public var merges = false

    /// Saves, flushes and does not merge.
    public init() {}
}

/// How CONFIG REWRITE ended.
public enum ConfigurationRewriteResult: Sendable {
    /// The file holds the configuration.
    case written
    /// The server was started without a file.
    case noFile
    /// Writing failed, for this reason.
    case failed(String)
}

/// Facts about the process that INFO shows.
public struct HostFacts: Sendable {
    /// Seconds of CPU time.
    public struct CPUTime: Sendable {
        /// In the kernel.
        public var system = 0.0
        /// Outside of it.
        public var user = 0.0
        /// No time at all.
        public init() {}
    }

    /// A certificate, as INFO tells of it.
    public struct Certificate: Equatable, Sendable {
        /// Its serial number, hexadecimal.
        public var serial: String
        /// When it expires, in Unix seconds.
        public var expires: Int64

        /// A certificate of that number.
        public init(serial: String, expires: Int64) {
            self.serial = serial
            self.expires = expires
        }
    }

    /// The certificates of a server with TLS.
    public struct Certificates: Equatable, Sendable {
        /// The server's own.
        public var server: Certificate?
        /// Of the authorities' the one that expires first.
        public var authority: Certificate?
        /// None.
        public init() {}
    }

    /// The process's number.
    public var processID = 0
    /// Bytes of physical memory that the process occupies.
    public var residentBytes = 0
    /// Bytes of physical memory that the machine has.
    public var systemBytes = 0
    /// Name, version and machine of the operating system.
    public var operatingSystem = ""
    /// What the compiler calls itself.
    public var compiler = ""
    /// Path of the program.
    public var executable = ""
    /// Path of the configuration file; empty without one.
    public var configurationFile = ""
    /// The TCP port that is listened on; 0 without one.
    public var port = 0
    /// The listeners: each kind's number, and as text `name=tcp,bind=*,port=6379`.
    public var listeners: [(number: Int, text: String)] = []
    /// The certificates that are in use.
    public var certificates = Certificates()
    /// CPU time of the process.
    public var processCPU = CPUTime()
    /// CPU time of the engine's thread.
    public var threadCPU = CPUTime()

    /// No facts.
    public init() {}
}
