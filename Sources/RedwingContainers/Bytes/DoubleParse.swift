// Doubles from text, by the rules of Valkey's scores: digits with or without a point and an
// exponent, `inf`, `infinity` and `nan` in any case, a sign before all of them. No blanks, no
// hexadecimal digits.
import Glibc

/// A number at the beginning of some bytes.
@frozen
public struct DoublePrefix {
    /// The number; of one too large or too small to be a double, infinity or zero.
    public let value: Double
    /// How many bytes it takes; 0 when there is no number.
    public let count: Int
    /// Whether the number is too large or too small to be a double.
    public let isOutOfRange: Bool

    @inlinable
    init(value: Double, count: Int, isOutOfRange: Bool = false) {
        self.value = value
        self.count = count
        self.isOutOfRange = isOutOfRange
    }
}

extension Bytes {
    /// The double that these bytes spell, or nil: also when it is not a number, or out of range.
    @inlinable
    public func parseDouble() -> Double? {
        // Mostly it is a short integer.
        if let integer = parseInteger(), integer.magnitude <= 1 &<< 53 { return Double(integer) }
        let prefix = parseDoublePrefix()
        guard prefix.count == count, count > 0, !prefix.isOutOfRange, !prefix.value.isNaN else {
            return nil
        }
        return prefix.value
    }

    /// The double at the beginning of these bytes, the longest that there is.
    public func parseDoublePrefix() -> DoublePrefix {
        var scan = DecimalScan(self)
        scan.run()
        guard scan.digitCount > 0 else { return parseWord(from: scan.start) }
        if let value = scan.exactValue { return DoublePrefix(value: value, count: scan.end) }
        let value = slice(0, scan.end).convert()
        let isOutOfRange = value.isInfinite || value == 0 && scan.hasNonzeroDigit
        return DoublePrefix(value: value, count: scan.end, isOutOfRange: isOutOfRange)
    }

    /// An infinity or not a number, behind a sign of `start` bytes.
    private func parseWord(from start: Int) -> DoublePrefix {
        let word = slice(start, count - start)
        let sign = start > 0 && self[0] == UInt8(ascii: "-") ? -1.0 : 1.0
        if word.count >= 8, word.slice(0, 8).isToken("infinity") {
            return DoublePrefix(value: sign * .infinity, count: start + 8)
        }
        guard word.count >= 3 else { return DoublePrefix(value: 0, count: 0) }
        if word.slice(0, 3).isToken("inf") {
            return DoublePrefix(value: sign * .infinity, count: start + 3)
        }
        if word.slice(0, 3).isToken("nan") { return DoublePrefix(value: .nan, count: start + 3) }
        return DoublePrefix(value: 0, count: 0)
    }

    /// The value of a well-formed decimal number, rounded to nearest.
    private func convert() -> Double {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 1) { buffer in
            // The capacity is above zero, so the buffer has a base.
            let base = buffer.baseAddress.unsafelyUnwrapped
            copy(to: base)
            base[count] = 0
            return strtod(base, nil)
        }
    }
}

/// Reads a decimal number as far as it goes.
private struct DecimalScan {
    private let bytes: Bytes
    /// The length of the sign.
    private(set) var start = 0
    /// Where the number ends.
    private(set) var end = 0
    private(set) var digitCount = 0
    private(set) var hasNonzeroDigit = false
    private var isNegative = false
    private var significand: UInt64 = 0
    private var significantDigits = 0
    private var exponent = 0

    init(_ bytes: Bytes) { self.bytes = bytes }

    mutating func run() {
        if bytes.count > 0, bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
            isNegative = bytes[0] == UInt8(ascii: "-")
            start = 1
        }
        end = start
        takeDigits(isFraction: false)
        if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
            end += 1
            takeDigits(isFraction: true)
        }
        guard digitCount > 0 else { return }
        takeExponent()
    }

    private mutating func takeDigits(isFraction: Bool) {
        while end < bytes.count, bytes[end] &- 0x30 < 10 {
            let digit = bytes[end] &- 0x30
            digitCount += 1
            if digit != 0 { hasNonzeroDigit = true }
            if hasNonzeroDigit { significantDigits += 1 }
            if significantDigits <= 19 { significand = significand &* 10 &+ UInt64(digit) }
            if isFraction { exponent -= 1 }
            end += 1
        }
    }

    private mutating func takeExponent() {
        guard end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "e") else { return }
        var index = end + 1
        var isSmall = false
        if index < bytes.count,
            bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+")
        {
            isSmall = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        let first = index
        var stated = 0
        while index < bytes.count, bytes[index] &- 0x30 < 10 {
            if stated < 100_000 { stated = stated * 10 + Int(bytes[index] &- 0x30) }
            index += 1
        }
        guard index > first else { return }
        exponent += isSmall ? -stated : stated
        end = index
    }

    /// The value, where digits and power of ten are doubles both and one operation rounds right
    /// (Clinger: How to read floating point numbers accurately).
    var exactValue: Double? {
        guard significantDigits <= 19, significand <= 1 << 53, exponent.magnitude <= 22 else {
            return nil
        }
        let digits = Double(significand)
        let power = powersOfTen[Int(exponent.magnitude)]
        let value = exponent < 0 ? digits / power : digits * power
        return isNegative ? -value : value
    }
}

/// The powers of ten that are doubles.
private let powersOfTen: InlineArray<23, Double> = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
]
