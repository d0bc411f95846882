// Reading the LZF format, in which long strings of dumped values may come. A control byte below 32
// says that so many bytes and one more follow as they are; any other is a reference back into what
// was written: three bits of length (7: one more byte adds to it), 13 bits of distance. Trusts
// nothing that it reads.

/// The LZF compression format.
public enum LZF {
    /// The most bytes that one byte of input may stand for, rounded up.
    private static let mostGrowth = 132

    /// The string of `count` bytes that `source` holds compressed, with one reference; nil when
    /// that is not sound.
    public static func decompress(
        _ source: Bytes, count: Int, in memory: SlabAllocator
    ) -> LargeString? {
        guard count > 0, count / mostGrowth <= source.count else { return nil }
        let string = LargeString.make(capacity: count, in: memory)
        guard fill(MutableBytes(base: string.start, count: count), from: source) else {
            string.release(in: memory)
            return nil
        }
        string.count = count
        return string
    }

    /// Fills `target` to its end; false when `source` does not give just that.
    private static func fill(_ target: MutableBytes, from source: Bytes) -> Bool {
        var input = 0
        var output = 0
        while input < source.count {
            let control = Int(source[input])
            input += 1
            if control < 32 {
                let run = control + 1
                guard run <= source.count - input, run <= target.count - output else {
                    return false
                }
                target.overwrite(at: output, with: source.slice(input, run))
                input += run
                output += run
                continue
            }
            var length = control >> 5
            if length == 7 {
                guard input < source.count else { return false }
                length += Int(source[input])
                input += 1
            }
            length += 2
            guard input < source.count else { return false }
            let start = output - ((control & 0x1f) << 8 | Int(source[input])) - 1
            input += 1
            guard start >= 0, length <= target.count - output else { return false }
            // The source may reach into what is being written, so byte by byte.
            for offset in 0..<length { target[output + offset] = target[start + offset] }
            output += length
        }
        return output == target.count
    }
}
