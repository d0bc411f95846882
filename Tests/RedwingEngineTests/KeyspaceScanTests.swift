// SCAN's promise: a key that is there during a whole pass comes at least once, and one that never
// was does not come.
import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct KeyspaceScanTests {
    @Test func aQuietPassVisitsEachKeyOnce() {
        let harness = EngineHarness()
        for index in 0..<5000 { harness.line("SET key:\(index) v") }
        for count in [1, 7, 100, 10_000] {
            let found = harness.scanAll("COUNT \(count)")
            #expect(found.count == 5000)
            #expect(Set(found).count == 5000)
        }
    }

    @Test func aPassSurvivesGrowth() {
        let harness = EngineHarness()
        for index in 0..<500 { harness.line("SET stay:\(index) v") }
        var made = 0
        let found = Set(
            harness.scanAll("COUNT 5") { _ in
                guard made < 60_000 else { return }
                for _ in 0..<600 {
                    harness.line("SET new:\(made) v")
                    made += 1
                }
            })
        for index in 0..<500 { #expect(found.contains("stay:\(index)")) }
        harness.expectSound()
    }

    @Test func aPassSurvivesShrinking() {
        let harness = EngineHarness()
        for index in 0..<500 { harness.line("SET stay:\(index) v") }
        for index in 0..<60_000 { harness.line("SET gone:\(index) v") }
        var gone = 0
        let found = Set(
            harness.scanAll("COUNT 50") { _ in
                for _ in 0..<400 where gone < 60_000 {
                    harness.line("DEL gone:\(gone)")
                    gone += 1
                }
            })
        #expect(gone > 50_000)
        for index in 0..<500 { #expect(found.contains("stay:\(index)")) }
        harness.expectSound()
    }

    @Test func filters() {
        let harness = EngineHarness()
        for index in 0..<300 { harness.line("SET key:\(index) v") }
        for index in 0..<30 { harness.makeHash("hash:\(index)", fields: 1) }
        #expect(Set(harness.scanAll("MATCH key:1*")).count == 111)
        #expect(Set(harness.scanAll("TYPE hash COUNT 3")).count == 30)
        #expect(harness.scanAll("TYPE list").isEmpty)
        #expect(Set(harness.scanAll("TYPE string MATCH *9 COUNT 1000")).count == 30)
        // The work of a call is bounded although nothing is found.
        #expect(harness.scan("0", "MATCH nothing COUNT 10").cursor != "0")
    }

    @Test func expiredKeysDoNotComeAndGo() {
        let harness = EngineHarness()
        harness.engine.expiresActively = false
        for index in 0..<2000 {
            harness.line(index % 2 == 0 ? "SET key:\(index) v PX 10" : "SET key:\(index) v")
        }
        harness.now += 10
        #expect(Set(harness.scanAll()).count == 1000)
        #expect(harness.line("DBSIZE") == ":1000\r\n")
        harness.expectSound()
    }
}
