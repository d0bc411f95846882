// SHA-1, by which scripts are known. Source: FIPS 180-4.
import RedwingContainers

/// The SHA-1 digest of some bytes.
@frozen
public struct SHA1: Hashable, Sendable {
    private var words: (UInt32, UInt32, UInt32, UInt32, UInt32)

    /// Whether two digests are the same.
    public static func == (left: SHA1, right: SHA1) -> Bool { left.words == right.words }

    /// Hashes the digest.
    public func hash(into hasher: inout Hasher) {
        // The digest is even enough already.
        hasher.combine(UInt64(words.0) << 32 | UInt64(words.1))
    }

    /// The digest of `bytes`.
    public init(_ bytes: Bytes) {
        words = (0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0)
        let whole = bytes.count & ~63
        var offset = 0
        while offset < whole {
            add(UnsafeRawPointer(bytes.base + offset))
            offset += 64
        }
        let rest = bytes.count - whole
        let tailCount = rest < 56 ? 64 : 128
        withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { tail in
            guard let base = tail.baseAddress else { return }
            base.initializeMemory(as: UInt8.self, repeating: 0, count: 128)
            bytes.slice(whole, rest).copy(to: base)
            base.storeBytes(of: 0x80, toByteOffset: rest, as: UInt8.self)
            base.storeBytes(
                of: (UInt64(bytes.count) &* 8).bigEndian, toByteOffset: tailCount - 8,
                as: UInt64.self)
            add(base)
            if tailCount == 128 { add(base + 64) }
        }
    }

    /// The digest that 40 hexadecimal digits spell, or nil.
    public init?(hex: Bytes) {
        guard hex.count == 40 else { return nil }
        words = (0, 0, 0, 0, 0)
        var digits: (UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0)
        for index in 0..<40 {
            let byte = asciiLowercase(hex[index])
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x61...0x66: digit = byte - 0x57
            default: return nil
            }
            switch index >> 3 {
            case 0: digits.0 = digits.0 << 4 | UInt32(digit)
            case 1: digits.1 = digits.1 << 4 | UInt32(digit)
            case 2: digits.2 = digits.2 << 4 | UInt32(digit)
            case 3: digits.3 = digits.3 << 4 | UInt32(digit)
            default: digits.4 = digits.4 << 4 | UInt32(digit)
            }
        }
        words = digits
    }

    /// The 40 lower-case hexadecimal digits.
    public var hex: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(40)
        for word in [words.0, words.1, words.2, words.3, words.4] {
            for shift in stride(from: 28, through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: word >> UInt32(shift)) & 15
                text.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            }
        }
        return text
    }

    private mutating func add(_ block: UnsafeRawPointer) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { schedule in
            for index in 0..<16 {
                schedule[index] = UInt32(
                    bigEndian: block.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
            }
            for index in 16..<80 {
                let mixed =
                    schedule[index - 3] ^ schedule[index - 8] ^ schedule[index - 14]
                    ^ schedule[index - 16]
                schedule[index] = mixed << 1 | mixed >> 31
            }
            mix(schedule)
        }
    }

    private mutating func mix(_ schedule: UnsafeMutableBufferPointer<UInt32>) {
        var (a, b, c, d, e) = words
        for index in 0..<80 {
            let f: UInt32
            let k: UInt32
            switch index {
            case 0..<20: (f, k) = (b & c | ~b & d, 0x5a82_7999)
            case 20..<40: (f, k) = (b ^ c ^ d, 0x6ed9_eba1)
            case 40..<60: (f, k) = (b & c | b & d | c & d, 0x8f1b_bcdc)
            default: (f, k) = (b ^ c ^ d, 0xca62_c1d6)
            }
            let next = (a << 5 | a >> 27) &+ f &+ e &+ k &+ schedule[index]
            (e, d, c, b, a) = (d, c, b << 30 | b >> 2, a, next)
        }
        words = (
            words.0 &+ a, words.1 &+ b, words.2 &+ c, words.3 &+ d, words.4 &+ e
        )
    }
}
