// What RESTORE answers, in which order it looks at its arguments, and what a key keeps of its use.
import Testing

@testable import RedwingEngine

@Suite struct RestoreReplyTests {
    private let harness = EngineHarness()
    private let busy = "-BUSYKEY Target key name already exists.\r\n"
    private let notInteger = "-ERR value is not an integer or out of range\r\n"
    private let syntax = "-ERR syntax error\r\n"

    private func restore(_ key: String, _ lifetime: String, _ options: String...) -> String {
        harness.run(
            [Array("RESTORE".utf8), Array(key.utf8), Array(lifetime.utf8), ValkeyDump.text]
                + options.map { Array($0.utf8) })
    }

    @Test func errorsComeInTheirOrder() {
        #expect(harness.line("DUMP none") == "$-1\r\n")
        harness.line("SET taken 1")
        #expect(restore("taken", "0") == busy)
        #expect(restore("taken", "-1") == busy)
        #expect(restore("taken", "x", "foo") == syntax)
        #expect(restore("k", "-1") == "-ERR Invalid TTL value, must be >= 0\r\n")
        #expect(restore("k", "x") == notInteger)
        #expect(harness.line("RESTORE k -1 bad") == "-ERR Invalid TTL value, must be >= 0\r\n")
        #expect(
            harness.line("RESTORE k 0 bad")
                == "-ERR DUMP payload version or checksum are wrong\r\n")
        #expect(
            restore("k", "0", "IDLETIME", "-1") == "-ERR Invalid IDLETIME value, must be >= 0\r\n")
        #expect(restore("k", "0", "IDLETIME", "x", "foo") == notInteger)
        let frequency = "-ERR Invalid FREQ value, must be >= 0 and <= 255\r\n"
        #expect(restore("k", "0", "FREQ", "256") == frequency)
        #expect(restore("k", "0", "FREQ", "-1") == frequency)
        #expect(restore("k", "0", "FREQ", "5", "IDLETIME", "5") == syntax)
        #expect(restore("k", "0", "IDLETIME", "5", "FREQ", "5") == syntax)
        #expect(restore("k", "0", "IDLETIME") == syntax)
        #expect(harness.line("EXISTS k") == ":0\r\n")
    }

    @Test func deadlinesAreRelativeOrAbsolute() {
        #expect(restore("k", "5000") == "+OK\r\n")
        #expect(harness.deadline("k") == harness.now + 5000)
        #expect(restore("k", "\(harness.now + 70)", "absttl", "replace") == "+OK\r\n")
        #expect(harness.deadline("k") == harness.now + 70)
        #expect(restore("k", "0", "REPLACE") == "+OK\r\n")
        #expect(harness.deadline("k") == nil)
        // In the past, or so far away that the time wraps around: the key is gone at once.
        for lifetime in ["1000", "\(harness.now)"] {
            harness.line("SET k old")
            #expect(restore("k", lifetime, "ABSTTL", "REPLACE") == "+OK\r\n")
            #expect(harness.line("EXISTS k") == ":0\r\n")
        }
        #expect(restore("k", "9223372036854775807") == "+OK\r\n")
        #expect(harness.line("EXISTS k") == ":0\r\n")
        #expect(restore("k", "9223372036854775807", "ABSTTL") == "+OK\r\n")
        #expect(harness.deadline("k") == .max)
        harness.expectSound()
    }

    @Test func aKeyKeepsItsUse() {
        #expect(restore("k", "0", "IDLETIME", "5", "IDLETIME", "70") == "+OK\r\n")
        #expect(harness.line("OBJECT IDLETIME k") == ":70\r\n")
        #expect(restore("k", "0", "FREQ", "9", "REPLACE") == "+OK\r\n")
        #expect(harness.line("OBJECT IDLETIME k") == ":0\r\n")
        harness.line("CONFIG SET maxmemory-policy allkeys-lfu")
        #expect(restore("k", "60000", "FREQ", "200", "REPLACE") == "+OK\r\n")
        #expect(harness.line("OBJECT FREQ k") == ":200\r\n")
    }
}
