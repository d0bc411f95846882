// Descriptors: one that owns, one that only names; and moving bytes through them without copies
// or allocation.
import CLinux
import Glibc

/// The number of an open descriptor that somebody else owns and keeps open.
@frozen
public struct Descriptor: Sendable, Hashable {
    /// What the kernel calls it; below 0 it is none.
    public let number: Int32

    /// The descriptor of that number.
    @inlinable @inline(__always)
    public init(_ number: Int32) { self.number = number }

    /// Reads once, at most `room.count` bytes, to the start of `room`.
    @inlinable @inline(__always)
    public func read(into room: UnsafeMutableRawBufferPointer) -> IOResult {
        SystemCall.transfer { Glibc.read(number, room.baseAddress, room.count) }
    }

    /// Reads once from `offset` of a file, without moving its position.
    @inlinable
    public func read(into room: UnsafeMutableRawBufferPointer, at offset: UInt64) -> IOResult {
        SystemCall.transfer { pread(number, room.baseAddress, room.count, off_t(clamping: offset)) }
    }

    /// Writes once, perhaps less than all.
    @inlinable @inline(__always)
    public func write(_ bytes: UnsafeRawBufferPointer) -> IOResult {
        SystemCall.transfer { Glibc.write(number, bytes.baseAddress, bytes.count) }
    }

    /// Writes the parts one behind the other once, perhaps less than all. 1024 parts at most.
    @inlinable @inline(__always)
    public func write(_ parts: UnsafeBufferPointer<iovec>) -> IOResult {
        SystemCall.transfer {
            Glibc.writev(number, parts.baseAddress, Int32(truncatingIfNeeded: parts.count))
        }
    }

    /// Receives once from a socket, at most `room.count` bytes. A shorter way through the kernel
    /// than `read`.
    @inlinable @inline(__always)
    public func receive(into room: UnsafeMutableRawBufferPointer) -> IOResult {
        SystemCall.transfer { Glibc.recv(number, room.baseAddress, room.count, 0) }
    }

    /// Receives once from a socket, at most `limit` bytes, to the end of `bytes`.
    public func receive(appendingTo bytes: inout [UInt8], limit: Int) -> IOResult {
        withUnsafeTemporaryAllocation(byteCount: max(1, limit), alignment: 1) { room in
            let result = receive(into: UnsafeMutableRawBufferPointer(room))
            bytes.append(contentsOf: room[..<result.count])
            return result
        }
    }

    /// Sends once over a socket what `bytes` has from `start` on, perhaps less than all.
    public func send(_ bytes: [UInt8], from start: Int) -> IOResult {
        bytes.withUnsafeBytes { send(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    }

    /// Sends once over a socket, perhaps less than all. A peer that has gone is an error, never a
    /// signal.
    @inlinable @inline(__always)
    public func send(_ bytes: UnsafeRawBufferPointer) -> IOResult {
        SystemCall.transfer {
            Glibc.send(number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        }
    }

    /// Sends the parts one behind the other once, perhaps less than all, as `send` does. 1024 parts
    /// at most.
    @inlinable
    public func send(_ parts: UnsafeMutableBufferPointer<iovec>) -> IOResult {
        var message = msghdr()
        message.msg_iov = parts.baseAddress
        message.msg_iovlen = parts.count
        return SystemCall.transfer { sendmsg(number, &message, Int32(MSG_NOSIGNAL)) }
    }

    /// Writes all of `bytes`, in as many calls as it takes. Not for non-blocking descriptors.
    public func writeAll(_ bytes: RawSpan) throws(SystemError) {
        var done = 0
        while done < bytes.byteCount {
            let result = bytes.withUnsafeBytes { write(.init(rebasing: $0[done...])) }
            if let error = result.error("write") { throw error }
            done += result.count
        }
    }

    /// Writes all of `bytes`, in as many calls as it takes. Not for non-blocking descriptors.
    public func writeAll(_ bytes: [UInt8]) throws(SystemError) { try writeAll(bytes.span.bytes) }

    /// Sets whether reads and writes that would have to wait fail instead.
    public func setNonBlocking(_ isNonBlocking: Bool) throws(SystemError) {
        let flags = try SystemCall.check("fcntl") { fcntl(number, F_GETFL) }
        let new = isNonBlocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK
        try SystemCall.check("fcntl") { fcntl(number, F_SETFL, new) }
    }
}

/// An open descriptor, closed when its owner ends.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The descriptor, to be used while the owner lives: keep the owner in a variable, for one that
    /// is a temporary value ends before a call on its handle begins.
    public let handle: Descriptor

    /// Takes over an open descriptor, which from now on nobody else closes.
    @inlinable
    public init(owning number: Int32) { handle = Descriptor(number) }

    deinit { _ = Glibc.close(handle.number) }

    /// Writes all of `bytes`, in as many calls as it takes. Not for non-blocking descriptors.
    public func writeAll(_ bytes: [UInt8]) throws(SystemError) { try handle.writeAll(bytes) }

    /// Closes the descriptor and says whether that worked: some file systems report failed writes
    /// only then. Not repeated: on Linux it is closed even where a signal interrupted the call.
    public consuming func close() throws(SystemError) {
        let number = handle.number
        discard self
        if Glibc.close(number) == -1, redwing_errno() != EINTR {
            throw SystemError(operation: "close", code: redwing_errno())
        }
    }

    /// Gives the descriptor away without closing it.
    public consuming func release() -> Descriptor {
        let handle = self.handle
        discard self
        return handle
    }
}
