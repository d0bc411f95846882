// Reads dumped values: lengths, strings and numbers as `DumpWriter.swift` describes them, and the
// forms that share those. Nothing that is read is trusted, and nothing is changed: a value is read
// to its end before a key gets it.
import RedwingContainers

/// A string of a dumped value: a text that lies in the payload or beside it, or an integer.
enum DumpString {
    case text(Bytes)
    case integer(Int64)

    /// Lends the bytes to `body`.
    func withBytes<R>(_ body: (Bytes) -> R) -> R {
        switch self {
        case .text(let text): body(text)
        case .integer(let integer): withIntegerText(integer, body)
        }
    }

    /// The number of bytes.
    var count: Int { withBytes { $0.count } }
}

/// A field of a dumped hash.
struct DumpField {
    let name: DumpString
    let value: DumpString
    /// When it expires, in Unix milliseconds, or nil.
    var deadline: Int64?
}

/// A member of a dumped sorted set.
struct DumpMember {
    let name: DumpString
    let score: Double
}

/// A value that has been read, lent by the payload and the reader.
enum DumpValue {
    case string(DumpString)
    case list([DumpString])
    /// `isPacked` says that it was in a listpack.
    case set([DumpString], isPacked: Bool)
    case sortedSet([DumpMember])
    /// `isTable` says that it has a form that takes deadlines.
    case hash([DumpField], isTable: Bool)
    case stream(DumpStream)
}

extension DumpValue {
    /// Whether a member or field comes twice.
    var hasDuplicates: Bool {
        let names: [DumpString]
        switch self {
        case .set(let members, _): names = members
        case .sortedSet(let members): names = members.map(\.name)
        case .hash(let fields, _): names = fields.map(\.name)
        default: return false
        }
        var seen: Set<[UInt8]> = []
        return names.contains { name in !seen.insert(name.withBytes { $0.array }).inserted }
    }
}

/// Reads one value; whoever made it calls `release` when the value is not needed any more.
struct DumpReader {
    private var reader: RecordReader
    private let memory: SlabAllocator
    /// Strings that were compressed, as what was read lends them.
    private var scratch: [LargeString] = []
    /// What stands for no time.
    private static let noDeadline: Int64 = -1

    /// A reader of the part of a payload before its footer.
    init(_ body: Bytes, in memory: SlabAllocator) {
        reader = RecordReader(body)
        self.memory = memory
    }

    /// Gives back what the values that were read lie in.
    mutating func release() {
        for string in scratch { string.release(in: memory) }
        scratch.removeAll()
    }

    /// Reads the value. `isForeign` says that the payload's version gives forms of its own to the
    /// numbers that came later.
    mutating func value(isForeign: Bool) throws(DumpError) -> DumpValue {
        guard let form = DumpForm(rawValue: try byte()), form.isKnown(foreign: isForeign) else {
            throw .badFormat
        }
        switch form {
        case .string: return .string(try string())
        case .list, .listZiplist, .listZiplists, .listNodes: return .list(try list(form))
        case .set, .setIntegers, .setListpack:
            return .set(try set(form), isPacked: form == .setListpack)
        case .sortedSet, .sortedSetText, .sortedSetZiplist, .sortedSetListpack:
            return .sortedSet(try sortedSet(form))
        case .hash, .hashZiplist, .hashListpack, .hashDeadlines, .hashRelativeDeadlines,
            .hashDeadlineListpack:
            let fields = try hash(form)
            let expires = fields.contains { $0.deadline != nil }
            return .hash(fields, isTable: expires || form == .hashDeadlines)
        case .streamFirst, .streamSecond, .stream: return .stream(try stream(form))
        }
    }

    /// Whether all is read.
    var isAtEnd: Bool { reader.isAtEnd }

    mutating func byte() throws(DumpError) -> UInt8 {
        guard let byte = reader.byte() else { throw .badFormat }
        return byte
    }

    /// The next `count` bytes.
    mutating func run(_ count: Int) throws(DumpError) -> Bytes {
        guard let run = reader.run(count) else { throw .badFormat }
        return run
    }

    /// The next eight bytes, lowest first.
    mutating func word() throws(DumpError) -> UInt64 {
        guard let word = reader.word() else { throw .badFormat }
        return word
    }

    /// The next time in Unix milliseconds.
    mutating func time() throws(DumpError) -> Int64 { Int64(bitPattern: try word()) }

    /// The next number that is spelled as a length.
    mutating func number() throws(DumpError) -> UInt64 { try number(behind: try byte()) }

    private mutating func number(behind first: UInt8) throws(DumpError) -> UInt64 {
        switch first {
        case 0..<0x40: return UInt64(first)
        case 0x40..<0x80: return UInt64(first & 0x3f) << 8 | UInt64(try byte())
        case DumpMark.length32:
            return UInt64(try integer(UInt32.self).byteSwapped)
        case DumpMark.length64: return try word().byteSwapped
        default: throw .badFormat
        }
    }

    private mutating func integer<Integer: FixedWidthInteger>(
        _ type: Integer.Type
    ) throws(DumpError) -> Integer {
        let run = try run(MemoryLayout<Integer>.size)
        guard let integer = run.integer(type, at: 0) else { throw .badFormat }
        return integer
    }

    /// The next number of things each of which takes at least one byte.
    mutating func count() throws(DumpError) -> Int {
        guard let count = Int(exactly: try number()), count <= reader.bytes.count - reader.position
        else { throw .badFormat }
        return count
    }

    /// The same where none is no value.
    mutating func elementCount() throws(DumpError) -> Int {
        let count = try count()
        guard count > 0 else { throw .badFormat }
        return count
    }

    /// The next string.
    mutating func string() throws(DumpError) -> DumpString {
        let first = try byte()
        switch first {
        case DumpMark.integer8: return .integer(Int64(try integer(Int8.self)))
        case DumpMark.integer16: return .integer(Int64(try integer(Int16.self)))
        case DumpMark.integer32: return .integer(Int64(try integer(Int32.self)))
        case DumpMark.compressed:
            let packed = try count()
            guard let full = Int(exactly: try number()),
                let string = LZF.decompress(try run(packed), count: full, in: memory)
            else { throw .badFormat }
            scratch.append(string)
            return .text(string.bytes)
        default:
            guard let count = Int(exactly: try number(behind: first)) else { throw .badFormat }
            return .text(try run(count))
        }
    }

    /// The next string, which holds a structure.
    mutating func blob() throws(DumpError) -> Bytes {
        guard case .text(let bytes) = try string() else { throw .badFormat }
        return bytes
    }

    /// The next strings.
    mutating func strings(_ count: Int) throws(DumpError) -> [DumpString] {
        var strings: [DumpString] = []
        strings.reserveCapacity(count)
        for _ in 0..<count { strings.append(try string()) }
        return strings
    }

    /// When a field expires, as its form spells it.
    mutating func deadline() throws(DumpError) -> Int64? {
        let time = try time()
        guard time >= DumpReader.noDeadline else { throw .badFormat }
        return time == DumpReader.noDeadline ? nil : time
    }
}
