// Glob matching against what the reference server answers, and against its worst patterns.

import RedwingContainers
import Testing

@Suite struct GlobPatternTests {
    private func matches(_ string: String, _ pattern: String, nocase: Bool = false) -> Bool {
        GlobPattern.matches(Array(string.utf8), pattern: Array(pattern.utf8), ignoringCase: nocase)
    }

    @Test(arguments: [
        ("hello", "hello"), ("hello", "h?llo"), ("hello", "h*o"), ("hello", "*"), ("hello", "**"),
        ("hello", "h[ae]llo"), ("hello", "h[^a]llo"), ("hello", "h[a-f]llo"),
        ("hello", "h[f-a]llo"),
        ("h*llo", "h\\*llo"), ("h]llo", "h[\\]]llo"), ("h\\", "h\\"), ("a-b", "a[-]b"),
        ("ab", "a[b"),
        ("a", "[a-"), ("-", "[a-"), ("aab", "*a*b"), ("abcabd", "*ab?"), ("x", "[^]"), ("", ""),
        ("a", "a***"), ("a\0b", "a?b"), ("^", "[\\^]"), ("b", "[^^]"),
    ])
    func match(string: String, pattern: String) {
        #expect(matches(string, pattern))
    }

    @Test(arguments: [
        ("hello", "Hello"), ("hello", "h?lo"), ("hello", "hell"), ("hello", "helloo"),
        ("hello", "h[^e]llo"), ("", "*"), ("", "?"), ("a", ""), ("a", "[]"), ("a", "[^a"),
        ("ab", "a[c"), ("abc", "*d"), ("hallo", "h\\*llo"), ("x", "\\y"), ("", "**"),
    ])
    func noMatch(string: String, pattern: String) {
        #expect(!matches(string, pattern))
    }

    @Test func caseIsIgnoredOnRequest() {
        #expect(matches("PORT", "p[n-p]*", nocase: true))
        #expect(matches("port", "P[N-P]R?", nocase: true))
        #expect(!matches("PORT", "p*"))
        // A byte after a backslash inside a class is taken as it is.
        #expect(!matches("P", "[\\p]", nocase: true))
        #expect(matches("P", "\\p", nocase: true))
    }

    @Test func everyByteMatchesItself() {
        for byte in UInt8.min...UInt8.max {
            #expect(GlobPattern.matches([byte], pattern: [UInt8(ascii: "\\"), byte]))
            #expect(GlobPattern.matches([byte], pattern: [UInt8(ascii: "?")]))
            #expect(
                GlobPattern.matches(
                    [byte],
                    pattern: [UInt8(ascii: "["), 0, UInt8(ascii: "-"), 255, UInt8(ascii: "]")]))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func patternsOfManyStarsStayCheap() {
        let string = [UInt8](repeating: UInt8(ascii: "a"), count: 20_000)
        let stars = Array(String(repeating: "a*", count: 900).utf8)
        #expect(!GlobPattern.matches(string, pattern: stars + [UInt8(ascii: "b")]))
        #expect(GlobPattern.matches(string, pattern: stars))
        // Beyond a thousand stars nothing matches.
        let many = Array(String(repeating: "a*", count: 1001).utf8) + [UInt8(ascii: "a")]
        #expect(!GlobPattern.matches(string, pattern: many))
    }
}
