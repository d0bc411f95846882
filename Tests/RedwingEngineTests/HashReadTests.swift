// Reading hashes: single fields, all of them, random ones, scans.
// Expected replies are those of Valkey 9.1.2.

import Testing

@testable import RedwingEngine

@Suite struct HashReadTests {

    @Test func singleFields() {
        expectReplies([
            ("HSET h a 1 b two c -45 d 007 e ''", ":5\r\n"),
            ("HGET h a", "$1\r\n1\r\n"),
            ("HGET h b", "$3\r\ntwo\r\n"),
            ("HGET h c", "$3\r\n-45\r\n"),
            ("HGET h d", "$3\r\n007\r\n"),
            ("HGET h e", "$0\r\n\r\n"),
            ("HGET h x", "$-1\r\n"),
            ("HGET missing a", "$-1\r\n"),
            ("HGET h", wrongArity("hget")),
            ("HMGET h a x e a", "*4\r\n$1\r\n1\r\n$-1\r\n$0\r\n\r\n$1\r\n1\r\n"),
            ("HMGET missing a b", "*2\r\n$-1\r\n$-1\r\n"),
            ("HMGET h", wrongArity("hmget")),
            ("HEXISTS h a", ":1\r\n"),
            ("HEXISTS h x", ":0\r\n"),
            ("HEXISTS missing a", ":0\r\n"),
            ("HSTRLEN h a", ":1\r\n"),
            ("HSTRLEN h b", ":3\r\n"),
            ("HSTRLEN h c", ":3\r\n"),
            ("HSTRLEN h e", ":0\r\n"),
            ("HSTRLEN h x", ":0\r\n"),
            ("HSTRLEN missing a", ":0\r\n"),
            ("HLEN h", ":5\r\n"),
            ("HLEN missing", ":0\r\n"),
        ])
    }

    @Test func wholeHashes() {
        expectReplies([
            ("HSET h a 1 b two 3 -45", ":3\r\n"),
            (
                "HGETALL h",
                "*6\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$3\r\ntwo\r\n$1\r\n3\r\n$3\r\n-45\r\n"
            ),
            ("HKEYS h", "*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\n3\r\n"),
            ("HVALS h", "*3\r\n$1\r\n1\r\n$3\r\ntwo\r\n$3\r\n-45\r\n"),
            ("HGETALL missing", "*0\r\n"),
            ("HKEYS missing", "*0\r\n"),
            ("HVALS missing", "*0\r\n"),
        ])
    }

    @Test func wholeHashesResp3() {
        expectReplies(
            version: .resp3,
            [
                ("HSET h a 1 b two 3 -45", ":3\r\n"),
                (
                    "HGETALL h",
                    "%3\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$3\r\ntwo\r\n$1\r\n3\r\n$3\r\n-45\r\n"
                ),
                ("HKEYS h", "*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\n3\r\n"),
                ("HVALS h", "*3\r\n$1\r\n1\r\n$3\r\ntwo\r\n$3\r\n-45\r\n"),
                ("HGETALL missing", "%0\r\n"),
                ("HKEYS missing", "*0\r\n"),
                ("HVALS missing", "*0\r\n"),
                ("HGET h x", "_\r\n"),
                ("HGET missing x", "_\r\n"),
                ("HMGET h a x", "*2\r\n$1\r\n1\r\n_\r\n"),
                ("HMGET missing a x", "*2\r\n_\r\n_\r\n"),
                ("HRANDFIELD missing", "_\r\n"),
                ("HRANDFIELD missing 2", "*0\r\n"),
            ])
    }

    @Test func wrongTypes() {
        expectReplies([
            ("SET s x", "+OK\r\n"),
            ("HGET s a", wrongType),
            ("HMGET s a", wrongType),
            ("HGETALL s", wrongType),
            ("HKEYS s", wrongType),
            ("HVALS s", wrongType),
            ("HLEN s", wrongType),
            ("HEXISTS s a", wrongType),
            ("HSTRLEN s a", wrongType),
            ("HRANDFIELD s", wrongType),
            ("HRANDFIELD s 2", wrongType),
            ("HSCAN s 0", wrongType),
            ("HTTL s FIELDS 1 a", wrongType),
            ("HINCRBY s a 1", wrongType),
            ("HINCRBYFLOAT s a 1", wrongType),
        ])
    }

