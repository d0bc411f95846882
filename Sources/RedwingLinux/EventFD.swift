// Waking a thread that sits in epoll, from any other thread.
import CLinux
import Glibc

/// A counter with a descriptor that is readable while it is above 0.
public struct EventFD: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// A counter at 0.
    public init() throws(SystemError) {
        let number = try SystemCall.check("eventfd") {
            eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        }
        descriptor = FileDescriptor(owning: number)
    }

    /// What to watch for being readable.
    public var handle: Descriptor { descriptor.handle }

    /// Counts one up. Safe from any thread and from signal handlers.
    public func signal() {
        var one: UInt64 = 1
        // It can only fail when the counter is full, and then the reader has been woken already.
        _ = withUnsafeBytes(of: &one) { handle.write($0) }
    }

    /// Sets the counter to 0 and returns what it was.
    @discardableResult
    public func drain() -> UInt64 {
        var count: UInt64 = 0
        let result = withUnsafeMutableBytes(of: &count) { handle.read(into: $0) }
        return result.count == 8 ? count : 0
    }
}
