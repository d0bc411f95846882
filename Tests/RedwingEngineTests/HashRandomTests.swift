// HRANDFIELD and HSCAN where the answer is not one text: fairness, distinctness, whole passes.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct HashRandomTests {
    private func filled(_ count: Int) -> EngineHarness {
        let harness = EngineHarness()
        var words = ["HSET", "h"]
        for index in 0..<count { words += ["f\(index)", "v\(index)"] }
        harness.run(words)
        return harness
    }

    /// The bulks of a flat array.
    private func bulks(_ reply: String) -> [String] {
        reply.split(separator: "\r\n").filter { $0.first != "*" && $0.first != "$" }.map(
            String.init)
    }

    @Test(arguments: [10, 600, 1500, 5000])
    func repeatedPicksAreFair(_ count: Int) {
        let harness = filled(count)
        let picks = bulks(harness.line("HRANDFIELD h -600000"))
        #expect(picks.count == 600_000)
        var seen: [String: Int] = [:]
        for pick in picks { seen[pick, default: 0] += 1 }
        #expect(seen.count == count)
        let expected = Double(600_000 / count)
        // Six standard deviations: the seed is fixed, and the bound is no close call.
        let margin = 6 * expected.squareRoot()
        #expect(seen.values.allSatisfy { abs(Double($0) - expected) < margin })
    }

    @Test(arguments: [10, 600, 1500])
    func distinctPicksAreFair(_ count: Int) {
        let harness = filled(count)
        var seen: [String: Int] = [:]
        for wanted in [count / 10, count / 2] {
            for _ in 0..<(60_000 / count) {
                let picks = bulks(harness.line("HRANDFIELD h \(wanted)"))
                #expect(Set(picks).count == wanted)
                for pick in picks { seen[pick, default: 0] += 1 }
            }
        }
        let expected = 0.6 * 60_000 / Double(count)
        #expect(seen.count == count)
        #expect(
            seen.values.allSatisfy { abs(Double($0) - expected) < 6 * expected.squareRoot() })
    }

    @Test(arguments: [10, 600])
    func valuesBelongToTheirFields(_ count: Int) {
        let harness = filled(count)
        for wanted in ["-50", "5", "\(count - 1)", "\(count + 1)"] {
            let reply = bulks(harness.line("HRANDFIELD h \(wanted) WITHVALUES"))
            for index in stride(from: 0, to: reply.count, by: 2) {
                #expect(reply[index].dropFirst() == reply[index + 1].dropFirst())
            }
            let number = abs(Int(wanted) ?? 0)
            #expect(reply.count == 2 * (wanted.hasPrefix("-") ? number : min(number, count)))
        }
    }

    @Test func expiredFieldsAreNeverPicked() {
        let harness = filled(600)
        for index in 0..<590 { harness.line("HPEXPIRE h 5 FIELDS 1 f\(index)") }
        harness.now += 5
        let live = Set((590..<600).map { "f\($0)" })
        for wanted in ["1", "9", "100", "599", "600", "-300"] {
            let picks = bulks(harness.line("HRANDFIELD h \(wanted)"))
            #expect(Set(picks).isSubset(of: live), "\(wanted)")
            #expect(picks.count == (wanted == "-300" ? 300 : min(Int(wanted) ?? 0, 10)))
        }
    }

    @Test(arguments: [1, 10, 1000])
    func aScanMeetsEveryField(_ step: Int) {
        let harness = filled(5000)
        var seen: Set<String> = []
        var cursor = "0"
        var calls = 0
        repeat {
            let reply = bulks(harness.line("HSCAN h \(cursor) COUNT \(step) NOVALUES"))
            cursor = reply[0]
            seen.formUnion(reply.dropFirst())
            calls += 1
        } while cursor != "0" && calls < 10_000
        #expect(seen.count == 5000)
        #expect(calls <= 5000 / step + 1)
    }
}
