// Bytes in double quotes as redis-cli and MONITOR show them: what cannot be printed is escaped.
import RedwingContainers

enum QuotedText {
    /// Appends `bytes` in quotes.
    static func append(_ bytes: Bytes, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for index in 0..<bytes.count { append(bytes[index], to: &text) }
        text.append(UInt8(ascii: "\""))
    }

    private static func append(_ byte: UInt8, to text: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): text += [UInt8(ascii: "\\"), byte]
        case 0x0a: text += Array("\\n".utf8)
        case 0x0d: text += Array("\\r".utf8)
        case 0x09: text += Array("\\t".utf8)
        case 0x07: text += Array("\\a".utf8)
        case 0x08: text += Array("\\b".utf8)
        case 0x20..<0x7f: text.append(byte)
        default:
            let digits = Array("0123456789abcdef".utf8)
            text += Array("\\x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}
