// Listpacks: many strings in one block, as dumped values hold them. A head (bytes in all, 4; number
// of elements, 2, where 65535 is unknown), the elements, the byte 255. An element:
//
//     0xxxxxxx                 an integer of 7 bits
//     10xxxxxx                 a text of so many bytes
//     110xxxxx and 1 byte      an integer of 13 bits in two's complement, the high bits first
//     1110xxxx and 1 byte      a text of so many bytes, the high bits first
//     240 and 4 bytes          a text of so many bytes, lowest byte first
//     241, 242, 243, 244       an integer of 2, 3, 4 or 8 bytes, lowest byte first
//
// and behind it the bytes that this took, in groups of seven bits, the highest first, the top bit
// set on all but that. Strings that spell integers are stored as integers.
import RedwingContainers

/// Writes a listpack.
struct ListpackWriter {
    private var bytes = [UInt8](repeating: 0, count: Listpack.headCount)
    private var count = 0

    /// Adds a string.
    mutating func append(_ string: Bytes) {
        if string.count <= maxIntegerTextLength, let integer = string.parseInteger() {
            return append(integer)
        }
        let start = bytes.count
        if string.count < 1 << 6 {
            bytes.append(0x80 | UInt8(string.count))
        } else if string.count < 1 << 12 {
            bytes.append(bigEndian: 0xe000 | UInt16(string.count))
        } else {
            bytes.append(Listpack.text32)
            bytes.append(littleEndian: UInt32(truncatingIfNeeded: string.count))
        }
        bytes.append(string)
        finishElement(start)
    }

    /// Adds an integer.
    mutating func append(_ integer: Int64) {
        let start = bytes.count
        if integer >= 0, integer < 128 {
            bytes.append(UInt8(integer))
        } else if integer >= -4096, integer < 4096 {
            bytes.append(bigEndian: 0xc000 | UInt16(truncatingIfNeeded: integer) & 0x1fff)
        } else if let value = Int16(exactly: integer) {
            bytes.append(Listpack.integer16)
            bytes.append(littleEndian: value)
        } else if integer >= -(1 << 23), integer < 1 << 23 {
            bytes.append(Listpack.integer24)
            bytes.append(littleEndian: UInt16(truncatingIfNeeded: integer))
            bytes.append(UInt8(truncatingIfNeeded: integer >> 16))
        } else if let value = Int32(exactly: integer) {
            bytes.append(Listpack.integer32)
            bytes.append(littleEndian: value)
        } else {
            bytes.append(Listpack.integer64)
            bytes.append(littleEndian: integer)
        }
        finishElement(start)
    }

    /// Adds an element of a packed list.
    mutating func append(_ element: PackedElement) {
        if let integer = element.integer {
            append(integer)
        } else {
            element.withBytes { append($0) }
        }
    }

    /// Adds a score as the shortest text or the integer that it is.
    mutating func append(score: Double) {
        // Beyond this a double is not taken for an integer.
        if abs(score) <= Double(Int64.max / 2), score == score.rounded(.towardZero) {
            append(Int64(score))
        } else {
            withDoubleText(score) { append($0) }
        }
    }

    private mutating func finishElement(_ start: Int) {
        count += 1
        let size = bytes.count - start
        let groups = Listpack.backCount(size)
        for group in (0..<groups).reversed() {
            let bits = UInt8(truncatingIfNeeded: size >> (7 * group)) & 0x7f
            bytes.append(group == groups - 1 ? bits : bits | 0x80)
        }
    }

    /// The listpack.
    func finished() -> [UInt8] {
        var bytes = bytes
        bytes.append(Listpack.end)
        let total = UInt32(truncatingIfNeeded: bytes.count)
        for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: total >> (8 * index)) }
        let count = UInt16(clamping: self.count)
        bytes[4] = UInt8(truncatingIfNeeded: count)
        bytes[5] = UInt8(truncatingIfNeeded: count >> 8)
        return bytes
    }
}

