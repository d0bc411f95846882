// SSCAN's promise: a member that is there during a whole pass comes at least once, and one that
// never was does not come, while the set grows, shrinks and changes its form.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct SetScanTests {
    /// A pass of SSCAN: all members as often as they came.
    private func scanAll(
        _ harness: EngineHarness, _ options: String, between: (Int) -> Void = { _ in }
    ) -> [String] {
        var found: [String] = []
        var cursor = "0"
        var calls = 0
        repeat {
            let reply = harness.bulks("SSCAN s \(cursor) \(options)")
            cursor = reply[0]
            found += reply.dropFirst()
            calls += 1
            between(calls)
        } while cursor != "0" && calls < 100_000
        return found
    }

    @Test(arguments: [1, 10, 1000])
    func aQuietPassVisitsEachMemberOnce(_ count: Int) {
        let harness = EngineHarness()
        harness.makeSet("s", .hashtable, 5000)
        let found = scanAll(harness, "COUNT \(count)")
        #expect(found.count == 5001 && Set(found).count == 5001)
        let matching = scanAll(harness, "COUNT \(count) MATCH m12*")
        #expect(Set(matching).count == 111 && matching.count == 111)
    }

    @Test func aPassSurvivesGrowth() {
        let harness = EngineHarness()
        for index in 0..<500 { harness.line("SADD s stay\(index)") }
        var made = 0
        let found = Set(
            scanAll(harness, "COUNT 5") { _ in
                guard made < 30_000 else { return }
                let more = (made..<(made + 600)).map { "new\($0)" }
                harness.run(["SADD", "s"] + more)
                made += 600
            })
        for index in 0..<500 { #expect(found.contains("stay\(index)")) }
        #expect(found.allSatisfy { $0.hasPrefix("stay") || $0.hasPrefix("new") })
        harness.expectSound()
    }

    @Test func aPassSurvivesShrinking() {
        let harness = EngineHarness()
        for index in 0..<500 { harness.line("SADD s stay\(index)") }
        harness.run(["SADD", "s"] + (0..<30_000).map { "gone\($0)" })
        var gone = 0
        let found = Set(
            scanAll(harness, "COUNT 50") { _ in
                guard gone < 30_000 else { return }
                harness.run(["SREM", "s"] + (gone..<(gone + 400)).map { "gone\($0)" })
                gone += 400
            })
        #expect(gone > 25_000)
        for index in 0..<500 { #expect(found.contains("stay\(index)")) }
        harness.expectSound()
    }

    @Test(arguments: [SetForm.intset, .listpack])
    func aSmallSetComesAtOnce(_ form: SetForm) {
        let harness = EngineHarness()
        harness.makeSet("s", form, 100)
        let reply = harness.bulks("SSCAN s 0 COUNT 1")
        #expect(reply.first == "0")
        #expect(Array(reply.dropFirst()) == harness.members("s"))
        #expect(harness.bulks("SSCAN s 12345 COUNT 1") == reply)
    }
}
