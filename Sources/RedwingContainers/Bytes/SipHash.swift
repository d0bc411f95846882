// SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012), the reduced-round
// form that hash tables use: without the key nobody can pick keys that collide.

/// The secret of one hash function; drawn once an instance.
@frozen
public struct HashSeed: Sendable {
    /// The first half of the secret.
    public var low: UInt64
    /// The second half of the secret.
    public var high: UInt64

    /// A seed of two random words.
    @inlinable
    public init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// The 64-bit SipHash-1-3 of `bytes` under this seed.
    @inlinable
    public func hash(_ bytes: Bytes) -> UInt64 {
        var v0 = low ^ 0x736f_6d65_7073_6575
        var v1 = high ^ 0x646f_7261_6e64_6f6d
        var v2 = low ^ 0x6c79_6765_6e65_7261
        var v3 = high ^ 0x7465_6462_7974_6573
        let raw = UnsafeRawPointer(bytes.base)
        let words = bytes.count & ~7
        var offset = 0
        while offset < words {
            let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            v3 ^= word
            sipRound(&v0, &v1, &v2, &v3)
            v0 ^= word
            offset &+= 8
        }
        var last = UInt64(truncatingIfNeeded: bytes.count) << 56
        var shift: UInt64 = 0
        while offset < bytes.count {
            last |= UInt64(bytes.base[offset]) << shift
            shift &+= 8
            offset &+= 1
        }
        v3 ^= last
        sipRound(&v0, &v1, &v2, &v3)
        v0 ^= last
        v2 ^= 0xff
        sipRound(&v0, &v1, &v2, &v3)
        sipRound(&v0, &v1, &v2, &v3)
        sipRound(&v0, &v1, &v2, &v3)
        return v0 ^ v1 ^ v2 ^ v3
    }
}

@inlinable @inline(__always)
func rotateLeft(_ value: UInt64, _ by: UInt64) -> UInt64 {
    (value &<< by) | (value &>> (64 &- by))
}

@inlinable @inline(__always)
func sipRound(_ v0: inout UInt64, _ v1: inout UInt64, _ v2: inout UInt64, _ v3: inout UInt64) {
    v0 = v0 &+ v1
    v1 = rotateLeft(v1, 13) ^ v0
    v0 = rotateLeft(v0, 32)
    v2 = v2 &+ v3
    v3 = rotateLeft(v3, 16) ^ v2
    v0 = v0 &+ v3
    v3 = rotateLeft(v3, 21) ^ v0
    v2 = v2 &+ v1
    v1 = rotateLeft(v1, 17) ^ v2
    v2 = rotateLeft(v2, 32)
}