/// Reads a listpack.
enum Listpack {
    static let headCount = 6
    static let end: UInt8 = 0xff
    static let text32: UInt8 = 0xf0
    static let integer16: UInt8 = 0xf1
    static let integer24: UInt8 = 0xf2
    static let integer32: UInt8 = 0xf3
    static let integer64: UInt8 = 0xf4
    private static let unknownCount: UInt16 = .max

    /// The bytes that the length behind an element of `size` bytes takes.
    static func backCount(_ size: Int) -> Int {
        if size < 1 << 7 { return 1 }
        // The limits of the format are one short.
        if size < 1 << 14 - 1 { return 2 }
        if size < 1 << 21 - 1 { return 3 }
        return size < 1 << 28 - 1 ? 4 : 5
    }

    /// All elements, lent by `bytes`.
    static func elements(_ bytes: Bytes) throws(DumpError) -> [DumpString] {
        guard bytes.count > headCount, bytes.integer(UInt32.self, at: 0) ?? 0 == bytes.count,
            let announced = bytes.integer(UInt16.self, at: 4), bytes[bytes.count - 1] == end
        else { throw .badFormat }
        var elements: [DumpString] = []
        var position = headCount
        while position < bytes.count - 1 {
            let start = position
            elements.append(try element(bytes, &position))
            let size = position - start
            let groups = backCount(size)
            guard groups < bytes.count - position else { throw .badFormat }
            for group in (0..<groups).reversed() {
                let bits = UInt8(truncatingIfNeeded: size >> (7 * group)) & 0x7f
                guard bytes[position] == (group == groups - 1 ? bits : bits | 0x80) else {
                    throw .badFormat
                }
                position += 1
            }
        }
        guard announced == unknownCount || Int(announced) == elements.count else {
            throw .badFormat
        }
        return elements
    }

    private static func element(
        _ bytes: Bytes, _ position: inout Int
    ) throws(DumpError) -> DumpString {
        let tag = bytes[position]
        position += 1
        if tag < 0x80 { return .integer(Int64(tag)) }
        if tag < 0xc0 { return .text(try bytes.take(Int(tag & 0x3f), &position)) }
        if tag < 0xf0 {
            let low = UInt16(try bytes.take(1, &position)[0])
            if tag >= 0xe0 {
                return .text(try bytes.take(Int(UInt16(tag & 0x0f) << 8 | low), &position))
            }
            let bits = UInt16(tag & 0x1f) << 8 | low
            // The sign bit to the top and back.
            return .integer(Int64(Int16(bitPattern: bits << 3) >> 3))
        }
        switch tag {
        case text32:
            let count = try bytes.take(UInt32.self, &position)
            return .text(try bytes.take(Int(count), &position))
        case integer16: return .integer(Int64(try bytes.take(Int16.self, &position)))
        case integer24: return .integer(try bytes.takeTriple(&position))
        case integer32: return .integer(Int64(try bytes.take(Int32.self, &position)))
        case integer64: return .integer(try bytes.take(Int64.self, &position))
        default: throw .badFormat
        }
    }
}

extension Bytes {
    /// The next `count` bytes from `position` on, which moves behind them.
    func take(_ count: Int, _ position: inout Int) throws(DumpError) -> Bytes {
        guard count >= 0, count <= self.count - position else { throw .badFormat }
        position += count
        return slice(position - count, count)
    }

    /// The next integer, lowest byte first.
    func take<Integer: FixedWidthInteger>(
        _ type: Integer.Type, _ position: inout Int
    ) throws(DumpError) -> Integer {
        guard let value = integer(type, at: position) else { throw .badFormat }
        position += MemoryLayout<Integer>.size
        return value
    }

    /// The next integer of three bytes.
    func takeTriple(_ position: inout Int) throws(DumpError) -> Int64 {
        let run = try take(3, &position)
        let bits = UInt32(run[0]) << 8 | UInt32(run[1]) << 16 | UInt32(run[2]) << 24
        return Int64(Int32(bitPattern: bits) >> 8)
    }
}
