// When fields expire: setting, clearing and asking for it.
// Expected replies are those of Valkey 9.1.2.

import Testing

@testable import RedwingEngine

@Suite struct HashExpireTests {

    @Test func settingExpiry() {
        expectReplies([
            ("HSET h a 1 b 2 c 3", ":3\r\n"),
            ("HEXPIRE h 100 FIELDS 2 a x", "*2\r\n:1\r\n:-2\r\n"),
            ("HTTL h FIELDS 3 a b x", "*3\r\n:100\r\n:-1\r\n:-2\r\n"),
            ("HEXPIRE h 100 FIELDS 3 b b b", "*3\r\n:1\r\n:1\r\n:1\r\n"),
            ("HEXPIRE h 10", wrongArity("hexpire")),
            ("HEXPIRE h 10 FIELDS", wrongArity("hexpire")),
            ("HEXPIRE h 10 FIELDS 1", wrongArity("hexpire")),
            ("HEXPIRE h 10 FIELDS 2 a", wrongFieldCount),
            ("HEXPIRE h 10 FIELDS 0 a", wrongFieldCount),
            ("HEXPIRE h 10 FIELDS x a", notInteger),
            ("HEXPIRE h 10 FIELDS -1 a", wrongFieldCount),
            ("HEXPIRE h x FIELDS 1 a", notInteger),
            ("HEXPIRE h x FIELDS 2 a", wrongFieldCount),
            ("HEXPIRE h 1.5 FIELDS 1 a", notInteger),
            ("HEXPIRE h 10 foo FIELDS 1 a", "-ERR Unsupported option foo\r\n"),
            ("HEXPIRE h 10 NX XX FIELDS 1 a", incompatible),
            ("HEXPIRE h 10 NX GT FIELDS 1 a", incompatible),
            ("HEXPIRE h 10 NX LT FIELDS 1 a", incompatible),
            (
                "HEXPIRE h 10 GT LT FIELDS 1 a",
                "-ERR GT and LT options at the same time are not compatible\r\n"
            ),
            ("HEXPIRE h 10 NX NX FIELDS 1 a", "*1\r\n:0\r\n"),
            ("HEXPIRE h 10 NX a", wrongArity("hexpire")),
            ("HEXPIRE h 10 NX a b", wrongFieldCount),
            ("HEXPIRE h 10 NX FIELDS 1 a FIELDS 1 a", wrongFieldCount),
            ("HEXPIRE h 10 foo 1 a b", wrongFieldCount),
        ])
    }

    @Test func timesOutOfRange() {
        expectReplies([
            ("HSET h a 1 b 2 c 3", ":3\r\n"),
            ("HEXPIRE h -1 FIELDS 1 a", invalidTime("hexpire")),
            ("HEXPIREAT h -5 FIELDS 1 a", invalidTime("hexpireat")),
            ("HPEXPIRE h -1 FIELDS 1 a", invalidTime("hpexpire")),
            ("HPEXPIREAT h -1 FIELDS 1 a", invalidTime("hpexpireat")),
            ("HEXPIRE h 9223372036854775807 FIELDS 1 a", invalidTime("hexpire")),
            ("HEXPIRE h 9223372036854775 FIELDS 1 a", invalidTime("hexpire")),
            ("HEXPIRE h 9223372036854774 FIELDS 1 a", invalidTime("hexpire")),
            ("HPEXPIRE h 9223372036854775807 FIELDS 1 a", invalidTime("hpexpire")),
            ("HPEXPIREAT h 9223372036854775807 FIELDS 1 a", "*1\r\n:1\r\n"),
            ("HPEXPIRETIME h FIELDS 1 a", "*1\r\n:9223372036854775807\r\n"),
            ("HEXPIREAT h 9223372036854775 FIELDS 1 a", "*1\r\n:1\r\n"),
            ("HPEXPIRETIME h FIELDS 1 a", "*1\r\n:9223372036854775000\r\n"),
            ("HEXPIREAT h 9223372036854776 FIELDS 1 a", invalidTime("hexpireat")),
            ("HEXPIRE missing 10 FIELDS 2 a b", "*2\r\n:-2\r\n:-2\r\n"),
            ("HEXPIRE missing x FIELDS 2 a b", notInteger),
            ("SET s x", "+OK\r\n"),
            ("HEXPIRE s 10 FIELDS 1 a", wrongType),
            ("HEXPIRE s x FIELDS 1 a", notInteger),
            (
                "HGETALL h",
                "*6\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$1\r\n2\r\n$1\r\nc\r\n$1\r\n3\r\n"
            ),
        ])
    }

