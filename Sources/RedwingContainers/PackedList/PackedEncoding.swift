// How one element of a packed list is spelled in bytes. Nothing here knows of lists.
//
//     0xxxxxxx                  a text of x bytes, 0 to 127
//     10xxxxxx yyyyyyyy         a text of xy bytes, 128 to 16383, the high bits first
//     11xxxxxx below 11110000   the integer x, 0 to 47
//     11110000 and 4 bytes      a text of so many bytes, 16384 or more, lowest byte first
//     11110001 to 11111000      an integer in 1 to 8 bytes, two's complement, lowest byte first
//     11111001 to 11111111      never
//
// Every string has just one spelling: one that looks like an integer (`Bytes.parseInteger`) is
// stored as that integer in the fewest bytes, which is always shorter than its text. So two
// elements are equal when their spellings are, and a search need not decode what it passes.
import CLinux

@usableFromInline
enum PackedTag {
    /// The first tag of a text with a length of 14 bits.
    @usableFromInline static let mediumText = 0x80
    /// The tag of the integer 0; the small integers follow.
    @usableFromInline static let smallInteger = 0xc0
    /// The tag of a text with a length of 32 bits; the tags of integers of 1 to 8 bytes follow.
    @usableFromInline static let longText = 0xf0
    @usableFromInline static let lastInteger = 0xf8
    @usableFromInline static let maxShortText = 127
    @usableFromInline static let maxMediumText = 16383
    @usableFromInline static let smallIntegers: UInt64 = 48
}

/// An element on its way into a list, or the needle of a search.
@frozen
@usableFromInline
struct PackedEncoding {
    /// The first byte.
    @usableFromInline let tag: UInt8
    /// How many bytes of `word` follow the tag.
    @usableFromInline let wordCount: Int
    /// The length of a longer text, or the integer; lowest byte first.
    @usableFromInline let word: UInt64
    /// The text behind that; empty for an integer.
    @usableFromInline let text: Bytes

    @inlinable @inline(__always)
    init(tag: UInt8, wordCount: Int, word: UInt64, text: Bytes) {
        self.tag = tag
        self.wordCount = wordCount
        self.word = word
        self.text = text
    }

    /// The spelling of `bytes`.
    @inlinable @inline(__always)
    init(_ bytes: Bytes) {
        if bytes.count <= PackedTag.maxShortText {
            if let integer = bytes.parseInteger() {
                self.init(integer)
            } else {
                self.init(
                    tag: UInt8(truncatingIfNeeded: bytes.count), wordCount: 0, word: 0, text: bytes)
            }
        } else if bytes.count <= PackedTag.maxMediumText {
            self.init(
                tag: UInt8(truncatingIfNeeded: PackedTag.mediumText | bytes.count &>> 8),
                wordCount: 1, word: UInt64(truncatingIfNeeded: bytes.count & 0xff), text: bytes)
        } else {
            self.init(
                tag: UInt8(PackedTag.longText), wordCount: 4,
                word: UInt64(truncatingIfNeeded: bytes.count), text: bytes)
        }
    }

    /// The spelling of an integer.
    @inlinable @inline(__always)
    init(_ integer: Int64) {
        let word = UInt64(bitPattern: integer)
        if word < PackedTag.smallIntegers {
            self.init(
                tag: UInt8(truncatingIfNeeded: PackedTag.smallInteger &+ Int(integer)),
                wordCount: 0, word: 0, text: .empty)
            return
        }
        // The sign takes a bit, so a byte holds seven of the first bits and eight of all others.
        let magnitude = integer < 0 ? ~word : word
        let count = (64 &- magnitude.leadingZeroBitCount) &>> 3 &+ 1
        self.init(
            tag: UInt8(truncatingIfNeeded: PackedTag.longText &+ count), wordCount: count,
            word: word, text: .empty)
    }

    /// The integer that is spelled, or nil for a text.
    @inlinable @inline(__always)
    var integer: Int64? {
        if tag < PackedTag.smallInteger || tag == PackedTag.longText { return nil }
        return wordCount > 0
            ? Int64(bitPattern: word) : Int64(truncatingIfNeeded: tag) &- 0xc0
    }

    /// The most bytes that the spelling of `bytes` may take.
    @inlinable @inline(__always)
    static func mostBytes(_ bytes: Bytes) -> Int {
        if bytes.count <= PackedTag.maxShortText { return 1 &+ bytes.count }
        return bytes.count &+ (bytes.count <= PackedTag.maxMediumText ? 2 : 5)
    }

    /// The bytes that the element takes.
    @inlinable @inline(__always)
    var count: Int { 1 &+ wordCount &+ text.count }

    /// Writes the element; `count` bytes at `place` are its own.
    @inlinable @inline(__always)
    func write(to place: UnsafeMutableRawPointer) {
        place.storeBytes(of: tag, as: UInt8.self)
        var rest = word
        for offset in 1..<(1 &+ wordCount) {
            place.storeBytes(
                of: UInt8(truncatingIfNeeded: rest), toByteOffset: offset, as: UInt8.self)
            rest = rest &>> 8
        }
        if text.count > 0 { text.copy(to: place + (1 &+ wordCount)) }
    }

    /// The bytes that the element at `place` takes.
    @inlinable @inline(__always)
    static func count(at place: UnsafeRawPointer) -> Int {
        let tag = Int(place.load(as: UInt8.self))
        return tag < PackedTag.mediumText ? tag &+ 1 : longCount(at: place, tag)
    }

    @inlinable
    static func longCount(at place: UnsafeRawPointer, _ tag: Int) -> Int {
        if tag > PackedTag.longText { return tag &- PackedTag.longText &+ 1 }
        if tag == PackedTag.longText { return 5 &+ longTextCount(at: place) }
        if tag >= PackedTag.smallInteger { return 1 }
        return 2 &+ mediumTextCount(at: place, tag)
    }

    @inlinable @inline(__always)
    static func mediumTextCount(at place: UnsafeRawPointer, _ tag: Int) -> Int {
        (tag & 0x3f) &<< 8 | Int(place.load(fromByteOffset: 1, as: UInt8.self))
    }

    @inlinable @inline(__always)
    static func longTextCount(at place: UnsafeRawPointer) -> Int {
        Int(place.loadUnaligned(fromByteOffset: 1, as: UInt32.self))
    }
}
