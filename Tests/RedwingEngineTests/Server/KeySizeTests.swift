// INFO keysizes, whose lines are those of Redis 8, and what the allocator tells.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct KeySizeTests {
    @Test func sizesFallIntoPowersOfTwo() {
        let harness = EngineHarness()
        for count in [0, 1, 2, 3, 4, 7, 8, 1023, 1024, 70_000] {
            harness.run(["SET", "s\(count)", String(repeating: "x", count: count)])
            guard count > 0, count < 2000 else { continue }
            let members = (0..<count).map { "m\($0)" }
            harness.run(["RPUSH", "l\(count)"] + members)
            harness.run(["SADD", "t\(count)"] + members)
            harness.run(["ZADD", "z\(count)"] + members.flatMap { ["1", $0] })
            harness.run(["HSET", "h\(count)"] + members.flatMap { [$0, "v"] })
        }
        harness.line("SET number 1234567")
        let text = harness.line("INFO keysizes")
        let elements = "1=1,2=2,4=2,8=1,512=1,1K=1"
        #expect(
            field("db0_distrib_strings_sizes", of: text) == "0=1,1=1,2=2,4=3,8=1,512=1,1K=1,64K=1")
        for name in ["lists", "sets", "zsets", "hashes"] {
            #expect(field("db0_distrib_\(name)_items", of: text) == elements, "\(name)")
        }
    }

    @Test func databasesAreToldApart() {
        let harness = EngineHarness()
        harness.line("SELECT 3")
        harness.line("SADD s 1 2 3")
        let text = harness.line("INFO keysizes")
        #expect(text.contains("# Keysizes\r\ndb3_distrib_sets_items:2=1\r\n"))
        #expect(!harness.line("INFO").contains("Keysizes"))
        #expect(harness.line("INFO everything").contains("# Keysizes"))
        harness.line("FLUSHALL")
        #expect(harness.line("INFO keysizes") == bulk("# Keysizes\r\n"))
    }

    @Test func manyKeysAreCountedInSlices() {
        let harness = EngineHarness { $0.enableDebugCommand = .yes }
        harness.line("DEBUG POPULATE 30000")
        _ = harness.line("INFO keysizes")
        #expect(harness.engine.hasBackgroundWork)
        var slices = 0
        while harness.engine.work() { slices += 1 }
        #expect(slices > 10)
        #expect(
            field("db0_distrib_strings_sizes", of: harness.line("INFO keysizes")) == "4=10,8=29990")
        #expect(!harness.engine.hasBackgroundWork)
        harness.now += 2000
        harness.line("SET one more")
        _ = harness.line("INFO keysizes")
        while harness.engine.work() {}
        #expect(
            field("db0_distrib_strings_sizes", of: harness.line("INFO keysizes")) == "4=11,8=29990")
    }

    @Test func allocatorCountsItsBlocks() {
        let memory = SlabAllocator()
        defer { memory.destroy() }
        let blocks = (0..<100).map { _ in memory.allocate(40) }
        let large = memory.allocate(100_000)
        let row = memory.statistics.classes.first { $0.blockSize == 40 }
        #expect(row?.blocks == 100)
        #expect(row?.slabs == 1)
        #expect(memory.statistics.largeBytes == 100_000)
        for block in blocks { memory.free(block, 40) }
        memory.free(large, 100_000)
        #expect(memory.statistics.classes.isEmpty)
        #expect(memory.statistics.emptySlabs == 1)
        let harness = EngineHarness()
        #expect(harness.line("MEMORY MALLOC-STATS").contains("Handed out: "))
    }
}
