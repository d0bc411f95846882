// HyperLogLogs as strings that grow, are forged and are merged.
// Expected figures are those of Valkey 9.1.2.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct HyperLogLogTests {
    private static let corrupt = "-INVALIDOBJ Corrupted HLL object detected\r\n"
    private static let invalid = "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n"

    /// The checksum of zip files.
    private func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { rest, _ in
                rest >> 1 ^ (rest & 1 == 1 ? 0xedb8_8320 : 0)
            }
        }
    }

    @Test func estimatesLengthsAndBytes() {
        let expected: [(elements: Int, estimate: Int, length: Int, checksum: UInt32)] = [
            (1, 1, 21, 0xa562_4137), (2, 2, 24, 0x5911_530f), (3, 3, 27, 0xb481_1271),
            (10, 10, 48, 0xf93a_673d), (100, 99, 285, 0x50aa_00e1), (500, 502, 1050, 0x142d_7dd8),
            (1000, 997, 1897, 0x0c2a_7f48), (1500, 1500, 2722, 0xeeb8_a297),
            (2000, 2004, 12304, 0x02dd_e306), (5000, 5005, 12304, 0xc44f_0411),
            (10000, 10017, 12304, 0xb74b_7b3c), (20000, 19986, 12304, 0x3876_51d4),
            (100_000, 100_039, 12304, 0x433a_f986),
        ]
        let harness = EngineHarness()
        var done = 0
        for step in expected {
            while done < step.elements {
                let next = min(step.elements, done + 500)
                harness.run(["PFADD", "k"] + (done..<next).map { "element:\($0)" })
                done = next
            }
            #expect(harness.line("PFCOUNT k") == ":\(step.estimate)\r\n")
            #expect(harness.line("STRLEN k") == ":\(step.length)\r\n")
            let bytes = harness.entry("k")?.withString { $0.array } ?? []
            #expect(crc32(bytes) == step.checksum)
        }
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
        harness.line("DEL k")
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
    }

    @Test(arguments: ["ON", "OFF"])
    func unionsAreEstimatesOfAllElements(_ words: String) {
        let harness = EngineHarness()
        harness.line("PFDEBUG SIMD \(words)")
        for index in 0..<3000 {
            harness.line("PFADD \(["a", "b", "c"][index % 3]) \(index)")
            harness.line("PFADD all \(index)")
        }
        let all = harness.line("PFCOUNT all")
        #expect(harness.line("PFDEBUG ENCODING a") == "+sparse\r\n")
        #expect(harness.line("PFDEBUG ENCODING all") == "+dense\r\n")
        #expect(harness.line("PFCOUNT a b c") == all)
        #expect(harness.line("PFMERGE d a b c") == "+OK\r\n")
        #expect(harness.line("PFCOUNT d") == all)
        harness.line("PFDEBUG TODENSE b")
        #expect(harness.line("PFCOUNT a b c none") == all)
        #expect(harness.line("PFMERGE a b c") == "+OK\r\n")
        #expect(harness.line("PFDEBUG ENCODING a") == "+dense\r\n")
        #expect(harness.line("PFCOUNT a") == all)
        #expect(harness.line("PFDEBUG GETREG a") == harness.line("PFDEBUG GETREG all"))
    }

    @Test func theLimitOfSparse() {
        let harness = EngineHarness()
        harness.engine.configuration.hllSparseMaxBytes = 30
        for index in 0..<3 { harness.line("PFADD k element:\(index)") }
        #expect(harness.line("STRLEN k") == ":27\r\n")
        #expect(harness.line("PFADD k element:3") == ":1\r\n")
        #expect(harness.line("STRLEN k") == ":30\r\n")
        #expect(harness.line("PFADD k element:4") == ":1\r\n")
        #expect(harness.line("STRLEN k") == ":12304\r\n")
        #expect(harness.line("PFCOUNT k") == ":5\r\n")
    }

    /// A HyperLogLog with these registers, its estimate outdated.
    private func forged(_ encoding: UInt8, _ registers: [UInt8]) -> [UInt8] {
        Array("HYLL".utf8) + [encoding, 0, 0, 0] + [0, 0, 0, 0, 0, 0, 0, 0x80] + registers
    }

    @Test func forgedRunsAreFoundOut() {
        let bad: [[UInt8]] = [
            [], [0x01], [0x7f, 0xff, 0x00], [0x7f], [0x40], [0x7f, 0xfe], [0x80, 0x7f, 0xff],
            [UInt8](repeating: 0xff, count: 4097), [UInt8](repeating: 0x3f, count: 257),
        ]
        for registers in bad {
            let harness = EngineHarness()
            harness.line("PFADD good 1")
            harness.run([Array("SET".utf8), Array("k".utf8), forged(1, registers)])
            #expect(harness.line("PFCOUNT k") == HyperLogLogTests.corrupt)
            #expect(harness.line("PFCOUNT good k") == HyperLogLogTests.corrupt)
            #expect(harness.line("PFMERGE good k") == HyperLogLogTests.corrupt)
            #expect(harness.line("PFMERGE k good") == HyperLogLogTests.corrupt)
            #expect(harness.line("PFDEBUG TODENSE k") == HyperLogLogTests.corrupt)
            #expect(harness.line("PFDEBUG GETREG k") == HyperLogLogTests.corrupt)
            #expect(harness.line("PFDEBUG ENCODING k") == "+sparse\r\n")
            #expect(harness.line("PFCOUNT good") == ":1\r\n")
            #expect(harness.entry("k")?.withString { $0.array } == forged(1, registers))
        }
    }

    @Test func forgedHeadersAreFoundOut() {
        let bad = [
            forged(2, [0x7f, 0xff]), forged(0, []), forged(0, [UInt8](repeating: 0, count: 12289)),
            Array("HYLX".utf8) + forged(1, [0x7f, 0xff]).dropFirst(4),
            Array(forged(1, []).dropLast()),
        ]
        for bytes in bad {
            let harness = EngineHarness()
            harness.run([Array("SET".utf8), Array("k".utf8), bytes])
            #expect(harness.line("PFADD k a") == HyperLogLogTests.invalid)
            #expect(harness.line("PFCOUNT k") == HyperLogLogTests.invalid)
            #expect(harness.line("PFMERGE k") == HyperLogLogTests.invalid)
            #expect(harness.line("PFDEBUG ENCODING k") == HyperLogLogTests.invalid)
        }
    }

    @Test func registersBeyondAllHashes() {
        let harness = EngineHarness()
        let ones = [UInt8](repeating: 0xff, count: 12288)
        harness.run([Array("SET".utf8), Array("k".utf8), forged(0, ones)])
        // No hash leads there, and the estimate has no number.
        #expect(harness.line("PFCOUNT k") == ":-9223372036854775808\r\n")
        #expect(harness.line("PFADD k a") == ":0\r\n")
        #expect(harness.line("PFCOUNT k k") == ":-9223372036854775808\r\n")
    }

    @Test func randomBytesDoNoHarm() {
        let harness = EngineHarness()
        var random = RandomSource(seed: 9)
        for _ in 0..<2000 {
            let registers = (0..<Int.random(in: 0...30, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            harness.run([Array("SET".utf8), Array("k".utf8), forged(1, registers)])
            for _ in 0..<10 {
                let reply = harness.line("PFADD k \(random.next()) \(random.next())")
                let known = [":0\r\n", ":1\r\n", HyperLogLogTests.corrupt]
                #expect(known.contains(reply))
            }
            #expect(harness.line("PFDEBUG DECODE k").hasPrefix("$"))
        }
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
    }

    @Test func storingAnEstimateIsAChangeThatNobodyIsToldOf() {
        let harness = EngineHarness()
        harness.line("PFADD k a b c")
        let before = harness.engine.dirty
        #expect(harness.line("PFCOUNT k") == ":3\r\n")
        #expect(harness.engine.dirty == before + 1)
        #expect(harness.line("PFCOUNT k") == ":3\r\n")
        #expect(harness.engine.dirty == before + 1)
        #expect(harness.line("PFADD k a") == ":0\r\n")
        #expect(harness.engine.dirty == before + 1)
        harness.line("PFADD k d e")
        #expect(harness.engine.dirty == before + 3)
        harness.line("PFADD new a")
        #expect(harness.engine.dirty == before + 5)
    }
}
