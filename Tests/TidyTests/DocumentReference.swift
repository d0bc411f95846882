// The files that a Markdown document names: scripts in code, and the targets of relative links.
import Foundation

/// A mention of a file of the checkout in a document.
struct DocumentReference: Equatable, Sendable {
    /// The path from the root of the checkout.
    let path: String
    let line: Int

    /// The scripts named as `scripts/NAME` and the relative links of a document.
    static func all(in document: SourceFile) -> [DocumentReference] {
        let folder = document.path.split(separator: "/").dropLast().joined(separator: "/")
        return document.lines.enumerated().flatMap { index, line in
            let text = String(line)
            let scripts = matches(#"\bscripts/([a-z][a-z.-]*[a-z])"#, in: text).map {
                "scripts/" + $0
            }
            let links = matches(#"\]\(([^)#\s]+)[^)]*\)"#, in: text)
                .filter { !$0.contains(":") }
                .map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
            return (scripts + links).map { DocumentReference(path: $0, line: index + 1) }
        }
    }

    private static func matches(_ pattern: String, in text: String) -> [String] {
        guard let expression = try? NSRegularExpression(pattern: pattern) else { return [] }
        let range = NSRange(text.startIndex..., in: text)
        return expression.matches(in: text, range: range).compactMap {
            Range($0.range(at: 1), in: text).map { String(text[$0]) }
        }
    }
}
