// Consumer groups: delivery, acknowledgement, claims, how far a group is behind; times by a clock
// that the test moves.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct StreamGroupTests {
    private func filled(_ count: Int = 5) -> EngineHarness {
        let harness = EngineHarness()
        for index in 1...count { harness.line("XADD s \(index)-0 f \(index)") }
        harness.line("XGROUP CREATE s g 0")
        return harness
    }

    /// What XPENDING says of one id: consumer, idle time, deliveries.
    private func pending(_ id: String, _ owner: String, _ idle: Int, _ count: Int) -> String {
        "*4\r\n" + bulk(id) + bulk(owner) + ":\(idle)\r\n:\(count)\r\n"
    }

    @Test func entriesAreDeliveredOnce() {
        let harness = filled()
        let first = harness.line("XREADGROUP GROUP g a COUNT 2 STREAMS s >")
        #expect(
            first == "*1\r\n*2\r\n" + bulk("s") + "*2\r\n" + entryReply("1-0", "f", "1")
                + entryReply("2-0", "f", "2"))
        harness.now += 10
        harness.line("XREADGROUP GROUP g b COUNT 1 STREAMS s >")
        harness.now += 5
        #expect(
            harness.line("XPENDING s g - + 10") == "*3\r\n" + pending("1-0", "a", 15, 1)
                + pending("2-0", "a", 15, 1) + pending("3-0", "b", 5, 1))
        #expect(harness.line("XPENDING s g IDLE 6 - + 10 b") == "*0\r\n")
        #expect(
            harness.line("XPENDING s g") == "*4\r\n:3\r\n" + bulk("1-0") + bulk("3-0")
                + "*2\r\n*2\r\n" + bulk("a") + bulk("2") + "*2\r\n" + bulk("b") + bulk("1"))
        #expect(harness.line("XACK s g 1-0 1-0 9-9") == ":1\r\n")
        harness.expectSound()
    }

    @Test func historyIsTheConsumersOwn() {
        let harness = filled(3)
        harness.line("XREADGROUP GROUP g a STREAMS s >")
        harness.line("XDEL s 2-0")
        harness.now += 7
        #expect(
            harness.line("XREADGROUP GROUP g a STREAMS s 0") == "*1\r\n*2\r\n" + bulk("s")
                + "*3\r\n" + entryReply("1-0", "f", "1") + "*2\r\n" + bulk("2-0") + "*-1\r\n"
                + entryReply("3-0", "f", "3"))
        #expect(
            harness.line("XREADGROUP GROUP g b STREAMS s 0")
                == "*1\r\n*2\r\n" + bulk("s") + "*0\r\n")
        #expect(
            harness.line("XPENDING s g - + 10") == "*3\r\n" + pending("1-0", "a", 0, 2)
                + pending("2-0", "a", 7, 1) + pending("3-0", "a", 0, 2))
        harness.expectSound()
    }

    @Test func noAckLeavesNothingPending() {
        let harness = filled(3)
        harness.line("XREADGROUP GROUP g a NOACK COUNT 2 STREAMS s >")
        #expect(harness.line("XPENDING s g") == "*4\r\n:0\r\n$-1\r\n$-1\r\n*-1\r\n")
        #expect(harness.line("XINFO GROUPS s").hasSuffix(bulk("lag") + ":1\r\n"))
    }

    @Test func claimsChangeHands() {
        let harness = filled(4)
        harness.line("XREADGROUP GROUP g a COUNT 3 STREAMS s >")
        harness.now += 100
        #expect(harness.line("XCLAIM s g b 101 1-0") == "*0\r\n")
        #expect(harness.line("XCLAIM s g b 100 1-0 JUSTID") == "*1\r\n" + bulk("1-0"))
        #expect(
            harness.line("XCLAIM s g b 0 2-0 IDLE 40 RETRYCOUNT 9")
                == "*1\r\n" + entryReply("2-0", "f", "2"))
        #expect(harness.line("XCLAIM s g b 0 4-0") == "*0\r\n")
        #expect(harness.line("XCLAIM s g b 0 4-0 FORCE JUSTID") == "*1\r\n" + bulk("4-0"))
        #expect(
            harness.line("XPENDING s g - + 10") == "*4\r\n" + pending("1-0", "b", 0, 1)
                + pending("2-0", "b", 40, 9) + pending("3-0", "a", 100, 1)
                + pending("4-0", "b", 0, 1))
        harness.line("XDEL s 3-0")
        #expect(
            harness.line("XAUTOCLAIM s g c 10 0 COUNT 2") == "*3\r\n" + bulk("4-0") + "*1\r\n"
                + entryReply("2-0", "f", "2") + "*1\r\n" + bulk("3-0"))
        #expect(
            harness.line("XAUTOCLAIM s g c 0 0-0 JUSTID") == "*3\r\n" + bulk("0-0") + "*3\r\n"
                + bulk("1-0") + bulk("2-0") + bulk("4-0") + "*0\r\n")
        #expect(harness.line("XGROUP DELCONSUMER s g c") == ":3\r\n")
        harness.expectSound()
    }

    @Test func lagIsKnownWhereNothingIsMissing() {
        let harness = filled(5)
        func lag() -> String {
            let reply = harness.line("XINFO GROUPS s")
            let parts = reply.components(after: bulk("entries-read"))
            return parts
        }
        #expect(lag() == "$-1\r\n" + bulk("lag") + ":5\r\n")
        harness.line("XREADGROUP GROUP g a COUNT 2 STREAMS s >")
        #expect(lag() == ":2\r\n" + bulk("lag") + ":3\r\n")
        harness.line("XDEL s 4-0")
        #expect(lag() == ":2\r\n" + bulk("lag") + "$-1\r\n")
        harness.line("XREADGROUP GROUP g a COUNT 10 STREAMS s >")
        #expect(lag() == ":5\r\n" + bulk("lag") + ":0\r\n")
        harness.line("XGROUP SETID s g 0 ENTRIESREAD 1")
        harness.line("XTRIM s MAXLEN 0")
        #expect(lag() == ":1\r\n" + bulk("lag") + ":4\r\n")
    }

    @Test func referencesAreKeptOrGo() {
        let harness = filled(5)
        harness.line("XGROUP CREATE s h 0")
        harness.line("XREADGROUP GROUP g a COUNT 4 STREAMS s >")
        harness.line("XREADGROUP GROUP h a COUNT 2 STREAMS s >")
        harness.line("XACK s g 1-0 2-0")
        harness.line("XACK s h 1-0")
        #expect(
            harness.line("XDELEX s ACKED IDS 5 1-0 2-0 3-0 5-0 9-9")
                == "*5\r\n:1\r\n:2\r\n:2\r\n:2\r\n:2\r\n")
        #expect(harness.line("XACKDEL s h ACKED IDS 2 2-0 3-0") == "*2\r\n:1\r\n:-1\r\n")
        #expect(harness.line("XDELEX s KEEPREF IDS 1 3-0") == "*1\r\n:1\r\n")
        #expect(harness.line("XPENDING s g").hasPrefix("*4\r\n:2\r\n"))
        #expect(harness.line("XDELEX s DELREF IDS 2 3-0 4-0") == "*2\r\n:-1\r\n:1\r\n")
        #expect(harness.line("XPENDING s g").hasPrefix("*4\r\n:0\r\n"))
        #expect(
            harness.line("XDELEX s IDS 2 1-1") == """
                -ERR The `numids` parameter must match the number of arguments\r\n
                """)
        #expect(harness.streamIDs("s") == ["5-0"])
        #expect(harness.line("XTRIM s MAXLEN 0 ACKED") == ":0\r\n")
        #expect(harness.line("XADD s DELREF MAXLEN 0 6-0 f v") == bulk("6-0"))
        #expect(harness.streamIDs("s").isEmpty)
        harness.expectSound()
    }

    @Test func trimmingGoesOnBehindWhatIsReferenced() {
        let harness = EngineHarness { $0.streamNodeMaxEntries = 4 }
        for index in 1...20 { harness.line("XADD s \(index) f v") }
        harness.line("XGROUP CREATE s g 0")
        harness.line("XREADGROUP GROUP g a COUNT 18 STREAMS s >")
        let acknowledged = (1...18).filter { $0 != 3 && $0 != 9 }.map { "\($0)" }
        harness.run(["XACK", "s", "g"] + acknowledged)
        #expect(harness.line("XTRIM s MAXLEN ~ 2 ACKED") == ":0\r\n")
        #expect(harness.line("XTRIM s DELREF MAXLEN ~ 2") == ":0\r\n")
        #expect(harness.line("XTRIM s ACKED MAXLEN 6") == ":14\r\n")
        #expect(harness.streamIDs("s") == ["3-0", "9-0", "17-0", "18-0", "19-0", "20-0"])
        #expect(harness.line("XTRIM s ACKED MINID 30") == ":2\r\n")
        #expect(harness.line("XDELEX s ACKED IDS 2 1 25") == "*2\r\n:-1\r\n:2\r\n")
        #expect(harness.line("XTRIM s DELREF MINID 19") == ":2\r\n")
        #expect(harness.line("XPENDING s g").hasPrefix("*4\r\n:0\r\n"))
        harness.expectSound()
    }

    @Test func groupsThatAreNotThereAreRefused() {
        expectReplies([
            (
                "XGROUP CREATE no g 0",
                """
                -ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you \
                may want to use the MKSTREAM option to create an empty stream automatically.\r\n
                """
            ),
            ("XGROUP CREATE s g $ MKSTREAM", "+OK\r\n"),
            ("XGROUP CREATE s g $", "-BUSYGROUP Consumer Group name already exists\r\n"),
            ("XGROUP SETID s x 0", "-NOGROUP No such consumer group 'x' for key name 's'\r\n"),
            ("XPENDING s x", "-NOGROUP No such key 's' or consumer group 'x'\r\n"),
            (
                "XREADGROUP GROUP x c STREAMS s >",
                """
                -NOGROUP No such key 's' or consumer group 'x' in XREADGROUP with GROUP option\r\n
                """
            ),
            ("XACK s x 1-1", ":0\r\n"),
            ("XACKDEL s x IDS 1 1-1", "*1\r\n:-1\r\n"),
            ("XGROUP DESTROY s x", ":0\r\n"),
            ("XGROUP DESTROY s g", ":1\r\n"),
            ("XINFO GROUPS s", "*0\r\n"),
        ])
    }

    @Test func copiesAreOfTheirOwn() {
        let harness = filled(300)
        harness.line("XREADGROUP GROUP g a COUNT 200 STREAMS s >")
        harness.line("XREADGROUP GROUP g b COUNT 50 STREAMS s >")
        let before = harness.line("XINFO STREAM s FULL COUNT 0")
        #expect(harness.line("COPY s t") == ":1\r\n")
        #expect(harness.line("XINFO STREAM t FULL COUNT 0") == before)
        harness.line("XTRIM s MAXLEN 1")
        harness.line("XGROUP DESTROY s g")
        #expect(harness.line("XINFO STREAM t FULL COUNT 0") == before)
        harness.expectSound()
        harness.line("DEL s t")
        harness.finishWork()
        harness.expectSound()
    }
}

extension String {
    /// What stands behind the first `separator`.
    fileprivate func components(after separator: String) -> String {
        guard let found = firstRange(of: separator) else { return "" }
        return String(self[found.upperBound...])
    }

    private func firstRange(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) {
                return start..<index(start, offsetBy: text.count)
            }
            start = index(after: start)
        }
        return nil
    }
}
