// What each set command answers: usual cases, edges, errors, in both protocols. The expectations
// are Valkey's answers.

import RedwingContainers
import RedwingRESP
import Testing

@testable import RedwingEngine

@Suite struct SetReplyTests {
    private static let wrongType =
        "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"

    @Test func adding() {
        expectReplies([
            ("SADD s a b c a", ":3\r\n"), ("SADD s a", ":0\r\n"), ("SADD s ''", ":1\r\n"),
            ("SCARD s", ":4\r\n"), ("SISMEMBER s ''", ":1\r\n"), ("SISMEMBER s x", ":0\r\n"),
            ("SISMEMBER none x", ":0\r\n"), ("SCARD none", ":0\r\n"), ("TYPE s", "+set\r\n"),
            ("SMISMEMBER s a x b", "*3\r\n:1\r\n:0\r\n:1\r\n"),
            ("SMISMEMBER none a x", "*2\r\n:0\r\n:0\r\n"),
            ("SADD s", "-ERR wrong number of arguments for 'sadd' command\r\n"),
        ])
    }

    @Test func removing() {
        expectReplies([
            ("SADD s a b c", ":3\r\n"), ("SREM s x", ":0\r\n"), ("SREM s a x a", ":1\r\n"),
            ("SREM s b c d", ":2\r\n"), ("EXISTS s", ":0\r\n"), ("SREM s a", ":0\r\n"),
            ("SADD i 1 2", ":2\r\n"), ("SREM i 01 +1 1", ":1\r\n"), ("SREM i x 2", ":1\r\n"),
            ("EXISTS i", ":0\r\n"),
        ])
    }

    @Test func moving() {
        expectReplies([
            ("SADD a 1 x", ":2\r\n"), ("SADD b y", ":1\r\n"), ("SET str v", "+OK\r\n"),
            ("SMOVE a b x", ":1\r\n"), ("SMOVE a b x", ":0\r\n"), ("SMOVE b b x", ":1\r\n"),
            ("SMOVE b b z", ":0\r\n"), ("SMOVE a new 1", ":1\r\n"), ("EXISTS a", ":0\r\n"),
            ("OBJECT ENCODING new", "$6\r\nintset\r\n"),
            ("SMEMBERS b", "*2\r\n$1\r\ny\r\n$1\r\nx\r\n"),
            ("SMOVE b str y", Self.wrongType), ("SMOVE str b y", Self.wrongType),
            ("SMOVE none str y", ":0\r\n"), ("SCARD b", ":2\r\n"),
        ])
    }

    @Test func membersInOrder() {
        expectReplies([
            ("SADD i 5 -3 100000 9223372036854775807 2", ":5\r\n"),
            (
                "SMEMBERS i",
                "*5\r\n" + bulk("-3") + bulk("2") + bulk("5") + bulk("100000")
                    + bulk("9223372036854775807")
            ),
            ("SADD p b a 1 c", ":4\r\n"),
            ("SMEMBERS p", "*4\r\n$1\r\nb\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nc\r\n"),
            ("SMEMBERS none", "*0\r\n"), ("SMEMBERS hash", Self.wrongType),
        ])
        expectReplies(
            version: .resp3,
            [
                ("SADD p b a", ":2\r\n"), ("SMEMBERS p", "~2\r\n$1\r\nb\r\n$1\r\na\r\n"),
                ("SMEMBERS none", "~0\r\n"), ("SPOP none", "_\r\n"), ("SPOP none 3", "~0\r\n"),
                ("SPOP p 0", "~0\r\n"), ("SRANDMEMBER none", "_\r\n"),
                ("SRANDMEMBER none 3", "*0\r\n"),
                ("SRANDMEMBER p 9", "*2\r\n$1\r\nb\r\n$1\r\na\r\n"),
                ("SINTER p none", "~0\r\n"), ("SUNION none", "~0\r\n"),
                ("SDIFF p", "~2\r\n$1\r\nb\r\n$1\r\na\r\n"),
                ("SPOP p 2", "~2\r\n$1\r\nb\r\n$1\r\na\r\n"), ("EXISTS p", ":0\r\n"),
            ])
    }

    @Test func picking() {
        let notInteger = "-ERR value is not an integer or out of range\r\n"
        let range =
            "-ERR value is out of range, value must between -9223372036854775807 and "
            + "9223372036854775807\r\n"
        let positive = "-ERR value is out of range, must be positive\r\n"
        expectReplies([
            ("SPOP none", "$-1\r\n"), ("SPOP none 2", "*0\r\n"), ("SPOP none x", positive),
            ("SPOP none -1", positive), ("SPOP none 9223372036854775808", positive),
            ("SPOP none 1 2", "-ERR syntax error\r\n"), ("SPOP hash", Self.wrongType),
            ("SPOP hash 0", Self.wrongType), ("SRANDMEMBER none", "$-1\r\n"),
            ("SRANDMEMBER none -3", "*0\r\n"), ("SRANDMEMBER hash", Self.wrongType),
            ("SRANDMEMBER hash 0", Self.wrongType), ("SRANDMEMBER hash x", notInteger),
            ("SRANDMEMBER none 1 2", "-ERR syntax error\r\n"),
            ("SRANDMEMBER none -9223372036854775808", range), ("SADD s a", ":1\r\n"),
            ("SRANDMEMBER s", "$1\r\na\r\n"), ("SRANDMEMBER s 0", "*0\r\n"),
            ("SRANDMEMBER s -2", "*2\r\n$1\r\na\r\n$1\r\na\r\n"), ("SPOP s 0", "*0\r\n"),
            ("SPOP s", "$1\r\na\r\n"), ("EXISTS s", ":0\r\n"),
        ])
    }

