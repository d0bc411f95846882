// All directives, found by name. The lines are in the other DirectiveTable files, by subject.

/// Every directive that Valkey 9.1 knows, and Redwing's own.
public enum DirectiveTable {
    /// All directives in the order of their names.
    public static let all: [Directive] = [
        network, general, security, snapshots, memory, encodings, observability, tls,
        appendOnlyFile, replication, cluster, process, internals,
    ].flatMap { $0 }.sorted { $0.name < $1.name }

    /// The configuration without any file or option.
    static let defaults = Configuration()

    /// A name by which a directive is called.
    struct Entry: Sendable {
        /// The name itself, lower case: the directive's own or an alias.
        let name: String
        /// Position in `all`.
        let index: Int

        var directive: Directive { DirectiveTable.all[index] }
        var isAlias: Bool { name != directive.name }
    }

    /// All names and aliases, sorted.
    static let entries: [Entry] = all.enumerated().flatMap { index, directive in
        ([directive.name] + directive.aliases).map { Entry(name: $0, index: index) }
    }.sorted { $0.name < $1.name }

    private static let byName = Dictionary(
        entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// The directive of a name in any case.
    static func entry(named name: [UInt8]) -> Entry? {
        byName[String(decoding: name, as: UTF8.self).lowercased()]
    }

    /// Directives of older versions which a file may still carry and which never do anything.
    static let retired: Set<String> = [
        "list-max-ziplist-entries", "list-max-ziplist-value", "lua-replicate-commands",
        "io-threads-do-reads", "dynamic-hz", "events-per-io-thread", "sanitize-dump-payload",
    ]

    /// Words at the start of a line that are no directive with a value, with the reason why they
    /// are refused; `include` is the one that is obeyed.
    static let refusedStatements: [String: String] = [
        "rename-command": "renaming commands is not part of this build",
        "loadmodule": "there are no loadable modules",
        "sentinel": "there is no Sentinel mode",
    ]

    /// The known name that is most like `name`, if one is like it at all.
    static func nearestName(to name: String) -> String? {
        let name = Array(name.lowercased().utf8)
        let limit = max(1, min(4, name.count / 3))
        var best: (name: String, distance: Int)?
        let others = ["include", "user", "rename-command", "loadmodule"]
        for candidate in entries.map(\.name) + others {
            let bytes = Array(candidate.utf8)
            guard abs(bytes.count - name.count) <= limit else { continue }
            let distance = editDistance(name, bytes)
            if distance <= limit, distance < best?.distance ?? Int.max {
                best = (candidate, distance)
            }
        }
        return best?.name
    }

    /// Insertions, deletions, substitutions and swaps of neighbours between two names.
    private static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, beforeLast[j - 1] + 1)
                }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
