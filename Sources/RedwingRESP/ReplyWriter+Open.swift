// Arrays and maps whose length is known only when they are complete, and ids of streams.
import CLinux
import RedwingContainers

/// An array or a map that is being written. Large strings may not be attached within it.
public struct OpenReply {
    /// Where its head begins.
    let mark: Int
    /// The bytes that were left for the head.
    let room: Int
}

extension ReplyWriter {
    /// Begins an array or a map whose length `close` tells; `expected` is a guess of it, and when
    /// it has as many digits nothing has to be moved.
    public func open(expecting expected: Int = 0) -> OpenReply {
        let room = digitCount(UInt64(max(0, expected))) + 3
        let mark = buffer.ownCount
        _ = buffer.reserve(room)
        buffer.advance(room)
        return OpenReply(mark: mark, room: room)
    }

    /// Ends an array of `count` elements.
    public func close(_ open: OpenReply, array count: Int) { close(open, 0x2a, count) }

    /// Ends a set of `count` members; an array in RESP2.
    public func close(_ open: OpenReply, set count: Int) {
        close(open, version == .resp3 ? 0x7e : 0x2a, count)
    }

    /// Ends a map of `count` pairs; an array of twice as many elements in RESP2 unless `isNested`,
    /// where each pair is an array of its own.
    public func close(_ open: OpenReply, map count: Int, isNested: Bool = false) {
        if version == .resp3 {
            close(open, 0x25, count)
        } else {
            close(open, 0x2a, isNested ? count : count * 2)
        }
    }

    /// Takes back what was written since `open`.
    public func cancel(_ open: OpenReply) { buffer.truncate(to: open.mark) }

    private func close(_ open: OpenReply, _ type: UInt8, _ count: Int) {
        let needed = digitCount(UInt64(count)) + 3
        let body = buffer.ownCount - open.mark - open.room
        if needed > open.room { _ = buffer.reserve(needed - open.room) }
        let head = buffer.reserve(0) - (body + open.room)
        if needed != open.room { memmove(head + needed, head + open.room, body) }
        head[0] = type
        let length = formatUnsigned(UInt64(count), to: head + 1)
        crlf(head + (length + 1))
        buffer.advance(needed - open.room)
    }

    /// The id of a stream's entry as a bulk string.
    @inlinable
    public func bulk(_ id: StreamID) {
        let first = digitCount(id.ms)
        let second = digitCount(id.seq)
        let count = first &+ second &+ 1
        let out = buffer.reserve(64)
        out[0] = 0x24
        let length = formatUnsigned(UInt64(truncatingIfNeeded: count), to: out + 1)
        crlf(out + (length &+ 1))
        let body = out + (length &+ 3)
        _ = formatUnsigned(id.ms, to: body)
        body[first] = 0x2d
        _ = formatUnsigned(id.seq, to: body + (first &+ 1))
        crlf(body + count)
        buffer.advance(length &+ count &+ 5)
    }
}
