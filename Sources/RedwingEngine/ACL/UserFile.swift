// The file that `aclfile` names: a line for each user, no comments. It is understood as a whole or
// not at all, and everything that is wrong with it is told at once.
import RedwingContainers

/// What a file with users holds.
struct UserFile {
    /// The users in the order of their lines.
    private(set) var users: [(name: [UInt8], rights: Rights)] = []
    /// What is wrong, in the words of ACL LOAD; empty if nothing is.
    private(set) var problems: [UInt8] = []

    /// The users of a text. `path` is how messages call its file.
    init(_ text: [UInt8], path: String, _ context: RuleContext) {
        let lines = text.split(separator: 0x0a, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let words = Self.trim(line).split(separator: 0x20, omittingEmptySubsequences: false)
            guard words.count > 1 || words.first?.isEmpty == false else { continue }
            read(words.map { Array($0) }, "\(path):\(index + 1)", index + 1, context)
        }
        guard !problems.isEmpty else { return }
        users = []
        complain(
            """
            WARNING: ACL errors detected, no change to the previously active ACL rules was \
            performed
            """)
    }

    /// Without blanks and line ends around it.
    private static func trim(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank: (UInt8) -> Bool = { " \t\r\n".utf8.contains($0) }
        let start = line.drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return [] }
        return start[...last]
    }

    private mutating func read(
        _ words: [[UInt8]], _ place: String, _ number: Int, _ context: RuleContext
    ) {
        guard words[0] == Array("user".utf8), words.count > 1 else {
            return complain(
                "\(place) should start with user keyword followed by the username. ")
        }
        let name = words[1]
        if name.withBytes(\.hasBlanksOrZero) {
            return complain(
                "'\(place): username '", name, "' contains invalid characters. ")
        }
        if users.contains(where: { $0.name == name }) {
            return complain(
                "WARNING: Duplicate user '", name, "' found on line \(number). ")
        }
        guard let rules = try? RuleList.merge(Array(words.dropFirst(2))) else {
            return complain("\(place): Unmatched parenthesis in selector definition.")
        }
        var rights = Rights(context)
        var hasComplained = false
        for rule in rules {
            let rule = Array(Self.trim(rule[...]))
            guard let error = rights.failure(rule, context) else { continue }
            if case .unknownCommand = error {
                complain(
                    "\(place): Error in applying operation '", rule, "': \(error.text.string). ")
            } else if !hasComplained {
                // What follows a mistake may be wrong because of it.
                complain("\(place): \(error.text.string). ")
                hasComplained = true
            }
        }
        users.append((name, rights))
    }

    private mutating func complain(_ before: String, _ word: [UInt8] = [], _ after: String = "") {
        problems += Array(before.utf8) + word + Array(after.utf8)
    }
}
