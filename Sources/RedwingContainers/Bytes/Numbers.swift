// Integers as text and back, by Redis's rules: no sign but a leading minus, no leading zero, no
// blanks. The parser accepts exactly what the formatter writes, so that a string can be stored as
// an integer without losing how it looked.

/// The most bytes an `Int64` takes as decimal text: 19 digits and a sign.
public let maxIntegerTextLength = 20

extension Bytes {
    /// The integer that these bytes spell canonically, or nil (also when it does not fit).
    @inlinable
    public func parseInteger() -> Int64? {
        guard count > 0, count <= maxIntegerTextLength else { return nil }
        var index = 0
        let negative = base[0] == 0x2d
        if negative {
            index = 1
            guard count > 1 else { return nil }
        }
        let first = base[index] &- 0x30
        guard first <= 9 else { return nil }
        if first == 0 { return count == 1 ? 0 : nil }
        var magnitude = UInt64(first)
        index += 1
        while index < count {
            let digit = base[index] &- 0x30
            guard digit <= 9 else { return nil }
            let (scaled, overflowed) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carried) = scaled.addingReportingOverflow(UInt64(digit))
            guard !overflowed, !carried else { return nil }
            magnitude = sum
            index += 1
        }
        if negative {
            guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
            return Int64(truncatingIfNeeded: 0 &- magnitude)
        }
        return Int64(exactly: magnitude)
    }

    /// The unsigned integer that these bytes spell canonically, or nil.
    @inlinable
    public func parseUnsigned() -> UInt64? {
        guard count > 0, count <= 20 else { return nil }
        if base[0] == 0x30 { return count == 1 ? 0 : nil }
        var value: UInt64 = 0
        for index in 0..<count {
            let digit = base[index] &- 0x30
            guard digit <= 9 else { return nil }
            let (scaled, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = scaled.addingReportingOverflow(UInt64(digit))
            guard !overflowed, !carried else { return nil }
            value = sum
        }
        return value
    }
}

/// Two ASCII digits for every number below 100, so that formatting divides half as often.
@usableFromInline
let digitPairs: StaticString = """
    00010203040506070809101112131415161718192021222324\
    25262728293031323334353637383940414243444546474849\
    50515253545556575859606162636465666768697071727374\
    75767778798081828384858687888990919293949596979899
    """

/// The number of decimal digits of `value`.
@inlinable
public func digitCount(_ value: UInt64) -> Int {
    var limit: UInt64 = 10
    var digits = 1
    while value >= limit {
        digits += 1
        if digits == 20 { break }
        limit = limit &* 10
    }
    return digits
}

/// Writes `value` in decimal at `destination`, which has room for 20 bytes; returns the length.
@inlinable
public func formatUnsigned(_ value: UInt64, to destination: UnsafeMutablePointer<UInt8>) -> Int {
    let length = digitCount(value)
    var rest = value
    var position = length
    let pairs = digitPairs.utf8Start
    while rest >= 100 {
        let pair = Int(rest % 100) &* 2
        rest /= 100
        position &-= 2
        destination[position] = pairs[pair]
        destination[position &+ 1] = pairs[pair &+ 1]
    }
    if rest >= 10 {
        destination[0] = pairs[Int(rest) &* 2]
        destination[1] = pairs[Int(rest) &* 2 &+ 1]
    } else {
        destination[0] = UInt8(truncatingIfNeeded: rest) &+ 0x30
    }
    return length
}

/// Writes `value` in decimal at `destination`, which has room for 20 bytes; returns the length.
@inlinable
public func formatInteger(_ value: Int64, to destination: UnsafeMutablePointer<UInt8>) -> Int {
    guard value < 0 else { return formatUnsigned(UInt64(bitPattern: value), to: destination) }
    destination[0] = 0x2d
    return 1 + formatUnsigned(value.magnitude, to: destination + 1)
}

/// Lends the decimal text of `value` to `body`, without allocating.
@inlinable @inline(__always)
public func withIntegerText<R>(_ value: Int64, _ body: (Bytes) throws -> R) rethrows -> R {
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { buffer in
        // The capacity is a constant above zero, so the buffer has a base.
        let base = buffer.baseAddress.unsafelyUnwrapped
        return try body(Bytes(base: base, count: formatInteger(value, to: base)))
    }
}