    @Test func scanning() {
        let whole =
            "*2\r\n$1\r\n0\r\n*6\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$1\r\nx\r\n"
            + "$1\r\nc\r\n$1\r\n3\r\n"
        expectReplies([
            ("HSET h a 1 b x c 3", ":3\r\n"),
            ("HSCAN h 0", whole),
            ("HSCAN h 0 NOVALUES", "*2\r\n$1\r\n0\r\n*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n"),
            (
                "HSCAN h 0 novalues novalues",
                "*2\r\n$1\r\n0\r\n*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n"
            ),
            ("HSCAN h 0 MATCH [ab] NOVALUES", "*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n"),
            (
                "HSCAN h 0 MATCH [ab] COUNT 1",
                "*2\r\n$1\r\n0\r\n*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$1\r\nx\r\n"
            ),
            ("HSCAN h 0 MATCH *", whole),
            ("HSCAN h 0 MATCH z*", "*2\r\n$1\r\n0\r\n*0\r\n"),
            ("HSCAN h 5", whole),
            ("HSCAN h 18446744073709551615", whole),
            ("HSCAN h 00", whole),
            ("HSCAN h +0", whole),
            ("HSCAN h -1", "-ERR invalid cursor\r\n"),
            ("HSCAN h 18446744073709551616", "-ERR invalid cursor\r\n"),
            ("HSCAN h 1x", "-ERR invalid cursor\r\n"),
            ("HSCAN h ''", "-ERR invalid cursor\r\n"),
            ("HSCAN h x", "-ERR invalid cursor\r\n"),
            ("HSCAN missing 0", "*2\r\n$1\r\n0\r\n*0\r\n"),
            ("HSCAN missing x", "-ERR invalid cursor\r\n"),
            ("HSCAN missing 0 COUNT 0", "*2\r\n$1\r\n0\r\n*0\r\n"),
            ("HSCAN missing 0 FOO", "*2\r\n$1\r\n0\r\n*0\r\n"),
            ("HSCAN h 0 COUNT 0", syntaxError),
            ("HSCAN h 0 COUNT -1", syntaxError),
            ("HSCAN h 0 COUNT x", notInteger),
            ("HSCAN h 0 COUNT", syntaxError),
            ("HSCAN h 0 MATCH", syntaxError),
            ("HSCAN h 0 FOO", syntaxError),
            ("HSCAN h 0 TYPE hash", syntaxError),
            ("HSCAN h 0 NOSCORES", "-ERR NOSCORES option can only be used in ZSCAN\r\n"),
            ("HSCAN h", wrongArity("hscan")),
            (
                "HSET h 12345678901234567890123456789012345678901234567890123456789012345 1",
                ":1\r\n"
            ),
            ("HDEL h b c", ":2\r\n"),
            ("HSCAN h 0 MATCH a", "*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n"),
            ("HSCAN h 0 MATCH a NOVALUES", "*2\r\n$1\r\n0\r\n*1\r\n$1\r\na\r\n"),
        ])
    }

    @Test func pickingAtRandom() {
        expectReplies([
            ("HSET h a 1", ":1\r\n"),
            ("HRANDFIELD h", "$1\r\na\r\n"),
            ("HRANDFIELD h 0", "*0\r\n"),
            ("HRANDFIELD h 1", "*1\r\n$1\r\na\r\n"),
            ("HRANDFIELD h 5", "*1\r\n$1\r\na\r\n"),
            ("HRANDFIELD h -3", "*3\r\n$1\r\na\r\n$1\r\na\r\n$1\r\na\r\n"),
            ("HRANDFIELD h 1 WITHVALUES", "*2\r\n$1\r\na\r\n$1\r\n1\r\n"),
            ("HRANDFIELD h -2 withvalues", "*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\na\r\n$1\r\n1\r\n"),
            ("HRANDFIELD h 9223372036854775807", "*1\r\n$1\r\na\r\n"),
            ("HRANDFIELD h 0 WITHVALUES", "*0\r\n"),
            ("HRANDFIELD missing", "$-1\r\n"),
            ("HRANDFIELD missing 3", "*0\r\n"),
            ("HRANDFIELD missing -3 WITHVALUES", "*0\r\n"),
            ("HRANDFIELD h x", notInteger),
            ("HRANDFIELD h 3 FOO", syntaxError),
            ("HRANDFIELD h 3 WITHVALUES FOO", syntaxError),
            ("HRANDFIELD h x WITHVALUES FOO", notInteger),
            (
                "HRANDFIELD h -9223372036854775808",
                "-ERR value is out of range, value must between -9223372036854775807 and "
                    + "9223372036854775807\r\n"
            ),
            ("HRANDFIELD h 9223372036854775807 WITHVALUES", "-ERR value is out of range\r\n"),
            ("HRANDFIELD h -9223372036854775807 WITHVALUES", "-ERR value is out of range\r\n"),
        ])
    }

    @Test func pickingAtRandomResp3() {
        expectReplies(
            version: .resp3,
            [
                ("HSET h a 1", ":1\r\n"),
                ("HRANDFIELD h 1 WITHVALUES", "*1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n"),
                (
                    "HRANDFIELD h -2 WITHVALUES",
                    "*2\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n"
                ),
                ("HRANDFIELD h 2", "*1\r\n$1\r\na\r\n"),
            ])
    }
}
