// Sets of patterns beside the patterns tried one by one.
import Testing

@testable import RedwingContainers

@Suite("Sets of patterns")
struct PatternSetTests {
    /// What the set and its patterns, one by one, say of a string.
    private func answers(_ patterns: [String], _ string: String) -> (set: Bool, each: Bool) {
        let set = PatternSet(patterns.map { Array($0.utf8) })
        defer { set.destroy() }
        let bytes = Array(string.utf8)
        let each = patterns.contains { GlobPattern.matches(bytes, pattern: Array($0.utf8)) }
        return (bytes.withBytes { set.matches($0) }, each)
    }

    @Test(
        "Each kind of pattern",
        arguments: [
            ([], "", false), ([], "a", false), ([""], "", true), ([""], "a", false),
            (["*"], "", false), (["*"], "a", true), (["**"], "a", true), (["a"], "a", true),
            (["a"], "ab", false), (["ab"], "a", false), (["a*"], "a", true), (["a*"], "ab", true),
            (["a*"], "b", false), (["a**"], "ab", true), (["ab*", "a"], "a", true),
            (["ab*", "a"], "ac", false), (["a*", "ab*", "abc"], "abc", true),
            (["a*b"], "ab", true), (["a*b"], "a", false), (["a\\*"], "a*", true),
            (["a\\*"], "ab", false), (["[ab]c"], "bc", true), (["a?"], "ab", true),
            (["user:1", "user:10", "user:1:*"], "user:10", true),
            (["user:1", "user:10", "user:1:*"], "user:1:", true),
            (["user:1", "user:10", "user:1:*"], "user:100", false),
        ])
    func kinds(_ patterns: [String], _ string: String, _ expected: Bool) {
        let found = answers(patterns, string)
        #expect(found.set == expected, "\(patterns) \(string)")
        #expect(found.each == expected, "\(patterns) \(string)")
    }

    @Test("Random patterns and strings over a small alphabet", arguments: 0..<40)
    func random(_ seed: UInt64) {
        var random = SmallRandom(state: seed &+ 1)
        for _ in 0..<50 {
            let patterns = (0..<Int(random.below(12))).map { _ in
                random.text(of: ["a", "b", "c", "a", "b", "*", "?", "\\", "[ab]"], upTo: 6)
            }
            let set = PatternSet(patterns)
            defer { set.destroy() }
            for _ in 0..<100 {
                let string = random.text(of: ["a", "b", "c", "*"], upTo: 7)
                let expected = patterns.contains { GlobPattern.matches(string, pattern: $0) }
                #expect(
                    string.withBytes { set.matches($0) } == expected,
                    "\(patterns.map { String(decoding: $0, as: UTF8.self) }) \(string)")
            }
        }
    }

    @Test("Patterns that each extend the one before")
    func ladder() {
        let patterns = (0..<500).map { [UInt8](repeating: 0x61, count: $0) }
        let set = PatternSet(patterns)
        defer { set.destroy() }
        for pattern in patterns { #expect(pattern.withBytes { set.matches($0) }) }
        let longer = [UInt8](repeating: 0x61, count: 500)
        #expect(!longer.withBytes { set.matches($0) })
    }

    @Test("Every byte can decide")
    func everyByte() {
        let patterns = (0...255).map { [UInt8($0), UInt8(ascii: "x"), UInt8($0)] }
        let literal = patterns.filter { !"*?[\\".utf8.contains($0[0]) }
        let set = PatternSet(literal)
        defer { set.destroy() }
        for pattern in literal { #expect(pattern.withBytes { set.matches($0) }) }
        #expect(![0, 0x78, 1].withBytes { set.matches($0) })
    }
}

/// Random numbers for tests, the same in each run.
private struct SmallRandom {
    var state: UInt64

    mutating func below(_ bound: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % bound
    }

    mutating func text(of parts: [String], upTo count: UInt64) -> [UInt8] {
        (0..<below(count + 1)).flatMap { _ in
            Array(parts[Int(below(UInt64(parts.count)))].utf8)
        }
    }
}
