// The tidy rules that look at one file at a time, and where each of them does not apply. A rule
// says what to do instead; an exception names its file and the reason.
import Foundation

/// One breach of a rule.
struct Finding: Equatable, Sendable, CustomStringConvertible {
    let path: String
    let line: Int
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}

/// A rule on the text of one file.
struct TidyRule: Sendable, CustomStringConvertible {
    let name: String
    let check: @Sendable (SourceFile) -> [Finding]

    var description: String { name }
}

/// The modules that may touch raw memory; everything above uses their safe wrappers.
let memoryRooms: Set<String> = [
    "RedwingLinux", "RedwingContainers", "RedwingRESP", "RedwingLua",
]

/// Files above those modules that need unsafe code after all, each with the reason.
let unsafeFiles: [String: String] = [
    "Sources/RedwingEngine/Keyspace/ValueKind.swift": "a kind byte of the hot path, unchecked",
    "Sources/RedwingPersistence/Snapshot/Checksum.swift": "calls xxHash",
    "Sources/RedwingPersistence/Snapshot/LZ4Frame.swift": "calls LZ4",
    "Sources/RedwingPersistence/Snapshot/System.swift": "system calls with flags of its own",
    "Sources/Redwing/TLS/OpenSSLQueue.swift": "calls OpenSSL",
    "Sources/Redwing/TLS/TLSCertificate.swift": "calls OpenSSL",
    "Sources/Redwing/TLS/TLSContext.swift": "calls OpenSSL",
    "Sources/Redwing/TLS/TLSSession.swift": "calls OpenSSL",
    "Sources/Redwing/TLS/TLSSession+Buffers.swift": "reads and writes the buffers' memory",
    "Sources/Redwing/Network/SocketIO.swift": "reads and writes the buffers' memory",
]

extension TidyRule {
    static let all: [TidyRule] = [
        columns, fileLength, functionLength, header, noTraps, noForceUnwrap, unsafeInItsRooms,
        noFoundation, noPlatformConditions, noPrinting, words,
    ]

    static let columns = TidyRule(name: "lines of at most 100 columns") { file in
        guard !file.path.hasSuffix(".md"), !file.path.hasSuffix(".svg") else { return [] }
        return file.lines.enumerated().compactMap { index, line in
            // swift-format, too, lets a trailing comma stand outside.
            guard line.count > (line.hasSuffix(",") ? 101 : 100) else { return nil }
            return Finding(
                path: file.path, line: index + 1, message: "\(line.count) columns; 100 is the limit"
            )
        }
    }

    static let fileLength = TidyRule(name: "files of at most 800 lines") { file in
        guard file.isCode, file.lines.count > 801 else { return [] }
        return [
            Finding(
                path: file.path, line: file.lines.count,
                message: "more than 800 lines; split the file by what it is about")
        ]
    }

    static let functionLength = TidyRule(name: "functions of at most 70 lines") { file in
        file.functions().filter { $0.lineCount > 70 }.map {
            Finding(
                path: file.path, line: $0.firstLine,
                message: "\($0.name) has \($0.lineCount) lines; 70 is the limit")
        }
    }

    static let header = TidyRule(name: "a header comment opens each file") { file in
        guard file.isCode else { return [] }
        var first = file.lines.first ?? ""
        if first.hasPrefix("#!") || first.hasPrefix("// swift-tools-version") {
            first = file.lines.dropFirst().first ?? ""
        }
        if file.path == "Package.swift" { return [] }
        let opens = ["// ", "/// ", "# ", "\"\"\"", "/* "].contains { first.hasPrefix($0) }
        let isLong = first.split(separator: " ").count >= 4
        guard !(opens && isLong) else { return [] }
        return [
            Finding(
                path: file.path, line: 1,
                message: "open the file with a comment that says what lives here")
        ]
    }

    static let noTraps = tokens(
        name: "no traps on input",
        advice: "reply with an error, throw, or state a programmer's error with precondition",
        applies: \.isSwiftSource
    ) { tokens, index in
        let isForced = tokens.isAdjacentMark("!", at: index + 1)
        return switch tokens[index].text {
        case "fatalError": "fatalError"
        case "try" where isForced: "try!"
        case "as" where isForced: "as!"
        default: nil
        }
    }

