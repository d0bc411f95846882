// Streams without groups: ids, ranges, trimming, and what is refused.

import RedwingContainers
import Testing

@testable import RedwingEngine

/// The error that an id which is none gets.
let invalidID = "-ERR Invalid stream ID specified as stream command argument\r\n"
/// The error that an id which is not larger than the last one gets.
let smallID =
    "-ERR The ID specified in XADD is equal or smaller than the target stream top item\r\n"

/// An entry as a reply.
func entryReply(_ id: String, _ strings: String...) -> String {
    "*2\r\n" + bulk(id) + "*\(strings.count)\r\n" + strings.map(bulk).joined()
}

extension EngineHarness {
    /// The ids of all entries of a stream.
    func streamIDs(_ key: String) -> [String] {
        guard let entry = entry(key) else { return [] }
        var ids: [String] = []
        StreamValue(address: entry.word).forEachEntry(from: .zero, to: .max) {
            ids.append("\($0.id.ms)-\($0.id.seq)")
            return true
        }
        return ids
    }
}

@Suite struct StreamCommandTests {
    @Test func idsComeFromTheClock() {
        let harness = EngineHarness(now: 5000)
        #expect(harness.line("XADD s * f v") == bulk("5000-0"))
        #expect(harness.line("XADD s * f v") == bulk("5000-1"))
        harness.now = 4000
        #expect(harness.line("XADD s * f v") == bulk("5000-2"))
        harness.now = 5001
        #expect(harness.line("XADD s * f v") == bulk("5001-0"))
        #expect(harness.line("XADD s 5001-* f v") == bulk("5001-1"))
        #expect(harness.line("XADD s 6000-* f v") == bulk("6000-0"))
        #expect(harness.line("XADD t 0-* f v") == bulk("0-1"))
        harness.expectSound()
    }

    @Test func idsAreReadAsTheOracleReadsThem() {
        expectReplies([
            ("XADD s 5 a b", bulk("5-0")),
            ("XADD s +5-+7 a b", bulk("5-7")),
            ("XADD s 05-08 a b", bulk("5-8")),
            ("XADD s 5--1 a b", invalidID),
            ("XADD s - a b", invalidID),
            ("XADD s + a b", invalidID),
            ("XADD s 6- a b", invalidID),
            ("XADD s 6-1-1 a b", invalidID),
            ("XADD s 18446744073709551616-1 a b", invalidID),
            ("XADD s 5-8 a b", smallID),
            ("XADD s 0-0 a b", "-ERR The ID specified in XADD must be greater than 0-0\r\n"),
            ("XADD s 18446744073709551615-* a b", bulk("18446744073709551615-0")),
            (
                "XADD s 18446744073709551615-18446744073709551615 a b",
                bulk("18446744073709551615-18446744073709551615")
            ),
            (
                "XADD s * a b",
                """
                -ERR The stream has exhausted the last possible ID, unable to add more items\r\n
                """
            ),
        ])
    }

    @Test func optionsOfXAddAreChecked() {
        expectReplies([
            ("XADD s NOMKSTREAM * a b", "$-1\r\n"),
            ("XADD hash * a b", wrongType),
            ("XADD s * a", "-ERR wrong number of arguments for 'xadd' command\r\n"),
            ("XADD s MAXLEN -1 * a b", "-ERR The MAXLEN argument must be >= 0.\r\n"),
            (
                "XADD s MAXLEN 1 MINID 1 * a b",
                """
                -ERR syntax error, MAXLEN and MINID options at the same time are not \
                compatible\r\n
                """
            ),
            (
                "XADD s MAXLEN 1 LIMIT 1 1-1 a b",
                "-ERR syntax error, LIMIT cannot be used without the special ~ option\r\n"
            ),
            ("EXISTS s", ":0\r\n"),
        ])
    }

