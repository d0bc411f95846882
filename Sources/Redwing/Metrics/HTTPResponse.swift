// What an HTTP request is answered. Source: RFC 9110 and RFC 9112.

/// How a request ended.
enum HTTPStatus: Int, Error, CaseIterable {
    case ok = 200
    case badRequest = 400
    case notFound = 404
    case methodNotAllowed = 405
    case requestTimeout = 408
    case contentTooLarge = 413
    case headTooLarge = 431
    case notImplemented = 501
    case serviceUnavailable = 503
    case versionNotSupported = 505

    /// The words that go with the number.
    var reason: String {
        switch self {
        case .ok: "OK"
        case .badRequest: "Bad Request"
        case .notFound: "Not Found"
        case .methodNotAllowed: "Method Not Allowed"
        case .requestTimeout: "Request Timeout"
        case .contentTooLarge: "Content Too Large"
        case .headTooLarge: "Request Header Fields Too Large"
        case .notImplemented: "Not Implemented"
        case .serviceUnavailable: "Service Unavailable"
        case .versionNotSupported: "HTTP Version Not Supported"
        }
    }
}

/// An answer.
struct HTTPResponse {
    var status: HTTPStatus
    var contentType = HTTPResponse.plainText
    var body: [UInt8]

    static let plainText = "text/plain; charset=utf-8"

    /// An answer with a line of text.
    init(_ status: HTTPStatus, _ line: String) {
        self.status = status
        body = Array("\(line)\n".utf8)
    }

    /// An answer that holds no more than the status.
    init(_ status: HTTPStatus) { self.init(status, status.reason) }

    /// A page.
    init(_ body: [UInt8], contentType: String) {
        status = .ok
        self.body = body
        self.contentType = contentType
    }

    /// The bytes to be sent at `now`, Unix milliseconds; without the body for `HEAD`.
    func bytes(now: Int64, keepsAlive: Bool, headOnly: Bool) -> [UInt8] {
        var head = "HTTP/1.1 \(status.rawValue) \(status.reason)\r\n"
        head += "Date: \(HTTPDate.text(now))\r\n"
        head += "Content-Type: \(contentType)\r\n"
        head += "Content-Length: \(body.count)\r\n"
        head += "Cache-Control: no-store\r\n"
        head += "X-Content-Type-Options: nosniff\r\n"
        if status == .methodNotAllowed { head += "Allow: GET, HEAD\r\n" }
        head += "Connection: \(keepsAlive ? "keep-alive" : "close")\r\n\r\n"
        return headOnly ? Array(head.utf8) : Array(head.utf8) + body
    }
}

/// Times in the form of HTTP: `Sat, 21 Nov 2026 16:00:00 GMT`.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The text of a time of Unix milliseconds.
    static func text(_ milliseconds: Int64) -> String {
        let seconds = max(0, milliseconds / 1000)
        let day = seconds / 86400
        let (year, month, dayOfMonth) = date(day)
        let clock = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60].map(twoDigits)
        let name = days[Int(day % 7)]
        return "\(name), \(twoDigits(dayOfMonth)) \(months[Int(month) - 1]) \(year) "
            + clock.joined(separator: ":") + " GMT"
    }

    private static func twoDigits(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    /// Year, month and day of the month of a number of days since 1970. Counted in years that
    /// begin in March, so that the leap day is their last.
    private static func date(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let place = (5 * dayOfYear + 2) / 153
        let month = place < 10 ? place + 3 : place - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * place + 2) / 5 + 1)
    }
}
