// The files that the tidy rules read, and the view of a Swift file they read it through: the text
// with comments and the insides of string literals blanked out, byte for byte at the same offset.
import Foundation

/// A text file of the checkout.
struct SourceFile: Sendable {
    /// The path from the root of the checkout, such as `Sources/Redwing/Server.swift`.
    let path: String
    let text: String
    /// The lines of `text`, without their ends.
    let lines: [Substring]
    /// For Swift, the words and punctuation outside comments and string contents; the quotes stay.
    /// Empty for other languages.
    let tokens: [Token]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        tokens =
            path.hasSuffix(".swift")
            ? Token.all(in: CodeBlanker.blank(Array(text.utf8))) : []
    }

    var isSwift: Bool { path.hasSuffix(".swift") }
    var isSwiftSource: Bool { isSwift && path.hasPrefix("Sources/") }

    /// Whether the file is code that people maintain by hand.
    var isCode: Bool {
        let extensions = [".swift", ".py", ".h", ".c", ".sh"]
        return extensions.contains { path.hasSuffix($0) } || text.hasPrefix("#!")
    }

    /// The target of a path below `Sources`, else nil.
    var target: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    /// The folder inside the target, empty for files at its top.
    var folder: String {
        path.split(separator: "/").dropFirst(2).dropLast().joined(separator: "/")
    }
}

/// The checkout that this test was compiled in.
enum Checkout {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every text file of the project: sources, tests, scripts, configuration and documents.
    static let files: [SourceFile] = load()

    private static let topFolders = [
        ".ci", "conf", "docs", "python", "scripts", "Sources", "Tests",
    ]
    private static let skippedFolders: Set<String> = ["__pycache__", "node_modules"]

    private static func load() -> [SourceFile] {
        var files: [SourceFile] = []
        let manager = FileManager.default
        let top = (try? manager.contentsOfDirectory(atPath: root.path)) ?? []
        for name in top where !name.hasPrefix(".") && name != "Package.resolved" {
            append(name, to: &files)
        }
        for folder in topFolders {
            let walk = manager.enumerator(atPath: root.appending(path: folder).path)
            while let name = walk?.nextObject() as? String {
                let last = name.split(separator: "/").last.map(String.init) ?? name
                if skippedFolders.contains(last) || (last.hasPrefix(".") && last.count > 1) {
                    walk?.skipDescendants()
                } else {
                    append("\(folder)/\(name)", to: &files)
                }
            }
        }
        return files.sorted { $0.path < $1.path }
    }

    private static func append(_ path: String, to files: inout [SourceFile]) {
        let url = root.appending(path: path)
        let isFile = (try? url.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile
        guard isFile == true, let text = try? String(contentsOf: url, encoding: .utf8) else {
            return
        }
        files.append(SourceFile(path: path, text: text))
    }
}

/// Blanks the comments and string contents of Swift source. Regular expression literals are not
/// known to it: one that holds a quote would mislead it.
struct CodeBlanker {
    private let input: [UInt8]
    private var output: [UInt8]
    private var position = 0

    static func blank(_ input: [UInt8]) -> [UInt8] {
        var blanker = CodeBlanker(input: input, output: input)
        blanker.skipCode(untilClosingParenthesis: false)
        return blanker.output
    }

    private init(input: [UInt8], output: [UInt8]) {
        self.input = input
        self.output = output
    }

    private func byte(_ offset: Int = 0) -> UInt8 {
        position + offset < input.count ? input[position + offset] : 0
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where position < input.count {
            if input[position] != UInt8(ascii: "\n") { output[position] = UInt8(ascii: " ") }
            position += 1
        }
    }

    private mutating func skipCode(untilClosingParenthesis: Bool) {
        var depth = 0
        while position < input.count {
            switch (byte(), byte(1)) {
            case (UInt8(ascii: "/"), UInt8(ascii: "/")):
                while position < input.count && byte() != UInt8(ascii: "\n") { blank(1) }
            case (UInt8(ascii: "/"), UInt8(ascii: "*")):
                skipBlockComment()
            case (UInt8(ascii: "\""), _):
                skipString(hashes: 0)
            case (UInt8(ascii: "#"), _):
                var hashes = 1
                while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
                position += hashes
                if byte() == UInt8(ascii: "\"") { skipString(hashes: hashes) }
            case (UInt8(ascii: "("), _):
                depth += 1
                position += 1
            case (UInt8(ascii: ")"), _):
                if depth == 0 && untilClosingParenthesis { return }
                depth -= 1
                position += 1
            default:
                position += 1
            }
        }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if byte() == UInt8(ascii: "/") && byte(1) == UInt8(ascii: "*") {
                depth += 1
                blank(2)
            } else if byte() == UInt8(ascii: "*") && byte(1) == UInt8(ascii: "/") {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && position < input.count
    }

    /// At an opening quote; the hashes before it are behind.
    private mutating func skipString(hashes: Int) {
        let quote = UInt8(ascii: "\"")
        let width = byte(1) == quote && byte(2) == quote ? 3 : 1
        position += width
        while position < input.count {
            if byte() == UInt8(ascii: "\\") && hasHashes(hashes, at: 1) {
                if byte(1 + hashes) == UInt8(ascii: "(") {
                    blank(2 + hashes)
                    skipCode(untilClosingParenthesis: true)
                    blank(1)
                } else {
                    blank(2 + hashes)
                }
            } else if (0..<width).allSatisfy({ byte($0) == quote })
                && hasHashes(hashes, at: width)
            {
                position += width + hashes
                return
            } else if width == 1 && byte() == UInt8(ascii: "\n") {
                return
            } else {
                blank(1)
            }
        }
    }

    private func hasHashes(_ count: Int, at offset: Int) -> Bool {
        (0..<count).allSatisfy { byte(offset + $0) == UInt8(ascii: "#") }
    }
}
