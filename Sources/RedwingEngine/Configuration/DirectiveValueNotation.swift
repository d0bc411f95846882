// How values are read from and written as text: numbers, sizes, words.
// The error texts are those that clients of the usual servers see.

/// Reads and writes the notations that configuration values share.
enum ValueNotation {
    /// A decimal integer as it would be printed: no `+`, no leading zero, no blank.
    static func strictInteger(_ bytes: some Collection<UInt8>) -> Int? {
        guard var first = bytes.first else { return nil }
        var digits = bytes[...]
        let negative = first == UInt8(ascii: "-")
        if negative {
            digits = digits.dropFirst()
            guard let next = digits.first, next != UInt8(ascii: "0") else { return nil }
            first = next
        }
        if first == UInt8(ascii: "0"), digits.count > 1 { return nil }
        return accumulate(digits, negative: negative)
    }

    /// An integer with blanks and a sign before it, as C's `strtoll` takes it; empty is 0.
    static func lenientInteger(_ bytes: [UInt8]) -> Int? {
        var rest = bytes[...]
        while let byte = rest.first, isBlank(byte) { rest = rest.dropFirst() }
        if rest.isEmpty { return bytes.isEmpty ? 0 : nil }
        let negative = rest.first == UInt8(ascii: "-")
        if negative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        guard !rest.isEmpty, rest.allSatisfy(isDigit) else { return nil }
        return accumulate(rest, negative: negative) ?? (negative ? Int.min : Int.max)
    }

    private static func accumulate(_ digits: some Collection<UInt8>, negative: Bool) -> Int? {
        var value = 0
        for byte in digits {
            guard isDigit(byte) else { return nil }
            let digit = Int(byte - UInt8(ascii: "0"))
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) =
                negative
                ? product.subtractingReportingOverflow(digit)
                : product.addingReportingOverflow(digit)
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }

    /// A size such as `100`, `64kb` or `1g`; nil if it is none or beyond 64 bits signed.
    ///
    /// `k`, `m`, `g` are powers of 1000, `kb`, `mb`, `gb` of 1024. No digits mean 0.
    static func memory(_ bytes: [UInt8]) -> Int? {
        let digits = bytes.prefix(while: isDigit)
        let factor: Int
        switch String(decoding: bytes[digits.endIndex...], as: UTF8.self).lowercased() {
        case "", "b": factor = 1
        case "k": factor = 1000
        case "kb": factor = 1 << 10
        case "m": factor = 1_000_000
        case "mb": factor = 1 << 20
        case "g": factor = 1_000_000_000
        case "gb": factor = 1 << 30
        default: return nil
        }
        guard let number = accumulate(digits, negative: false) else { return nil }
        let (value, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : value
    }

    /// The size in the largest binary unit that divides it.
    static func memoryText(_ value: Int) -> String {
        if value != 0, value % (1 << 30) == 0 { return "\(value >> 30)gb" }
        if value != 0, value % (1 << 20) == 0 { return "\(value >> 20)mb" }
        if value != 0, value % (1 << 10) == 0 { return "\(value >> 10)kb" }
        return String(value)
    }

    /// A number with up to six decimals and no trailing zeros.
    static func decimalText(_ value: Double) -> String {
        let millionths = Int((value * 1_000_000).rounded(.toNearestOrEven))
        var fraction = String(millionths % 1_000_000)
        fraction = String(repeating: "0", count: 6 - fraction.count) + fraction
        while fraction.hasSuffix("0") { fraction.removeLast() }
        let whole = String(millionths / 1_000_000)
        return fraction.isEmpty ? whole : whole + "." + fraction
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    /// The blanks of C's `isspace`.
    static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (byte >= 0x09 && byte <= 0x0D)
    }

    /// The text before the first NUL: that is where such a value has always ended.
    static func text(_ bytes: [UInt8]) throws(DirectiveError) -> String {
        guard let text = String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self) else {
            throw DirectiveError(reason: "argument must be valid UTF-8")
        }
        return text
    }
}

extension IntegerNotation {
    func parse(_ bytes: [UInt8]) throws(DirectiveError) -> Int {
        let value = try number(bytes)
        if unit == .memoryOrPercent, value < 0 {
            guard value >= range.lowerBound else {
                throw DirectiveError(
                    reason: "percentage argument must be less or equal to \(-range.lowerBound)")
            }
            return value
        }
        guard range.contains(value) else {
            let radix = unit == .octal ? 8 : 10
            let low = String(range.lowerBound, radix: radix)
            let high = String(range.upperBound, radix: radix)
            throw DirectiveError(reason: "argument must be between \(low) and \(high) inclusive")
        }
        guard let clamp else { return value }
        return min(max(value, clamp.lowerBound), clamp.upperBound)
    }

    private func number(_ bytes: [UInt8]) throws(DirectiveError) -> Int {
        switch unit {
        case .plain:
            if let value = ValueNotation.strictInteger(bytes) { return value }
            throw DirectiveError(reason: "argument couldn't be parsed into an integer")
        case .memory:
            if let value = ValueNotation.memory(bytes) { return value }
            // Only a range that reaches below zero has a meaning for a sign.
            if range.lowerBound < 0, let value = ValueNotation.strictInteger(bytes) {
                return value
            }
            throw DirectiveError(reason: "argument must be a memory value")
        case .memoryOrPercent:
            if let value = ValueNotation.memory(bytes) { return value }
            if bytes.last == UInt8(ascii: "%"),
                let value = ValueNotation.strictInteger(bytes.dropLast()), value >= 0
            {
                return -value
            }
            throw DirectiveError(reason: "argument must be a memory or percent value")
        case .octal:
            if let text = String(validating: bytes, as: UTF8.self), let value = Int(text, radix: 8)
            {
                return value
            }
            throw DirectiveError(reason: "argument couldn't be parsed as an octal number")
        }
    }

    /// The value as CONFIG GET answers it.
    func format(_ value: Int) -> String {
        switch unit {
        case .plain, .memory: String(value)
        case .memoryOrPercent: value < 0 ? "\(-value)%" : String(value)
        case .octal: String(value, radix: 8)
        }
    }

    /// The value as CONFIG REWRITE writes it.
    func rewriteText(_ value: Int) -> String {
        switch unit {
        case .memory: ValueNotation.memoryText(value)
        case .memoryOrPercent where value >= 0: ValueNotation.memoryText(value)
        default: format(value)
        }
    }
}

extension ChoiceAccessor {
    func parse(_ bytes: [UInt8]) throws(DirectiveError) -> String {
        let word = String(decoding: bytes, as: UTF8.self)
        if let name = names.first(where: { $0.lowercased() == word.lowercased() }) { return name }
        throw Self.error(names)
    }

    static func error(_ names: [String]) -> DirectiveError {
        DirectiveError(
            reason: "argument(s) must be one of the following: "
                + names.joined(separator: ", "))
    }
}
