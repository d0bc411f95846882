// The snapshot file format: the one place where reader and writer agree. It defines where the bytes
// are and what they mean; it opens no file, compresses nothing and knows no records.
//
// A file is a header, any number of blocks, and a footer. Integers are unsigned and little-endian.
// Checksums are XXH3-64. Every byte of the file is covered by a checksum, every block knows its
// place, and the footer chains all checksums: a file that is cut, flipped, reordered or spliced at
// any point is refused.
//
//   Header, 48 bytes and more
//      0  magic            8 bytes, "REDWING\n"
//      8  version          u32, 1; a reader refuses every version that it does not know, before
//                          it looks at anything else
//     12  header length    u32, all of the header with its checksum, at most 1 MiB
//     16  creation time    u64, milliseconds since 1970
//     24  journal position u64, where in the ordered stream of effects the data stands
//     32  database count   u32
//     36  field count      u32
//     40  fields           each u32 name length, u32 value length, name (UTF-8), value (any bytes);
//                          names are unique; a reader ignores names that it does not know
//   last  checksum         u64, seed 0, of everything before it. It is the seed of every other
//                          checksum in the file.
//
//   Block, 32 bytes and its payload
//      0  checksum         u64, of byte 8 of the block to the end of its payload
//      8  tag              u8, what the records are; 1 to 254 belong to the engine
//      9  flags            u8: 1 the payload is an LZ4 frame, else it is stored as it is;
//                          2 the next block continues this one; 4 this block continues the last
//     10  reserved         u16, 0
//     12  index            u32, 0 for the first block, modulo 2^32
//     16  database         u32, the number of the database that the records belong to
//     20  keys             u32, the number of keys whose record begins in the block
//     24  raw length       u32, of the payload when expanded, at most 1 MiB
//     28  stored length    u32, of the payload in the file, at most 1 MiB + 64 KiB
//     32  payload
//
//   A payload is a sequence of whole records, except that a long string may run over into the
//   blocks that continue it (same tag, same database). Nothing but such a string is ever cut, so
//   each other record can be decoded from one block alone.
//
//   Footer: a block with tag 255, no flags, database 0, no keys, and a payload of 40 bytes
//     32  blocks           u64, without the footer
//     40  keys             u64, the sum over the blocks
//     48  raw bytes        u64, the sum of the raw lengths
//     56  file length      u64, with the footer
//     64  chain            u64, starting with 0: for each block the checksum of the sixteen bytes
//                          (chain so far, checksum of the block)

import RedwingContainers

/// The numbers of the format.
enum SnapshotFormat {
    static let magic: [UInt8] = Array("REDWING\n".utf8)
    static let version: UInt32 = 1

    /// Magic, version and header length: what has to be read first.
    static let prefixLength = 16
    /// The header's fixed part, without fields and checksum.
    static let fixedHeaderLength = 40
    static let maximumHeaderLength = 1 << 20

    static let blockHeaderLength = 32
    static let checksumLength = 8
    static let footerPayloadLength = 40
    static let footerLength = blockHeaderLength + footerPayloadLength

    static let footerTag: UInt8 = 255
    static let maximumRawLength = 1 << 20
    static let maximumStoredLength = (1 << 20) + (64 << 10)
    /// The writer ends a block here where the records allow it.
    static let pieceLength = 256 * 1024
}

/// What a snapshot says about itself before its data.
public struct SnapshotHeader: Equatable, Sendable {
    /// A named value for whoever reads the file: a version, a replication id.
    public struct Field: Equatable, Sendable {
        /// Unique within the header.
        public var name: String
        /// Any bytes.
        public var value: [UInt8]

        /// A field with any bytes.
        public init(_ name: String, _ value: [UInt8]) {
            self.name = name
            self.value = value
        }

        /// A field with text.
        public init(_ name: String, _ text: String) {
            self.init(name, Array(text.utf8))
        }
    }

    /// When the snapshot was started, in milliseconds since 1970.
    public var creationTime: UInt64
    /// Where in the journal the data stands.
    public var journalPosition: UInt64
    /// The number of databases that the server had.
    public var databaseCount: UInt32
    /// Further values, by unique names. All of the header must stay under 1 MiB.
    public var fields: [Field]

    /// A header with these values.
    public init(
        creationTime: UInt64, journalPosition: UInt64 = 0, databaseCount: UInt32,
        fields: [Field] = []
    ) {
        self.creationTime = creationTime
        self.journalPosition = journalPosition
        self.databaseCount = databaseCount
        self.fields = fields
    }

    /// The value of the field `name`, if there is one.
    public func value(of name: String) -> [UInt8]? {
        fields.first { $0.name == name }?.value
    }

