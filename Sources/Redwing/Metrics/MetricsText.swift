// The text in which monitoring systems read metrics: OpenMetrics 1.0, and the older form of
// Prometheus, which names counters otherwise and knows no units. Source: the OpenMetrics
// specification and Prometheus' page on exposition formats.

/// Metrics as text, under construction.
struct MetricsText {
    /// The form of the text.
    enum Format: Equatable {
        case openMetrics
        case prometheus

        /// What the response calls it.
        var contentType: String {
            switch self {
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            }
        }

        /// The form for a client that takes `accept`, the header in lower case: the older one only
        /// where plain text is asked for and OpenMetrics is not.
        init(accept: String) {
            let isOld = accept.contains("text/plain") && !accept.contains("openmetrics-text")
            self = isOld ? .prometheus : .openMetrics
        }
    }

    /// What kind of figures a family holds.
    enum Kind: String {
        case counter
        case gauge
        case histogram
        case info
    }

    /// Names with their values, which stand with a sample.
    typealias Labels = [(name: String, value: String)]

    private let format: Format
    private var text = ""
    private var name = ""
    private var kind = Kind.gauge

    init(_ format: Format) { self.format = format }

    /// Begins a family. `name` is without the `_total` of counters and the `_info` of infos; a
    /// `unit` is its last word.
    mutating func begin(_ name: String, _ kind: Kind, unit: String = "", _ help: String) {
        self.name = name
        self.kind = kind
        var shown = name
        var type = kind.rawValue
        if format == .prometheus {
            if kind == .counter { shown += "_total" }
            if kind == .info {
                shown += "_info"
                type = "gauge"
            }
        }
        text += "# TYPE \(shown) \(type)\n"
        if !unit.isEmpty, format == .openMetrics { text += "# UNIT \(shown) \(unit)\n" }
        text += "# HELP \(shown) \(MetricsText.escaped(help))\n"
    }

    /// Adds a sample of the family.
    mutating func add(_ labels: Labels, _ value: Int) { add("", labels, String(value)) }

    /// Adds a sample of the family.
    mutating func add(_ labels: Labels, _ value: Double) {
        add("", labels, MetricsText.number(value))
    }

    private mutating func add(_ suffix: String, _ labels: Labels, _ value: String) {
        text += name + suffix
        switch kind {
        case .counter: text += "_total"
        case .info: text += "_info"
        case .gauge, .histogram: break
        }
        if !labels.isEmpty {
            let parts = labels.map { "\($0.name)=\"\(MetricsText.escaped($0.value))\"" }
            text += "{" + parts.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    /// A family with one sample and no labels.
    mutating func single(
        _ name: String, _ kind: Kind, unit: String = "", _ help: String, _ value: Int
    ) {
        begin(name, kind, unit: unit, help)
        add([], value)
    }

    /// A family with one sample and no labels.
    mutating func single(
        _ name: String, _ kind: Kind, unit: String = "", _ help: String, _ value: Double
    ) {
        begin(name, kind, unit: unit, help)
        add([], value)
    }

    /// A family that is one histogram: how many lie in each cell, the last one without a bound.
    mutating func histogram(
        _ name: String, unit: String, _ help: String, bounds: [Double], counts: [Int], sum: Double
    ) {
        begin(name, .histogram, unit: unit, help)
        var total = 0
        for (place, count) in counts.enumerated() {
            total += count
            let bound = place < bounds.count ? MetricsText.number(bounds[place]) : "+Inf"
            add("_bucket", [("le", bound)], String(total))
        }
        add("_sum", [], MetricsText.number(sum))
        add("_count", [], String(total))
    }

    /// The whole text.
    func finished() -> [UInt8] {
        Array((format == .openMetrics ? text + "# EOF\n" : text).utf8)
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return "\(value)"
    }

    /// A text as it stands between quotes and in help.
    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x22 || $0 == 0x5c || $0 == 0x0a }) else {
            return text
        }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A key as a label shows it: text as it is, cut when it is long, other bytes as `\xHH`.
    static func shown(_ key: [UInt8]) -> String {
        let limit = 128
        let cut = key.count > limit ? Array(key[..<limit]) : key
        let ending = key.count > limit ? "..." : ""
        if let text = String(validating: cut, as: UTF8.self),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
        {
            return text + ending
        }
        let digits = Array("0123456789abcdef")
        return cut.reduce(into: "") { result, byte in
            if byte >= 0x20, byte < 0x7f {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "\\x\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        } + ending
    }
}
