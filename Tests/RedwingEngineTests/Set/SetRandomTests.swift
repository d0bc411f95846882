// SPOP and SRANDMEMBER where the answer is not one text: equal chances, distinct members.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct SetRandomTests {
    /// Whether counts of so many categories, which should be equal, may be chance: Pearson's
    /// chi-square within five standard deviations of its mean. Seeds are fixed: a failure is one.
    private func isFair(_ seen: [String: Int], categories: Int) -> Bool {
        let total = Double(seen.values.reduce(0, +))
        let expected = total / Double(categories)
        var square = Double(categories - seen.count) * expected
        for count in seen.values {
            square += (Double(count) - expected) * (Double(count) - expected) / expected
        }
        let freedom = Double(categories - 1)
        return abs(square - freedom) < 5 * (2 * freedom).squareRoot()
    }

    private static let sizes: [(SetForm, Int)] = [
        (.intset, 10), (.intset, 500), (.listpack, 10), (.listpack, 100), (.hashtable, 10),
        (.hashtable, 700), (.hashtable, 3000), (.hashtable, 8000),
    ]

    @Test(arguments: sizes)
    func repeatedPicksAreFair(_ form: SetForm, _ size: Int) {
        let harness = EngineHarness()
        harness.makeSet("s", form, size)
        let members = harness.members("s")
        #expect(harness.encoding("s") == form.rawValue)
        let rounds = max(20_000, members.count * 12)
        let picks = harness.bulks("SRANDMEMBER s -\(rounds)")
        #expect(picks.count == rounds)
        var seen: [String: Int] = [:]
        for pick in picks { seen[pick, default: 0] += 1 }
        #expect(Set(seen.keys).isSubset(of: members))
        #expect(isFair(seen, categories: members.count))
    }

    @Test(arguments: sizes)
    func distinctPicksAreFair(_ form: SetForm, _ size: Int) {
        let harness = EngineHarness()
        harness.makeSet("s", form, size)
        let members = harness.members("s")
        for share in [10, 2] {
            let wanted = max(1, members.count / share)
            var seen: [String: Int] = [:]
            for _ in 0..<max(8, 15_000 / wanted) {
                let picks = harness.bulks("SRANDMEMBER s \(wanted)")
                #expect(picks.count == wanted && Set(picks).count == wanted)
                for pick in picks { seen[pick, default: 0] += 1 }
            }
            #expect(Set(seen.keys).isSubset(of: members))
            // Picks without repetition spread less than independent ones.
            let expected = Double(seen.values.reduce(0, +)) / Double(members.count)
            #expect(
                seen.values.allSatisfy { abs(Double($0) - expected) < 6 * expected.squareRoot() })
        }
    }

    /// The first member popped, and the last one that stays, are each member equally often.
    @Test(arguments: [(SetForm.intset, 12), (.listpack, 12), (.hashtable, 12)])
    func popsAreFair(_ form: SetForm, _ size: Int) {
        let harness = EngineHarness()
        var first: [String: Int] = [:]
        var last: [String: Int] = [:]
        var together: [String: Int] = [:]
        var stayed: [String: Int] = [:]
        harness.makeSet("s", form, size)
        let members = harness.members("s")
        for _ in 0..<1500 {
            harness.line("COPY s t")
            first[harness.bulks("SPOP t")[0], default: 0] += 1
            while harness.members("t").count > 1 { harness.line("SPOP t") }
            last[harness.members("t")[0], default: 0] += 1
            harness.line("COPY s t REPLACE")
            for pick in harness.bulks("SPOP t 3") { together[pick, default: 0] += 1 }
            harness.line("COPY s t REPLACE")
            harness.line("SPOP t \(members.count - 1)")
            stayed[harness.members("t")[0], default: 0] += 1
            harness.line("DEL t")
        }
        for seen in [first, last, stayed] { #expect(isFair(seen, categories: members.count)) }
        let expected = Double(together.values.reduce(0, +)) / Double(members.count)
        #expect(
            together.values.allSatisfy { abs(Double($0) - expected) < 6 * expected.squareRoot() })
        harness.finishWork()
        harness.expectSound()
    }

    @Test func aLargeSetIsPoppedEmpty() {
        let harness = EngineHarness()
        harness.makeSet("s", .hashtable, 30_000)
        var seen: Set<String> = []
        while harness.entry("s") != nil {
            let popped = harness.bulks(seen.count % 7 == 0 ? "SPOP s 50" : "SPOP s")
            #expect(seen.isDisjoint(with: popped))
            seen.formUnion(popped)
        }
        #expect(seen.count == 30_001)
        harness.finishWork()
        harness.expectSound()
    }
}
