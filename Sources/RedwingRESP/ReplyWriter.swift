// Every type of RESP2 and RESP3, written into a reply buffer. The writer knows the connection's
// protocol, so that a handler says what it means (a map, a null, a double) and never which
// protocol is spoken. Source: the RESP specification at valkey.io/topics/protocol.
import CLinux
import RedwingContainers

/// The protocol of a connection.
@frozen
public enum ProtocolVersion: UInt8, Sendable {
    /// What a connection starts with.
    case resp2 = 2
    /// After `HELLO 3`.
    case resp3 = 3
}

/// Writes replies of one protocol into one buffer.
@frozen
public struct ReplyWriter {
    /// Where the bytes go.
    public var buffer: ReplyBuffer
    /// What the connection speaks.
    public var version: ProtocolVersion

    /// A writer of `version` into `buffer`.
    @inlinable
    public init(buffer: ReplyBuffer, version: ProtocolVersion) {
        self.buffer = buffer
        self.version = version
    }

    /// Bytes that are protocol already.
    @inlinable @inline(__always)
    public func raw(_ bytes: Bytes) { buffer.append(bytes) }

    /// `+OK`.
    @inlinable @inline(__always)
    public func ok() { raw("+OK\r\n") }

    /// A simple string; no line breaks in it.
    @inlinable
    public func simple(_ text: Bytes) {
        let out = buffer.reserve(text.count &+ 3)
        out[0] = 0x2b
        text.copy(to: out + 1)
        crlf(out + (text.count &+ 1))
        buffer.advance(text.count &+ 3)
    }

    /// An error: code and text, without the leading minus; no line breaks in it.
    public func error(_ text: Bytes) {
        raw("-")
        raw(text)
        raw("\r\n")
    }

    /// An error put together from literals and what a client sent, byte for byte up to its first
    /// zero, where Valkey's texts end too; line breaks become blanks.
    public func error(_ parts: [Bytes]) {
        raw("-")
        for part in parts {
            let text = part.slice(0, part.firstIndex(of: 0) ?? part.count)
            let out = buffer.reserve(text.count)
            for index in 0..<text.count {
                out[index] = text[index] == 0x0d || text[index] == 0x0a ? 0x20 : text[index]
            }
            buffer.advance(text.count)
        }
        raw("\r\n")
    }

    /// An error whose text was made at run time; line breaks become blanks.
    public func error(text: String) {
        var clean = Array(text.utf8)
        for index in clean.indices where clean[index] == 0x0d || clean[index] == 0x0a {
            clean[index] = 0x20
        }
        clean.withBytes { error($0) }
    }

    /// An integer.
    @inlinable @inline(__always)
    public func integer(_ value: Int64) { header(0x3a, value) }

    /// An integer.
    @inlinable @inline(__always)
    public func integer(_ value: Int) { header(0x3a, Int64(truncatingIfNeeded: value)) }

    /// A type byte, a number and a line break.
    @inlinable
    public func header(_ type: UInt8, _ value: Int64) {
        let out = buffer.reserve(24)
        out[0] = type
        if value >= 0, value < 10 {
            out[1] = UInt8(truncatingIfNeeded: value) &+ 0x30
            crlf(out + 2)
            buffer.advance(4)
            return
        }
        let length = formatInteger(value, to: out + 1)
        crlf(out + (length &+ 1))
        buffer.advance(length &+ 3)
    }

    @inlinable @inline(__always)
    func crlf(_ out: UnsafeMutablePointer<UInt8>) {
        UnsafeMutableRawPointer(out).storeBytes(of: 0x0a0d, as: UInt16.self)
    }

    /// A bulk string.
    @inlinable
    public func bulk(_ bytes: Bytes) {
        let count = bytes.count
        let out = buffer.reserve(count &+ 26)
        out[0] = 0x24
        var length = 1
        if count < 10 {
            out[1] = UInt8(truncatingIfNeeded: count) &+ 0x30
        } else {
            length = formatUnsigned(UInt64(truncatingIfNeeded: count), to: out + 1)
        }
        crlf(out + (length &+ 1))
        let body = out + (length &+ 3)
        bytes.copy(to: body)
        crlf(body + count)
        buffer.advance(length &+ count &+ 5)
    }

    /// A bulk string made at run time.
    public func bulk(text: String) { text.withBytes { bulk($0) } }

    /// A bulk string that holds an integer's decimal text.
    @inlinable
    public func bulk(integer value: Int64) { withIntegerText(value) { bulk($0) } }

    /// A bulk string that is sent from where it lies when it is long.
    public func bulk(_ string: LargeString) {
        bulk(string, offset: 0, count: string.count)
    }

    /// Part of a large string as a bulk, sent from where it lies when it is long.
    public func bulk(_ string: LargeString, offset: Int, count: Int) {
        guard count >= ReplyBuffer.attachmentThreshold else {
            return bulk(string.bytes.slice(offset, count))
        }
        header(0x24, Int64(count))
        buffer.attach(string, offset: offset, count: count)
        raw("\r\n")
    }

    /// The null of the connection's protocol: `_` or a null bulk.
    @inlinable
    public func null() {
        if version == .resp3 { raw("_\r\n") } else { raw("$-1\r\n") }
    }

    /// The null that stands for a missing array: `_` or a null array.
    @inlinable
    public func nullArray() {
        if version == .resp3 { raw("_\r\n") } else { raw("*-1\r\n") }
    }

    /// The head of an array of `count` elements.
    @inlinable @inline(__always)
    public func array(_ count: Int) { header(0x2a, Int64(truncatingIfNeeded: count)) }

    /// The head of a map of `count` pairs; an array of twice as many elements in RESP2.
    @inlinable @inline(__always)
    public func map(_ count: Int) {
        if version == .resp3 {
            header(0x25, Int64(truncatingIfNeeded: count))
        } else {
            header(0x2a, Int64(truncatingIfNeeded: count &* 2))
        }
    }

    /// The head of a set of `count` members; an array in RESP2.
    @inlinable
    public func set(_ count: Int) {
        header(version == .resp3 ? 0x7e : 0x2a, Int64(truncatingIfNeeded: count))
    }

    /// The head of a push message of `count` elements; an array in RESP2.
    @inlinable
    public func push(_ count: Int) {
        header(version == .resp3 ? 0x3e : 0x2a, Int64(truncatingIfNeeded: count))
    }

    /// The head of `count` attribute pairs; call it only in RESP3, where they exist.
    @inlinable
    public func attribute(_ count: Int) { header(0x7c, Int64(truncatingIfNeeded: count)) }

    /// A boolean; 1 or 0 in RESP2.
    @inlinable
    public func boolean(_ value: Bool) {
        if version == .resp3 {
            raw(value ? "#t\r\n" : "#f\r\n")
        } else {
            integer(value ? 1 : 0)
        }
    }

    /// A double; a bulk string in RESP2.
    public func double(_ value: Double) {
        withDoubleText(value) { text in
            if version == .resp3 {
                raw(",")
                raw(text)
                raw("\r\n")
            } else {
                bulk(text)
            }
        }
    }

    /// A big number given by its digits; a bulk string in RESP2.
    public func bigNumber(_ digits: Bytes) {
        guard version == .resp3 else { return bulk(digits) }
        raw("(")
        raw(digits)
        raw("\r\n")
    }

    /// A verbatim string with its three-letter format; a bulk string in RESP2.
    public func verbatim(_ text: Bytes, format: Bytes = "txt") {
        guard version == .resp3 else { return bulk(text) }
        header(0x3d, Int64(text.count + 4))
        raw(format)
        raw(":")
        raw(text)
        raw("\r\n")
    }
}
