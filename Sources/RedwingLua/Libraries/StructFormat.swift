// The format strings of `struct`: one option after the other, with size and alignment.
import RedwingContainers

/// What is wrong with a format.
enum StructFormatError: Error {
    case text(String)
    case badOption(String)
}

/// Reads a format string.
struct StructFormat {
    private let text: Bytes
    private var position = 0
    private(set) var isBigEndian = false
    private var alignment = 1

    private static let maxIntegerSize = 32
    private static let nativeAlignment = 8

    /// A reader of `text`, which ends at its first zero byte.
    init(_ text: Bytes) {
        self.text = text.slice(0, text.firstIndex(of: 0) ?? text.count)
    }

    /// One option.
    struct Option {
        let letter: UInt8
        var size: Int

        func `is`(_ letter: Character) -> Bool { self.letter == letter.asciiValue }

        /// Whether it stands for an integer, and whether that has a sign.
        var integer: (isSigned: Bool, Void)? {
            switch Character(UnicodeScalar(letter)) {
            case "b", "h", "l", "i": (true, ())
            case "B", "H", "L", "T", "I": (false, ())
            default: nil
            }
        }
    }

    /// The next option, or nil at the end.
    mutating func next() throws(StructFormatError) -> Option? {
        guard position < text.count else { return nil }
        let letter = text[position]
        position += 1
        return Option(letter: letter, size: try size(of: Character(UnicodeScalar(letter))))
    }

    private mutating func size(of letter: Character) throws(StructFormatError) -> Int {
        switch letter {
        case "B", "b", "x": return 1
        case "H", "h": return 2
        case "L", "l", "T", "d": return 8
        case "f": return 4
        case "c": return try number(else: 1)
        case "i", "I":
            let size = try number(else: 4)
            if size > StructFormat.maxIntegerSize {
                throw .text(
                    "integral size \(size) is larger than limit of \(StructFormat.maxIntegerSize)")
            }
            return size
        default: return 0
        }
    }

    private mutating func number(else value: Int) throws(StructFormatError) -> Int {
        guard position < text.count, text[position] &- 0x30 < 10 else { return value }
        var number: Int32 = 0
        while position < text.count, text[position] &- 0x30 < 10 {
            let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int32(text[position] - 0x30))
            if overflow || carry { throw .text("integral size overflow") }
            number = sum
            position += 1
        }
        return Int(number)
    }

    /// The bytes to leave out before an option that would begin at `offset`.
    func padding(_ option: Option, at offset: Int) -> Int {
        if option.size == 0 || option.is("c") { return 0 }
        let size = min(option.size, alignment)
        return (size - (offset & (size - 1))) & (size - 1)
    }

    /// Obeys an option that says how those behind it are to be read.
    mutating func control(_ option: Option) throws(StructFormatError) {
        switch Character(UnicodeScalar(option.letter)) {
        case " ": break
        case ">": isBigEndian = true
        case "<": isBigEndian = false
        case "!":
            let value = try number(else: StructFormat.nativeAlignment)
            if value <= 0 || value & (value - 1) != 0 {
                throw .text("alignment \(value) is not a power of 2")
            }
            alignment = value
        default:
            throw .badOption("invalid format option '\(Character(UnicodeScalar(option.letter)))'")
        }
    }
}
