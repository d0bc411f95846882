// Values under other names and in other databases, and whole databases exchanged and emptied: the
// books stay right, large things go in slices, a snapshot keeps what it has to.
import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct KeyspaceTransferTests {
    @Test func everyKindMovesAndCopies() {
        let harness = EngineHarness()
        harness.line("SET int 42")
        harness.line("SET text hello")
        harness.run("SET", "long", String(repeating: "x", count: 3000))
        harness.run("SET", "large", String(repeating: "y", count: 30_000))
        harness.run("SET", String(repeating: "k", count: 2000), "wide")
        harness.makeHash("hash", fields: 700, value: String(repeating: "v", count: 5000))
        harness.expectSound()
        let keys = ["int", "text", "long", "large", String(repeating: "k", count: 2000), "hash"]
        for key in keys {
            harness.run("PEXPIRE", key, "5000")
            let value = harness.run("GET", key)
            #expect(harness.run("COPY", key, "c:\(key)") == ":1\r\n")
            harness.expectSound()
            #expect(harness.run("COPY", key, "d:\(key)", "DB", "2") == ":1\r\n")
            harness.expectSound()
            #expect(harness.run("RENAME", "c:\(key)", "r:\(key)") == "+OK\r\n")
            #expect(harness.run("MOVE", "r:\(key)", "1") == ":1\r\n")
            harness.expectSound()
            harness.select(1)
            #expect(harness.run("GET", "r:\(key)") == value)
            #expect(harness.run("PTTL", "r:\(key)") == ":5000\r\n")
            harness.select(0)
        }
        #expect(harness.hash("hash").count == 700)
        harness.select(1)
        let moved = harness.hash("r:hash")
        harness.select(2)
        #expect(moved == harness.hash("d:hash"))
        harness.select(0)
        #expect(moved == harness.hash("hash"))
    }

    @Test func aCopyIsIndependent() {
        let harness = EngineHarness()
        let value = String(repeating: "y", count: 30_000)
        harness.run("SET", "a", value)
        harness.run("COPY", "a", "b")
        harness.line("APPEND a z")
        harness.expectSound()
        #expect(harness.run("GET", "b") == bulk(value))
        #expect(harness.run("GET", "a") == bulk(value + "z"))
        harness.line("DEL a")
        harness.expectSound()
        #expect(harness.run("GET", "b") == bulk(value))
        harness.makeHash("h", fields: 100)
        harness.line("COPY h i")
        harness.line("DEL h")
        #expect(harness.hash("i").count == 100)
        harness.expectSound()
    }

    @Test func randomTransfersKeepTheBooks() {
        let harness = EngineHarness()
        var random = RandomSource(seed: 7)
        func key() -> String { "key:\(random.next() % 40)" }
        for step in 0..<6000 {
            harness.select(Int(random.next() % 3))
            switch random.next() % 14 {
            case 0, 1: harness.run("SET", key(), "\(random.next())")
            case 2: harness.run("SET", key(), String(repeating: "v", count: 5000))
            case 3: harness.makeHash(key(), fields: Int(random.next() % 200) + 1)
            case 4: harness.run("RENAME", key(), key())
            case 5: harness.run("RENAMENX", key(), key())
            case 6: harness.run("MOVE", key(), "\(random.next() % 3)")
            case 7: harness.run("COPY", key(), key(), "DB", "\(random.next() % 3)", "REPLACE")
            case 8: harness.run("PEXPIRE", key(), "\(random.next() % 1000)")
            case 9: harness.run("PERSIST", key())
            case 10: harness.run("DEL", key())
            case 11: harness.now += Int64(random.next() % 30)
            case 12: if step % 97 == 0 { harness.run("FLUSHDB") }
            default:
                harness.run("SWAPDB", "\(random.next() % 3)", "\(random.next() % 3)")
                _ = harness.engine.work()
            }
            if step % 50 == 0 { harness.expectSound() }
        }
        harness.line("FLUSHALL SYNC")
        harness.finishWork()
        harness.expectSound()
    }

    @Test func largeHashesAreFreedInSlices() {
        let harness = EngineHarness()
        harness.line("SET other 1")
        let start = harness.engine.usedMemory
        let databaseStart = harness.engine.databases[0].value.bytes
        for command in ["DEL big", "UNLINK big", "SET big 1", "RENAME other big", "FLUSHDB"] {
            harness.makeHash("big", fields: 200_000)
            let full = harness.engine.usedMemory
            harness.line(command)
            // Nearly all is still there, but no longer the database's.
            #expect(harness.engine.usedMemory > full - (full - start) / 10, "\(command)")
            #expect(harness.engine.databases[0].value.bytes <= databaseStart + 8192, "\(command)")
            #expect(harness.engine.hasBackgroundWork)
            var largest = 0
            var before = harness.engine.usedMemory
            while harness.engine.work() {
                largest = max(largest, before - harness.engine.usedMemory)
                before = harness.engine.usedMemory
            }
            #expect(largest < 256 * 1024, "\(command)")
            harness.line("FLUSHDB SYNC")
            harness.line("SET other 1")
            #expect(harness.engine.usedMemory == start, "\(command)")
            harness.expectSound()
        }
    }

    @Test func hugeStringsAreFreedInSlices() {
        let harness = EngineHarness()
        let used = harness.engine.usedMemory
        let committed = harness.engine.memory.committedBytes
        harness.line("SETRANGE huge 100000000 x")
        #expect(harness.engine.memory.committedBytes > committed + 100_000_000)
        harness.line("UNLINK huge")
        #expect(harness.engine.usedMemory < used + 8192)
        var before = harness.engine.memory.committedBytes
        #expect(before > committed + 100_000_000)
        var largest = 0
        var slices = 0
        while harness.engine.work() {
            largest = max(largest, before - harness.engine.memory.committedBytes)
            before = harness.engine.memory.committedBytes
            slices += 1
        }
        #expect(largest <= 2 << 20)
        #expect(slices > 40)
        #expect(harness.engine.memory.committedBytes < committed + (1 << 20))
        harness.expectSound()
    }

    @Test func flushingFreesNowOrLater() {
        let harness = EngineHarness()
        let start = harness.engine.usedMemory
        func fill() {
            for index in 0..<20_000 { harness.line("SET key:\(index) value PX 100000") }
            harness.makeHash("hash", fields: 10_000)
        }
        fill()
        harness.line("FLUSHALL SYNC")
        #expect(harness.engine.usedMemory == start)
        fill()
        let full = harness.engine.usedMemory
        harness.line("FLUSHALL ASYNC")
        #expect(harness.line("DBSIZE") == ":0\r\n")
        #expect(harness.engine.usedMemory >= full)
        #expect(harness.finishWork() > 20)
        #expect(harness.engine.usedMemory == start)
        harness.expectSound()
        let eager = EngineHarness { $0.lazyUserFlush = false }
        eager.makeHash("hash", fields: 10_000)
        eager.line("FLUSHDB")
        #expect(eager.engine.usedMemory == start)
    }

    @Test func aSnapshotKeepsFlushedAndSwappedData() throws {
        let harness = EngineHarness()
        for index in 0..<3000 { harness.line("SET key:\(index) v\(index)") }
        harness.makeHash("hash", fields: 3000)
        harness.select(1)
        harness.line("SET one 1")
        let sink = CollectingSink()
        harness.engine.beginWalk(to: sink)
        _ = harness.engine.stepWalk()
        harness.line("SWAPDB 0 1")
        harness.line("SET later 1")
        harness.select(0)
        harness.line("SET late 1")
        harness.select(1)
        harness.line("DEL hash")
        _ = harness.engine.stepWalk()
        harness.line("FLUSHALL")
        harness.line("SET last 1")
        while !harness.engine.stepWalk() {}
        harness.finishWork()
        harness.expectSound()
        let restored = try sink.restore()
        #expect(restored.line("DBSIZE") == ":3001\r\n")
        for index in 0..<3000 {
            #expect(restored.line("GET key:\(index)") == bulk("v\(index)"))
        }
        #expect(restored.hash("hash").count == 3000)
        restored.select(1)
        #expect(restored.line("KEYS *") == "*1\r\n$3\r\none\r\n")
        restored.expectSound()
    }

    @Test func aMovedHashStaysInTheSnapshot() throws {
        let harness = EngineHarness()
        harness.makeHash("hash", fields: 20_000)
        for index in 0..<100 { harness.line("SET key:\(index) v") }
        let sink = CollectingSink()
        harness.engine.beginWalk(to: sink)
        harness.line("RENAME hash renamed")
        harness.line("MOVE renamed 5")
        harness.line("COPY key:1 copied")
        while !harness.engine.stepWalk() {}
        let restored = try sink.restore()
        #expect(restored.line("DBSIZE") == ":101\r\n")
        #expect(restored.hash("hash").count == 20_000)
        restored.select(5)
        #expect(restored.line("DBSIZE") == ":0\r\n")
        harness.expectSound()
    }
}
