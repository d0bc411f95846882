// What the commands of sorted sets answer, to the byte as Valkey 9.1 does; each expectation was
// asked of a real one.

import RedwingContainers
import RedwingRESP
import Testing

@testable import RedwingEngine

private let syntax = "-ERR syntax error\r\n"
private let notFloat = "-ERR value is not a valid float\r\n"

@Suite struct SortedSetReplyTests {
    @Test func optionsOfAdding() {
        expectReplies([
            ("ZADD z nx 1", syntax),
            ("ZADD z nx xx 1 a", "-ERR XX and NX options at the same time are not compatible\r\n"),
            (
                "ZADD z nx gt 1 a",
                "-ERR GT, LT, and/or NX options at the same time are not compatible\r\n"
            ),
            (
                "ZADD z incr 1 a 2 b",
                "-ERR INCR option supports a single increment-element pair\r\n"
            ),
            ("ZADD z xx incr 1 a", "$-1\r\n"),
            ("ZADD z xx 1 a", ":0\r\n"),
            ("EXISTS z", ":0\r\n"),
            ("ZADD z nx incr 1 a", bulk("1")),
            ("ZADD z nx incr 1 a", "$-1\r\n"),
            ("ZADD z gt incr -1 a", "$-1\r\n"),
            ("ZADD z gt incr 1 a", bulk("2")),
            ("ZADD z ch 5 a 6 b", ":2\r\n"),
            ("ZADD z gt 1 a 9 a 2 c", ":1\r\n"),
            ("ZADD z lt ch 8 a 9 b", ":1\r\n"),
            ("ZADD z 1 a x b", notFloat),
            ("ZADD z foo 1 a", syntax),
            ("ZADD z inf a", ":0\r\n"),
            ("ZADD z incr -inf a", "-ERR resulting score is not a number (NaN)\r\n"),
            ("ZINCRBY z -inf a", "-ERR resulting score is not a number (NaN)\r\n"),
            ("ZINCRBY z xx a", syntax),
            ("ZADD hash x a", notFloat),
            ("ZADD hash 1 a", wrongType),
            ("ZINCRBY hash 1 a", wrongType),
        ])
    }

    @Test(arguments: [
        ("+1", "1"), ("1e5", "100000"), ("INF", "inf"), ("-Infinity", "-inf"), (".5", "0.5"),
        ("5.", "5"), ("00012", "12"), ("12345678901234567890", "12345678901234567000"),
        ("1e308", "1e+308"), ("4.9e-324", "5e-324"), ("0.1e1", "1"), ("1.1", "1.1"),
    ])
    func scoresAreRead(_ text: String, _ answer: String) {
        let harness = EngineHarness()
        #expect(harness.run("ZADD", "z", text, "m") == ":1\r\n")
        #expect(harness.run("ZSCORE", "z", "m") == bulk(answer))
        harness.line("CONFIG SET zset-max-listpack-entries 0")
        harness.run("ZADD", "tree", text, "m")
        #expect(harness.encoding("tree") == "skiplist")
        #expect(harness.run("ZSCORE", "tree", "m") == bulk(answer))
    }

    @Test(arguments: [
        "0x10", "nan", "-nan", "1e400", "1e-400", " 1", "1 ", "", ".", "1_0", "1e", "1e+", "--1",
        "1f", "infi", "+", "-", "1,5", "1.7976931348623159e308", "1\0",
    ])
    func noScores(_ text: String) {
        #expect(EngineHarness().run("ZADD", "z", text, "m") == notFloat)
    }

    @Test func aZeroKeepsItsSignInALargeSortedSetOnly() {
        let harness = EngineHarness()
        harness.line("ZADD z -0 m")
        #expect(harness.line("ZSCORE z m") == bulk("0"))
        harness.line("CONFIG SET zset-max-listpack-entries 0")
        harness.line("ZADD tree -0 m")
        #expect(harness.line("ZSCORE tree m") == bulk("-0"))
    }

    @Test func intervals() {
        let harness = EngineHarness()
        harness.line("ZADD z 1 a 2 b 3 c")
        let counts = [
            ("(", "inf", 3), ("", "inf", 3), ("1\0x", "inf", 3), ("(1", "inf", 2),
            ("1e400", "3", 0), ("1e-400", "2", 2), ("(3", "3", 0), ("3", "1", 0),
        ]
        for (min, max, count) in counts {
            #expect(harness.run("ZCOUNT", "z", min, max) == ":\(count)\r\n", "\(min) \(max)")
        }
        for bad in ["x", "nan", " 1", "1 ", "-", "+", "1e", "0x1", "."] {
            let reply = harness.run("ZCOUNT", "z", bad, "3")
            #expect(reply == "-ERR min or max is not a float\r\n", "\(bad)")
        }
        let members = [("-", "+", 3), ("[a", "(c", 2), ("(", "+", 3), ("+", "-", 0), ("+", "+", 0)]
        for (min, max, count) in members {
            #expect(harness.run("ZLEXCOUNT", "z", min, max) == ":\(count)\r\n", "\(min) \(max)")
        }
        for bad in ["", "a", "-x", "+x"] {
            let reply = harness.run("ZLEXCOUNT", "z", bad, "+")
            #expect(reply == "-ERR min or max not valid string range item\r\n", "\(bad)")
        }
    }