    @Test func conditions() {
        expectReplies([
            ("HSET h a 1 b 2", ":2\r\n"),
            ("HPEXPIREAT h 4000000000000 XX FIELDS 1 a", "*1\r\n:0\r\n"),
            ("HPEXPIREAT h 4000000000000 GT FIELDS 1 a", "*1\r\n:0\r\n"),
            ("HPEXPIREAT h 4000000000000 LT FIELDS 1 a", "*1\r\n:1\r\n"),
            ("HPEXPIREAT h 4000000000001 NX FIELDS 1 a", "*1\r\n:0\r\n"),
            ("HPEXPIREAT h 4000000000000 GT FIELDS 1 a", "*1\r\n:0\r\n"),
            ("HPEXPIREAT h 4000000000001 GT FIELDS 1 a", "*1\r\n:1\r\n"),
            ("HPEXPIREAT h 4000000000000 LT FIELDS 1 a", "*1\r\n:1\r\n"),
            ("HPEXPIREAT h 4000000000002 XX GT FIELDS 2 a b", "*2\r\n:1\r\n:0\r\n"),
            ("HPEXPIREAT h 4000000000001 XX LT FIELDS 2 a b", "*2\r\n:1\r\n:0\r\n"),
            ("HPEXPIREAT h 4000000000009 NX FIELDS 2 a b", "*2\r\n:0\r\n:1\r\n"),
            ("HPEXPIRETIME h FIELDS 2 a b", "*2\r\n:4000000000001\r\n:4000000000009\r\n"),
            ("HPEXPIREAT h 1 NX FIELDS 1 a", "*1\r\n:0\r\n"),
            ("HPEXPIREAT h 1 GT FIELDS 1 a", "*1\r\n:0\r\n"),
            ("HPEXPIREAT h 1 LT FIELDS 2 a x", "*2\r\n:2\r\n:-2\r\n"),
            ("HGETALL h", "*2\r\n$1\r\nb\r\n$1\r\n2\r\n"),
            ("HPEXPIREAT h 0 FIELDS 1 b", "*1\r\n:2\r\n"),
            ("EXISTS h", ":0\r\n"),
        ])
    }

    @Test func immediateExpiry() {
        expectReplies([
            ("HSET h a 1 b 2 c 3", ":3\r\n"),
            ("HEXPIRE h 0 FIELDS 2 a x", "*2\r\n:2\r\n:-2\r\n"),
            ("HPEXPIREAT h 1 FIELDS 2 b b", "*2\r\n:2\r\n:-2\r\n"),
            ("HEXPIREAT h 1 FIELDS 1 c", "*1\r\n:2\r\n"),
            ("EXISTS h", ":0\r\n"),
        ])
    }

    @Test func persisting() {
        expectReplies([
            ("HSET h a 1 b 2", ":2\r\n"),
            ("HPERSIST h FIELDS 2 a x", "*2\r\n:-1\r\n:-2\r\n"),
            ("HEXPIRE h 100 FIELDS 1 a", "*1\r\n:1\r\n"),
            ("HPERSIST h FIELDS 3 a b x", "*3\r\n:1\r\n:-1\r\n:-2\r\n"),
            ("HTTL h FIELDS 1 a", "*1\r\n:-1\r\n"),
            ("HPERSIST h foo 1 a", syntaxError),
            ("HPERSIST h FIELDS 2 a", wrongFieldCount),
            ("HPERSIST h FIELDS 0 a", wrongFieldCount),
            ("HPERSIST h FIELDS x a", notInteger),
            ("HPERSIST h FIELDS 1", wrongArity("hpersist")),
            ("HPERSIST missing FIELDS 2 a b", "*2\r\n:-2\r\n:-2\r\n"),
            ("SET s x", "+OK\r\n"),
            ("HPERSIST s FIELDS 1 a", wrongType),
        ])
    }

