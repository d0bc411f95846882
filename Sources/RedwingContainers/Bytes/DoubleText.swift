// Doubles as text: the shortest digits that read back the same, laid out as Redis lays them out
// (an integer plainly, small exponents in place, others as `1e+20`). The digits come from the
// standard library; only the layout is ours.

/// Lends the text of `value` to `body`.
public func withDoubleText<R>(_ value: Double, _ body: (Bytes) throws -> R) rethrows -> R {
    if value.isNaN { return try body("nan") }
    if value.isInfinite { return try body(value < 0 ? "-inf" : "inf") }
    // Half of the integers' range is what survives the way through a double and back untouched.
    if abs(value) < 4.6e18, value == value.rounded(.towardZero) {
        return try withIntegerText(Int64(value), body)
    }
    let text = Array(value.magnitude.description.utf8)
    return try layOut(decompose(text), negative: value < 0).withBytes(body)
}

/// Significant digits and the power of ten of the last one.
private struct Decimal {
    var digits: [UInt8]
    var power: Int
}

private func decompose(_ text: [UInt8]) -> Decimal {
    var digits: [UInt8] = []
    var power = 0
    var index = 0
    var pointSeen = false
    while index < text.count, text[index] != UInt8(ascii: "e") {
        if text[index] == UInt8(ascii: ".") {
            pointSeen = true
        } else {
            digits.append(text[index])
            if pointSeen { power -= 1 }
        }
        index += 1
    }
    if index < text.count {
        let exponent = text[(index + 1)...].filter { $0 != UInt8(ascii: "+") }
        power += Int(String(decoding: exponent, as: UTF8.self)) ?? 0
    }
    while digits.count > 1, digits.last == UInt8(ascii: "0") {
        digits.removeLast()
        power += 1
    }
    let lead = digits.prefix { $0 == UInt8(ascii: "0") }.count
    digits.removeFirst(min(lead, digits.count - 1))
    return Decimal(digits: digits, power: power)
}

private func layOut(_ number: Decimal, negative: Bool) -> [UInt8] {
    let digits = number.digits
    let exponent = number.power + digits.count - 1
    var out: [UInt8] = negative ? [UInt8(ascii: "-")] : []
    let zero = UInt8(ascii: "0")
    if number.power >= 0, exponent < digits.count + 7 {
        out += digits
        out += [UInt8](repeating: zero, count: number.power)
    } else if number.power < 0, number.power > -7 || abs(exponent) < 4 {
        let whole = digits.count + number.power
        if whole > 0 {
            out += digits[..<whole] + [UInt8(ascii: ".")] + digits[whole...]
        } else {
            out += [zero, UInt8(ascii: ".")] + [UInt8](repeating: zero, count: -whole) + digits
        }
    } else {
        out.append(digits[0])
        if digits.count > 1 { out += [UInt8(ascii: ".")] + digits[1...] }
        out += [UInt8(ascii: "e"), UInt8(ascii: exponent < 0 ? "-" : "+")]
        out += Array(String(abs(exponent)).utf8)
    }
    return out
}
