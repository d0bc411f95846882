// What can be wrong with a request, and how the client is told. The texts are Valkey's.
import RedwingContainers

/// Why a request cannot be read on; the connection ends after the reply.
public enum ProtocolError: Error, Equatable, Sendable {
    /// The count of arguments is no number or out of range.
    case invalidMultibulkLength
    /// More arguments than a client may send that has not authenticated.
    case unauthenticatedMultibulkLength
    /// No line end within 64 KiB of a count.
    case tooBigCountString
    /// No line end within 64 KiB of a length.
    case tooBigBulkCountString
    /// A bulk's length is no number or out of range.
    case invalidBulkLength
    /// A longer bulk than a client may send that has not authenticated.
    case unauthenticatedBulkLength
    /// Another byte where a bulk should begin.
    case expectedDollar(UInt8)
    /// A line or a bulk that does not end with a carriage return and a line feed.
    case invalidLineEnd
    /// No line end within 64 KiB of an inline request.
    case tooBigInline
    /// An inline request with an open quote.
    case unbalancedQuotes
    /// The beginning of TLS. The client would not understand any reply; it gets none.
    case helloOfTLS

    /// The error's text, as it follows `-`: bytes, for it quotes a byte of the request.
    public var message: [UInt8] {
        let what: StaticString =
            switch self {
            case .invalidMultibulkLength: "invalid multibulk length"
            case .unauthenticatedMultibulkLength: "unauthenticated multibulk length"
            case .tooBigCountString: "too big mbulk count string"
            case .tooBigBulkCountString: "too big bulk count string"
            case .invalidBulkLength: "invalid bulk length"
            case .unauthenticatedBulkLength: "unauthenticated bulk length"
            case .expectedDollar: "expected '$', got '"
            case .invalidLineEnd: "invalid CRLF in request"
            case .tooBigInline: "too big inline request"
            case .unbalancedQuotes: "unbalanced quotes in request"
            case .helloOfTLS: "TLS on a port without it"
            }
        var text = Bytes("ERR Protocol error: ").array + Bytes(what).array
        if case .expectedDollar(let byte) = self {
            // A line break would end the reply.
            text.append(byte == 0x0d || byte == 0x0a ? 0x20 : byte)
            text.append(UInt8(ascii: "'"))
        }
        return text
    }
}
