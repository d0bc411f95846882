// Leaving the terminal: the process forks, and the former one stays until the child says what came
// of its start. Only for a process that has no other threads: a child gets one thread and all locks
// as they were.
import CLinux
import Glibc
import Synchronization

/// Forking into the background.
public enum Daemon {
    /// Which of the two processes this is.
    public enum Side: Sendable {
        /// The former process, after the child has reported: nil when it is ready, else why not.
        case parent(failure: String?)
        /// The new process, in a session of its own and without the terminal.
        case child(ParentLine)
    }

    /// Forks. In the parent it returns when the child has reported or ended, in the child at once.
    /// Fails where the process has other threads.
    public static func detach() throws(SystemError) -> Side {
        guard ProcessInfo.threadCount == 1 else {
            throw SystemError(operation: "fork beside other threads", code: EBUSY)
        }
        let (near, far) = try Socket.pair()
        let nearEnd = FileDescriptor(owning: near.number)
        let farEnd = FileDescriptor(owning: far.number)
        let process = try SystemCall.check("fork") { redwing_fork() }
        guard process == 0 else {
            try farEnd.close()
            return .parent(failure: outcome(of: process, nearEnd.handle))
        }
        try nearEnd.close()
        try SystemCall.check("setsid") { setsid() }
        try dropStandardStreams()
        return .child(ParentLine(farEnd))
    }

    /// Lets the standard streams lead nowhere.
    private static func dropStandardStreams() throws(SystemError) {
        let nowhere = try SystemCall.check("open /dev/null") { open("/dev/null", O_RDWR) }
        for stream: Int32 in 0...2 {
            try SystemCall.check("dup2") { dup2(nowhere, stream) }
        }
        if nowhere > 2 { _ = close(nowhere) }
    }

    private static func outcome(of process: pid_t, _ line: Descriptor) -> String? {
        let report = (try? line.readAll(limit: 1 << 20)) ?? []
        if report == ParentLine.ready { return nil }
        guard report.isEmpty else { return String(decoding: report, as: UTF8.self) }
        var status: Int32 = 0
        let ended = waitpid(process, &status, 0) == process
        // The low seven bits are the signal that ended it.
        guard ended, status & 0x7f != 0 else { return "the server ended before it was ready" }
        return "the server was ended by signal \(status & 0x7f) before it was ready"
    }
}

/// A child's line to the parent that waits for it. Reporting closes it.
public final class ParentLine: Sendable {
    static let ready: [UInt8] = [0]
    private let line: Int32
    private let isUsed = Atomic(false)

    fileprivate init(_ descriptor: consuming FileDescriptor) { line = descriptor.release().number }

    deinit { if !isUsed.load(ordering: .relaxed) { _ = close(line) } }

    /// Lets the parent end with success. Only the first report counts.
    public func succeed() { report(ParentLine.ready) }

    /// Lets the parent say why the child did not start, and end with a failure.
    public func fail(_ reason: String) { report(Array(reason.utf8)) }

    private func report(_ text: [UInt8]) {
        guard !isUsed.exchange(true, ordering: .relaxed) else { return }
        // A parent that was killed meanwhile misses nothing.
        _ = text.withUnsafeBytes { Descriptor(line).send($0) }
        _ = close(line)
    }
}
