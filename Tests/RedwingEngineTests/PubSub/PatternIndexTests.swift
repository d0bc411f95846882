// The index of patterns beside a look at each of them.
import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct PatternIndexTests {
    private func candidates(_ index: PatternIndex, _ channel: String) -> Set<Int> {
        let found = channel.withBytes { index.candidates($0) }
        #expect(Set(found).count == found.count)
        return Set(found)
    }

    /// Every pattern that matches is a candidate, through any order of comings and goings.
    @Test func nothingThatMatchesIsMissed() {
        var random = SystemRandomNumberGenerator()
        let letters: [Character] = ["a", "b", "*", "?", "[", "]", "\\", "^", ":"]
        func word(_ limit: Int) -> String {
            String(
                (0..<Int.random(in: 0...limit, using: &random)).map { _ in
                    letters.randomElement(using: &random) ?? "a"
                })
        }
        var index = PatternIndex(seed: 42)
        var patterns: [Int: String] = [:]
        for number in 0..<3000 {
            if Bool.random(using: &random), let gone = patterns.keys.randomElement(using: &random) {
                let pattern = patterns.removeValue(forKey: gone) ?? ""
                pattern.withBytes { index.remove(gone, $0) }
            } else {
                let pattern = word(6)
                patterns[number] = pattern
                pattern.withBytes { index.add(number, $0) }
            }
            let channel = word(6)
            let found = candidates(index, channel)
            #expect(found.isSubset(of: patterns.keys))
            for (number, pattern) in patterns
            where GlobPattern.matches(Array(channel.utf8), pattern: Array(pattern.utf8)) {
                #expect(found.contains(number), "\(pattern) matches \(channel)")
            }
        }
        for (number, pattern) in patterns { pattern.withBytes { index.remove(number, $0) } }
        #expect(candidates(index, "ab").isEmpty)
    }

    @Test func onlyPatternsThatBeginAlikeAreLookedAt() {
        var index = PatternIndex(seed: 7)
        for number in 0..<1000 {
            "user:\(number):*".withBytes { index.add(number, $0) }
        }
        "*".withBytes { index.add(1000, $0) }
        #expect(candidates(index, "user:77:news") == [77, 1000])
        #expect(candidates(index, "other") == [1000])
        #expect(candidates(index, "") == [1000])
    }
}
