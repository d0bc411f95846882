// How large a node of a stream is in the other servers' layout. Where a stream is cut into nodes is
// visible: approximate trimming removes whole nodes only, and the limit of a node is in bytes of
// that layout. So a block keeps count of what its content would take there. Nothing is stored so.
//
// The layout, as the documentation of listpacks gives it: each element is its encoding followed by
// its length in seven-bit groups; integers take 1, 2, 3, 4, 5 or 9 bytes, strings a head of 1, 2 or
// 5. A node begins with the numbers of live and deleted entries and the fields of the first entry;
// an entry is flags, both parts of its id relative to the first, the fields if they are not those
// of the first, the values, and how many elements that makes.

/// Sizes in bytes.
@usableFromInline
enum StreamNodeSize {
    /// The head and the end of a listpack.
    @usableFromInline static let frame = 7

    /// What an element takes whose encoding has `count` bytes.
    @inlinable @inline(__always)
    static func element(_ count: Int) -> Int {
        if count <= 127 { return count &+ 1 }
        if count < 16383 { return count &+ 2 }
        if count < 2_097_151 { return count &+ 3 }
        return count &+ (count < 268_435_455 ? 4 : 5)
    }

    /// What an integer takes.
    @inlinable @inline(__always)
    static func integer(_ value: Int64) -> Int {
        if value >= 0, value <= 127 { return 2 }
        if value >= -4096, value <= 4095 { return 3 }
        if value == Int64(Int16(truncatingIfNeeded: value)) { return 4 }
        if value >= -(1 << 23), value < 1 << 23 { return 5 }
        return value == Int64(Int32(truncatingIfNeeded: value)) ? 6 : 10
    }

    /// What a string takes that does not look like an integer.
    @inlinable @inline(__always)
    static func text(_ count: Int) -> Int {
        element(count &+ (count < 64 ? 1 : count < 4096 ? 2 : 5))
    }

    /// What a field or value takes.
    @inlinable @inline(__always)
    static func string(_ encoding: PackedEncoding) -> Int {
        if let integer = encoding.integer { return self.integer(integer) }
        return text(encoding.text.count)
    }

    /// What an element that is stored takes.
    static func string(_ element: PackedElement) -> Int {
        if let integer = element.integer { return self.integer(integer) }
        return text(element.byteCount)
    }

    /// What an entry takes besides its fields and values.
    @inlinable @inline(__always)
    static func entry(ms: UInt64, seq: Int64, fields: Int, isSame: Bool) -> Int {
        let count = Int64(truncatingIfNeeded: fields)
        let head = 2 &+ integer(Int64(bitPattern: ms)) &+ integer(seq)
        if isSame { return head &+ integer(count &+ 3) }
        return head &+ integer(count) &+ integer(count &* 2 &+ 4)
    }
}
