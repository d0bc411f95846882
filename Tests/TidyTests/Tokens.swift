// A coarse tokeniser for Swift: words and single punctuation bytes, with the line each stands on.
// Enough to find declarations and their bodies; it does not parse.

/// A word or one byte of punctuation.
struct Token: Equatable, Sendable {
    let text: String
    /// The line number, from 1.
    let line: Int
    /// Whether the token follows the one before it without a space.
    let isAdjacent: Bool

    var isWord: Bool { text.utf8.first?.isIdentifier ?? false }

    /// The tokens of source whose comments and strings have been blanked.
    static func all(in code: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var line = 1
        var isAdjacent = false
        var start = 0
        while start < code.count {
            var end = start + 1
            if code[start].isIdentifier {
                while end < code.count && code[end].isIdentifier { end += 1 }
            }
            switch code[start] {
            case UInt8(ascii: " "): isAdjacent = false
            case UInt8(ascii: "\n"):
                isAdjacent = false
                line += 1
            default:
                let text = String(decoding: code[start..<end], as: UTF8.self)
                tokens.append(Token(text: text, line: line, isAdjacent: isAdjacent))
                isAdjacent = true
            }
            start = end
        }
        return tokens
    }
}

extension UInt8 {
    /// Whether the byte can be part of a Swift identifier.
    var isIdentifier: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}

/// A function, initialiser, subscript or computed property with a body.
struct FunctionExtent: Equatable, Sendable {
    let name: String
    let firstLine: Int
    let lastLine: Int
    var lineCount: Int { lastLine - firstLine + 1 }
}

extension SourceFile {
    /// Every declaration with a body of statements, nested ones included.
    func functions() -> [FunctionExtent] {
        var found: [FunctionExtent] = []
        for index in tokens.indices {
            guard let name = Self.declarationName(tokens, index),
                let open = Self.bodyStart(tokens, index),
                let close = Self.matchingBrace(tokens, open)
            else { continue }
            found.append(
                FunctionExtent(
                    name: name, firstLine: tokens[index].line, lastLine: tokens[close].line))
        }
        return found
    }

    private static func declarationName(_ tokens: [Token], _ index: Int) -> String? {
        let next = index + 1 < tokens.count ? tokens[index + 1].text : ""
        switch tokens[index].text {
        case "func", "var": return next
        case "deinit": return "deinit"
        case "subscript": return "subscript"
        case "init":
            let isCall = index > 0 && tokens[index - 1].text == "."
            return !isCall && ["(", "?", "!", "<"].contains(next) ? "init" : nil
        default: return nil
        }
    }

    private static let declarationWords: Set<String> = [
        "func", "var", "let", "init", "deinit", "subscript", "associatedtype", "static", "struct",
        "enum", "class", "actor", "extension", "protocol", "typealias", "public", "internal",
        "private", "fileprivate", "package", "case", "mutating", "import",
    ]

    /// The index of the brace that opens the body of the declaration at `index`; nil without one.
    private static func bodyStart(_ tokens: [Token], _ index: Int) -> Int? {
        let isVariable = tokens[index].text == "var"
        var depth = 0
        for next in tokens.indices[(index + 1)...] {
            let token = tokens[next]
            if depth == 0 && isVariable && (token.line > tokens[index].line || token.text == "=") {
                return nil
            }
            switch token.text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return next
            case "}" where depth == 0: return nil
            case let word where depth == 0 && declarationWords.contains(word): return nil
            default: break
            }
            if depth < 0 { return nil }
        }
        return nil
    }

    private static func matchingBrace(_ tokens: [Token], _ open: Int) -> Int? {
        var depth = 0
        for index in tokens.indices[open...] {
            if tokens[index].text == "{" { depth += 1 }
            if tokens[index].text == "}" {
                depth -= 1
                if depth == 0 { return index }
            }
        }
        return nil
    }
}
