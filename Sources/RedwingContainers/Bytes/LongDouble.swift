// Numbers given as text, in the machine's longest floating-point type: what INCRBYFLOAT and
// HINCRBYFLOAT compute with, and what timeouts are read as. Swift has no portable name for that
// type, so C does the work.
import CLinux

/// What adding two numbers can lead to besides a sum.
public enum LongDoubleError: Error {
    /// A text is not a number, or NaN, or too large or too small for the type.
    case notNumber
    /// The sum is NaN or infinite.
    case notFinite
}

/// Lends the sum of two numbers to `body` as plain decimal text: 17 digits behind the point at
/// most, no zeros at their end, no exponent. Infinities are read, blanks are not.
public func withLongDoubleSum<R>(
    _ left: Bytes, _ right: Bytes, _ body: (Bytes) -> R
) throws(LongDoubleError) -> R {
    let room = Int(redwing_long_double_room)
    let result = withUnsafeTemporaryAllocation(of: CChar.self, capacity: room) {
        buffer -> Result<R, LongDoubleError> in
        // The capacity is a constant above zero, so the buffer has a base.
        let base = buffer.baseAddress.unsafelyUnwrapped
        let length = redwing_add_long_doubles(
            left.base, left.count, right.base, right.count, base)
        guard length > 0 else { return .failure(length == 0 ? .notNumber : .notFinite) }
        return .success(body(Bytes(raw: base, count: Int(length))))
    }
    return try result.get()
}

/// Why a text is no span of time.
public enum SecondsError: Error {
    /// It is not a number, or NaN.
    case notNumber
    /// Its milliseconds are beyond 64 bits.
    case tooLarge
}

extension Bytes {
    /// A number of seconds, with fractions, in milliseconds rounded up. What is too far below zero
    /// becomes the smallest integer.
    public func parseSeconds() throws(SecondsError) -> Int64 {
        var milliseconds: Int64 = 0
        switch redwing_parse_seconds(base, count, &milliseconds) {
        case 0: throw .notNumber
        case 1: return milliseconds
        default: throw .tooLarge
        }
    }
}
