// The one place where errno becomes an error, and where an interrupted call is made again.
import CLinux
import Glibc

/// A system call that failed.
public struct SystemError: Error, Equatable, CustomStringConvertible, Sendable {
    /// The value of errno.
    public let code: Int32
    /// What was tried, in words: `bind 127.0.0.1:6379`.
    public let operation: String

    /// The failure of `operation` with `code`.
    public init(code: Int32, operation: String) {
        self.code = code
        self.operation = operation
    }

    /// The system's text for the code.
    public var reason: String { String(cString: strerror(code)) }

    /// The operation and the reason.
    public var description: String { "\(operation): \(reason)" }
}

/// Calls `call` until it is not interrupted; a result below 0 becomes an error.
@inlinable
@discardableResult
func system(_ operation: @autoclosure () -> String, _ call: () -> Int) throws(SystemError) -> Int {
    while true {
        let result = call()
        if result >= 0 { return result }
        let code = errno
        if code != EINTR { throw SystemError(code: code, operation: operation()) }
    }
}

/// The same for calls whose result is a C int.
@inlinable
@discardableResult
func system(
    _ operation: @autoclosure () -> String, _ call: () -> Int32
) throws(SystemError) -> Int32 {
    Int32(truncatingIfNeeded: try system(operation()) { Int(call()) })
}
