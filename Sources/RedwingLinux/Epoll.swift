// Waiting for many descriptors. An interest carries the descriptor's number and a generation, which
// the kernel hands back with each event: an event that was fetched before its connection ended must
// not be taken for one of the next connection with the same number.
import CLinux
import Glibc

/// What a descriptor is ready for, or watched for.
@frozen
public struct Readiness: OptionSet, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// A set of those bits.
    @inlinable @inline(__always)
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// There is something to read: bytes, a connection to accept, or the end.
    @inlinable @inline(__always)
    public static var readable: Readiness { Readiness(rawValue: 0x001) }
    /// There is room to write.
    @inlinable @inline(__always)
    public static var writable: Readiness { Readiness(rawValue: 0x004) }
    /// The connection failed; reported whether or not it is watched for.
    @inlinable @inline(__always)
    public static var failed: Readiness { Readiness(rawValue: 0x008) }
    /// Both directions are closed; reported whether or not it is watched for.
    @inlinable @inline(__always)
    public static var closed: Readiness { Readiness(rawValue: 0x010) }
    /// The other end will send no more.
    @inlinable @inline(__always)
    public static var ended: Readiness { Readiness(rawValue: 0x2000) }
    /// As an interest: report changes of readiness only. Whoever waits reads until nothing is
    /// left; it spares the kernel a second look at each descriptor that was ready.
    @inlinable @inline(__always)
    public static var edge: Readiness { Readiness(rawValue: 1 << 31) }
}

/// One thing that happened.
@frozen
public struct ReadyEvent: Sendable {
    /// The descriptor it happened to.
    public let descriptor: Descriptor
    /// The generation that the descriptor was watched with.
    public let generation: UInt32
    /// What happened.
    public let readiness: Readiness

    @inlinable @inline(__always)
    init(_ event: epoll_event) {
        let packed = event.data.u64
        descriptor = Descriptor(Int32(truncatingIfNeeded: packed))
        generation = UInt32(truncatingIfNeeded: packed &>> 32)
        readiness = Readiness(rawValue: event.events)
    }
}

/// A set of watched descriptors, level-triggered unless `edge` is asked for. For one thread.
public struct Epoll: ~Copyable {
    @usableFromInline let descriptor: FileDescriptor
    @usableFromInline let events: UnsafeMutablePointer<epoll_event>
    @usableFromInline let capacity: Int32

    /// An empty set whose `wait` reports up to `capacity` events at once.
    public init(capacity: Int = 1024) throws(SystemError) {
        let number = try SystemCall.check("epoll_create1") {
            epoll_create1(Int32(EPOLL_CLOEXEC))
        }
        descriptor = FileDescriptor(owning: number)
        self.capacity = Int32(capacity)
        events = .allocate(capacity: capacity)
    }

    deinit { events.deallocate() }

    /// What is readable while `wait` has something to report, to be watched by another set.
    public var handle: Descriptor { descriptor.handle }

    /// Begins to watch a descriptor.
    public func add(
        _ watched: Descriptor, _ interest: Readiness, generation: UInt32
    ) throws(SystemError) {
        try control(Int32(EPOLL_CTL_ADD), watched, interest, generation)
    }

    /// Changes what a watched descriptor is watched for.
    public func modify(
        _ watched: Descriptor, _ interest: Readiness, generation: UInt32
    ) throws(SystemError) {
        try control(Int32(EPOLL_CTL_MOD), watched, interest, generation)
    }

    /// Stops watching a descriptor, if it is watched. Closing one that nobody else has open does
    /// the same.
    public func remove(_ watched: Descriptor) {
        try? control(Int32(EPOLL_CTL_DEL), watched, [], 0)
    }

    private func control(
        _ operation: Int32, _ watched: Descriptor, _ interest: Readiness, _ generation: UInt32
    ) throws(SystemError) {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.u64 =
            UInt64(generation) << 32 | UInt64(UInt32(truncatingIfNeeded: watched.number))
        try SystemCall.check("epoll_ctl") {
            epoll_ctl(descriptor.handle.number, operation, watched.number, &event)
        }
    }

    /// Waits until something happens or `timeout` nanoseconds have passed (below 0: for ever), and
    /// returns the number of events, to be read by index until the next call. A signal ends the
    /// wait early, with none.
    @inlinable @inline(__always)
    public func wait(timeout: Int64) throws(SystemError) -> Int {
        let count = redwing_epoll_wait(descriptor.handle.number, events, capacity, timeout)
        if count >= 0 { return Int(count) }
        let code = redwing_errno()
        guard code == EINTR else { throw SystemError(operation: "epoll_wait", code: code) }
        return 0
    }

    /// Takes what is ready now into a buffer of the caller's, and returns the number of events.
    public func poll(into events: ReadyEvents) throws(SystemError) -> Int {
        let count = redwing_epoll_wait(
            descriptor.handle.number, events.base, events.capacity, 0)
        if count >= 0 { return Int(count) }
        let code = redwing_errno()
        guard code == EINTR else { throw SystemError(operation: "epoll_wait", code: code) }
        return 0
    }

    /// An event of the last `wait`; `index` is below the number that it returned.
    @inlinable @inline(__always)
    public subscript(index: Int) -> ReadyEvent {
        assert(index >= 0 && index < Int(capacity))
        return ReadyEvent(events[index])
    }
}

/// Room for events beside an `Epoll`'s own; a handle, valid until `destroy()`.
public struct ReadyEvents {
    let base: UnsafeMutablePointer<epoll_event>
    let capacity: Int32

    /// Room for so many events.
    public init(capacity: Int) {
        base = .allocate(capacity: capacity)
        self.capacity = Int32(capacity)
    }

    /// An event; `index` is below the number that `poll` returned.
    public subscript(index: Int) -> ReadyEvent { ReadyEvent(base[index]) }

    /// Frees the room.
    public func destroy() { base.deallocate() }
}