    @Test func counting() {
        let keys = "-ERR numkeys should be greater than 0\r\n"
        let limit = "-ERR LIMIT can't be negative\r\n"
        expectReplies([
            ("SADD a 1 2 3 4", ":4\r\n"), ("SADD b 2 3 4 x", ":4\r\n"),
            ("SINTERCARD 2 a b", ":3\r\n"), ("SINTERCARD 2 a b LIMIT 0", ":3\r\n"),
            ("SINTERCARD 2 a b limit 2", ":2\r\n"), ("SINTERCARD 2 a b LIMIT 9", ":3\r\n"),
            ("SINTERCARD 2 a b LIMIT 9 LIMIT 1", ":1\r\n"), ("SINTERCARD 2 a none", ":0\r\n"),
            ("SINTERCARD 0 a", keys), ("SINTERCARD x a", keys), ("SINTERCARD -1 a", keys),
            ("SINTERCARD 3 a b", "-ERR Number of keys can't be greater than number of args\r\n"),
            ("SINTERCARD 1 a LIMIT -1", limit), ("SINTERCARD 1 a LIMIT x", limit),
            ("SINTERCARD 1 a LIMIT", "-ERR syntax error\r\n"),
            ("SINTERCARD 1 a b", "-ERR syntax error\r\n"),
            ("SINTERCARD 2 none hash", Self.wrongType),
        ])
    }

    @Test func scanning() {
        let empty = "*2\r\n$1\r\n0\r\n*0\r\n"
        expectReplies([
            ("SADD s b 12 a", ":3\r\n"),
            ("SSCAN s 0", "*2\r\n$1\r\n0\r\n*3\r\n$1\r\nb\r\n$2\r\n12\r\n$1\r\na\r\n"),
            ("SSCAN s 7 MATCH 1* COUNT 1", "*2\r\n$1\r\n0\r\n*1\r\n$2\r\n12\r\n"),
            ("SSCAN s x", "-ERR invalid cursor\r\n"), ("SSCAN none 0", empty),
            ("SSCAN none 0 NONSENSE", empty), ("SSCAN s 0 NONSENSE", "-ERR syntax error\r\n"),
            ("SSCAN s 0 COUNT 0", "-ERR syntax error\r\n"),
            ("SSCAN s 0 NOVALUES", "-ERR NOVALUES option can only be used in HSCAN\r\n"),
            ("SSCAN s 0 NOSCORES", "-ERR NOSCORES option can only be used in ZSCAN\r\n"),
            ("SSCAN hash 0", Self.wrongType),
        ])
    }

    @Test func otherTypesAreRefused() {
        for command in [
            "SADD hash a", "SREM hash a", "SCARD hash", "SISMEMBER hash a", "SMISMEMBER hash a",
            "SINTER hash", "SUNION none hash", "SDIFF none hash", "SINTER none hash",
            "SINTERSTORE d none hash", "SUNIONSTORE d hash", "SDIFFSTORE d none hash",
        ] {
            expectReplies([(command, Self.wrongType), ("EXISTS d", ":0\r\n")])
        }
    }

    @Test func dirtyAndEmptyKeys() {
        let harness = EngineHarness()
        func dirty(_ line: String) -> Int {
            let before = harness.engine.dirty
            harness.line(line)
            return harness.engine.dirty - before
        }
        #expect(dirty("SADD s a b c a") == 3)
        #expect(dirty("SADD s a") == 0)
        #expect(dirty("SREM s a x") == 1)
        #expect(dirty("SMOVE s t b") == 2)
        #expect(dirty("SMOVE s s c") == 0)
        #expect(dirty("SADD t c") == 1)
        #expect(dirty("SMOVE s t c") == 1)
        #expect(harness.entry("s") == nil)
        #expect(dirty("SADD s 1 2 3 4 5 6 7 8 9") == 9)
        #expect(dirty("SPOP s") == 1)
        #expect(dirty("SPOP s 3") == 3)
        #expect(dirty("SPOP s 99") == 5)
        #expect(harness.entry("s") == nil)
        #expect(dirty("SUNIONSTORE u t t") == 1)
        #expect(dirty("SDIFFSTORE u t t") == 1)
        #expect(harness.entry("u") == nil)
        #expect(dirty("SDIFFSTORE u t t") == 0)
        harness.expectSound()
    }
}
