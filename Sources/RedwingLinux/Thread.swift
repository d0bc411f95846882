// A thread of the system's, for work that must not wait on a shared pool: the event loop, the
// snapshot writer.
import CLinux
import Glibc

/// A thread that was started; `join` waits for its end.
public final class Thread: Sendable {
    private let handle: pthread_t

    private final class Start {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a thread that runs `body`. Its name, up to 15 bytes, shows in tools.
    public init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(name: String(name.prefix(15)), body: body))
        let code = pthread_create(
            &thread, nil,
            { raw in
                guard let raw else { return nil }
                let start = Unmanaged<Start>.fromOpaque(raw).takeRetainedValue()
                pthread_setname_np(pthread_self(), start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw SystemError(code: code, operation: "start thread \(name)")
        }
        handle = thread
    }

    /// Waits until the thread has ended. Once only.
    public func join() { pthread_join(handle, nil) }
}