    /// The value of the field `name` as text, if there is one.
    public func text(of name: String) -> String? {
        value(of: name).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension SnapshotHeader {
    /// Appends the encoded header and gives back its checksum, the seed of all others.
    func encode(into output: BlockBuffer) throws(SnapshotError.Cause) -> UInt64 {
        if Set(fields.map(\.name)).count != fields.count {
            throw .malformedHeader("a field name occurs twice")
        }
        let length = fields.reduce(
            SnapshotFormat.fixedHeaderLength + SnapshotFormat.checksumLength
        ) { $0 + 8 + $1.name.utf8.count + $1.value.count }
        if length > SnapshotFormat.maximumHeaderLength {
            throw .lengthOverLimit(
                what: "header", length: UInt64(length),
                limit: UInt64(SnapshotFormat.maximumHeaderLength))
        }
        output.append(SnapshotFormat.magic.span)
        output.append(littleEndian: SnapshotFormat.version)
        output.append(littleEndian: UInt32(length))
        output.append(littleEndian: creationTime)
        output.append(littleEndian: journalPosition)
        output.append(littleEndian: databaseCount)
        output.append(littleEndian: UInt32(fields.count))
        for field in fields {
            let name = Array(field.name.utf8)
            output.append(littleEndian: UInt32(name.count))
            output.append(littleEndian: UInt32(field.value.count))
            output.append(name.span)
            output.append(field.value.span)
        }
        let checksum = output.withBytes { Checksum.of($0, seed: 0) }
        output.append(littleEndian: checksum)
        return checksum
    }

    /// Decodes a header whose magic, version, length and checksum have been verified.
    init(decoding bytes: RawSpan) throws(SnapshotError.Cause) {
        var reader = ByteReader(bytes, from: SnapshotFormat.prefixLength)
        let end = bytes.byteCount - SnapshotFormat.checksumLength
        creationTime = try reader.integer()
        journalPosition = try reader.integer()
        databaseCount = try reader.integer()
        let count: UInt32 = try reader.integer()
        fields = []
        var names: Set<String> = []
        for _ in 0..<count {
            let nameLength: UInt32 = try reader.integer()
            let valueLength: UInt32 = try reader.integer()
            if UInt64(nameLength) + UInt64(valueLength) > UInt64(max(0, end - reader.offset)) {
                throw .malformedHeader("a field is longer than the header")
            }
            guard
                let name = String(
                    validating: try reader.bytes(Int(nameLength)), as: UTF8.self)
            else { throw .malformedHeader("a field name is not UTF-8") }
            if !names.insert(name).inserted {
                throw .malformedHeader("a field name occurs twice")
            }
            fields.append(Field(name, try reader.bytes(Int(valueLength))))
        }
        if reader.offset != end { throw .malformedHeader("its length is not that of its fields") }
    }
}

/// The fields of a block's header.
struct SnapshotBlockHeader: Equatable {
    struct Flags: OptionSet {
        let rawValue: UInt8
        static let compressed = Flags(rawValue: 1)
        static let continues = Flags(rawValue: 2)
        static let continuation = Flags(rawValue: 4)
        static let known: Flags = [.compressed, .continues, .continuation]
    }

    var checksum: UInt64 = 0
    var tag: UInt8
    var flags: Flags
    var index: UInt32
    var database: UInt32 = 0
    var keyCount: UInt32 = 0
    var rawLength: UInt32
    var storedLength: UInt32

    init(
        tag: UInt8, flags: Flags = [], index: UInt32 = 0, rawLength: Int = 0, storedLength: Int = 0
    ) {
        self.tag = tag
        self.flags = flags
        self.index = index
        self.rawLength = UInt32(rawLength)
        self.storedLength = UInt32(storedLength)
    }

    /// The length of header and payload in the file.
    var fileLength: UInt64 {
        UInt64(SnapshotFormat.blockHeaderLength) + UInt64(storedLength)
    }

    /// Appends the header as it stands, checksum and all.
    func encode(into output: BlockBuffer) {
        for _ in 0..<SnapshotFormat.blockHeaderLength / 8 { output.append(littleEndian: UInt64(0)) }
        encode(into: output, at: output.count - SnapshotFormat.blockHeaderLength)
    }

    /// Writes the header over the bytes at `start`.
    func encode(into output: BlockBuffer, at start: Int) {
        output.store(littleEndian: checksum, at: start)
        output.store(littleEndian: tag, at: start + 8)
        output.store(littleEndian: flags.rawValue, at: start + 9)
        output.store(littleEndian: UInt16(0), at: start + 10)
        output.store(littleEndian: index, at: start + 12)
        output.store(littleEndian: database, at: start + 16)
        output.store(littleEndian: keyCount, at: start + 20)
        output.store(littleEndian: rawLength, at: start + 24)
        output.store(littleEndian: storedLength, at: start + 28)
    }

    /// Decodes the header at the start of `input`, which holds that many bytes, and checks all
    /// that can be checked before the payload is there. `expected` is the block's place.
    init(decoding input: RawSpan, expected: UInt32) throws(SnapshotError.Cause) {
        var reader = ByteReader(input, from: 0)
        checksum = try reader.integer()
        tag = try reader.integer()
        flags = Flags(rawValue: try reader.integer())
        let reserved: UInt16 = try reader.integer()
        index = try reader.integer()
        database = try reader.integer()
        keyCount = try reader.integer()
        rawLength = try reader.integer()
        storedLength = try reader.integer()
        try Self.check("raw length", rawLength, limit: SnapshotFormat.maximumRawLength)
        try Self.check("stored length", storedLength, limit: SnapshotFormat.maximumStoredLength)
        func refuse(_ reason: String) -> SnapshotError.Cause {
            .malformedBlock(block: expected, reason)
        }
        if tag == 0 { throw refuse("tag 0") }
        if reserved != 0 || !flags.subtracting(.known).isEmpty { throw refuse("unknown flags") }
        if index != expected { throw refuse("it is numbered \(index)") }
        if !flags.contains(.compressed) && rawLength != storedLength {
            throw refuse("two lengths of a payload that is not compressed")
        }
    }

    private static func check(
        _ what: String, _ length: UInt32, limit: Int
    ) throws(SnapshotError.Cause) {
        if length > limit {
            throw .lengthOverLimit(what: what, length: UInt64(length), limit: UInt64(limit))
        }
    }

    /// Verifies the checksum over `block`, the header and payload as they are in the file.
    func verify(_ block: RawSpan, seed: UInt64) throws(SnapshotError.Cause) {
        let covered = block.extracting(droppingFirst: SnapshotFormat.checksumLength)
        if Checksum.of(covered, seed: seed) != checksum {
            throw .blockChecksumMismatch(block: index)
        }
    }
}

/// What a snapshot holds, as its footer says.
public struct SnapshotTotals: Equatable, Sendable {
    /// The number of blocks, without the footer.
    public var blockCount: UInt64 = 0
    /// The number of keys.
    public var keyCount: UInt64 = 0
    /// The length of all payloads, uncompressed, in bytes.
    public var rawByteCount: UInt64 = 0
    /// The length of the file in bytes.
    public var fileLength: UInt64 = 0
    /// All blocks' checksums, chained.
    var chain: UInt64 = 0

    /// Counts one more block.
    mutating func add(_ block: SnapshotBlockHeader, seed: UInt64) {
        blockCount += 1
        keyCount += UInt64(block.keyCount)
        rawByteCount += UInt64(block.rawLength)
        fileLength += block.fileLength
        chain = Checksum.link(chain, block.checksum, seed: seed)
    }

    /// Appends the footer of a file with these totals; `fileLength` must include it.
    func encodeFooter(into output: BlockBuffer, seed: UInt64) {
        let start = output.count
        let length = SnapshotFormat.footerPayloadLength
        SnapshotBlockHeader(
            tag: SnapshotFormat.footerTag,
            index: UInt32(truncatingIfNeeded: blockCount), rawLength: length, storedLength: length
        ).encode(into: output)
        for value in [blockCount, keyCount, rawByteCount, fileLength, chain] {
            output.append(littleEndian: value)
        }
        let checksum = output.withBytes {
            Checksum.of(
                $0.extracting(droppingFirst: start + SnapshotFormat.checksumLength), seed: seed)
        }
        output.store(littleEndian: checksum, at: start)
    }

    /// Decodes and verifies a footer. `footer` holds its bytes.
    init(decodingFooter footer: RawSpan, seed: UInt64) throws(SnapshotError.Cause) {
        var reader = ByteReader(footer, from: SnapshotFormat.blockHeaderLength)
        blockCount = try reader.integer()
        keyCount = try reader.integer()
        rawByteCount = try reader.integer()
        fileLength = try reader.integer()
        chain = try reader.integer()
        let header = try SnapshotBlockHeader(
            decoding: footer, expected: UInt32(truncatingIfNeeded: blockCount))
        guard header.tag == SnapshotFormat.footerTag, header.flags.isEmpty,
            header.storedLength == UInt32(SnapshotFormat.footerPayloadLength),
            header.database == 0, header.keyCount == 0
        else { throw .footerMissing }
        try header.verify(footer, seed: seed)
    }

    init() {}
}

/// Reads integers and byte strings off a span, and never past its end.
struct ByteReader: ~Escapable {
    private let bytes: RawSpan
    private(set) var offset: Int

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, from offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    mutating func integer<Integer: FixedWidthInteger & UnsignedInteger>()
        throws(SnapshotError.Cause) -> Integer
    {
        var value: Integer = 0
        for shift in stride(from: 0, to: Integer.bitWidth, by: 8) {
            value |= Integer(try byte()) << Integer(shift)
        }
        return value
    }

    mutating func bytes(_ count: Int) throws(SnapshotError.Cause) -> [UInt8] {
        if count < 0 || bytes.byteCount - offset < count { throw .truncated }
        var result: [UInt8] = []
        result.reserveCapacity(count)
        for _ in 0..<count { result.append(try byte()) }
        return result
    }

    private mutating func byte() throws(SnapshotError.Cause) -> UInt8 {
        guard let byte = bytes.byte(at: offset) else { throw .truncated }
        offset += 1
        return byte
    }
}