    @Test func askingForExpiry() {
        expectReplies([
            ("HSET h a 1 b 2", ":2\r\n"),
            ("HPEXPIREAT h 4000000000499 FIELDS 1 a", "*1\r\n:1\r\n"),
            ("HEXPIRETIME h FIELDS 3 a b x", "*3\r\n:4000000000\r\n:-1\r\n:-2\r\n"),
            ("HPEXPIREAT h 4000000000500 FIELDS 1 a", "*1\r\n:1\r\n"),
            ("HEXPIRETIME h FIELDS 1 a", "*1\r\n:4000000001\r\n"),
            ("HPEXPIRETIME h FIELDS 1 a", "*1\r\n:4000000000500\r\n"),
            ("HTTL missing FIELDS 2 a b", "*2\r\n:-2\r\n:-2\r\n"),
            ("HPTTL missing FIELDS 1 a", "*1\r\n:-2\r\n"),
            ("HEXPIRETIME missing FIELDS 1 a", "*1\r\n:-2\r\n"),
            ("HPEXPIRETIME missing FIELDS 1 a", "*1\r\n:-2\r\n"),
            ("HTTL h foo 1 a", syntaxError),
            ("HTTL h FIELDS 2 a", syntaxError),
            ("HTTL h FIELDS 0 a", syntaxError),
            ("HTTL h FIELDS x a", notInteger),
            ("HTTL h FIELDS 1", wrongArity("httl")),
            ("HPTTL h FIELDS -1 a", syntaxError),
            ("SET s x", "+OK\r\n"),
            ("HTTL s FIELDS 1 a", wrongType),
            ("HPEXPIRETIME s FIELDS 2 a", syntaxError),
        ])
    }

    @Test func gettingWithExpiry() {
        expectReplies([
            ("HSET h a 1 b 2 c 3", ":3\r\n"),
            ("HGETEX h FIELDS 2 a x", "*2\r\n$1\r\n1\r\n$-1\r\n"),
            ("HGETEX h FIELDS 2 a", wrongFieldCount),
            ("HGETEX h FIELDS 0 a", wrongFieldCount),
            ("HGETEX h FIELDS x a", notInteger),
            ("HGETEX h FIELDS -1 a", wrongFieldCount),
            ("HGETEX h EX FIELDS 1 a", syntaxError),
            ("HGETEX h PXAT 4000000000000 FIELDS 1 a", "*1\r\n$1\r\n1\r\n"),
            ("HPEXPIRETIME h FIELDS 1 a", "*1\r\n:4000000000000\r\n"),
            ("HGETEX h FIELDS 1 a", "*1\r\n$1\r\n1\r\n"),
            ("HPEXPIRETIME h FIELDS 1 a", "*1\r\n:4000000000000\r\n"),
            ("HGETEX h PERSIST FIELDS 2 a b", "*2\r\n$1\r\n1\r\n$1\r\n2\r\n"),
            ("HPEXPIRETIME h FIELDS 1 a", "*1\r\n:-1\r\n"),
            ("HGETEX h EX 10 PX 10 FIELDS 1 a", syntaxError),
            ("HGETEX h PERSIST EX 1 FIELDS 1 a", syntaxError),
            ("HGETEX h EX 1 PERSIST FIELDS 1 a", syntaxError),
            ("HGETEX h PERSIST PERSIST FIELDS 1 a", "*1\r\n$1\r\n1\r\n"),
            ("HGETEX h KEEPTTL FIELDS 1 a", syntaxError),
            ("HGETEX h NX FIELDS 1 a", syntaxError),
            ("HGETEX h foo FIELDS 1 a", syntaxError),
            ("HGETEX h foo 1 a", wrongFieldCount),
            ("HGETEX h EX 10 a b c", wrongFieldCount),
            ("HGETEX h FIELDS 1 a EX 10", wrongFieldCount),
            ("HGETEX h EX x FIELDS 1 a", notInteger),
            ("HGETEX h EX -1 FIELDS 1 a", invalidTime("hgetex")),
            ("HGETEX h EX 9223372036854775807 FIELDS 1 a", invalidTime("hgetex")),
            ("HGETEX missing EX x FIELDS 1 a", notInteger),
            ("HGETEX missing EX 10 FIELDS 2 a b", "*2\r\n$-1\r\n$-1\r\n"),
            ("SET s x", "+OK\r\n"),
            ("HGETEX s FIELDS 1 a", wrongType),
            ("HGETEX s EX x FIELDS 1 a", wrongType),
            ("HGETEX h EX 0 FIELDS 2 a x", "*2\r\n$1\r\n1\r\n$-1\r\n"),
            ("HGETEX h EXAT 1 FIELDS 1 b", "*1\r\n$1\r\n2\r\n"),
            ("HGETALL h", "*2\r\n$1\r\nc\r\n$1\r\n3\r\n"),
            ("HGETEX h PXAT 1 FIELDS 2 c c", "*2\r\n$1\r\n3\r\n$-1\r\n"),
            ("EXISTS h", ":0\r\n"),
        ])
    }
}
