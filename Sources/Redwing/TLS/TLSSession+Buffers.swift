// TLS between a connection's buffers and its socket, as SocketIO does it without TLS.
#if TLS
import RedwingContainers
import RedwingLinux
import RedwingRESP

extension TLSSession {
    /// Bytes that are gathered for a write: a few records of the protocol.
    private static let gathered = 64 * 1024

    /// Reads what there is into `buffer`, `room` bytes at least if there are so many.
    func read(into buffer: InputBuffer, room: Int) -> IOResult {
        let result = unsafe read(into: buffer.room(atLeast: room))
        buffer.advance(result.count)
        return result
    }

    /// Reads part of a big bulk straight into its own block.
    func readDirect(_ parser: inout RequestParser) -> IOResult {
        var result = IOResult(rawValue: 0)
        _ = unsafe parser.readDirect { free in
            result = unsafe read(into: free)
            return result.count
        }
        return result
    }

    /// Sends as much of `bytes` as the socket takes.
    func send(_ bytes: Bytes) -> IOResult {
        unsafe write(UnsafeRawBufferPointer(start: bytes.base, count: bytes.count))
    }

    /// Sends as much of `replies` as the socket takes, and not much more than `limit` bytes:
    /// encrypting is work. Returns how much it was; it is forgotten.
    func send(_ replies: ReplyBuffer, limit: Int) -> IOResult {
        var total = 0
        while total < limit, replies.count > 0 {
            let offered: Int
            let result: IOResult
            if replies.hasAttachments {
                (result, offered) = sendGathered(replies)
            } else {
                offered = min(replies.count, max(limit, TLSSession.gathered))
                result = send(replies.bytes.slice(0, offered))
            }
            if result.count > 0 { replies.consume(result.count) }
            total += result.count
            if result.isFailure || result.isEnd || result.wouldBlock && total == 0 {
                return result
            }
            if result.count < offered { break }
        }
        return IOResult(rawValue: total)
    }

    /// Sends the beginning of replies that lie in several places. The pieces are copied
    /// together: each write makes a record of its own, and short ones are dear.
    private func sendGathered(_ replies: ReplyBuffer) -> (IOResult, Int) {
        unsafe withUnsafeTemporaryAllocation(
            byteCount: TLSSession.gathered, alignment: 16
        ) { room in
            var count = 0
            func add(_ bytes: Bytes) {
                let taken = min(bytes.count, room.count - count)
                guard taken > 0, let base = room.baseAddress else { return }
                unsafe bytes.slice(0, taken).copy(
                    to: (base + count).assumingMemoryBound(to: UInt8.self))
                count += taken
            }
            var position = 0
            for attachment in replies.attachments where count < room.count {
                add(replies.bytes.slice(position, attachment.position - position))
                add(attachment.string.bytes.slice(attachment.offset, attachment.count))
                position = attachment.position
            }
            add(replies.bytes.slice(position, replies.bytes.count - position))
            return unsafe (write(UnsafeRawBufferPointer(rebasing: room[..<count])), count)
        }
    }
}
#endif