    static let noForceUnwrap = tokens(
        name: "no forced unwrapping above the memory modules",
        advice: "unwrap with guard or if",
        applies: { $0.isSwiftSource && !memoryRooms.contains($0.target ?? "") }
    ) { tokens, index in
        let before = tokens[index]
        guard tokens.isAdjacentMark("!", at: index + 1),
            !tokens.isAdjacentMark("=", at: index + 2),
            before.isWord || [")", "]", "}", ">", "\""].contains(before.text)
        else { return nil }
        return before.text + "!"
    }

    static let unsafeInItsRooms = tokens(
        name: "unsafe code stays in its rooms",
        advice: "use the safe wrappers of the modules below",
        applies: {
            $0.isSwiftSource && !memoryRooms.contains($0.target ?? "")
                && unsafeFiles[$0.path] == nil
        }
    ) { tokens, index in tokens[index].isUnsafe ? tokens[index].text : nil }

    static let noFoundation = tokens(
        name: "no Foundation in the libraries and the server",
        advice: "the standard library and RedwingLinux have to do", applies: \.isSwiftSource
    ) { tokens, index in
        guard tokens[index].text == "import" else { return nil }
        let line = tokens[index].line
        let named = tokens[index...].prefix { $0.line == line }
        return named.first { $0.text.hasPrefix("Foundation") }?.text
    }

    static let noPlatformConditions = tokens(
        name: "no platform conditions", advice: "Redwing is for Linux only", applies: \.isSwift
    ) { tokens, index in
        guard tokens[index].text == "#",
            tokens.isAdjacentMark("if", at: index + 1)
                || tokens.isAdjacentMark("elseif", at: index + 1)
        else { return nil }
        let line = tokens[index].line
        let condition = tokens[index...].prefix { $0.line == line }
        return condition.first { ["os", "canImport"].contains($0.text) }?.text
    }

    static let noPrinting = tokens(
        name: "no printing from libraries", advice: "log through swift-log, or return the text",
        applies: { $0.isSwiftSource && $0.target != "redwing-server" }
    ) { tokens, index in
        let before = index > 0 ? tokens[index - 1].text : ""
        guard ["print", "debugPrint", "dump"].contains(tokens[index].text),
            tokens.isAdjacentMark("(", at: index + 1), before != ".", before != "func"
        else { return nil }
        return tokens[index].text
    }

    /// Spelled in pieces, for this file is read too.
    private static let forbiddenWords = [
        #"\bTO"# + #"DO\b"#, #"\bFIX"# + #"ME\b"#, #"\b[Ss]tu"# + #"b(s|bed)?\b"#, "/wo" + "rk/",
        "/opt/pe" + "ers", "bash_" + "jobs", "/ro" + "ot/",
    ]

    static let words = TidyRule(name: "no unfinished work, no paths of one machine") { file in
        forbiddenWords.flatMap { word -> [Finding] in
            // One search of the whole text first: nearly every file has none of them.
            guard file.text.range(of: word, options: .regularExpression) != nil else { return [] }
            return file.lines.enumerated().compactMap { index, line in
                guard let range = line.range(of: word, options: .regularExpression) else {
                    return nil
                }
                return Finding(
                    path: file.path, line: index + 1,
                    message: "'\(line[range])' does not belong here")
            }
        }
    }

    /// A rule that looks at the tokens from each index on; `find` gives the offending text.
    private static func tokens(
        name: String, advice: String, applies: @escaping @Sendable (SourceFile) -> Bool,
        find: @escaping @Sendable ([Token], Int) -> String?
    ) -> TidyRule {
        TidyRule(name: name) { file in
            guard applies(file) else { return [] }
            return file.tokens.indices.compactMap { index in
                find(file.tokens, index).map {
                    Finding(
                        path: file.path, line: file.tokens[index].line,
                        message: "'\($0)': \(advice)")
                }
            }
        }
    }
}

extension Array<Token> {
    /// Whether the token at `index` has this text and follows the one before it without a space.
    func isAdjacentMark(_ text: String, at index: Int) -> Bool {
        index < count && self[index].isAdjacent && self[index].text == text
    }
}

extension Token {
    /// Whether the token names raw memory or marks unsafe code.
    var isUnsafe: Bool {
        let words: Set<String> = ["unsafe", "OpaquePointer", "Unmanaged", "unsafeBitCast"]
        return words.contains(text) || text.hasPrefix("withUnsafe")
            || (text.hasPrefix("Unsafe") && text.hasSuffix("Pointer"))
    }
}
