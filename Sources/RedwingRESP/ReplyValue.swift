// A reply as a value, for callers within the process and for tests: what a client library would
// make of the bytes. Not for the hot path.
import RedwingContainers

/// One reply of either protocol.
public enum ReplyValue: Sendable, Equatable {
    /// A simple string.
    case simple(String)
    /// A bulk string; any bytes.
    case bulk([UInt8])
    /// An integer.
    case integer(Int64)
    /// A null of any kind.
    case null
    /// An array.
    case array([ReplyValue])
    /// A map, in the order of the reply.
    case map([(key: ReplyValue, value: ReplyValue)])
    /// A set.
    case set([ReplyValue])
    /// A push message.
    case push([ReplyValue])
    /// A double.
    case double(Double)
    /// A boolean.
    case boolean(Bool)
    /// A big number's digits.
    case bigNumber(String)
    /// A verbatim string with its format.
    case verbatim(String, format: String)
    /// An error inside an array or map; one that is the whole reply is thrown.
    case error(String)

    /// Whether both are the same reply.
    public static func == (left: ReplyValue, right: ReplyValue) -> Bool {
        switch (left, right) {
        case (.simple(let a), .simple(let b)), (.bigNumber(let a), .bigNumber(let b)),
            (.error(let a), .error(let b)):
            a == b
        case (.bulk(let a), .bulk(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.null, .null): true
        case (.array(let a), .array(let b)), (.set(let a), .set(let b)),
            (.push(let a), .push(let b)):
            a == b
        case (.map(let a), .map(let b)):
            a.count == b.count && zip(a, b).allSatisfy { $0 == $1 }
        case (.double(let a), .double(let b)): a == b || a.isNaN && b.isNaN
        case (.boolean(let a), .boolean(let b)): a == b
        case (.verbatim(let a, let b), .verbatim(let c, let d)): a == c && b == d
        default: false
        }
    }

    /// The text of a simple, bulk or verbatim string, else nil.
    public var string: String? {
        switch self {
        case .simple(let text), .verbatim(let text, _), .bigNumber(let text): text
        case .bulk(let bytes): String(decoding: bytes, as: UTF8.self)
        default: nil
        }
    }

    /// The bytes of a string, else nil.
    public var bytes: [UInt8]? {
        if case .bulk(let bytes) = self { return bytes }
        return string.map { Array($0.utf8) }
    }

    /// An integer, or a string that spells one, else nil.
    public var integer: Int64? {
        if case .integer(let value) = self { return value }
        return string.flatMap { Int64($0) }
    }

    /// The elements of an array, set or push message, else nil.
    public var array: [ReplyValue]? {
        switch self {
        case .array(let elements), .set(let elements), .push(let elements): elements
        default: nil
        }
    }

    /// Whether this is a null.
    public var isNull: Bool { self == .null }
}

extension ReplyValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// A bulk string of this text.
    public init(stringLiteral value: String) { self = .bulk(Array(value.utf8)) }
    /// An integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }
}

/// Takes replies apart, one after the other.
public struct ReplyReader {
    private let bytes: [UInt8]
    private var position = 0

    /// A reader at the first of `bytes`.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The bytes that were not read yet.
    public var rest: [UInt8] { Array(bytes[position...]) }

    /// Whether all bytes were read.
    public var isAtEnd: Bool { position == bytes.count }

    /// The next reply, or nil when the bytes end before it does or are none.
    public mutating func next() -> ReplyValue? {
        let start = position
        if let value = read() { return value }
        position = start
        return nil
    }

    private mutating func line() -> String? {
        guard let end = bytes[position...].firstIndex(of: 0x0d), end + 1 < bytes.count else {
            return nil
        }
        defer { position = end + 2 }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }

    private mutating func run(_ count: Int) -> [UInt8]? {
        guard position + count + 2 <= bytes.count else { return nil }
        defer { position += count + 2 }
        return Array(bytes[position..<(position + count)])
    }

    private mutating func elements(_ count: Int) -> [ReplyValue]? {
        var elements: [ReplyValue] = []
        for _ in 0..<max(0, count) {
            guard let element = read() else { return nil }
            elements.append(element)
        }
        return elements
    }

    private mutating func read() -> ReplyValue? {
        guard position < bytes.count else { return nil }
        let type = bytes[position]
        position += 1
        guard let line = line() else { return nil }
        switch type {
        case UInt8(ascii: "+"): return .simple(line)
        case UInt8(ascii: "-"): return .error(line)
        case UInt8(ascii: ":"): return Int64(line).map { .integer($0) }
        case UInt8(ascii: "_"): return .null
        case UInt8(ascii: "#"): return .boolean(line == "t")
        case UInt8(ascii: ","): return Double(line).map { .double($0) }
        case UInt8(ascii: "("): return .bigNumber(line)
        default: return readCounted(type, Int(line))
        }
    }

    private mutating func readCounted(_ type: UInt8, _ count: Int?) -> ReplyValue? {
        guard let count else { return nil }
        if count < 0 { return .null }
        switch type {
        case UInt8(ascii: "$"): return run(count).map { .bulk($0) }
        case UInt8(ascii: "!"):
            return run(count).map { .error(String(decoding: $0, as: UTF8.self)) }
        case UInt8(ascii: "="):
            return run(count).map {
                .verbatim(
                    String(decoding: $0.dropFirst(4), as: UTF8.self),
                    format: String(decoding: $0.prefix(3), as: UTF8.self))
            }
        case UInt8(ascii: "*"): return elements(count).map { .array($0) }
        case UInt8(ascii: "~"): return elements(count).map { .set($0) }
        case UInt8(ascii: ">"): return elements(count).map { .push($0) }
        case UInt8(ascii: "%"):
            return elements(count * 2).map { flat in
                .map(
                    stride(from: 0, to: flat.count, by: 2).map {
                        (key: flat[$0], value: flat[$0 + 1])
                    })
            }
        default: return nil
        }
    }
}
