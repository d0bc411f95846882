// Words with quotes, as inline commands write them: double quotes know \xHH and \n \r \t \b \a,
// single quotes only \'. A word may change between quoted and plain: a"b c"d is one. Source: how
// Valkey 9.1 answers, except that it loses bytes 0xff that are not written as \xff.
import RedwingContainers

private let quote = UInt8(ascii: "\"")
private let apostrophe = UInt8(ascii: "'")
private let backslash = UInt8(ascii: "\\")

/// The words of a line, or nil when a quote is open.
public func splitWords(_ line: Bytes) -> [[UInt8]]? {
    var words: [[UInt8]] = []
    var index = 0
    while true {
        while index < line.count, isBlank(line[index]) { index += 1 }
        guard index < line.count, line[index] != 0 else { return words }
        guard let word = nextWord(line, &index) else { return nil }
        words.append(word)
    }
}

private func nextWord(_ line: Bytes, _ index: inout Int) -> [UInt8]? {
    var word: [UInt8] = []
    while index < line.count {
        let byte = line[index]
        if endsWord(byte) { return word }
        index += 1
        switch byte {
        case quote: guard quoted(line, &index, &word) else { return nil }
        case apostrophe: guard literal(line, &index, &word) else { return nil }
        default: word.append(byte)
        }
    }
    return word
}

/// The rest of a double-quoted run, the opening quote consumed; false when it is not closed. The
/// line's last byte is never escaped, so that "a\" is closed.
private func quoted(_ line: Bytes, _ index: inout Int, _ word: inout [UInt8]) -> Bool {
    while index < line.count {
        let byte = line[index]
        index += 1
        if byte == quote { return true }
        guard byte == backslash, index + 1 < line.count else {
            word.append(byte)
            continue
        }
        if line[index] == UInt8(ascii: "x"), index + 2 < line.count,
            let high = hexDigit(line[index + 1]), let low = hexDigit(line[index + 2])
        {
            word.append(high << 4 | low)
            index += 3
            continue
        }
        word.append(unescaped(line[index]))
        index += 1
    }
    return false
}

/// The rest of a single-quoted run.
private func literal(_ line: Bytes, _ index: inout Int, _ word: inout [UInt8]) -> Bool {
    while index < line.count {
        let byte = line[index]
        index += 1
        if byte == apostrophe { return true }
        if byte == backslash, index + 1 < line.count, line[index] == apostrophe {
            word.append(apostrophe)
            index += 1
        } else {
            word.append(byte)
        }
    }
    return false
}

private func unescaped(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "n"): 0x0a
    case UInt8(ascii: "r"): 0x0d
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "a"): 0x07
    default: byte
    }
}

private func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (byte >= 0x09 && byte <= 0x0d)
}

/// Fewer than are skipped between words.
private func endsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x0a, 0x0d, 0x09, 0: true
    default: false
    }
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
}
