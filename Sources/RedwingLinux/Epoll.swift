// Readiness of many descriptors, by epoll; and the eventfd by which other threads
// wake the one that waits.
import CLinux
import Glibc

/// A set of descriptors to wait for.
public struct Epoll: ~Copyable {
    /// What is ready.
    public struct Readiness: OptionSet, Sendable {
        /// epoll's bits.
        public let rawValue: UInt32
        /// Readiness of these bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        /// Bytes or connections can be read.
        public static let readable = Readiness(rawValue: 0x001)
        /// Bytes can be written.
        public static let writable = Readiness(rawValue: 0x004)
        /// The descriptor failed.
        public static let failed = Readiness(rawValue: 0x008)
        /// The peer hung up.
        public static let hungUp = Readiness(rawValue: 0x010)
        /// The peer will send nothing more.
        public static let ended = Readiness(rawValue: 0x2000)
        /// Report changes of readiness only: whoever waits reads until nothing is left. Spares
        /// the kernel a second look at each descriptor that was ready.
        public static let edge = Readiness(rawValue: 1 << 31)
    }

    /// One ready descriptor.
    public struct Event {
        /// The descriptor's number.
        public let descriptor: Int32
        /// The generation that it was added with: tells a number's new owner from the old one.
        public let generation: UInt32
        /// What is ready.
        public let readiness: Readiness
    }

    private let set: Descriptor
    private let events: UnsafeMutablePointer<epoll_event>
    private let capacity: Int

    /// An empty set that reports up to `capacity` descriptors at once.
    public init(capacity: Int) throws(SystemError) {
        set = Descriptor(owning: try system("epoll_create1") { epoll_create1(0x80000) })
        events = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit { events.deallocate() }

    /// Adds a descriptor.
    public func add(
        _ descriptor: Int32, generation: UInt32, _ interest: Readiness
    ) throws(SystemError) {
        try control(EPOLL_CTL_ADD, descriptor, generation, interest)
    }

    /// Changes what is waited for.
    public func modify(
        _ descriptor: Int32, generation: UInt32, _ interest: Readiness
    ) throws(SystemError) {
        try control(EPOLL_CTL_MOD, descriptor, generation, interest)
    }

    /// Takes a descriptor out; to be called before it is closed.
    public func remove(_ descriptor: Int32) {
        try? control(EPOLL_CTL_DEL, descriptor, 0, [])
    }

    private func control(
        _ operation: Int32, _ descriptor: Int32, _ generation: UInt32, _ interest: Readiness
    ) throws(SystemError) {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.u64 = UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
        try system("epoll_ctl") { epoll_ctl(set.number, operation, descriptor, &event) }
    }

    /// Waits until something is ready or `milliseconds` have passed (-1: for ever). Returns how
    /// many events there are; an interrupted wait returns 0.
    public func wait(milliseconds: Int32) -> Int {
        Int(max(0, epoll_wait(set.number, events, Int32(capacity), milliseconds)))
    }

    /// An event of the last wait.
    public func event(_ index: Int) -> Event {
        let data = events[index].data.u64
        return Event(
            descriptor: Int32(bitPattern: UInt32(truncatingIfNeeded: data)),
            generation: UInt32(truncatingIfNeeded: data >> 32),
            readiness: Readiness(rawValue: events[index].events))
    }
}

/// A counter that makes a descriptor readable: any thread signals, one waits.
public struct EventFD: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// A counter at zero.
    public init() throws(SystemError) {
        descriptor = Descriptor(owning: try system("eventfd") { eventfd(0, 0x80000 | 0x800) })
    }

    /// The number to wait on.
    public var number: Int32 { descriptor.number }

    /// Wakes the waiting thread. Safe from any thread.
    public func signal() {
        var one: UInt64 = 1
        _ = write(descriptor.number, &one, 8)
    }

    /// Takes all signals so far.
    public func clear() {
        var count: UInt64 = 0
        _ = read(descriptor.number, &count, 8)
    }
}

/// Signals of the process as something to be read, so that no handler interrupts anything.
public struct SignalFD: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// Blocks `signals` in the calling thread and those it starts, and makes them readable.
    public init(_ signals: [Int32]) throws(SystemError) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = Descriptor(
            owning: try system("signalfd") { signalfd(-1, &set, 0x80000 | 0x800) })
    }

    /// The number to wait on.
    public var number: Int32 { descriptor.number }

    /// The next signal that has come, or nil.
    public func next() -> Int32? {
        var info = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        guard read(descriptor.number, &info, size) == size else { return nil }
        return Int32(info.ssi_signo)
    }
}
