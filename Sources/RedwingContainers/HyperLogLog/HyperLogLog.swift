// The layout of a HyperLogLog, which is a plain string that clients may read and write: its header,
// its two encodings, and which register an element belongs to. Byte for byte that of Valkey, with
// the same hash, so that strings can be exchanged.
//
//     magic     4 bytes   "HYLL"
//     encoding  1 byte    0 dense, 1 sparse
//     unused    3 bytes
//     count     8 bytes   the last estimate, little endian; the top bit says that it is outdated
//     registers           dense: 16384 numbers of 6 bits, the lowest bits of a byte first
//                         sparse: runs, see `SparseRun`

/// A HyperLogLog for reading; a view of a string that somebody else owns.
public struct HyperLogLog {
    /// How the registers are stored.
    public enum Encoding: UInt8 {
        case dense = 0
        case sparse = 1
    }

    /// The bits of an element's hash that choose its register.
    static let indexBits = 14
    /// The number of registers.
    public static let registerCount = 1 << indexBits
    /// The bits of the hash among which the first set one is looked for.
    static let patternBits = 64 - indexBits
    /// The bytes before the registers.
    public static let headerSize = 16
    /// The bytes of a dense HyperLogLog.
    public static let denseSize = headerSize + registerCount * 6 / 8

    static let encodingOffset = 4
    static let countOffset = 8

    /// The whole string.
    public let bytes: Bytes
    /// How the registers are stored.
    public let encoding: Encoding

    /// The HyperLogLog that a string holds, or nil when its header or its length says that there
    /// is none. The runs of a sparse one are looked at when they are used.
    public init?(_ bytes: Bytes) {
        guard bytes.count >= HyperLogLog.headerSize, bytes.hasPrefix("HYLL"),
            let encoding = Encoding(rawValue: bytes[HyperLogLog.encodingOffset]),
            encoding == .sparse || bytes.count == HyperLogLog.denseSize
        else { return nil }
        self.bytes = bytes
        self.encoding = encoding
    }

    /// The estimate of the time before the last change, if there was none since.
    public var cachedCount: UInt64? {
        let count = UInt64(littleEndian: bytes.word(at: HyperLogLog.countOffset))
        return count >> 63 == 0 ? count : nil
    }

    /// What an empty HyperLogLog consists of: a single run of zeros.
    public static var empty: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: headerSize)
        bytes.replaceSubrange(0..<4, with: "HYLL".utf8)
        bytes[encodingOffset] = Encoding.sparse.rawValue
        bytes += [0x7f, 0xff]
        return bytes
    }

    /// What adding an element comes down to: a register and the number that it must at least have.
    public struct Mark {
        /// The register's index.
        public let register: Int
        /// 1 to 51.
        public let value: UInt8

        /// A mark of these parts.
        public init(register: Int, value: UInt8) {
            self.register = register
            self.value = value
        }
    }

    /// The mark of an element.
    public static func mark(of element: Bytes) -> Mark {
        let hash = murmurHash64A(element, seed: 0xadc8_3b19)
        let pattern = hash >> UInt64(indexBits) | 1 << UInt64(patternBits)
        return Mark(
            register: Int(hash & UInt64(registerCount - 1)),
            value: UInt8(pattern.trailingZeroBitCount + 1))
    }

    /// MurmurHash2, the 64-bit form for 64-bit machines; by Austin Appleby, in the public domain.
    static func murmurHash64A(_ bytes: Bytes, seed: UInt64) -> UInt64 {
        let factor: UInt64 = 0xc6a4_a793_5bd1_e995
        var hash = seed ^ (UInt64(bytes.count) &* factor)
        var offset = 0
        while offset &+ 8 <= bytes.count {
            var word = UInt64(littleEndian: bytes.word(at: offset)) &* factor
            word = (word ^ word >> 47) &* factor
            hash = (hash ^ word) &* factor
            offset &+= 8
        }
        if offset < bytes.count {
            var rest: UInt64 = 0
            for index in (offset..<bytes.count).reversed() {
                rest = rest << 8 | UInt64(bytes[index])
            }
            hash = (hash ^ rest) &* factor
        }
        hash = (hash ^ hash >> 47) &* factor
        return hash ^ hash >> 47
    }
}

extension MutableBytes {
    /// Notes in the header of a HyperLogLog that its estimate is outdated.
    public func forgetHyperLogLogCount() {
        self[HyperLogLog.countOffset + 7] |= 0x80
    }

    /// Stores an estimate in the header of a HyperLogLog.
    public func setHyperLogLogCount(_ count: UInt64) {
        for index in 0..<8 {
            self[HyperLogLog.countOffset + index] = UInt8(
                truncatingIfNeeded: count >> UInt64(8 * index))
        }
    }
}
