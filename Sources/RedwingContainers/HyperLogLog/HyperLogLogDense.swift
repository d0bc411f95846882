// Dense registers, and the open form with a byte for each, in which HyperLogLogs are merged. Eight
// registers make six bytes, so that a word of the one form turns into a word of the other.
import CLinux

extension MutableBytes {
    /// Raises a register of a dense HyperLogLog to the mark; returns whether it was below.
    public func raiseDense(_ mark: HyperLogLog.Mark) -> Bool {
        let bit = mark.register &* 6
        let index = HyperLogLog.headerSize &+ bit &>> 3
        let shift = UInt16(bit & 7)
        // The last register ends with the last byte and needs none behind it.
        let hasNext = index &+ 1 < count
        var pair = UInt16(self[index]) | (hasNext ? UInt16(self[index &+ 1]) &<< 8 : 0)
        guard (pair &>> shift) & 63 < UInt16(mark.value) else { return false }
        pair = pair & ~(63 &<< shift) | UInt16(mark.value) &<< shift
        self[index] = UInt8(truncatingIfNeeded: pair)
        if hasNext { self[index &+ 1] = UInt8(pair &>> 8) }
        return true
    }

    /// Writes a whole dense HyperLogLog with the registers of `open`; the estimate and the unused
    /// bytes of the header stay as they are.
    public func packDense(_ open: OpenRegisters) {
        overwrite(at: 0, with: "HYLL")
        self[HyperLogLog.encodingOffset] = HyperLogLog.Encoding.dense.rawValue
        let registers = base + HyperLogLog.headerSize
        let done = redwing_pack_registers(
            registers, open.bytes.base, HyperLogLog.registerCount)
        var target = HyperLogLog.headerSize &+ done / 4 * 3
        for source in stride(from: done, to: HyperLogLog.registerCount, by: 8) {
            var word = open.bytes.bytes.word(at: source)
            word = word & 0x003f_003f_003f_003f | (word & 0x3f00_3f00_3f00_3f00) >> 2
            word = word & 0x0000_0fff_0000_0fff | (word & 0x0fff_0000_0fff_0000) >> 4
            word = word & 0xff_ffff | (word & 0xff_ffff_0000_0000) >> 8
            for index in 0..<6 {
                self[target &+ index] = UInt8(truncatingIfNeeded: word >> UInt64(8 &* index))
            }
            target &+= 6
        }
    }
}

extension HyperLogLog {
    /// Eight registers of a dense HyperLogLog as a word with a byte for each.
    @inline(__always)
    func denseWord(_ group: Int) -> UInt64 {
        // The two bytes before the six are those of the header or of the group before.
        let word = bytes.word(at: HyperLogLog.headerSize &+ group &* 6 &- 2) >> 16
        var open = word & 0xff_ffff | (word & 0xffff_ff00_0000) << 8
        open = open & 0x0000_0fff_0000_0fff | (open & 0x00ff_f000_00ff_f000) << 4
        return open & 0x003f_003f_003f_003f | (open & 0x0fc0_0fc0_0fc0_0fc0) << 2
    }

    /// A register of a dense HyperLogLog.
    public func denseRegister(_ index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: denseWord(index / 8) >> UInt64(8 * (index % 8)))
    }
}

/// The registers of a HyperLogLog, a byte for each, lent to the body of `with`.
public struct OpenRegisters {
    let bytes: MutableBytes

    /// Lends registers that are all zero to `body`.
    public static func with<R>(_ body: (OpenRegisters) -> R) -> R {
        let size = HyperLogLog.registerCount
        return withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) { buffer in
            // The size is a constant above zero, so the buffer has a base.
            let base = buffer.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
            let registers = OpenRegisters(bytes: MutableBytes(base: base, count: size))
            registers.bytes.clear()
            return body(registers)
        }
    }

    /// A register.
    public subscript(index: Int) -> UInt8 { bytes[index] }

    /// Raises the registers to those of `source`; false when its runs make no whole, and then some
    /// may have been raised. `inWords` is the fast way, eight at a time.
    public func raise(to source: HyperLogLog, inWords: Bool = true) -> Bool {
        guard source.encoding == .dense else {
            var index = 0
            return source.forEachRun { value, count in
                for register in index..<index + count where bytes[register] < value {
                    bytes[register] = value
                }
                index += count
            }
        }
        guard inWords else {
            for index in 0..<HyperLogLog.registerCount {
                bytes[index] = max(bytes[index], source.denseRegister(index))
            }
            return true
        }
        let registers = source.bytes.base + HyperLogLog.headerSize
        let done = redwing_raise_registers(bytes.base, registers, HyperLogLog.registerCount)
        for group in done / 8..<HyperLogLog.registerCount / 8 {
            let old = bytes.bytes.word(at: group &* 8)
            UnsafeMutableRawPointer(bytes.base).storeBytes(
                of: OpenRegisters.maximum(old, source.denseWord(group)),
                toByteOffset: group &* 8, as: UInt64.self)
        }
        return true
    }

    /// The larger of the bytes at each place of two words; all of them are below 128.
    @inline(__always)
    private static func maximum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let tops: UInt64 = 0x8080_8080_8080_8080
        let isLeft = (((left | tops) &- right) & tops) >> 7 &* 0xff
        return left & isLeft | right & ~isLeft
    }

    /// The number of different elements that the registers speak for.
    public var estimate: UInt64 {
        RegisterHistogram.with { histogram in
            for group in 0..<HyperLogLog.registerCount / 8 {
                histogram.add(bytes.bytes.word(at: group &* 8))
            }
            return histogram.estimate
        }
    }
}
