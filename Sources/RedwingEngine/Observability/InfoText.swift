// The text of INFO: sections of `name:value` lines.

/// A section of INFO.
public enum InfoSection: String, CaseIterable, Sendable {
    case server
    case tls
    case clients
    case memory
    case persistence
    case stats
    case replication
    case cpu
    case modules
    case commandstats
    case errorstats
    case latencystats
    case cluster
    case keyspace
    case keysizes

    /// Whether INFO without arguments shows it.
    var isDefault: Bool {
        switch self {
        case .commandstats, .latencystats, .keysizes, .tls: false
        default: true
        }
    }

    /// The heading.
    var title: String {
        switch self {
        case .cpu: "CPU"
        case .tls: "TLS"
        default: rawValue.prefix(1).uppercased() + rawValue.dropFirst()
        }
    }

    /// The sections that words of INFO name, in their fixed order.
    static func named(_ words: [String]) -> [InfoSection] {
        if words.contains("all") || words.contains("everything") { return allCases }
        let takesDefaults = words.isEmpty || words.contains("default")
        return allCases.filter {
            (takesDefaults && $0.isDefault) || words.contains($0.rawValue)
        }
    }
}

/// Lines of INFO under construction.
public struct InfoText {
    private(set) var text = ""

    init() {}

    /// Adds a line.
    public mutating func add(_ name: String, _ value: some CustomStringConvertible) {
        text += "\(name):\(value.description)\r\n"
    }

    /// Adds a number of bytes, and a second line with it in a unit that people read.
    public mutating func addBytes(_ name: String, _ bytes: Int) {
        add(name, bytes)
        add(name + "_human", InfoText.human(bytes))
    }

    mutating func begin(_ section: InfoSection) {
        if !text.isEmpty { text += "\r\n" }
        text += "# \(section.title)\r\n"
    }

    /// A number of bytes as `1.28M`.
    static func human(_ bytes: Int) -> String {
        var value = Double(bytes)
        for unit in ["B", "K", "M", "G", "T"] {
            if value < 1024 || unit == "T" {
                return unit == "B" ? "\(bytes)B" : fixed(value, 2) + unit
            }
            value /= 1024
        }
        return "\(bytes)B"
    }

    /// A number with so many digits behind the point.
    static func fixed(_ value: Double, _ places: Int) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "0" }
        var scale: Int64 = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = Int64((value.magnitude * Double(scale)).rounded())
        let sign = value < 0 && scaled != 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(scaled)" }
        let digits = String(scaled % scale)
        let padding = String(repeating: "0", count: places - digits.count)
        return "\(sign)\(scaled / scale).\(padding)\(digits)"
    }
}

extension Engine {
    /// Lets a module above write lines of INFO, behind the engine's own of that section.
    public func addInfo(to section: InfoSection, _ write: @escaping (inout InfoText) -> Void) {
        observability.infoSources.append((section, write))
    }
}
