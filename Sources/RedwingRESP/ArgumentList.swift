// Arguments that are put together one by one: commands that do not come from a client's bytes.
import RedwingContainers

/// A growing list of arguments; a handle, valid until `destroy()`. It does not own the bytes.
@frozen
public struct ArgumentList {
    @usableFromInline
    struct State {
        @usableFromInline var base: UnsafeMutablePointer<Bytes>
        @usableFromInline var count: Int
        @usableFromInline var capacity: Int
    }

    @usableFromInline let state: UnsafeMutablePointer<State>

    /// An empty list.
    public init() {
        state = .allocate(capacity: 1)
        state.initialize(to: State(base: .allocate(capacity: 16), count: 0, capacity: 16))
    }

    /// The arguments so far; valid until the list changes.
    @inlinable @inline(__always)
    public var arguments: Arguments {
        Arguments(base: state.pointee.base, count: state.pointee.count)
    }

    /// Adds an argument.
    @inlinable @inline(__always)
    public func append(_ argument: Bytes) {
        if state.pointee.count == state.pointee.capacity { grow() }
        (state.pointee.base + state.pointee.count).initialize(to: argument)
        state.pointee.count &+= 1
    }

    /// Forgets all arguments, and memory that one long list took.
    @inlinable @inline(__always)
    public func removeAll() {
        state.pointee.count = 0
        if state.pointee.capacity > 4096 { resize(to: 16) }
    }

    @usableFromInline @inline(never)
    func grow() { resize(to: state.pointee.capacity * 2) }

    @usableFromInline @inline(never)
    func resize(to capacity: Int) {
        let new = UnsafeMutablePointer<Bytes>.allocate(capacity: capacity)
        new.initialize(from: state.pointee.base, count: min(capacity, state.pointee.count))
        state.pointee.base.deallocate()
        state.pointee.base = new
        state.pointee.capacity = capacity
    }

    /// Frees the list.
    public func destroy() {
        state.pointee.base.deallocate()
        state.deallocate()
    }
}
