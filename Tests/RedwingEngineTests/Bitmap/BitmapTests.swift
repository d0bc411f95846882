// Bit strings of every size: that they are changed where they lie, and never under somebody who
// reads them.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct BitmapTests {
    private let raw = "$3\r\nraw\r\n"

    @Test func bitsOfEverySize() {
        let harness = EngineHarness()
        var random = RandomSource(seed: 3)
        var model: [UInt8] = []
        for step in 0..<3000 {
            let limit = [100, 900, 40_000][step / 1000]
            let offset = Int.random(in: 0..<limit * 8, using: &random)
            let value = Bool.random(using: &random)
            let mask = UInt8(0x80) >> UInt8(offset % 8)
            if model.count <= offset / 8 {
                model += [UInt8](repeating: 0, count: offset / 8 + 1 - model.count)
            }
            let old = model[offset / 8] & mask != 0
            #expect(harness.line("SETBIT k \(offset) \(value ? 1 : 0)") == ":\(old ? 1 : 0)\r\n")
            model[offset / 8] = value ? model[offset / 8] | mask : model[offset / 8] & ~mask
            #expect(harness.line("GETBIT k \(offset)") == ":\(value ? 1 : 0)\r\n")
        }
        #expect(harness.entry("k")?.withString { $0.array } == model)
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
        harness.line("DEL k")
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
    }

    @Test func largeStringsAreChangedInPlace() {
        let harness = EngineHarness()
        harness.line("SETBIT k 80000000 1")
        let block = harness.entry("k")?.word
        let before = harness.engine.usedMemory
        for index in 0..<1000 { harness.line("SETBIT k \(index * 77) 1") }
        #expect(harness.line("BITCOUNT k") == ":1001\r\n")
        harness.line("BITFIELD k SET u32 #1000 7 INCRBY i9 77777 -3")
        #expect(harness.entry("k")?.word == block)
        #expect(harness.engine.usedMemory == before)
    }

    @Test func readersKeepWhatTheyGot() {
        let harness = EngineHarness()
        harness.run("SET", "k", String(repeating: "a", count: 50_000))
        guard let entry = harness.entry("k") else { return #expect(Bool(false)) }
        let old = LargeString(address: entry.word)
        old.retain()
        defer { old.release(in: harness.engine.memory) }
        // What changes nothing makes no copy.
        #expect(harness.line("SETBIT k 1 1") == ":1\r\n")
        #expect(harness.entry("k")?.word == old.address)
        #expect(harness.line("SETBIT k 0 1") == ":0\r\n")
        #expect(harness.entry("k")?.word != old.address)
        #expect(old.bytes[0] == 0x61)
        #expect(harness.line("GETRANGE k 1 3") == bulk("aaa"))
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
    }

    @Test func changesThatCountAndThoseThatDoNot() {
        let harness = EngineHarness()
        func dirty(_ line: String) -> Int {
            let before = harness.engine.dirty
            harness.line(line)
            return harness.engine.dirty - before
        }
        #expect(dirty("SETBIT k 9 1") == 1)
        #expect(dirty("SETBIT k 9 1") == 0)
        #expect(dirty("SETBIT k 9 0") == 1)
        #expect(dirty("SETBIT k 16 0") == 1)
        #expect(dirty("BITFIELD k SET u8 0 1 SET u8 0 1 INCRBY u8 0 1 GET u8 0") == 2)
        #expect(dirty("BITFIELD k OVERFLOW FAIL SET u8 0 256") == 0)
        #expect(dirty("BITFIELD k SET u8 100 0 GET u8 0 SET u8 0 2") == 2)
        #expect(dirty("BITFIELD n OVERFLOW FAIL SET u8 0 256") == 0)
        #expect(harness.line("STRLEN n") == ":1\r\n")
        #expect(dirty("BITOP AND d k n") == 1)
        #expect(dirty("BITOP AND d none") == 1)
        #expect(dirty("BITOP AND d none") == 0)
    }

    @Test func lookupsThatCount() {
        let harness = EngineHarness()
        harness.line("SET a 1")
        let hits = harness.engine.statistics.hits
        let misses = harness.engine.statistics.misses
        harness.line("SETBIT a 1 1")
        harness.line("BITFIELD a SET u8 0 1")
        #expect(harness.engine.statistics.hits == hits)
        harness.line("GETBIT a 1")
        harness.line("BITFIELD a GET u8 0")
        harness.line("BITOP AND d a a none")
        #expect(harness.engine.statistics.hits == hits + 4)
        #expect(harness.engine.statistics.misses == misses + 1)
    }

    /// Expected results are those of Redis 8.2.3, which has these four.
    @Test func combinationsOfRedis() {
        expectReplies([
            ("SET a abcd", "+OK\r\n"),
            ("SET b ab", "+OK\r\n"),
            ("SET c 12", "+OK\r\n"),
            ("BITOP DIFF d a", "-ERR BITOP DIFF must be called with at least two source keys.\r\n"),
            (
                "BITOP diff1 d a",
                "-ERR BITOP DIFF1 must be called with at least two source keys.\r\n"
            ),
            (
                "BITOP AndOr d a",
                "-ERR BITOP ANDOR must be called with at least two source keys.\r\n"
            ),
            ("BITOP ONE d a", ":4\r\n"),
            ("GET d", "$4\r\nabcd\r\n"),
            ("BITOP DIFF d a b", ":4\r\n"),
            ("GET d", "$4\r\n\0\0cd\r\n"),
            ("BITOP DIFF1 d b a", ":4\r\n"),
            ("GET d", "$4\r\n\0\0cd\r\n"),
            ("BITOP ANDOR d a b c", ":4\r\n"),
            ("GET d", "$4\r\nab\0\0\r\n"),
            ("BITOP ONE d a b c", ":4\r\n"),
            ("GET d", "$4\r\n\u{10}\u{10}cd\r\n"),
            ("BITOP ONE hash none none", ":0\r\n"),
            ("TYPE hash", "+none\r\n"),
        ])
    }

    @Test func lengthsHaveALimit() {
        let harness = EngineHarness { $0.protoMaxBulkLength = 1 << 20 }
        let error = "-ERR bit offset is not an integer or out of range\r\n"
        #expect(harness.line("SETBIT k 8388607 1") == ":0\r\n")
        #expect(harness.line("SETBIT k 8388608 1") == error)
        #expect(harness.line("BITFIELD k SET u8 #1048575 1") == "*1\r\n:1\r\n")
        #expect(harness.line("BITFIELD k SET u8 #1048576 1") == error)
    }
}
