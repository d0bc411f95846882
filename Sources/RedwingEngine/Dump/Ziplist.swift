// Ziplists, which listpacks have followed: read only. A head (bytes in all, 4; offset of the last
// element, 4; number of elements, 2, where 65535 is unknown), the elements, the byte 255. An
// element begins with the bytes that the one before it took, one byte or 254 and four, and goes on:
//
//     00xxxxxx                   a text of so many bytes
//     01xxxxxx and 1 byte        a text of so many bytes, the high bits first
//     10000000 and 4 bytes       a text of so many bytes, highest byte first
//     192, 208, 224, 240, 254    an integer of 2, 4, 8, 3 or 1 bytes, lowest byte first
//     241 to 253                 the integer 0 to 12
import RedwingContainers

/// Reads a ziplist.
enum Ziplist {
    private static let headCount = 10
    private static let end: UInt8 = 0xff
    private static let longLink: UInt8 = 0xfe
    private static let unknownCount: UInt16 = .max

    /// All elements, lent by `bytes`.
    static func elements(_ bytes: Bytes) throws(DumpError) -> [DumpString] {
        guard bytes.count > headCount, bytes.integer(UInt32.self, at: 0) ?? 0 == bytes.count,
            let tail = bytes.integer(UInt32.self, at: 4),
            let announced = bytes.integer(UInt16.self, at: 8), bytes[bytes.count - 1] == end
        else { throw .badFormat }
        var elements: [DumpString] = []
        var position = headCount
        var last = headCount
        var before = 0
        while position < bytes.count - 1 {
            last = position
            var link = Int(try bytes.take(1, &position)[0])
            if link == longLink { link = Int(try bytes.take(UInt32.self, &position)) }
            guard link == before else { throw .badFormat }
            elements.append(try element(bytes, &position))
            before = position - last
        }
        guard position == bytes.count - 1, Int(tail) == last,
            announced == unknownCount || Int(announced) == elements.count
        else { throw .badFormat }
        return elements
    }

    private static func element(
        _ bytes: Bytes, _ position: inout Int
    ) throws(DumpError) -> DumpString {
        let tag = try bytes.take(1, &position)[0]
        switch tag {
        case 0..<0x40: return .text(try bytes.take(Int(tag), &position))
        case 0x40..<0x80:
            let low = Int(try bytes.take(1, &position)[0])
            return .text(try bytes.take(Int(tag & 0x3f) << 8 | low, &position))
        case 0x80:
            let count = try bytes.take(UInt32.self, &position).byteSwapped
            return .text(try bytes.take(Int(count), &position))
        case 0xc0: return .integer(Int64(try bytes.take(Int16.self, &position)))
        case 0xd0: return .integer(Int64(try bytes.take(Int32.self, &position)))
        case 0xe0: return .integer(try bytes.take(Int64.self, &position))
        case 0xf0: return .integer(try bytes.takeTriple(&position))
        case 0xfe: return .integer(Int64(try bytes.take(Int8.self, &position)))
        case 0xf1...0xfd: return .integer(Int64(tag) - 0xf1)
        default: throw .badFormat
        }
    }
}
