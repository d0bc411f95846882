// Threads of the process's own, for work that blocks or computes; Swift's concurrent tasks must do
// neither.
import CLinux
import Glibc
import Synchronization

/// A thread that runs one closure. It is joined once, or left to end by itself.
public final class Thread: Sendable {
    private final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private let thread: pthread_t
    private let isJoined = Atomic(false)

    /// Starts a thread. `name` shows in `top -H`; the kernel keeps 15 bytes of it.
    public init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let work = Unmanaged.passRetained(Work(name: name, body: body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
                Thread.setName(work.name)
                Thread.adoptNiceness()
                work.body()
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw SystemError(operation: "pthread_create", code: code)
        }
        self.thread = thread
    }

    deinit {
        if !isJoined.load(ordering: .relaxed) { pthread_detach(thread) }
    }

    /// Waits until the thread has ended. Only the first call waits.
    public func join() {
        if !isJoined.exchange(true, ordering: .relaxed) { pthread_join(thread, nil) }
    }

    /// Gives the calling thread the nice value with which the process was started. It inherits that
    /// of the thread that made it, and those of Swift's own pool have values of their own.
    private static func adoptNiceness() {
        let which = __priority_which_t(PRIO_PROCESS.rawValue)
        _ = setpriority(which, id_t(redwing_gettid()), getpriority(which, id_t(getpid())))
    }

    /// Names the calling thread. A name is a nicety: trouble with it is ignored.
    public static func setName(_ name: String) {
        guard let file = try? File.open("/proc/thread-self/comm", .replace) else { return }
        try? file.handle.writeAll(Array(name.utf8.prefix(15)))
    }

    /// Lets another thread of this core run first, if one wants to.
    public static func yield() { _ = sched_yield() }

    /// Gives the calling thread a nice value (0 to 19), so that it takes what others leave; as a
    /// batch job it does not pre-empt others either. Nice values belong to threads on Linux.
    /// Failing is no harm.
    public static func yieldToOthers(nice: Int, asBatchJob: Bool = false) {
        if asBatchJob { _ = redwing_sched_batch() }
        _ = setpriority(
            __priority_which_t(PRIO_PROCESS.rawValue), id_t(redwing_gettid()), Int32(nice))
    }
}