    @Test func rangesIncludeAndExclude() {
        let first = entryReply("1-1", "a", "1")
        let second = entryReply("2-1", "a", "2", "b", "-5")
        let third = entryReply("3-1", "a", "3")
        expectReplies([
            ("XADD s 1-1 a 1", bulk("1-1")),
            ("XADD s 2-1 a 2 b -5", bulk("2-1")),
            ("XADD s 3-1 a 3", bulk("3-1")),
            ("XRANGE s - +", "*3\r\n" + first + second + third),
            ("XREVRANGE s + -", "*3\r\n" + third + second + first),
            ("XRANGE s (1-1 (3-1", "*1\r\n" + second),
            ("XRANGE s 2 2", "*1\r\n" + second),
            ("XREVRANGE s (3-1 - COUNT 1", "*1\r\n" + second),
            ("XRANGE s - + COUNT 0", "*-1\r\n"),
            ("XRANGE s + -", "*0\r\n"),
            ("XRANGE no - +", "*0\r\n"),
            ("XRANGE hash - +", wrongType),
            ("XRANGE s - (0-0", "-ERR invalid end ID for the interval\r\n"),
            ("XRANGE s (- +", invalidID),
            (
                "XREAD COUNT 1 STREAMS s s 0 2-1",
                "*2\r\n*2\r\n" + bulk("s") + "*1\r\n" + first
                    + "*2\r\n" + bulk("s") + "*1\r\n" + third
            ),
            ("XREAD STREAMS s +", "*1\r\n*2\r\n" + bulk("s") + "*1\r\n" + third),
            ("XREAD STREAMS s $", "*-1\r\n"),
            ("XDEL s 2-1 2-1 9-9", ":1\r\n"),
            ("XLEN s", ":2\r\n"),
            ("XDEL s 1-1 3-1", ":2\r\n"),
            ("XLEN s", ":0\r\n"),
            ("EXISTS s", ":1\r\n"),
            ("XREAD STREAMS s 0", "*-1\r\n"),
        ])
    }

    @Test func approximateTrimmingRemovesWholeNodes() {
        let harness = EngineHarness { $0.streamNodeMaxEntries = 10 }
        for index in 1...95 { harness.line("XADD s \(index) a b") }
        #expect(harness.line("XTRIM s MAXLEN ~ 50") == ":40\r\n")
        #expect(harness.line("XTRIM s MAXLEN ~ 50") == ":0\r\n")
        #expect(harness.line("XTRIM s MAXLEN ~ 0 LIMIT 15") == ":10\r\n")
        #expect(harness.line("XTRIM s MINID ~ 75") == ":20\r\n")
        #expect(harness.line("XTRIM s MINID 75") == ":4\r\n")
        #expect(harness.line("XTRIM s MAXLEN 20") == ":1\r\n")
        #expect(harness.streamIDs("s").first == "76-0")
        #expect(harness.line("XADD s MAXLEN 3 100 a b") == bulk("100-0"))
        #expect(harness.streamIDs("s") == ["94-0", "95-0", "100-0"])
        harness.expectSound()
    }

    /// The first node holds what 4096 bytes of the other servers' layout hold; counted by them.
    @Test func nodesAreAsLargeAsTheOraclesAre() {
        let harness = EngineHarness()
        for index in 1...300 {
            harness.run(["XADD", "s", "\(index)", "field", String(repeating: "x", count: 100)])
        }
        let info = harness.line("XINFO STREAM s")
        #expect(info.contains(bulk("radix-tree-keys") + ":9\r\n"))
        #expect(info.contains(bulk("radix-tree-nodes") + ":21\r\n"))
    }

    @Test func xsetidKeepsTheOrder() {
        expectReplies([
            ("XSETID s 1-1", "-ERR no such key\r\n"),
            ("XADD s 5-5 a b", bulk("5-5")),
            (
                "XSETID s 5-4",
                """
                -ERR The ID specified in XSETID is smaller than the target stream top item\r\n
                """
            ),
            ("XSETID s 9-9 ENTRIESADDED 7 MAXDELETEDID 4-4", "+OK\r\n"),
            ("XADD s 9-9 a b", smallID),
            (
                "XSETID s 9-9 ENTRIESADDED 0",
                """
                -ERR The entries_added specified in XSETID is smaller than the target stream \
                length\r\n
                """
            ),
        ])
    }
}
