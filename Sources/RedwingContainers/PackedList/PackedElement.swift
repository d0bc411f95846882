// One element of a packed list as a reader sees it: a text that lies in the list, or an integer
// that stands for its decimal text. Reading allocates nothing.
import CLinux

/// An element of a packed list, lent until the list is changed.
@frozen
public struct PackedElement {
    /// The text's first byte; nil for an integer.
    @usableFromInline let text: UnsafePointer<UInt8>?
    /// The text's length, or the integer.
    @usableFromInline let value: Int64

    @inlinable @inline(__always)
    init(text: UnsafeRawPointer, count: Int) {
        self.text = text.assumingMemoryBound(to: UInt8.self)
        self.value = Int64(truncatingIfNeeded: count)
    }

    @inlinable @inline(__always)
    init(integer: Int64) {
        self.text = nil
        self.value = integer
    }

    /// The element that begins at `place`, as `PackedEncoding` spells it. Seven bytes before it
    /// must be readable.
    @inlinable @inline(__always)
    init(at place: UnsafeRawPointer) {
        let tag = Int(place.load(as: UInt8.self))
        if tag < PackedTag.mediumText {
            self.init(text: place + 1, count: tag)
        } else {
            self = PackedElement.long(at: place, tag)
        }
    }

    @inlinable
    static func long(at place: UnsafeRawPointer, _ tag: Int) -> PackedElement {
        if tag > PackedTag.longText {
            // The eight bytes that end where the integer does: a head before it keeps them inside.
            let count = tag &- PackedTag.longText
            let word = place.loadUnaligned(fromByteOffset: count &- 7, as: Int64.self)
            return PackedElement(integer: word &>> Int64(truncatingIfNeeded: 64 &- count &* 8))
        }
        if tag == PackedTag.longText {
            return PackedElement(text: place + 5, count: PackedEncoding.longTextCount(at: place))
        }
        if tag >= PackedTag.smallInteger {
            return PackedElement(integer: Int64(tag &- PackedTag.smallInteger))
        }
        return PackedElement(
            text: place + 2, count: PackedEncoding.mediumTextCount(at: place, tag))
    }

    /// The integer that the element spells canonically, or nil: a text is never one.
    @inlinable @inline(__always)
    public var integer: Int64? { text == nil ? value : nil }

    /// The text where it lies, or nil for an integer.
    @inlinable @inline(__always)
    public var storedText: Bytes? {
        guard let text else { return nil }
        return Bytes(base: text, count: Int(value))
    }

    /// The number of bytes, those of an integer's decimal text included.
    @inlinable
    public var byteCount: Int {
        text != nil ? Int(value) : digitCount(value.magnitude) &+ (value < 0 ? 1 : 0)
    }

    /// Lends the element's bytes to `body`; an integer is written out for it.
    @inlinable @inline(__always)
    public func withBytes<R>(_ body: (Bytes) throws -> R) rethrows -> R {
        if let text { return try body(Bytes(base: text, count: Int(value))) }
        return try withIntegerText(value, body)
    }

    /// A copy that outlives the list. Cold paths only: it allocates.
    public var array: [UInt8] { withBytes { $0.array } }

    /// Whether the element holds just these bytes.
    @inlinable
    public static func == (element: PackedElement, bytes: Bytes) -> Bool {
        if let text = element.storedText { return text == bytes }
        return bytes.parseInteger() == element.value
    }

    /// Whether the element holds other bytes.
    @inlinable
    public static func != (element: PackedElement, bytes: Bytes) -> Bool { !(element == bytes) }
}
