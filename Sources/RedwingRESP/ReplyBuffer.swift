// Where replies are written: a growing run of bytes, and now and then a large string that is sent
// from where it lies. One buffer serves all connections of a loop in turn; what a socket does not
// take at once is moved to a buffer of the connection's own.
import CLinux
import RedwingContainers

/// A buffer of reply bytes; a handle, valid until `destroy()`.
@frozen
public struct ReplyBuffer {
    /// A large string that belongs at a position of the stream.
    @frozen
    public struct Attachment {
        /// How many of the buffer's own bytes come before it.
        public let position: Int
        /// The string; the buffer holds a reference.
        public let string: LargeString
        /// Where the part to be sent begins.
        public let offset: Int
        /// The length of the part.
        public let count: Int
    }

    @usableFromInline
    struct State {
        @usableFromInline var base: UnsafeMutablePointer<UInt8>
        @usableFromInline var count: Int
        @usableFromInline var capacity: Int
        @usableFromInline var attachments: [Attachment]
        @usableFromInline var attachedBytes: Int
        @usableFromInline var memory: SlabAllocator
    }

    @usableFromInline let state: UnsafeMutablePointer<State>

    /// Bulks at least this long are attached instead of copied.
    public static let attachmentThreshold = 16 * 1024

    /// An empty buffer with room for `capacity` bytes. `memory` frees attached strings and
    /// counts the buffer.
    public init(capacity: Int, memory: SlabAllocator) {
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                base: .allocate(capacity: max(capacity, 64)), count: 0, capacity: max(capacity, 64),
                attachments: [], attachedBytes: 0, memory: memory))
        memory.countForeign(state.pointee.capacity)
    }

    /// The buffer's own bytes.
    @inlinable @inline(__always)
    public var bytes: Bytes { Bytes(base: state.pointee.base, count: state.pointee.count) }

    /// The number of bytes to send, attachments included.
    @inlinable @inline(__always)
    public var count: Int { state.pointee.count &+ state.pointee.attachedBytes }

    /// The number of the buffer's own bytes.
    @inlinable @inline(__always)
    public var ownCount: Int { state.pointee.count }

    /// The bytes of memory that the buffer has allocated for itself.
    public var capacity: Int { state.pointee.capacity }

    /// The attached strings, in the order of their positions.
    public var attachments: [Attachment] { state.pointee.attachments }

    /// Whether there are attached strings.
    @inlinable
    public var hasAttachments: Bool { state.pointee.attachedBytes != 0 }

    /// Makes room for `extra` more bytes and returns where they go; `advance` makes them count.
    @inlinable @inline(__always)
    public func reserve(_ extra: Int) -> UnsafeMutablePointer<UInt8> {
        if state.pointee.count &+ extra > state.pointee.capacity { grow(extra) }
        return state.pointee.base + state.pointee.count
    }

    /// Counts `written` bytes that were put where `reserve` said.
    @inlinable @inline(__always)
    public func advance(_ written: Int) {
        state.pointee.count &+= written
        assert(state.pointee.count <= state.pointee.capacity)
    }

    @usableFromInline @inline(never)
    func grow(_ extra: Int) {
        let wanted = max(state.pointee.capacity * 2, state.pointee.count + extra)
        let new = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
        memcpy(new, state.pointee.base, state.pointee.count)
        state.pointee.base.deallocate()
        state.pointee.base = new
        state.pointee.memory.countForeign(wanted - state.pointee.capacity)
        state.pointee.capacity = wanted
    }

    /// Appends a copy of `bytes`.
    @inlinable @inline(__always)
    public func append(_ bytes: Bytes) {
        bytes.copy(to: reserve(bytes.count))
        advance(bytes.count)
    }

    /// Appends part of a large string without copying it; takes a reference.
    public func attach(_ string: LargeString, offset: Int, count: Int) {
        string.retain()
        state.pointee.attachments.append(
            Attachment(
                position: state.pointee.count, string: string, offset: offset, count: count))
        state.pointee.attachedBytes += count
    }

    /// Moves the content from `start` of the buffer's own bytes on behind that of `other`, which
    /// takes over the references; what is attached must lie behind `start`.
    public func move(from start: Int = 0, to other: ReplyBuffer) {
        let shift = other.state.pointee.count - start
        other.append(bytes.slice(start, state.pointee.count - start))
        for attachment in state.pointee.attachments {
            other.state.pointee.attachments.append(
                Attachment(
                    position: attachment.position + shift, string: attachment.string,
                    offset: attachment.offset, count: attachment.count))
        }
        other.state.pointee.attachedBytes += state.pointee.attachedBytes
        state.pointee.attachments.removeAll()
        state.pointee.attachedBytes = 0
        state.pointee.count = start
    }

    /// Cuts the content back to `mark`, an earlier `ownCount` since which nothing was attached.
    @inlinable
    public func truncate(to mark: Int) {
        state.pointee.count = mark
    }

    /// Forgets the first `sent` bytes of the stream.
    public func consume(_ sent: Int) {
        if sent == state.pointee.count, !hasAttachments {
            state.pointee.count = 0
            return
        }
        var left = sent
        var own = 0
        var done = 0
        for attachment in state.pointee.attachments {
            let before = attachment.position - own
            if left < before { break }
            left -= before
            own = attachment.position
            if left < attachment.count {
                trimAttachment(done, by: left)
                left = 0
                break
            }
            left -= attachment.count
            state.pointee.attachedBytes -= attachment.count
            attachment.string.release(in: state.pointee.memory)
            done += 1
        }
        state.pointee.attachments.removeFirst(done)
        removeOwn(own + left)
    }

    private func trimAttachment(_ index: Int, by sent: Int) {
        let old = state.pointee.attachments[index]
        state.pointee.attachedBytes -= sent
        state.pointee.attachments[index] = Attachment(
            position: old.position, string: old.string, offset: old.offset + sent,
            count: old.count - sent)
    }

    private func removeOwn(_ sent: Int) {
        let rest = state.pointee.count - sent
        memmove(state.pointee.base, state.pointee.base + sent, rest)
        state.pointee.count = rest
        for index in state.pointee.attachments.indices {
            let old = state.pointee.attachments[index]
            state.pointee.attachments[index] = Attachment(
                position: old.position - sent, string: old.string, offset: old.offset,
                count: old.count)
        }
    }

    /// Drops the content from `start` of the buffer's own bytes on, and all that is attached.
    public func drop(from start: Int) {
        let kept = start
        removeAll()
        state.pointee.count = kept
    }

    /// Drops all content.
    public func removeAll() {
        for attachment in state.pointee.attachments {
            attachment.string.release(in: state.pointee.memory)
        }
        state.pointee.attachments.removeAll()
        state.pointee.attachedBytes = 0
        state.pointee.count = 0
    }

    /// Gives a large block back once a burst is over, so that one big reply is not paid for ever.
    public func trim(to limit: Int) {
        guard state.pointee.capacity > limit, state.pointee.count <= limit else { return }
        let new = UnsafeMutablePointer<UInt8>.allocate(capacity: limit)
        memcpy(new, state.pointee.base, state.pointee.count)
        state.pointee.base.deallocate()
        state.pointee.base = new
        state.pointee.memory.countForeign(limit - state.pointee.capacity)
        state.pointee.capacity = limit
    }

    /// Frees the buffer and drops its references.
    public func destroy() {
        removeAll()
        state.pointee.memory.countForeign(-state.pointee.capacity)
        state.pointee.base.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }
}

extension ReplyBuffer {
    /// All bytes of the stream in one piece. Copies; not for the hot path.
    public func wire() -> [UInt8] {
        var whole: [UInt8] = []
        whole.reserveCapacity(count)
        var done = 0
        for attachment in attachments {
            whole += bytes.slice(done, attachment.position - done).array
            whole += attachment.string.bytes.slice(attachment.offset, attachment.count).array
            done = attachment.position
        }
        return whole + bytes.slice(done, bytes.count - done).array
    }
}