    @Test func ranges() {
        let limit =
            "-ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX"
        expectReplies([
            ("ZADD z 1 a 2 b 3 c", ":3\r\n"),
            ("ZRANGE z a b", "-ERR value is not an integer or out of range\r\n"),
            ("ZRANGE z 0 -1 foo", syntax),
            ("ZRANGE z 0 -1 limit 0 1", limit + "\r\n"),
            (
                "ZRANGE z - + bylex withscores",
                "-ERR syntax error, WITHSCORES not supported in combination with BYLEX\r\n"
            ),
            ("ZRANGE z 0 1 byscore bylex", syntax),
            ("ZRANGEBYSCORE z 0 9 byscore", syntax),
            ("ZREVRANGE z 0 1 rev", syntax),
            ("ZRANGE z (1 3 byscore limit 0 1 withscores", "*2\r\n" + bulk("b") + bulk("2")),
            ("ZRANGE z 3 1 byscore rev", "*3\r\n" + bulk("c") + bulk("b") + bulk("a")),
            ("ZRANGE z 0 9 byscore limit -1 5", "*0\r\n"),
            ("ZRANGE z 0 9 byscore limit 1 -1", "*2\r\n" + bulk("b") + bulk("c")),
            ("ZREVRANGE z 0 0 withscores", "*2\r\n" + bulk("c") + bulk("3")),
            (
                "ZRANGE z -9223372036854775808 9223372036854775807 rev",
                "*3\r\n" + bulk("c") + bulk("b") + bulk("a")
            ),
            ("ZREVRANGEBYLEX z + - limit 1 1", "*1\r\n" + bulk("b")),
            ("ZRANGE hash a b", "-ERR value is not an integer or out of range\r\n"),
            ("ZRANGE hash 0 1", wrongType),
            ("ZRANGESTORE d z 0 -1 withscores", syntax),
            ("ZRANGESTORE d z 1 3 byscore limit 1 1", ":1\r\n"),
            ("ZRANGESTORE d z 5 9", ":0\r\n"),
            ("EXISTS d", ":0\r\n"),
            ("ZRANGESTORE d hash 0 1", wrongType),
            ("ZRANK z b withscore", "*2\r\n:1\r\n" + bulk("2")),
            ("ZRANK z q withscore", "*-1\r\n"),
            ("ZRANK z b foo", syntax),
            ("ZRANK z b withscore x", "-ERR wrong number of arguments for 'zrank' command\r\n"),
        ])
    }

    @Test func aNegativeOffsetCountsFromTheEndOfALargeSortedSet() {
        let harness = EngineHarness { $0.zsetMaxListpackEntries = 2 }
        harness.line("ZADD z 1 a 2 b 3 c 4 d")
        #expect(harness.line("ZRANGE z 0 9 byscore limit -1 5") == "*1\r\n" + bulk("d"))
        #expect(harness.line("ZRANGE z 9 0 byscore rev limit -1 5") == "*1\r\n" + bulk("a"))
        let two = "*2\r\n" + bulk("b") + bulk("a")
        #expect(harness.line("ZREVRANGEBYSCORE z 9 0 limit -2 -1") == two)
        #expect(harness.line("ZRANGE z 0 9 byscore limit -9 5") == "*0\r\n")
    }

    @Test func pairsOfTheNewProtocol() {
        expectReplies(
            version: .resp3,
            [
                ("ZADD z 1 a 2.5 b", ":2\r\n"),
                ("ZSCORE z b", ",2.5\r\n"),
                ("ZMSCORE z a q", "*2\r\n,1\r\n_\r\n"),
                ("ZADD z incr 1.5 a", ",2.5\r\n"),
                (
                    "ZRANGE z 0 -1 withscores",
                    "*2\r\n*2\r\n$1\r\na\r\n,2.5\r\n*2\r\n$1\r\nb\r\n,2.5\r\n"
                ),
                ("ZRANK z q withscore", "_\r\n"),
                (
                    "ZUNION 1 z withscores",
                    "*2\r\n*2\r\n$1\r\na\r\n,2.5\r\n*2\r\n$1\r\nb\r\n,2.5\r\n"
                ),
                (
                    "ZSCAN z 0",
                    "*2\r\n$1\r\n0\r\n*4\r\n$1\r\na\r\n$3\r\n2.5\r\n$1\r\nb\r\n$3\r\n2.5\r\n"
                ),
                ("ZPOPMIN z", "*2\r\n$1\r\na\r\n,2.5\r\n"),
                ("ZPOPMIN z 1", "*1\r\n*2\r\n$1\r\nb\r\n,2.5\r\n"),
                ("ZMPOP 1 z min", "_\r\n"),
                ("ZRANDMEMBER z 1 withscores", "*0\r\n"),
                ("ZRANDMEMBER z", "_\r\n"),
            ])
    }

    @Test func encodings() {
        let harness = EngineHarness { $0.zsetMaxListpackEntries = 3 }
        harness.line("ZADD z 1 a 2 b 3 c")
        #expect(harness.encoding("z") == "listpack")
        harness.line("ZADD z 1 d")
        #expect(harness.encoding("z") == "skiplist")
        harness.line("ZREM z a b d")
        #expect(harness.encoding("z") == "skiplist")
        harness.line("ZUNIONSTORE d 1 z")
        #expect(harness.encoding("d") == "listpack")
        // As many pairs make a tree, whatever becomes of them.
        harness.line("ZADD d xx 1 q 2 q 3 q 4 q")
        #expect(harness.encoding("d") == "skiplist")
        harness.run("ZADD", "long", "1", String(repeating: "m", count: 65))
        #expect(harness.encoding("long") == "skiplist")
        harness.run("ZADD", "short", "1", String(repeating: "m", count: 64))
        #expect(harness.encoding("short") == "listpack")
        harness.expectSound()
    }
}
