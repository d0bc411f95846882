// Fields whose time comes: what commands see of them, and how they leave without being asked for.
// Expected replies are those of Valkey 9.1.2.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct HashFieldExpiryTests {
    /// Lets background work run until there is none left for this moment.
    private func settle(_ harness: EngineHarness) {
        harness.engine.beginTurn(now: harness.now)
        while harness.engine.hasBackgroundWork { _ = harness.engine.work() }
    }

    @Test func commandsSkipExpiredFields() {
        let harness = EngineHarness()
        harness.line("HSET h a 1 b 2 c 3")
        #expect(harness.line("HPEXPIRE h 30 FIELDS 2 a b") == "*2\r\n:1\r\n:1\r\n")
        harness.now += 30
        #expect(harness.line("HLEN h") == ":3\r\n")
        #expect(harness.line("HGETALL h") == "*2\r\n" + bulk("c") + bulk("3"))
        #expect(harness.line("HKEYS h") == "*1\r\n" + bulk("c"))
        #expect(harness.line("HVALS h") == "*1\r\n" + bulk("3"))
        #expect(harness.line("HGET h a") == "$-1\r\n")
        #expect(harness.line("HMGET h a c") == "*2\r\n$-1\r\n" + bulk("3"))
        #expect(harness.line("HEXISTS h a") == ":0\r\n")
        #expect(harness.line("HSTRLEN h a") == ":0\r\n")
        #expect(harness.line("HDEL h a") == ":0\r\n")
        #expect(harness.line("HTTL h FIELDS 2 a c") == "*2\r\n:-2\r\n:-1\r\n")
        #expect(harness.line("HEXPIRE h 9 FIELDS 1 a") == "*1\r\n:-2\r\n")
        #expect(harness.line("HEXPIRE h 0 FIELDS 1 a") == "*1\r\n:-2\r\n")
        #expect(harness.line("HPERSIST h FIELDS 1 a") == "*1\r\n:-2\r\n")
        #expect(harness.line("HGETDEL h FIELDS 1 a") == "*1\r\n$-1\r\n")
        #expect(harness.line("HGETEX h PERSIST FIELDS 1 a") == "*1\r\n$-1\r\n")
        #expect(harness.line("HRANDFIELD h") == bulk("c"))
        #expect(harness.line("HRANDFIELD h 3") == "*1\r\n" + bulk("c"))
        #expect(harness.line("HRANDFIELD h -2") == "*2\r\n" + bulk("c") + bulk("c"))
        #expect(harness.line("HSCAN h 0 NOVALUES") == "*2\r\n$1\r\n0\r\n*1\r\n" + bulk("c"))
        #expect(harness.line("HLEN h") == ":3\r\n")
    }

    @Test func writesReviveExpiredFields() {
        let harness = EngineHarness()
        harness.line("HSET h a 1 b 2 c 3 d 4 e 5 f 6 z 9")
        harness.line("HPEXPIRE h 30 FIELDS 6 a b c d e f")
        harness.now += 30
        #expect(harness.line("HSET h a 5") == ":1\r\n")
        #expect(harness.line("HSETNX h b 5") == ":1\r\n")
        #expect(harness.line("HINCRBY h c 5") == ":5\r\n")
        #expect(harness.line("HINCRBYFLOAT h d 0.5") == bulk("0.5"))
        #expect(harness.line("HSETEX h FXX FIELDS 1 e 1") == ":0\r\n")
        #expect(harness.line("HSETEX h FNX KEEPTTL FIELDS 1 e 1") == ":1\r\n")
        #expect(
            harness.line("HTTL h FIELDS 6 a b c d e f")
                == "*6\r\n:-1\r\n:-1\r\n:-1\r\n:-1\r\n:-1\r\n:-2\r\n")
        #expect(harness.line("HSETEX h PXAT 1 FIELDS 1 f 1") == ":1\r\n")
        #expect(harness.line("HLEN h") == ":6\r\n")
        #expect(harness.engine.statistics.expiredFields == 6)
    }

    @Test func deadlinesSurviveCountersAndGoWithNewValues() {
        let harness = EngineHarness()
        harness.line("HSETEX h EX 100 FIELDS 3 a 1 b 1 c 1")
        harness.line("HINCRBY h a 1")
        harness.line("HINCRBYFLOAT h a 0.25")
        harness.line("HSETEX h KEEPTTL FIELDS 1 b 12345678901234567890")
        harness.line("HSET h c 2")
        #expect(harness.line("HTTL h FIELDS 3 a b c") == "*3\r\n:100\r\n:100\r\n:-1\r\n")
        harness.line("HSETEX h FIELDS 1 b 1")
        #expect(harness.line("HTTL h FIELDS 3 a b c") == "*3\r\n:100\r\n:-1\r\n:-1\r\n")
    }

    @Test(arguments: [3, 100, 129, 1000])
    func fieldsLeaveByThemselves(_ count: Int) {
        let harness = EngineHarness()
        for index in 0..<count {
            harness.line("HSET h f\(index) \(index)")
            harness.line("HPEXPIRE h \(100 + index) FIELDS 1 f\(index)")
        }
        for passed in [99, 100, 101, 150, 227, 228, 600, 1099] {
            harness.now = EngineHarness.start + Int64(passed)
            settle(harness)
            let left = count - max(0, min(count, passed - 99))
            #expect(harness.line("HLEN h") == ":\(left)\r\n", "after \(passed) ms")
            #expect((harness.entry("h") == nil) == (left == 0))
        }
        #expect(harness.engine.statistics.expiredFields == count)
        #expect(harness.session.database.value.fieldOwners.count == 0)
    }

    @Test func aHashKeepsItsDeadlinesUnderAnotherName() {
        let harness = EngineHarness()
        harness.line("HSETEX h PX 500 FIELDS 2 a 1 b 2")
        harness.line("HSET h c 3")
        harness.line("COPY h copied")
        harness.line("RENAME h renamed")
        harness.line("HSETEX moved PX 500 FIELDS 1 a 1")
        harness.line("MOVE moved 1")
        #expect(harness.line("HPTTL copied FIELDS 2 a c") == "*2\r\n:500\r\n:-1\r\n")
        harness.now += 500
        settle(harness)
        #expect(harness.line("HLEN copied") == ":1\r\n")
        #expect(harness.line("HLEN renamed") == ":1\r\n")
        #expect(harness.engine.databases[1].count == 0)
        for database in harness.engine.databases {
            #expect(database.value.fieldOwners.count == 0)
        }
    }

    @Test func nothingIsFiledForKeysThatAreGone() {
        let harness = EngineHarness()
        for command in ["DEL h", "SET h x", "HDEL h a", "FLUSHDB", "RENAME h i", "MOVE h 1"] {
            harness.line("HSETEX h EX 100 FIELDS 1 a 1")
            #expect(harness.session.database.value.fieldOwners.count == 1)
            harness.line(command)
            let rest = harness.session.database.value.fieldOwners.count
            #expect(rest == (command == "RENAME h i" ? 1 : 0), "\(command)")
            harness.line("FLUSHALL")
        }
    }

    @Test func aMillionOtherDeadlinesDoNotDelayAField() {
        let harness = EngineHarness()
        for index in 0..<1000 {
            var words = ["HSETEX", "big\(index)", "PX", "600000", "FIELDS", "1000"]
            for field in 0..<1000 { words += ["f\(field)", ""] }
            harness.run(words)
        }
        harness.line("HSETEX h PX 40 FIELDS 1 a 1")
        harness.line("HSETEX big7 PX 40 FIELDS 1 f7 1")
        harness.now += 40
        harness.engine.beginTurn(now: harness.now)
        var slices = 0
        while harness.engine.work() { slices += 1 }
        #expect(slices < 10)
        #expect(harness.line("HLEN big7") == ":999\r\n")
        #expect(harness.entry("h") == nil)
    }

    @Test func aSliceIsBounded() {
        let harness = EngineHarness()
        for index in 0..<20_000 {
            harness.line("HSETEX h PX 40 FIELDS 1 f\(index) 1")
        }
        harness.now += 40
        harness.engine.beginTurn(now: harness.now)
        var left = 20_000
        while harness.engine.work() {
            let count = harness.entry("h").map { TableHash(address: $0.word).count } ?? 0
            #expect(left - count <= 2000)
            left = count
        }
        #expect(harness.entry("h") == nil)
    }
}
