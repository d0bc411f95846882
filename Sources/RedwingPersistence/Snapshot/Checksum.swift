// XXH3-64 of the system's xxHash library. The only file that sees it.

import CXXHash
import RedwingContainers

enum Checksum {
    /// The checksum of `bytes` under `seed`.
    static func of(_ bytes: RawSpan, seed: UInt64) -> UInt64 {
        unsafe bytes.withUnsafeBytes {
            unsafe XXH3_64bits_withSeed($0.baseAddress, $0.count, seed)
        }
    }

    /// The checksum of the two numbers' sixteen little-endian bytes: one link of a chain.
    static func link(_ chain: UInt64, _ next: UInt64, seed: UInt64) -> UInt64 {
        let pair = (chain.littleEndian, next.littleEndian)
        return unsafe withUnsafeBytes(of: pair) {
            unsafe XXH3_64bits_withSeed($0.baseAddress, $0.count, seed)
        }
    }
}
