// Which folder of a target uses the types of which other, as far as names show it, and the cycles
// among them. Only types declared at the top of a file count, and only where they are not members
// of something else; a method that another folder adds by an extension is not seen.

/// A use of one folder's type in another folder of the same target.
struct FolderUse: Hashable, Sendable {
    let target: String
    let from: String
    let to: String
}

/// Types that hold the parts together: they name all parts, and all parts may name them.
let hubTypes: [String: String] = [
    "Engine": "the state of one instance, which the folders extend with what they do",
    "Call": "what every handler gets",
]

/// The uses among the folders of each target, each with one example for the message.
struct FolderGraph {
    private(set) var examples: [FolderUse: String] = [:]

    init(_ files: [SourceFile]) {
        let sources = files.filter { $0.isSwiftSource && $0.target != nil }
        for (target, files) in Dictionary(grouping: sources, by: { $0.target ?? "" }) {
            let homes = Self.homes(of: files)
            for file in files {
                for use in Self.typeNames(in: file.tokens) {
                    guard let home = homes[use.text], home != file.folder,
                        hubTypes[use.text] == nil
                    else { continue }
                    let edge = FolderUse(target: target, from: file.folder, to: home)
                    if examples[edge] == nil {
                        examples[edge] = "\(file.path):\(use.line) uses \(use.text)"
                    }
                }
            }
        }
    }

    /// The uses that lie on a cycle, with their examples.
    func cyclicUses() -> [FolderUse: String] {
        examples.filter { reaches($0.key.from, from: $0.key.to, in: $0.key.target) }
    }

    private func reaches(_ goal: String, from start: String, in target: String) -> Bool {
        var seen: Set<String> = []
        var open = [start]
        while let folder = open.popLast() {
            if folder == goal { return true }
            guard seen.insert(folder).inserted else { continue }
            open += examples.keys.filter { $0.target == target && $0.from == folder }.map(\.to)
        }
        return false
    }

    /// The folder that declares each type of a target; a name that two folders declare is left out.
    private static func homes(of files: [SourceFile]) -> [String: String] {
        var homes: [String: Set<String>] = [:]
        for file in files {
            for name in topLevelTypes(in: file.tokens) {
                homes[name, default: []].insert(file.folder)
            }
        }
        return homes.compactMapValues { $0.count == 1 ? $0.first : nil }
    }

    private static func topLevelTypes(in tokens: [Token]) -> [String] {
        let keywords: Set<String> = ["struct", "enum", "class", "actor", "protocol", "typealias"]
        var depth = 0
        var names: [String] = []
        for (index, token) in tokens.enumerated() {
            switch token.text {
            case "{", "(", "[": depth += 1
            case "}", ")", "]": depth -= 1
            case let word where depth == 0 && keywords.contains(word):
                if index + 1 < tokens.count { names.append(tokens[index + 1].text) }
            default: break
            }
        }
        return names
    }

    private static func typeNames(in tokens: [Token]) -> [Token] {
        tokens.indices.compactMap { index in
            let isMember = index > 0 && tokens[index - 1].text == "."
            let isType = tokens[index].text.first?.isUppercase ?? false
            return isType && !isMember ? tokens[index] : nil
        }
    }
}
