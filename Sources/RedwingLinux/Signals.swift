// Signals as events: the handler notes the signal and counts an eventfd up; the loop reads both.
import CLinux
import Glibc

/// A signal that a server is told by.
public enum Signal: Int32, CaseIterable, Sendable {
    /// The terminal has gone.
    case hangup = 1
    /// Control-C.
    case interrupt = 2
    /// A polite request to end.
    case terminate = 15

    /// The name in capitals, as in `SIGTERM`.
    public var name: String {
        switch self {
        case .hangup: "SIGHUP"
        case .interrupt: "SIGINT"
        case .terminate: "SIGTERM"
        }
    }
}

/// The signals of the process, caught while this object lives. One at a time: signals belong to the
/// process, so only an executable should have one.
public final class Signals: Sendable {
    private let event: EventFD
    private let caught: [Signal]

    /// Catches `signals`.
    public init(_ signals: [Signal]) throws(SystemError) {
        event = try EventFD()
        caught = signals
        for signal in signals {
            try SystemCall.check("sigaction") {
                redwing_signal_catch(signal.rawValue, event.handle.number)
            }
        }
    }

    deinit {
        for signal in caught { redwing_signal_release(signal.rawValue) }
    }

    /// What to watch for being readable.
    public var handle: Descriptor { event.handle }

    /// The signals that came since the last call.
    public func takeAll() -> [Signal] {
        event.drain()
        let noted = redwing_signal_take()
        return caught.filter { noted >> UInt64($0.rawValue) & 1 != 0 }
    }

    /// Lets writing to a closed connection fail instead of ending the process.
    public static func ignoreBrokenPipes() { redwing_signal_ignore(SIGPIPE) }

    /// Lets the process live on when its terminal goes.
    public static func ignoreHangups() { redwing_signal_ignore(SIGHUP) }

    /// Stops the process until somebody sends SIGCONT.
    public static func stopSelf() { _ = kill(getpid(), SIGSTOP) }

    /// Sends a signal to a process.
    public static func send(_ signal: Signal, to process: Int32) throws(SystemError) {
        try SystemCall.check("kill") { kill(process, signal.rawValue) }
    }
}
