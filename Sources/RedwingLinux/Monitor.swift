// Passing work between threads: a lock with a condition, and on top of it a bounded queue; and a
// mailbox for a thread that waits in epoll rather than on a condition.
import Glibc
import Synchronization

/// A mutex, the state that it guards and a condition variable.
public final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    /// A monitor of that state.
    public init(_ state: sending State) {
        self.state = state
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // A change of the wall clock must not lengthen a wait.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` alone with the state.
    public func withLock<R, E: Error>(_ body: (inout State) throws(E) -> R) throws(E) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Runs `body` under the lock, again after every `wakeAll`, until it gives a result.
    public func wait<R>(_ body: (inout State) -> R?) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            pthread_cond_wait(condition, mutex)
        }
    }

    /// As `wait`, but gives up with nil after `nanoseconds`.
    public func wait<R>(nanoseconds: Int64, _ body: (inout State) -> R?) -> R? {
        let end = Int64(Clock.monotonic()) &+ nanoseconds
        var until = timespec(
            tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            if pthread_cond_timedwait(condition, mutex, &until) == ETIMEDOUT {
                return body(&state)
            }
        }
    }

    /// Lets everybody who waits look at the state again.
    public func wakeAll() { pthread_cond_broadcast(condition) }
}

/// A first-in first-out queue of limited length between threads.
public final class BoundedQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var isClosed = false
    }

    private let monitor = Monitor(State())
    private let capacity: Int

    /// An empty queue for up to `capacity` elements.
    public init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Whether `tryPush` would fail now. The consumer can only make room.
    public var isFull: Bool { monitor.withLock { $0.elements.count >= capacity } }

    /// Appends without waiting; false when the queue is full or closed.
    public func tryPush(_ element: Element) -> Bool {
        let isPushed = monitor.withLock { state in
            guard !state.isClosed, state.elements.count < capacity else { return false }
            state.elements.append(element)
            return true
        }
        if isPushed { monitor.wakeAll() }
        return isPushed
    }

    /// Appends, waiting for room; false when the queue is closed.
    public func push(_ element: Element) -> Bool {
        let isPushed: Bool = monitor.wait { state in
            if state.isClosed { return false }
            guard state.elements.count < capacity else { return nil }
            state.elements.append(element)
            return true
        }
        monitor.wakeAll()
        return isPushed
    }

    /// Takes the oldest element, waiting for one; nil when the queue is closed and empty.
    public func pop() -> Element? {
        let element: Element?? = monitor.wait { state in
            if !state.elements.isEmpty { return .some(state.elements.removeFirst()) }
            return state.isClosed ? .some(nil) : nil
        }
        monitor.wakeAll()
        return element ?? nil
    }

    /// Accepts nothing more; what is queued can still be taken.
    public func close() {
        monitor.withLock { $0.isClosed = true }
        monitor.wakeAll()
    }
}

/// Messages for a thread that waits in epoll: watch `handle`, and `takeAll` when it is readable.
public final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var messages: [Message] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let event: EventFD

    /// An empty mailbox.
    public init() throws(SystemError) { event = try EventFD() }

    /// What to watch for being readable.
    public var handle: Descriptor { event.handle }

    /// Leaves a message and wakes the reader; false when the mailbox is closed. From any thread.
    @discardableResult
    public func send(_ message: Message) -> Bool {
        let (isAccepted, isFirst) = state.withLock { state in
            if state.isClosed { return (false, false) }
            state.messages.append(message)
            return (true, state.messages.count == 1)
        }
        // The reader takes all at once, so that only the first has to wake it.
        if isFirst { event.signal() }
        return isAccepted
    }

    /// The messages left since the last call, oldest first.
    public func takeAll() -> [Message] {
        event.drain()
        return state.withLock {
            let messages = $0.messages
            $0.messages = []
            return messages
        }
    }

    /// Accepts nothing more and returns the messages that nobody took.
    public func close() -> [Message] {
        state.withLock {
            $0.isClosed = true
            let messages = $0.messages
            $0.messages = []
            return messages
        }
    }
}
