// Doubles as text, to the byte as Redis and Valkey write scores: an integer plainly, small
// exponents in place, others as `1e+20`.

/// The most bytes that `formatDouble` writes.
public let maxDoubleTextLength = 32

/// Lends the text of `value` to `body`, without allocating.
@inlinable
public func withDoubleText<R>(_ value: Double, _ body: (Bytes) throws -> R) rethrows -> R {
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: maxDoubleTextLength) { buffer in
        // The capacity is a constant above zero, so the buffer has a base.
        let base = buffer.baseAddress.unsafelyUnwrapped
        return try body(Bytes(base: base, count: formatDouble(value, to: base)))
    }
}

/// Writes `value` at `destination`, which has room for `maxDoubleTextLength` bytes; returns the
/// length.
public func formatDouble(_ value: Double, to destination: UnsafeMutablePointer<UInt8>) -> Int {
    if value.isNaN { return put("nan", at: destination) }
    if value.isInfinite { return put(value < 0 ? "-inf" : "inf", at: destination) }
    // Beyond half of the integers' range Redis does not look for an integer.
    if abs(value) <= 0x1p62, value == value.rounded(.towardZero) {
        if value == 0, value.sign == .minus { return put("-0", at: destination) }
        return formatInteger(Int64(value), to: destination)
    }
    let sign = value < 0 ? put("-", at: destination) : 0
    return sign + layOut(value.magnitude, at: destination + sign)
}

private func put(_ text: Bytes, at destination: UnsafeMutablePointer<UInt8>) -> Int {
    text.copy(to: destination)
    return text.count
}

private func layOut(_ value: Double, at destination: UnsafeMutablePointer<UInt8>) -> Int {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 18) { buffer in
        let digits = buffer.baseAddress.unsafelyUnwrapped
        let number = writeDigits(value, to: digits)
        let count = number.count
        let exponent = number.power + count - 1
        let out = Layout(base: destination)
        if number.power >= 0, number.power < 8 {
            return out.digits(digits, count, at: 0) + out.zeros(number.power, at: count)
        }
        if number.power < 0, number.power > -7 || abs(exponent) < 4 {
            let whole = count + number.power
            if whole > 0 {
                _ = out.digits(digits, whole, at: 0)
                out.base[whole] = UInt8(ascii: ".")
                return whole + 1 + out.digits(digits + whole, count - whole, at: whole + 1)
            }
            let lead = put("0.", at: destination) + out.zeros(-whole, at: 2)
            return lead + out.digits(digits, count, at: lead)
        }
        var length = out.digits(digits, 1, at: 0)
        if count > 1 {
            out.base[1] = UInt8(ascii: ".")
            length = 2 + out.digits(digits + 1, count - 1, at: 2)
        }
        length += put(exponent < 0 ? "e-" : "e+", at: destination + length)
        return length + formatUnsigned(UInt64(abs(exponent)), to: destination + length)
    }
}

/// Where the parts of a number's text go; each says how many bytes it wrote.
private struct Layout {
    let base: UnsafeMutablePointer<UInt8>

    func digits(_ source: UnsafeMutablePointer<UInt8>, _ count: Int, at offset: Int) -> Int {
        (base + offset).update(from: source, count: count)
        return count
    }

    func zeros(_ count: Int, at offset: Int) -> Int {
        (base + offset).update(repeating: UInt8(ascii: "0"), count: count)
        return count
    }
}
