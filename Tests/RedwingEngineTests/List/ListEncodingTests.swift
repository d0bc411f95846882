// What OBJECT ENCODING says of lists, and how quicklists are cut: literal answers of Valkey 9.1.2.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct ListEncodingTests {
    private func text(_ count: Int) -> String { String(repeating: "x", count: count) }

    private func nodes(_ harness: EngineHarness, _ key: String) -> Int? {
        guard let entry = harness.entry(key), entry.valueKind == .chainList else { return nil }
        return ListChain(address: entry.word).nodeCount
    }

    /// A listpack of 240 elements of 32 bytes weighs 8167 bytes; the next would exceed 8192.
    @Test func becomesAQuicklistBySize() {
        let harness = EngineHarness()
        for _ in 0..<240 { harness.run("RPUSH", "l", text(32)) }
        #expect(harness.encoding("l") == "listpack")
        harness.run("RPUSH", "l", text(32))
        #expect(harness.encoding("l") == "quicklist")
        #expect(nodes(harness, "l") == 2)
        harness.line("RPOP l")
        #expect(harness.encoding("l") == "quicklist")
        // Half of 8192 bytes: 7 and 120 times 34 are 4087.
        harness.line("LPOP l 119")
        #expect(harness.encoding("l") == "quicklist")
        harness.line("LPOP l")
        #expect(harness.encoding("l") == "listpack")
        harness.expectSound()
    }

    @Test func becomesAQuicklistByCount() {
        let harness = EngineHarness { $0.listMaxListpackSize = 4 }
        harness.line("RPUSH l 1 2 3 4")
        #expect(harness.encoding("l") == "listpack")
        harness.line("LPUSH l 0")
        #expect(harness.encoding("l") == "quicklist")
        harness.line("RPOP l 2")
        #expect(harness.encoding("l") == "quicklist")
        harness.line("LPOP l")
        #expect(harness.encoding("l") == "listpack")
        #expect(harness.line("LRANGE l 0 -1") == "*2\r\n$1\r\n1\r\n$1\r\n2\r\n")
    }

    @Test func aLongElementHasANodeOfItsOwn() {
        let harness = EngineHarness()
        harness.run("RPUSH", "l", "a", text(8193), "b")
        #expect(harness.encoding("l") == "quicklist")
        #expect(nodes(harness, "l") == 3)
        #expect(harness.line("LLEN l") == ":3\r\n")
        harness.line("LREM l 1 a")
        harness.line("LREM l 1 b")
        // A single node that is no listpack stays what it is.
        #expect(harness.encoding("l") == "quicklist")
        #expect(harness.line("RPOP l") == bulk(text(8193)))
        #expect(harness.entry("l") == nil)
        harness.expectSound()
    }

    /// The conversion comes before it is known whether there is something to insert at.
    @Test func anInsertInVainConverts() {
        let harness = EngineHarness()
        harness.line("RPUSH l a")
        #expect(harness.run("LINSERT", "l", "BEFORE", "none", text(9000)) == ":-1\r\n")
        #expect(harness.encoding("l") == "quicklist")
        harness.expectSound()
        #expect(harness.line("LSET l 5 b") == "-ERR index out of range\r\n")
        #expect(harness.line("LSET l 0 b") == "+OK\r\n")
        #expect(harness.encoding("l") == "listpack")
    }

    @Test func nodesAreCutAndJoinedAtAnInsert() {
        let harness = EngineHarness { $0.listMaxListpackSize = 4 }
        harness.line("RPUSH l 0 1 2 3 4 5 6 7")
        #expect(nodes(harness, "l") == 2)
        harness.line("LINSERT l AFTER 1 x")
        #expect(nodes(harness, "l") == 3)
        harness.line("LREM l 0 7")
        harness.line("LREM l 0 6")
        harness.line("LINSERT l BEFORE 3 y")
        #expect(
            harness.line("LRANGE l 0 -1")
                == "*8\r\n" + ["0", "1", "x", "2", "y", "3", "4", "5"].map { bulk($0) }.joined())
        harness.expectSound()
    }

    @Test func theDebuggingThresholdMakesElementsLarge() {
        let harness = EngineHarness { $0.enableDebugCommand = .yes }
        harness.session.markUnixSocket()
        #expect(harness.line("DEBUG QUICKLIST-PACKED-THRESHOLD 3b") == "+OK\r\n")
        for _ in 0..<300 { harness.run("RPUSH", "l", text(40)) }
        #expect(harness.encoding("l") == "quicklist")
        let before = nodes(harness, "l") ?? 0
        harness.line("RPUSH l 123 12 1234")
        #expect(nodes(harness, "l") == before + 3)
        #expect(harness.line("LPOS l 123") == ":300\r\n")
        #expect(harness.line("LREM l 0 1234") == ":1\r\n")
        harness.expectSound()
    }

    /// Loading asks the limits of the day.
    @Test func loadingNamesAnew() throws {
        let harness = EngineHarness { $0.listMaxListpackSize = 2 }
        harness.line("RPUSH l 1 2 3")
        #expect(harness.encoding("l") == "quicklist")
        let sink = CollectingSink()
        harness.engine.beginWalk(to: sink)
        while !harness.engine.stepWalk() {}
        let restored = try sink.restore()
        #expect(restored.line("LRANGE l 0 -1") == harness.line("LRANGE l 0 -1"))
        restored.expectSound()
    }
}
