// Glob matching as KEYS, SCAN MATCH, PSUBSCRIBE, CONFIG GET and ACL patterns use it.
// Bytes in, a Boolean out: no allocation, no Unicode, O(pattern x string) at worst.

/// Glob-style matching of byte strings: `*`, `?`, `[abc]`, `[^a-z]` and `\` before a literal byte.
///
/// A range may be written either way round (`[z-a]`); a class that is not closed ends with the
/// pattern. The empty string matches only the empty pattern, not `*`.
public enum GlobPattern {
    /// How many stars may take part in a match before it counts as no match.
    ///
    /// The usual servers give up at this nesting; a pattern must not match here and fail there.
    private static let starLimit = 1000

    /// Whether `string` as a whole matches `pattern`.
    ///
    /// - Parameter ignoringCase: ASCII letters match in either case (not after a `\` in a class).
    public static func matches(
        _ string: Span<UInt8>, pattern: Span<UInt8>, ignoringCase: Bool = false
    ) -> Bool {
        string.withUnsafeBytes { string in
            pattern.withUnsafeBytes { pattern in
                matches(string, pattern: pattern, ignoringCase: ignoringCase)
            }
        }
    }

    /// Whether `string` as a whole matches `pattern`.
    ///
    /// - Parameter ignoringCase: ASCII letters match in either case (not after a `\` in a class).
    public static func matches(
        _ string: [UInt8], pattern: [UInt8], ignoringCase: Bool = false
    ) -> Bool {
        matches(string.span, pattern: pattern.span, ignoringCase: ignoringCase)
    }

    /// Whether `string` as a whole matches `pattern`.
    ///
    /// - Parameter ignoringCase: ASCII letters match in either case (not after a `\` in a class).
    public static func matches(
        _ string: Bytes, pattern: Bytes, ignoringCase: Bool = false
    ) -> Bool {
        matches(
            UnsafeRawBufferPointer(start: string.base, count: string.count),
            pattern: UnsafeRawBufferPointer(start: pattern.base, count: pattern.count),
            ignoringCase: ignoringCase)
    }

    /// Whether `string` as a whole matches `pattern`; both buffers are only read.
    ///
    /// - Parameter ignoringCase: ASCII letters match in either case (not after a `\` in a class).
    public static func matches(
        _ string: UnsafeRawBufferPointer, pattern: UnsafeRawBufferPointer, ignoringCase: Bool
    ) -> Bool {
        var s = 0
        var p = 0
        // A failed match is taken up again behind the last star only: what an earlier star could
        // swallow instead, the last one can swallow too. This is what keeps the cost polynomial.
        var retry: (pattern: Int, string: Int)?
        var stars = 0
        while s < string.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                while p < pattern.count, pattern[p] == UInt8(ascii: "*") { p += 1 }
                if p == pattern.count { return true }
                stars += 1
                if stars > starLimit { return false }
                retry = (p, s)
                continue
            }
            if p < pattern.count,
                let next = matchOne(string[s], pattern, at: p, ignoringCase: ignoringCase)
            {
                p = next
                s += 1
                continue
            }
            guard let last = retry else { return false }
            retry = (last.pattern, last.string + 1)
            p = last.pattern
            s = last.string + 1
        }
        if string.count > 0 {
            while p < pattern.count, pattern[p] == UInt8(ascii: "*") { p += 1 }
        }
        return p == pattern.count
    }

    /// Matches one byte with the element of the pattern at `start`.
    ///
    /// - Returns: the position behind that element, or nil if the byte does not match.
    @inline(__always)
    private static func matchOne(
        _ byte: UInt8, _ pattern: UnsafeRawBufferPointer, at start: Int, ignoringCase: Bool
    ) -> Int? {
        switch pattern[start] {
        case UInt8(ascii: "?"):
            return start + 1
        case UInt8(ascii: "["):
            return matchClass(byte, pattern, at: start + 1, ignoringCase: ignoringCase)
        case UInt8(ascii: "\\") where start + 1 < pattern.count:
            return equal(byte, pattern[start + 1], ignoringCase) ? start + 2 : nil
        default:
            return equal(byte, pattern[start], ignoringCase) ? start + 1 : nil
        }
    }

    private static func matchClass(
        _ byte: UInt8, _ pattern: UnsafeRawBufferPointer, at start: Int, ignoringCase: Bool
    ) -> Int? {
        var p = start
        let negated = p < pattern.count && pattern[p] == UInt8(ascii: "^")
        if negated { p += 1 }
        var found = false
        while p < pattern.count, pattern[p] != UInt8(ascii: "]") {
            if pattern[p] == UInt8(ascii: "\\"), p + 1 < pattern.count {
                if pattern[p + 1] == byte { found = true }
                p += 2
            } else if p + 2 < pattern.count, pattern[p + 1] == UInt8(ascii: "-") {
                let a = fold(pattern[p], ignoringCase)
                let b = fold(pattern[p + 2], ignoringCase)
                let c = fold(byte, ignoringCase)
                if c >= min(a, b), c <= max(a, b) { found = true }
                p += 3
            } else {
                if equal(byte, pattern[p], ignoringCase) { found = true }
                p += 1
            }
        }
        guard found != negated else { return nil }
        return min(p + 1, pattern.count)
    }

    @inline(__always)
    private static func equal(_ a: UInt8, _ b: UInt8, _ ignoringCase: Bool) -> Bool {
        a == b || (ignoringCase && fold(a, true) == fold(b, true))
    }

    @inline(__always)
    private static func fold(_ byte: UInt8, _ ignoringCase: Bool) -> UInt8 {
        ignoringCase && byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}
