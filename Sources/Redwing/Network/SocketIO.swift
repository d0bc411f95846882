// The two calls that a ready connection makes in a turn: one read, one write. The only file of the
// module that handles raw memory.
import Glibc
import RedwingContainers
import RedwingLinux
import RedwingRESP

enum SocketIO {
    /// The most parts that one write takes.
    private static let maxParts = 64

    /// Reads what the socket has into `buffer`, at least `room` bytes if there are so many.
    @inline(__always)
    static func read(_ socket: Descriptor, into buffer: InputBuffer, room: Int) -> IOResult {
        let result = unsafe socket.receive(into: buffer.room(atLeast: room))
        buffer.advance(result.count)
        return result
    }

    /// Reads part of a big bulk straight into its own block.
    static func readDirect(_ socket: Descriptor, _ parser: inout RequestParser) -> IOResult {
        var result = IOResult(rawValue: 0)
        _ = unsafe parser.readDirect { free in
            result = unsafe socket.receive(into: free)
            return result.count
        }
        return result
    }

    /// Sends as much of `replies` as the socket takes and forgets it.
    @inline(__always)
    static func send(_ socket: Descriptor, _ replies: ReplyBuffer) -> IOResult {
        if replies.hasAttachments { return sendParts(socket, replies) }
        let result = send(socket, replies.bytes)
        if result.count > 0 { replies.consume(result.count) }
        return result
    }

    /// Sends as much of `bytes` as the socket takes.
    @inline(__always)
    static func send(_ socket: Descriptor, _ bytes: Bytes) -> IOResult {
        unsafe socket.send(UnsafeRawBufferPointer(start: bytes.base, count: bytes.count))
    }

    private static func sendParts(_ socket: Descriptor, _ replies: ReplyBuffer) -> IOResult {
        let result = unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: maxParts) {
            parts in
            var count = 0
            var position = 0
            let own = replies.bytes
            func add(_ bytes: Bytes) {
                guard bytes.count > 0, count < maxParts else { return }
                unsafe parts[count] = iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: bytes.base), iov_len: bytes.count)
                count += 1
            }
            for attachment in replies.attachments.prefix(maxParts / 2 - 1) {
                add(own.slice(position, attachment.position - position))
                add(attachment.string.bytes.slice(attachment.offset, attachment.count))
                position = attachment.position
            }
            if replies.attachments.count < maxParts / 2 {
                add(own.slice(position, own.count - position))
            }
            return unsafe socket.send(UnsafeMutableBufferPointer(rebasing: parts[0..<count]))
        }
        if result.count > 0 { replies.consume(result.count) }
        return result
    }
}
