// Doubles as text with a fixed number of digits behind the point: distances, coordinates and what
// error texts show of a number.
import CLinux

/// Lends the text of a coordinate to `body`: 17 digits behind the point, exactly rounded, without
/// zeros at their end. The magnitude of `value` must be below 512.
public func withCoordinateText<R>(_ value: Double, _ body: (Bytes) throws -> R) rethrows -> R {
    assert(value.magnitude < 512)
    // 53 bits times 57 bits: the product is exact, and so is the rounding.
    let shift = UInt128(52 - max(value.exponent, -1022))
    let significand = UInt128(value.significandBitPattern | (value.isNormal ? 1 << 52 : 0))
    let product = significand * 100_000_000_000_000_000
    var digits = shift < 128 ? product >> shift : 0
    let rest = shift < 128 ? product - digits << shift : 0
    let half = shift < 128 ? UInt128(1) << (shift - 1) : .max
    if rest > half || rest == half && digits & 1 == 1 { digits += 1 }
    let whole = UInt64(digits / 100_000_000_000_000_000)
    let fraction = UInt64(digits % 100_000_000_000_000_000)
    return try withFixed(value < 0 && digits > 0, whole, fraction, 17, keepsZeros: false, body)
}

/// Lends the text of a distance to `body`: four digits behind the point.
public func withDistanceText<R>(_ value: Double, _ body: (Bytes) throws -> R) rethrows -> R {
    // What has no place in 64 bits becomes the number that C makes of it.
    let scaled = Int64(exactly: (value * 10000).rounded(.toNearestOrEven)) ?? .min
    let magnitude = scaled.magnitude
    return try withFixed(
        scaled < 0, magnitude / 10000, magnitude % 10000, 4, keepsZeros: true, body)
}

private func withFixed<R>(
    _ isNegative: Bool, _ whole: UInt64, _ fraction: UInt64, _ places: Int, keepsZeros: Bool,
    _ body: (Bytes) throws -> R
) rethrows -> R {
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 48) { buffer in
        // The capacity is a constant above zero, so the buffer has a base.
        let base = buffer.baseAddress.unsafelyUnwrapped
        base[0] = UInt8(ascii: "-")
        var count = isNegative ? 1 : 0
        count += formatUnsigned(whole, to: base + count)
        base[count] = UInt8(ascii: ".")
        var rest = fraction
        for place in (1...places).reversed() {
            base[count + place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        count += places + 1
        if !keepsZeros {
            while base[count - 1] == UInt8(ascii: "0") { count -= 1 }
            if base[count - 1] == UInt8(ascii: ".") { count -= 1 }
        }
        return try body(Bytes(base: base, count: count))
    }
}

/// The text of any number with six digits behind the point, as C prints it.
public func plainText(_ value: Double) -> String {
    // 309 digits before the point, the sign, the point, six digits and the final zero.
    let capacity = 320
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
        // The capacity is a constant above zero, so the buffer has a base.
        let base = buffer.baseAddress.unsafelyUnwrapped
        let count = Int(redwing_format_double(value, base, capacity))
        return Bytes(raw: base, count: max(0, min(count, capacity - 1))).string
    }
}
