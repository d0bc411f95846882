// What the tests of sets share: members as a test sees them, and one name for each form.
import RedwingContainers

@testable import RedwingEngine

/// How a set is held, and members that lead to it.
enum SetForm: String, CaseIterable, Sendable {
    case intset
    case listpack
    case hashtable

    /// `count` members that make a set of this form, if there are no more than it takes.
    func members(_ count: Int) -> [String] {
        switch self {
        case .intset: (0..<count).map { "\($0 * 3 - 20)" }
        case .listpack:
            (0..<count).map { $0 % 3 == 0 ? "\($0)" : "m\($0)" } + (count < 2 ? ["m"] : [])
        case .hashtable: (0..<count).map { "m\($0)" } + [String(repeating: "x", count: 65)]
        }
    }
}

extension EngineHarness {
    /// The members of the set at a key, in the order in which they are held.
    func members(_ key: String) -> [String] {
        guard let entry = entry(key), entry.type == .set else { return [] }
        var found: [String] = []
        SetValue(entry).forEachMember { member in found.append(member.withBytes { $0.string }) }
        return found
    }

    /// Makes a set of a form.
    func makeSet(_ key: String, _ form: SetForm, _ count: Int) {
        run(["SADD", key] + form.members(count))
    }

    /// The bulks of an array's or a set's reply; no member may look like a head.
    func bulks(_ line: String) -> [String] {
        self.line(line).split(separator: "\r\n")
            .filter { $0.first != "*" && $0.first != "$" && $0.first != "~" }.map(String.init)
    }
}
