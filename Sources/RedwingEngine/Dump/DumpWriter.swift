// Writes dumped values from lengths, strings and numbers; which of them a value consists of is said
// in the file of its type.
//
// A length begins with two bits: 00 and 6 bits, 01 and 14 bits (the high ones first), 10 000000 and
// 4 bytes or 10 000001 and 8 bytes, highest first. 11 and 6 bits stand in place of a string's
// length: 0, 1 and 2 for an integer of 1, 2 or 4 bytes, 3 for a compressed string.
import RedwingContainers

/// The first byte of what stands in place of a string.
enum DumpMark {
    static let length32: UInt8 = 0x80
    static let length64: UInt8 = 0x81
    static let integer8: UInt8 = 0xc0
    static let integer16: UInt8 = 0xc1
    static let integer32: UInt8 = 0xc2
    static let compressed: UInt8 = 0xc3
}

/// Writes one value.
struct DumpWriter {
    /// What has been written.
    private(set) var bytes: [UInt8] = []

    /// Begins a value.
    init(_ form: DumpForm) { bytes.append(form.rawValue) }

    private init() {}

    /// Begins something that is no value.
    static var empty: DumpWriter { DumpWriter() }

    /// The finished payload.
    consuming func sealed() -> [UInt8] {
        var bytes = bytes
        DumpFooter.seal(&bytes)
        return bytes
    }

    mutating func append(length: Int) { append(number: UInt64(truncatingIfNeeded: length)) }

    /// Adds a number as lengths are spelled.
    mutating func append(number: UInt64) {
        if number < 1 << 6 {
            bytes.append(UInt8(number))
        } else if number < 1 << 14 {
            bytes.append(bigEndian: UInt16(number) | 0x4000)
        } else if number <= UInt64(UInt32.max) {
            bytes.append(DumpMark.length32)
            bytes.append(bigEndian: UInt32(number))
        } else {
            bytes.append(DumpMark.length64)
            bytes.append(bigEndian: number)
        }
    }

    /// Adds a string, as an integer where that is shorter.
    mutating func append(string: Bytes) {
        if string.count <= 11, let integer = string.parseInteger(), append(short: integer) {
            return
        }
        append(blob: string)
    }

    /// Adds a string that an integer stands for.
    mutating func append(string integer: Int64) {
        if !append(short: integer) { withIntegerText(integer) { append(blob: $0) } }
    }

    private mutating func append(short integer: Int64) -> Bool {
        if let value = Int8(exactly: integer) {
            bytes.append(DumpMark.integer8)
            bytes.append(littleEndian: value)
        } else if let value = Int16(exactly: integer) {
            bytes.append(DumpMark.integer16)
            bytes.append(littleEndian: value)
        } else if let value = Int32(exactly: integer) {
            bytes.append(DumpMark.integer32)
            bytes.append(littleEndian: value)
        } else {
            return false
        }
        return true
    }

    /// Adds bytes as they are, behind their length.
    mutating func append(blob: Bytes) {
        append(length: blob.count)
        bytes.append(blob)
    }

    mutating func append(_ member: SetMember) {
        switch member {
        case .integer(let integer): append(string: integer)
        case .packedText(let text), .text(let text): append(string: text)
        }
    }

    mutating func append(_ listpack: ListpackWriter) {
        listpack.finished().withBytes { append(blob: $0) }
    }

    mutating func append(byte: UInt8) { bytes.append(byte) }

    mutating func append<Integer: FixedWidthInteger>(littleEndian value: Integer) {
        bytes.append(littleEndian: value)
    }

    /// Adds an entry's id as the 16 bytes that order as it does.
    mutating func append(key id: StreamID) {
        bytes.append(bigEndian: id.ms)
        bytes.append(bigEndian: id.seq)
    }

    /// Adds an entry's id as two numbers.
    mutating func append(_ id: StreamID) {
        append(number: id.ms)
        append(number: id.seq)
    }
}

extension Engine {
    /// The payload of a key's value.
    func dump(_ entry: Entry) -> [UInt8] {
        switch entry.type {
        case .string: return DumpWriter(string: entry).sealed()
        case .list: return DumpWriter(ListValue(entry: entry)).sealed()
        case .set: return DumpWriter(SetValue(entry)).sealed()
        case .sortedSet: return DumpWriter(SortedSetValue(entry)).sealed()
        // Expired fields that are still there go along: their time tells what they are.
        case .hash: return DumpWriter(HashValue(entry: entry, time: .min)).sealed()
        case .stream: return DumpWriter(StreamValue(address: entry.word)).sealed()
        }
    }
}
