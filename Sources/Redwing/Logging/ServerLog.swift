// The log of a server program, in the form that users of Redis know: a line a message, with process
// id, time and a mark for the level. Values and passwords have no business here.
import Logging
import RedwingEngine
import RedwingLinux
import Synchronization

/// Where a server program logs, and from which level on. The level can be changed at any time.
public final class ServerLog: Sendable {
    private let output: Output
    private let level: Mutex<ServerLogLevel>
    private let clock: @Sendable () -> Int64

    private enum Output: Sendable {
        case standard
        case file(LogFile)
    }

    /// An open log file.
    private final class LogFile: Sendable {
        let descriptor: FileDescriptor
        init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
    }

    /// A log that appends to `file`, or writes to standard output where that is empty. `clock`
    /// answers Unix milliseconds.
    public init(
        file: String, level: ServerLogLevel,
        clock: @escaping @Sendable () -> Int64 = { Clock.milliseconds() }
    ) throws(SystemError) {
        output = file.isEmpty ? .standard : .file(LogFile(try File.open(file, .append)))
        self.level = Mutex(level)
        self.clock = clock
    }

    /// Whether lines go to standard output.
    public var isStandardOutput: Bool {
        if case .standard = output { true } else { false }
    }

    /// The least severe level that is logged.
    public func setLevel(_ new: ServerLogLevel) { level.withLock { $0 = new } }

    /// A logger that writes here.
    public func makeLogger() -> Logger {
        Logger(label: "redwing") { _ in ServerLogHandler(log: self) }
    }

    /// The same level in swift-log's terms; nil when nothing is logged at all.
    fileprivate var threshold: Logger.Level? {
        switch level.withLock({ $0 }) {
        case .debug: .trace
        case .verbose: .info
        case .notice: .notice
        case .warning: .warning
        case .nothing: nil
        }
    }

    /// Writes a line.
    fileprivate func write(_ level: Logger.Level, _ text: String) {
        guard let threshold, level >= threshold else { return }
        var line = "\(ProcessInfo.identifier):M \(Clock.logStamp(clock())) \(level.mark) "
        // What a client sent must not be able to forge lines or steer a terminal.
        line.unicodeScalars += text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }
        line += "\n"
        let bytes = Array(line.utf8)
        // A log that cannot be written is no reason to stop serving.
        switch output {
        case .standard: try? Descriptor(1).writeAll(bytes)
        case .file(let file): try? file.descriptor.writeAll(bytes)
        }
    }
}

extension Logger.Level {
    /// The character by which a line shows its level.
    fileprivate var mark: Character {
        switch self {
        case .trace, .debug: "."
        case .info: "-"
        case .notice: "*"
        case .warning, .error, .critical: "#"
        }
    }
}

/// swift-log's view of a `ServerLog`.
private struct ServerLogHandler: LogHandler {
    let log: ServerLog
    var metadata: Logger.Metadata = [:]

    /// What the log lets through now; setting it has no effect, the log decides.
    var logLevel: Logger.Level {
        get { log.threshold ?? .critical }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var text = "\(event.message)"
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) { text += " \(key)=\(value)" }
        log.write(event.level, text)
    }
}
