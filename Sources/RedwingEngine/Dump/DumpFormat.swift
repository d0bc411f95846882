// What a dumped value looks like from outside: a byte for the type and form, the value, and a
// footer of ten bytes with the format's version and a checksum. The format is that of a value in an
// RDB file as Valkey 9.1 writes it; source: the documentation of DUMP and experiments with Valkey
// 9.1.2 and Redis 8.2.3. The forms themselves are in the other files of this folder.
import RedwingContainers

/// The type and form of a dumped value, its first byte.
enum DumpForm: UInt8 {
    case string = 0
    case list = 1
    case set = 2
    /// Scores as text.
    case sortedSetText = 3
    case hash = 4
    /// Scores as doubles.
    case sortedSet = 5
    case listZiplist = 10
    case setIntegers = 11
    case sortedSetZiplist = 12
    case hashZiplist = 13
    /// A list of ziplists.
    case listZiplists = 14
    /// A stream without what the later forms add.
    case streamFirst = 15
    case hashListpack = 16
    case sortedSetListpack = 17
    /// A list of listpacks and long elements.
    case listNodes = 18
    /// A stream with its first id and its counters.
    case streamSecond = 19
    case setListpack = 20
    /// The same and when consumers were active.
    case stream = 21
    /// A hash with the times at which its fields expire.
    case hashDeadlines = 22
    /// The same as Redis writes it, relative to the first of those times.
    case hashRelativeDeadlines = 24
    /// A listpack of field, value and time in turn, as Redis writes it.
    case hashDeadlineListpack = 25

    /// Whether a payload may have this form. Versions of others have numbers of their own.
    func isKnown(foreign: Bool) -> Bool {
        switch self {
        case .hashDeadlines: !foreign
        case .hashRelativeDeadlines, .hashDeadlineListpack: foreign
        default: true
        }
    }
}

/// Why a dumped value was refused.
enum DumpError: Error {
    /// It is not sound, or of a form that this release does not know.
    case badFormat
}

/// The footer.
enum DumpFooter {
    /// The version that is written.
    static let version: UInt16 = 80
    /// Versions that others have given to formats of their own, among them those of Redis. Valkey
    /// refuses them; here what they have in common with version 11 is read, and their hashes.
    static let foreign: ClosedRange<UInt16> = 12...79
    private static let count = 10

    /// Adds the footer.
    static func seal(_ bytes: inout [UInt8]) {
        bytes.append(littleEndian: version)
        let checksum = bytes.withBytes { CRC64.checksum($0) }
        bytes.append(littleEndian: checksum)
    }

    /// The part before the footer and its version, or nil when the footer does not fit to it.
    static func open(_ payload: Bytes) -> (body: Bytes, version: UInt16)? {
        let end = payload.count - count
        guard end >= 0, let version = payload.integer(UInt16.self, at: end),
            let checksum = payload.integer(UInt64.self, at: end + 2), version > 0,
            version <= self.version,
            checksum == CRC64.checksum(payload.slice(0, end + 2))
        else { return nil }
        return (payload.slice(0, end), version)
    }
}
