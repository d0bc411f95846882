// The compact notation of a command's arguments and the tree that COMMAND DOCS shows of it. Parsed
// when somebody asks, not before.
//
//     list    := item (" " item)*
//     item    := "[" element "]" | element          in brackets: optional
//     element := name ["=" display] [":" type] ["#" spec] [ "<" item (" | " item)* ">" |
//                "{" list "}" ] ["@" token] ["..." ["@"]]
//
// `<a | b>` is one of several, `{a b}` some in a row, `...` any number of them, `...@` with the
// token before each. The type is `string` when none is given; `token` stands for the token alone.
// `display` is what a manual shows, if not the name; `spec` is the key spec that belongs to the
// argument, which for keys follows from their order.

/// An argument of a command, as COMMAND DOCS shows it.
struct CommandArgument: Equatable {
    enum Kind: String {
        case string
        case integer
        case double
        case key
        case pattern
        case unixTime = "unix-time"
        case pureToken = "pure-token"
        case oneOf = "oneof"
        case block
    }

    var name: String
    var kind = Kind.string
    /// What a manual shows; nil for groups.
    var display: String?
    var token: String?
    /// The position among the command's key specs.
    var keySpec: Int?
    var isOptional = false
    var isMultiple = false
    /// Whether the token is repeated with each.
    var repeatsToken = false
    /// The parts of a group.
    var parts: [CommandArgument] = []
}

/// Reads the notation of `CommandSpec.syntax`.
struct CommandSyntax {
    private let text: [UInt8]
    private var position = 0
    private var keysSeen = 0
    private let keySpecCount: Int

    /// The arguments that a notation describes, or nil when it is malformed.
    ///
    /// - Parameter keySpecCount: how many key specs the command has.
    static func parse(_ notation: String, keySpecCount: Int) -> [CommandArgument]? {
        guard !notation.isEmpty else { return [] }
        var syntax = CommandSyntax(text: Array(notation.utf8), keySpecCount: keySpecCount)
        guard let list = syntax.list(), syntax.position == syntax.text.count else { return nil }
        return list
    }

    private init(text: [UInt8], keySpecCount: Int) {
        self.text = text
        self.keySpecCount = keySpecCount
    }

    private mutating func take(_ word: String) -> Bool {
        guard text[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    /// The bytes up to one of `stops`, a blank or "..."; nil when there are none.
    private mutating func word(until stops: String) -> String? {
        let start = position
        while position < text.count, text[position] != 0x20,
            !stops.utf8.contains(text[position]), !text[position...].starts(with: "...".utf8)
        {
            position += 1
        }
        return position == start ? nil : String(decoding: text[start..<position], as: UTF8.self)
    }

    private mutating func list() -> [CommandArgument]? {
        var items: [CommandArgument] = []
        repeat {
            guard let item = item() else { return nil }
            items.append(item)
        } while take(" ")
        return items
    }

    private mutating func choices() -> [CommandArgument]? {
        var items: [CommandArgument] = []
        repeat {
            guard let item = item() else { return nil }
            items.append(item)
        } while take(" | ")
        return items
    }

    private mutating func item() -> CommandArgument? {
        guard take("[") else { return element() }
        guard var element = element(), take("]") else { return nil }
        element.isOptional = true
        return element
    }

    private mutating func element() -> CommandArgument? {
        guard let name = word(until: "=:#<>{}@[]|") else { return nil }
        var argument = CommandArgument(name: name)
        argument.display = name
        if take("=") {
            guard let display = word(until: "#<>{}@[]|") else { return nil }
            argument.display = display
            // A display may hold a colon of its own; the type is behind the last one.
            if let colon = display.lastIndex(of: ":"),
                let kind = kind(String(display[display.index(after: colon)...]))
            {
                argument.display = String(display[..<colon])
                argument.kind = kind
            }
        } else if take(":") {
            guard let word = word(until: "#<>{}@[]|"), let kind = kind(word) else { return nil }
            argument.kind = kind
        }
        if take("#") {
            guard let digits = word(until: "<>{}@[]|"), let spec = Int(digits) else { return nil }
            argument.keySpec = spec
        }
        guard group(&argument), suffix(&argument) else { return nil }
        if argument.kind == .key {
            if argument.keySpec == nil { argument.keySpec = min(keysSeen, keySpecCount - 1) }
            keysSeen += 1
        }
        return argument
    }

    private func kind(_ word: String) -> CommandArgument.Kind? {
        word == "token" ? .pureToken : CommandArgument.Kind(rawValue: word)
    }

    private mutating func group(_ argument: inout CommandArgument) -> Bool {
        if take("<") {
            guard let parts = choices(), take(">") else { return false }
            argument.kind = .oneOf
            argument.parts = parts
            argument.display = nil
        } else if take("{") {
            guard let parts = list(), take("}") else { return false }
            argument.kind = .block
            argument.parts = parts
            argument.display = nil
        }
        return true
    }

    private mutating func suffix(_ argument: inout CommandArgument) -> Bool {
        if take("@") {
            if take("\"\"") {
                argument.token = ""
            } else {
                guard let token = word(until: ">}]|") ?? punctuation() else { return false }
                argument.token = token
            }
        }
        if take("...") {
            argument.isMultiple = true
            argument.repeatsToken = take("@")
        }
        return true
    }

    /// A token of one byte that means something else elsewhere, such as `>`.
    private mutating func punctuation() -> String? {
        guard position < text.count, text[position] != 0x20 else { return nil }
        position += 1
        return String(decoding: text[(position - 1)..<position], as: UTF8.self)
    }
}
