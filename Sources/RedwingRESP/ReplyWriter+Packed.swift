// Packed lists as bulk strings, from where they lie into the reply buffer.
import CLinux
import RedwingContainers

extension ReplyWriter {
    /// An element of a packed list as a bulk string.
    @inlinable @inline(__always)
    public func bulk(_ element: PackedElement) {
        if let text = element.storedText {
            bulk(text)
        } else if let integer = element.integer {
            bulk(integer: integer)
        }
    }

    /// An element of a list as a bulk string.
    @inlinable @inline(__always)
    public func bulk(_ element: ListElement) {
        switch element {
        case .packed(let element): bulk(element)
        case .large(let string): bulk(string)
        }
    }

    /// A run of a list's elements, each as a bulk string.
    @inlinable @inline(__always)
    public func bulks(_ run: ListRun) {
        switch run {
        case .packed(let run): bulks(run)
        case .large(let string): bulk(string)
        }
    }

    /// What a bulk may take beyond the bytes of the list: its head and end, and an integer's
    /// digits, of which the list has the binary form.
    @usableFromInline static let packedSurplus = 20

    /// Copies of up to this many bytes are made as this many.
    @usableFromInline static let shortCopy = 16

    /// Every element of a packed list as a bulk string.
    @inlinable
    public func bulks(_ list: PackedList) { bulks(list.run) }

    /// Elements that lie one behind the other, each as a bulk string.
    @inlinable
    public func bulks(_ run: PackedRun) {
        let surplus = run.count &* ReplyWriter.packedSurplus &+ ReplyWriter.shortCopy
        let start = buffer.reserve(run.byteCount &+ surplus)
        var out = start
        var cursor = 0
        let end = run.byteCount
        while cursor < end {
            let element = run.element(at: cursor)
            if let text = element.storedText {
                out = put(text, isRoomy: end &- cursor > 2 * ReplyWriter.shortCopy, at: out)
            } else if let integer = element.integer {
                out = withIntegerText(integer) { put($0, isRoomy: false, at: out) }
            }
            cursor = run.next(after: cursor)
        }
        buffer.advance(out - start)
    }

    /// Writes a bulk at `out` and returns where it ends. With `isRoomy` bytes behind the text may
    /// be read too.
    @inlinable @inline(__always)
    func put(
        _ text: Bytes, isRoomy: Bool, at out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let count = text.count
        var body = out
        out[0] = 0x24
        if count < 10 {
            out[1] = UInt8(truncatingIfNeeded: count) &+ 0x30
            crlf(out + 2)
            body += 4
        } else {
            let length = formatUnsigned(UInt64(truncatingIfNeeded: count), to: out + 1)
            crlf(out + (length &+ 1))
            body += length &+ 3
        }
        if isRoomy, count <= ReplyWriter.shortCopy {
            memcpy(body, text.base, 16)
        } else {
            text.copy(to: body)
        }
        crlf(body + count)
        return body + (count &+ 2)
    }
}
