// An open file descriptor and the calls of the hot path. Who holds one closes it: dropping the
// value does.
import CLinux
import Glibc

/// What a read or write on a non-blocking descriptor came to.
@frozen
public enum Transfer {
    /// So many bytes went through; of a read 0 is the end.
    case bytes(Int)
    /// Nothing now; wait for readiness.
    case wouldBlock
    /// The connection or file is broken; the value of errno.
    case failed(Int32)
}

/// An owned file descriptor.
public struct Descriptor: ~Copyable, Sendable {
    /// The descriptor's number.
    public let number: Int32

    /// Takes ownership of an open descriptor.
    public init(owning number: Int32) { self.number = number }

    deinit { close(number) }
}

/// Reads at most `count` bytes.
@inlinable
public func readBytes(
    _ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int
) -> Transfer {
    while true {
        let got = read(descriptor, buffer, count)
        if got >= 0 { return .bytes(got) }
        let code = errno
        if code == EAGAIN { return .wouldBlock }
        if code != EINTR { return .failed(code) }
    }
}

/// Writes at most `count` bytes. A peer that is gone is an error, never a signal.
@inlinable
public func sendBytes(_ descriptor: Int32, _ buffer: UnsafeRawPointer, _ count: Int) -> Transfer {
    while true {
        let put = send(descriptor, buffer, count, Int32(MSG_NOSIGNAL))
        if put >= 0 { return .bytes(put) }
        let code = errno
        if code == EAGAIN { return .wouldBlock }
        if code != EINTR { return .failed(code) }
    }
}

/// Writes from several places at once.
public func sendVector(_ descriptor: Int32, _ parts: UnsafeMutableBufferPointer<iovec>) -> Transfer
{
    var message = msghdr()
    message.msg_iov = parts.baseAddress
    message.msg_iovlen = parts.count
    while true {
        let put = sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
        if put >= 0 { return .bytes(put) }
        let code = errno
        if code == EAGAIN { return .wouldBlock }
        if code != EINTR { return .failed(code) }
    }
}

/// Facts about files.
public enum File {
    /// Whether something is at `path`.
    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
