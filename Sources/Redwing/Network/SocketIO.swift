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
    static func read(_ descriptor: Int32, into buffer: InputBuffer, room: Int) -> Transfer {
        let free = unsafe buffer.room(atLeast: room)
        guard let base = free.baseAddress else { return .wouldBlock }
        let result = unsafe readBytes(descriptor, base, free.count)
        if case .bytes(let count) = result { buffer.advance(count) }
        return result
    }

    /// Reads part of a big bulk straight into its own block.
    static func readDirect(_ descriptor: Int32, _ parser: inout RequestParser) -> Transfer {
        var result = Transfer.wouldBlock
        _ = unsafe parser.readDirect { free in
            guard let base = free.baseAddress else { return 0 }
            result = unsafe readBytes(descriptor, base, free.count)
            if case .bytes(let count) = result { return count }
            return 0
        }
        return result
    }

    /// Sends as much of `replies` as the socket takes and forgets it.
    @inline(__always)
    static func send(_ descriptor: Int32, _ replies: ReplyBuffer) -> Transfer {
        if replies.hasAttachments { return sendParts(descriptor, replies) }
        let bytes = replies.bytes
        let result = unsafe sendBytes(descriptor, bytes.base, bytes.count)
        if case .bytes(let count) = result { replies.consume(count) }
        return result
    }

    /// Sends as much of `bytes` as the socket takes.
    @inline(__always)
    static func send(_ descriptor: Int32, _ bytes: Bytes) -> Transfer {
        unsafe sendBytes(descriptor, bytes.base, bytes.count)
    }

    private static func sendParts(_ descriptor: Int32, _ replies: ReplyBuffer) -> Transfer {
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
            return unsafe sendVector(
                descriptor, UnsafeMutableBufferPointer(rebasing: parts[0..<count]))
        }
        if case .bytes(let count) = result { replies.consume(count) }
        return result
    }
}
