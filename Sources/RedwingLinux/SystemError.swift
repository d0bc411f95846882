// How a system call fails: the one place that looks at errno, repeats what a signal interrupted
// and turns -1 into an error. No other file calls the kernel without going through here.
import CLinux
import Glibc

/// A system call that failed.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was attempted: the name of the call, where it helps followed by what it was about.
    public let operation: String
    /// The errno that it left; below 0 it is one of getaddrinfo's codes.
    public let code: Int32

    /// An error of `operation` with an errno.
    @inlinable
    public init(operation: String, code: Int32) {
        self.operation = operation
        self.code = code
    }

    /// What the code means, in the C library's words, as in "Address already in use".
    public var reason: String {
        if code < 0 { return String(cString: gai_strerror(code)) }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
            guard let base = text.baseAddress, strerror_r(code, base, text.count) == 0 else {
                return "error \(code)"
            }
            return String(cString: base)
        }
    }

    /// As in "bind: Address already in use".
    public var description: String { "\(operation): \(reason)" }

    /// Whether a file or directory does not exist.
    public var isMissing: Bool { code == ENOENT }
    /// Whether a file exists that should not.
    public var isExisting: Bool { code == EEXIST }
    /// Whether an address of this machine was asked for that it does not have.
    public var isAddressNotAvailable: Bool { code == EADDRNOTAVAIL }
    /// Whether another socket has the address.
    public var isAddressInUse: Bool { code == EADDRINUSE }
    /// Whether the kernel was built without the protocol, as with IPv6 switched off.
    public var isProtocolUnsupported: Bool {
        [ENOPROTOOPT, EPROTONOSUPPORT, ESOCKTNOSUPPORT, EPFNOSUPPORT, EAFNOSUPPORT].contains(code)
    }
    /// Whether no descriptors are left, of the process's or of the system's.
    public var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
    /// Whether the other end of a connection has gone.
    public var isDisconnect: Bool { code == ECONNRESET || code == EPIPE || code == ETIMEDOUT }
}

/// How much a read or write moved. Failing is part of the result, not thrown: on a socket it is
/// daily business.
@frozen
public struct IOResult: Sendable, Equatable {
    /// Bytes moved; below 0 the negative errno.
    public let rawValue: Int

    /// A result of a number of bytes, or of a negative errno.
    @inlinable @inline(__always)
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The number of bytes moved, 0 if it failed.
    @inlinable @inline(__always)
    public var count: Int { max(0, rawValue) }

    /// Whether a read found the end of the stream or file.
    @inlinable @inline(__always)
    public var isEnd: Bool { rawValue == 0 }

    /// Whether it would have had to wait.
    @inlinable @inline(__always)
    public var wouldBlock: Bool { rawValue == -Int(EAGAIN) }

    /// Whether it failed for good, which `wouldBlock` is not.
    @inlinable @inline(__always)
    public var isFailure: Bool { rawValue < 0 && !wouldBlock }

    /// What went wrong in the call `operation`, or nil.
    public func error(_ operation: String) -> SystemError? {
        rawValue < 0 ? SystemError(operation: operation, code: Int32(-rawValue)) : nil
    }
}

/// Calls that may be interrupted or fail.
public enum SystemCall {
    /// The result of `body`, which is called again as long as a signal interrupts it.
    @inlinable @inline(__always)
    public static func transfer(_ body: () -> Int) -> IOResult {
        while true {
            let result = body()
            if result >= 0 { return IOResult(rawValue: result) }
            let code = redwing_errno()
            if code != EINTR { return IOResult(rawValue: -Int(code)) }
        }
    }

    /// The result of `body`, -1 turned into an error; repeated when a signal interrupts it.
    @inlinable @inline(__always) @discardableResult
    public static func check<Value: SignedInteger>(
        _ operation: @autoclosure () -> String, _ body: () -> Value
    ) throws(SystemError) -> Value {
        while true {
            let result = body()
            if result != -1 { return result }
            let code = redwing_errno()
            if code != EINTR { throw SystemError(operation: operation(), code: code) }
        }
    }
}
