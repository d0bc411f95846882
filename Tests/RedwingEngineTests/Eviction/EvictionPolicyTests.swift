// What each policy evicts, and that it takes nothing else.
import RedwingContainers
import Testing

@testable import RedwingEngine

extension EngineHarness {
    /// The bytes in use.
    var used: Int { engine.usedMemory }

    /// Sets the limit to so many bytes less than what is in use, and evicts in the background.
    func shrink(by bytes: Int) {
        #expect(line("CONFIG SET maxmemory \(used - bytes)") == "+OK\r\n")
        engine.beginTurn(now: now)
        while engine.work() {}
    }

    /// The names of the session's keys that begin with `prefix`.
    func keys(_ prefix: String = "") -> Set<String> {
        var found: Set<String> = []
        session.database.value.table.forEachEntry { found.insert($0.key.string) }
        return found.filter { $0.hasPrefix(prefix) }
    }

    /// Keys that have been evicted.
    var evicted: Int { engine.statistics.evictedKeys }
}

@Suite struct EvictionPolicyTests {
    private let value = String(repeating: "v", count: 100)

    private func harness(_ policy: MaxMemoryPolicy) -> EngineHarness {
        EngineHarness { $0.maxMemoryPolicy = policy }
    }

    private func fill(_ harness: EngineHarness, _ prefix: String, _ count: Int, _ more: String = "")
    {
        for number in 0..<count { harness.line("SET \(prefix)\(number) \(value)\(more)") }
    }

    @Test func leastRecentlyUsedKeysGo() {
        let harness = harness(.allKeysLRU)
        fill(harness, "old", 2000)
        harness.now += 5000
        fill(harness, "new", 500)
        for number in 0..<500 { harness.line("GET old\(number)") }
        harness.shrink(by: 500 * 120)
        #expect(harness.evicted > 400)
        #expect(harness.keys("new").count == 500)
        #expect((0..<500).allSatisfy { harness.entry("old\($0)") != nil })
        harness.expectSound()
    }

    @Test func timesWithinASecondCount() {
        let harness = harness(.allKeysLRU)
        fill(harness, "old", 2000)
        harness.now += 125
        fill(harness, "new", 1000)
        harness.shrink(by: 500 * 120)
        #expect(harness.keys("new").count == 1000)
        #expect(harness.keys("old").count < 1700)
    }

    @Test func leastFrequentlyUsedKeysGo() {
        let harness = harness(.allKeysLFU)
        fill(harness, "k", 2000)
        for _ in 0..<20 {
            for number in 0..<500 { harness.line("GET k\(number)") }
        }
        harness.now += 1000
        fill(harness, "late", 500)
        harness.shrink(by: 500 * 120)
        #expect(harness.evicted > 400)
        #expect((0..<500).allSatisfy { harness.entry("k\($0)") != nil })
        harness.expectSound()
    }

    @Test func nearestDeadlinesGoFirst() {
        let harness = harness(.volatileTTL)
        fill(harness, "stays", 500)
        fill(harness, "far", 1500, " EX 100000")
        fill(harness, "near", 1500, " EX 1000")
        harness.shrink(by: 700 * 130)
        #expect(harness.keys("stays").count == 500)
        #expect(harness.keys("far").count == 1500)
        #expect(harness.keys("near").count < 1000)
        harness.expectSound()
    }

    @Test(arguments: [
        MaxMemoryPolicy.volatileLRU, .volatileLFU, .volatileRandom, .volatileTTL,
    ])
    func volatilePoliciesTakeNoOtherKeys(_ policy: MaxMemoryPolicy) {
        let harness = harness(policy)
        fill(harness, "stays", 3000)
        // Few enough to be looked for in the index of deadlines.
        fill(harness, "goes", 100, " EX 1000")
        harness.shrink(by: 50 * 130)
        #expect(harness.keys("stays").count == 3000)
        #expect(harness.keys("goes").count < 60)
        #expect(harness.keys("goes").count > 30)
        harness.expectSound()
    }

    @Test func deadlinesBeyondTheIndexAreFound() {
        let harness = harness(.volatileLRU)
        fill(harness, "stays", 3000)
        for number in 0..<10 {
            harness.line("SET goes\(number) \(value) PXAT 9000000000000000")
        }
        harness.shrink(by: 5 * 130)
        #expect(harness.keys("stays").count == 3000)
        #expect(harness.keys("goes").count < 6)
    }

    @Test(arguments: [MaxMemoryPolicy.allKeysRandom, .volatileRandom])
    func randomKeysGo(_ policy: MaxMemoryPolicy) {
        let harness = harness(policy)
        fill(harness, "a", 1000, " EX 1000")
        harness.now += 1000
        fill(harness, "b", 1000, " EX 1000")
        harness.shrink(by: 1000 * 130)
        #expect(abs(harness.keys("a").count - harness.keys("b").count) < 150)
        #expect(harness.keys().count < 1200)
        harness.expectSound()
    }

    @Test func keysOfAllDatabasesGo() {
        let harness = harness(.allKeysRandom)
        fill(harness, "a", 1000)
        harness.line("SELECT 3")
        fill(harness, "b", 1000)
        harness.shrink(by: 1000 * 120)
        #expect(harness.keys("b").count < 700)
        harness.line("SELECT 0")
        #expect(harness.keys("a").count < 700)
        harness.expectSound()
    }

    @Test func aChangedPolicyForgetsItsCandidates() {
        let harness = harness(.allKeysLRU)
        fill(harness, "old", 1000)
        harness.now += 10_000
        harness.shrink(by: 10 * 120)
        fill(harness, "v", 10, " EX 100")
        harness.line("CONFIG SET maxmemory 0 maxmemory-policy volatile-lru")
        fill(harness, "w", 1000, " EX 100")
        let stays = harness.keys("old")
        harness.shrink(by: 300 * 120)
        #expect(harness.keys("old") == stays)
    }

    @Test func idleTimeCountsWholeSeconds() {
        let harness = EngineHarness()
        harness.now = EngineHarness.start + 900
        harness.line("SET a 1")
        harness.now += 99
        #expect(harness.line("OBJECT IDLETIME a") == ":0\r\n")
        harness.now += 1
        #expect(harness.line("OBJECT IDLETIME a") == ":1\r\n")
        // Half a year, near the end of what the bits hold.
        harness.now += 180 * 86400 * 1000
        #expect(harness.line("OBJECT IDLETIME a") == ":\(180 * 86400 + 1)\r\n")
    }

    @Test func theCounterGrowsAsValkeyDoes() {
        let harness = harness(.allKeysLFU)
        fill(harness, "k", 200)
        for _ in 0..<100 {
            for number in 0..<200 { harness.line("GET k\(number)") }
        }
        // Valkey's documentation: 100 hits with factor 10 make about 10.
        var sum = 0
        for number in 0..<200 {
            sum += Int(harness.line("OBJECT FREQ k\(number)").dropFirst().dropLast()) ?? 0
        }
        #expect((9 * 200...11 * 200).contains(sum))
        harness.now += 3 * 60_000
        let before = sum
        sum = 0
        for number in 0..<200 {
            sum += Int(harness.line("OBJECT FREQ k\(number)").dropFirst().dropLast()) ?? 0
        }
        #expect(sum == before - 3 * 200)
    }
}
