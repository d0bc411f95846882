// The quoting of a configuration line: split into arguments, and written so that it splits back.

/// Splits and quotes lines of a configuration file.
enum ConfigurationLine {
    /// The arguments of a line.
    ///
    /// Blanks separate. Double quotes know `\n \r \t \b \a`, `\xHH` and `\` before any other byte;
    /// single quotes know `\'`. A closing quote must end its argument; a NUL ends the line.
    ///
    /// - Returns: nil if a quote is not closed or is followed by something.
    static func split(_ line: [UInt8]) -> [[UInt8]]? {
        let line = line.prefix { $0 != 0 }
        var arguments: [[UInt8]] = []
        var at = line.startIndex
        while true {
            while at < line.endIndex, ValueNotation.isBlank(line[at]) { at += 1 }
            guard at < line.endIndex else { return arguments }
            guard let argument = next(line, &at) else { return nil }
            arguments.append(argument)
        }
    }

    private static func next(_ line: ArraySlice<UInt8>, _ at: inout Int) -> [UInt8]? {
        var argument: [UInt8] = []
        while at < line.endIndex {
            let byte = line[at]
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D:
                return argument
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                at += 1
                guard quotedPart(line, &at, byte, &argument) else { return nil }
                return argument
            default:
                argument.append(byte)
                at += 1
            }
        }
        return argument
    }

    private static func quotedPart(
        _ line: ArraySlice<UInt8>, _ at: inout Int, _ quote: UInt8, _ argument: inout [UInt8]
    ) -> Bool {
        while at < line.endIndex {
            let byte = line[at]
            if byte == quote {
                at += 1
                return at == line.endIndex || ValueNotation.isBlank(line[at])
            }
            guard byte == UInt8(ascii: "\\"), at + 1 < line.endIndex else {
                argument.append(byte)
                at += 1
                continue
            }
            let escaped = line[at + 1]
            if quote == UInt8(ascii: "'") {
                let isQuote = escaped == quote
                argument.append(isQuote ? quote : byte)
                at += isQuote ? 2 : 1
            } else if escaped == UInt8(ascii: "x"), at + 3 < line.endIndex,
                let high = hexDigit(line[at + 2]), let low = hexDigit(line[at + 3])
            {
                argument.append(high << 4 | low)
                at += 4
            } else {
                argument.append(unescaped(escaped))
                at += 2
            }
        }
        return false
    }

    private static func unescaped(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "a"): 0x07
        default: byte
        }
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The bytes in double quotes, with everything escaped that is not printable ASCII.
    static func quoted(_ bytes: [UInt8]) -> [UInt8] {
        let hex = Array("0123456789abcdef".utf8)
        var text: [UInt8] = [UInt8(ascii: "\"")]
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case 0x0A: text += Array("\\n".utf8)
            case 0x0D: text += Array("\\r".utf8)
            case 0x09: text += Array("\\t".utf8)
            case 0x07: text += Array("\\a".utf8)
            case 0x08: text += Array("\\b".utf8)
            case 0x20...0x7E: text.append(byte)
            default: text += Array("\\x".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        text.append(UInt8(ascii: "\""))
        return text
    }

    /// The lines of a text without their ends; a text that ends in a line feed has an empty last
    /// one.
    static func lines(_ text: [UInt8]) -> [[UInt8]] {
        text.split(separator: 0x0A, omittingEmptySubsequences: false).map { trimmed($0) }
    }

    /// The line without blanks, tabs and line ends around it.
    static func trimmed(_ line: ArraySlice<UInt8>) -> [UInt8] {
        let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        var line = line
        while let byte = line.first, blanks.contains(byte) { line = line.dropFirst() }
        while let byte = line.last, blanks.contains(byte) { line = line.dropLast() }
        return Array(line)
    }
}
