// Bit strings for reading: single bits, counting and searching. The bit with offset 0 is the most
// significant one of the first byte.
import CLinux

extension Bytes {
    /// The bit at `offset`; zero behind the end.
    @inlinable @inline(__always)
    public func bit(at offset: Int) -> Bool {
        let index = offset &>> 3
        guard index < count else { return false }
        return base[index] &>> UInt8(truncatingIfNeeded: 7 &- (offset & 7)) & 1 != 0
    }

    /// The number of set bits.
    @inlinable
    public var setBitCount: Int { Int(redwing_count_bits(base, count)) }

    /// The number of set bits with offsets in `bits`, which must lie within the bytes.
    public func setBitCount(in bits: Range<Int>) -> Int {
        guard !bits.isEmpty else { return 0 }
        let first = bits.lowerBound &>> 3
        let last = (bits.upperBound &- 1) &>> 3
        let whole = slice(first, last &- first &+ 1).setBitCount
        let before = base[first] & ~headMask(bits.lowerBound)
        let after = base[last] & ~tailMask(bits.upperBound &- 1)
        return whole - before.nonzeroBitCount - after.nonzeroBitCount
    }

    /// The offset of the first bit in `bits` that is `value`, or nil. `bits` must lie within the
    /// bytes.
    public func firstBit(_ value: Bool, in bits: Range<Int>) -> Int? {
        guard !bits.isEmpty else { return nil }
        // Looking for a clear bit is looking for a set one among the inverted.
        let flip: UInt8 = value ? 0 : 0xff
        var index = bits.lowerBound &>> 3
        let last = (bits.upperBound &- 1) &>> 3
        var byte = (base[index] ^ flip) & headMask(bits.lowerBound)
        if byte == 0, index < last {
            index = firstByte(differingFrom: flip, from: index &+ 1, to: last)
            byte = base[index] ^ flip
        }
        if index == last { byte &= tailMask(bits.upperBound &- 1) }
        return byte == 0 ? nil : index &* 8 &+ byte.leadingZeroBitCount
    }

    /// The index of the first byte in `start ..< last` that is not `byte`, else `last`.
    private func firstByte(differingFrom byte: UInt8, from start: Int, to last: Int) -> Int {
        let pattern = UInt64(byte) &* 0x0101_0101_0101_0101
        var index = start
        while index &+ 32 <= last {
            let left = (word(at: index) ^ pattern) | (word(at: index &+ 8) ^ pattern)
            let right = (word(at: index &+ 16) ^ pattern) | (word(at: index &+ 24) ^ pattern)
            if left | right != 0 { break }
            index &+= 32
        }
        while index < last, base[index] == byte { index &+= 1 }
        return index
    }

    /// The bits of a byte from the one with `offset` on.
    private func headMask(_ offset: Int) -> UInt8 { 0xff &>> UInt8(offset & 7) }

    /// The bits of a byte up to the one with `offset`.
    private func tailMask(_ offset: Int) -> UInt8 { 0xff &<< UInt8(7 &- offset & 7) }
}

extension MutableBytes {
    /// Sets or clears the bit at `offset`, which must lie within.
    @inlinable @inline(__always)
    public func setBit(at offset: Int, _ value: Bool) {
        let index = offset &>> 3
        let mask = 0x80 &>> UInt8(truncatingIfNeeded: offset & 7)
        self[index] = value ? self[index] | mask : self[index] & ~mask
    }
}
