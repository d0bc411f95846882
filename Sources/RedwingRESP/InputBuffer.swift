// Bytes that were read and are not executed yet. A loop has one large buffer that all connections
// share; a connection has one of its own only while a request is cut.
import CLinux
import RedwingContainers

/// A growing run of bytes to be parsed; a handle, valid until `destroy()`.
@frozen
public struct InputBuffer {
    @usableFromInline
    struct State {
        @usableFromInline var base: UnsafeMutablePointer<UInt8>
        @usableFromInline var count: Int
        @usableFromInline var capacity: Int
        @usableFromInline var memory: SlabAllocator
    }

    @usableFromInline let state: UnsafeMutablePointer<State>

    /// An empty buffer with room for `capacity` bytes; `memory` counts it.
    public init(capacity: Int, memory: SlabAllocator) {
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                base: .allocate(capacity: max(capacity, 64)), count: 0, capacity: max(capacity, 64),
                memory: memory))
        memory.countForeign(state.pointee.capacity)
    }

    /// A buffer that holds a copy of `bytes`.
    public init(_ bytes: Bytes, memory: SlabAllocator) {
        self.init(capacity: bytes.count, memory: memory)
        bytes.copy(to: state.pointee.base)
        state.pointee.count = bytes.count
    }

    /// The bytes.
    @inlinable
    public var bytes: Bytes { Bytes(base: state.pointee.base, count: state.pointee.count) }

    /// The number of bytes.
    @inlinable
    public var count: Int { state.pointee.count }

    /// The bytes of memory that are allocated.
    public var capacity: Int { state.pointee.capacity }

    /// The free room, at least `extra` bytes, to be filled by a read; `advance` makes them count.
    @inlinable
    public func room(atLeast extra: Int) -> UnsafeMutableRawBufferPointer {
        if state.pointee.capacity - state.pointee.count < extra { grow(extra) }
        return UnsafeMutableRawBufferPointer(
            start: state.pointee.base + state.pointee.count,
            count: state.pointee.capacity - state.pointee.count)
    }

    /// Counts bytes that were put into the room.
    @inlinable
    public func advance(_ count: Int) { state.pointee.count += count }

    @usableFromInline
    func grow(_ extra: Int) {
        let wanted = max(state.pointee.capacity * 2, state.pointee.count + extra)
        let new = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
        memcpy(new, state.pointee.base, state.pointee.count)
        state.pointee.base.deallocate()
        state.pointee.base = new
        state.pointee.memory.countForeign(wanted - state.pointee.capacity)
        state.pointee.capacity = wanted
    }

    /// Forgets the first `count` bytes.
    @inlinable
    public func consume(_ count: Int) {
        state.pointee.count -= count
        if state.pointee.count > 0 {
            memmove(state.pointee.base, state.pointee.base + count, state.pointee.count)
        }
    }

    /// Forgets all bytes.
    @inlinable
    public func removeAll() { state.pointee.count = 0 }

    /// Frees the buffer.
    public func destroy() {
        state.pointee.memory.countForeign(-state.pointee.capacity)
        state.pointee.base.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }
}
