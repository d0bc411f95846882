// The head of an HTTP/1 request, as far as a server needs it that only shows pages. Whatever does
// not follow the grammar is refused rather than guessed at. Source: RFC 9110 and RFC 9112.

/// A request for a page.
struct HTTPRequest: Equatable {
    /// `GET` or any other word.
    var method: String
    /// The path without query.
    var path: String
    /// What the client takes, in lower case; empty when it does not say.
    var accept = ""
    /// Whether the client wants to send more over the same connection.
    var keepsAlive: Bool
    /// Why a body that follows is not taken; nil without one.
    var bodyRefusal: HTTPStatus?

    /// Bytes of a head at most.
    static let maxHead = 8 * 1024
    /// Header fields at most.
    static let maxFields = 64
}

/// How far a client's bytes have come.
enum HTTPHead: Equatable {
    /// More have to come.
    case incomplete
    /// They are no request that can be answered; the connection is to end.
    case refused(HTTPStatus)
    /// A request, and how many bytes it takes.
    case request(HTTPRequest, length: Int)
}

extension HTTPHead {
    /// Reads the head at the start of `bytes`. `searched` bytes of them are known not to hold its
    /// end.
    static func parse(_ bytes: [UInt8], searched: Int = 0) -> HTTPHead {
        guard let length = end(of: bytes, from: searched) else {
            return bytes.count >= HTTPRequest.maxHead
                ? .refused(.headTooLarge) : startsWell(bytes) ? .incomplete : .refused(.badRequest)
        }
        guard length <= HTTPRequest.maxHead else { return .refused(.headTooLarge) }
        var lines = bytes[..<length].split(separator: 0x0a, omittingEmptySubsequences: false).map {
            $0.last == 0x0d ? $0.dropLast() : $0
        }
        // Some clients send an empty line behind the request before.
        while lines.first?.isEmpty == true { lines.removeFirst() }
        guard let first = lines.first else { return .refused(.badRequest) }
        let fields = lines.dropFirst().prefix { !$0.isEmpty }
        guard fields.count <= HTTPRequest.maxFields else { return .refused(.headTooLarge) }
        do throws(HTTPStatus) {
            return .request(try request(first, fields), length: length)
        } catch {
            return .refused(error)
        }
    }

    /// The bytes up to and with the empty line behind the fields, or nil.
    private static func end(of bytes: [UInt8], from searched: Int) -> Int? {
        // Empty lines before the request end no head.
        let start = bytes.firstIndex { $0 != 0x0d && $0 != 0x0a } ?? bytes.count
        var index = max(start, searched - 3)
        while index < bytes.count {
            defer { index += 1 }
            guard bytes[index] == 0x0a, index > start else { continue }
            if bytes[index - 1] == 0x0a { return index + 1 }
            if index - 2 >= start, bytes[index - 1] == 0x0d, bytes[index - 2] == 0x0a {
                return index + 1
            }
        }
        return nil
    }

    /// Whether bytes without a whole head can become one: a client that speaks something else
    /// hears of it at once.
    private static func startsWell(_ bytes: [UInt8]) -> Bool {
        let head = bytes.drop { $0 == 0x0d || $0 == 0x0a }
        guard bytes.count - head.count <= 4 else { return false }
        let word = head.prefix { isToken($0) }
        return word.count == head.count
            ? word.count <= 32 : !word.isEmpty && head[word.endIndex] == 0x20
    }

    private static func request(
        _ line: ArraySlice<UInt8>, _ fields: ArraySlice<ArraySlice<UInt8>>
    ) throws(HTTPStatus) -> HTTPRequest {
        let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, words[0].allSatisfy(isToken),
            words[1].allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { throw .badRequest }
        let isCurrent = words[2].elementsEqual("HTTP/1.1".utf8)
        guard isCurrent || words[2].elementsEqual("HTTP/1.0".utf8) else {
            let isHTTP = words[2].starts(with: "HTTP/".utf8) && words[2].count == 8
            throw isHTTP ? HTTPStatus.versionNotSupported : HTTPStatus.badRequest
        }
        var request = HTTPRequest(
            method: String(decoding: words[0], as: UTF8.self), path: try path(words[1]),
            keepsAlive: isCurrent)
        var hosts = 0
        for field in fields {
            let (name, value) = try split(field)
            switch name {
            case "host": hosts += 1
            case "accept": request.accept += (request.accept.isEmpty ? "" : ",") + value
            case "connection":
                let options = value.split(separator: ",").map { $0.filter { $0 != " " } }
                if options.contains("keep-alive") { request.keepsAlive = true }
                if options.contains("close") { request.keepsAlive = false }
            case "content-length":
                // No page takes one, and what is not read would be taken for the next request.
                guard !value.isEmpty, value.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
                    throw .badRequest
                }
                if value.contains(where: { $0 != "0" }) { request.bodyRefusal = .contentTooLarge }
            case "transfer-encoding": request.bodyRefusal = .notImplemented
            default: break
            }
        }
        if request.bodyRefusal != nil { request.keepsAlive = false }
        guard hosts == 1 || !isCurrent && hosts == 0 else { throw .badRequest }
        return request
    }

    /// Name and value of a header field, both in lower case.
    private static func split(
        _ field: ArraySlice<UInt8>
    ) throws(HTTPStatus) -> (name: String, value: String) {
        guard let colon = field.firstIndex(of: 0x3a), colon > field.startIndex,
            field[..<colon].allSatisfy(isToken)
        else { throw .badRequest }
        let value = field[(colon + 1)...]
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
            throw .badRequest
        }
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let trimmed = value.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        return (
            String(decoding: field[..<colon], as: UTF8.self).lowercased(),
            String(decoding: trimmed, as: UTF8.self).lowercased()
        )
    }

    /// The path of a target: `/a?b` or `http://host/a?b`.
    private static func path(_ target: ArraySlice<UInt8>) throws(HTTPStatus) -> String {
        var rest = target
        let text = String(decoding: target, as: UTF8.self)
        for scheme in ["http://", "https://"] where text.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.utf8.count).drop { $0 != 0x2f && $0 != 0x3f }
            if rest.first != 0x2f { return "/" }
        }
        guard rest.first == 0x2f || rest.elementsEqual("*".utf8) else { throw .badRequest }
        return String(decoding: rest.prefix { $0 != 0x3f && $0 != 0x23 }, as: UTF8.self)
    }

    /// Whether a byte may be part of a method or of a field's name.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
