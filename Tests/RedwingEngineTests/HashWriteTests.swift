// Setting and deleting fields.
// Expected replies are those of Valkey 9.1.2.

import Testing

@testable import RedwingEngine

@Suite struct HashWriteTests {

    @Test func settingFields() {
        expectReplies([
            ("HSET h a 1 b 2", ":2\r\n"),
            ("HSET h a 1", ":0\r\n"),
            ("HSET h a 3 c 4", ":1\r\n"),
            (
                "HGETALL h",
                "*6\r\n$1\r\na\r\n$1\r\n3\r\n$1\r\nb\r\n$1\r\n2\r\n$1\r\nc\r\n$1\r\n4\r\n"
            ),
            ("HSET h d 1 d 2 d 3", ":1\r\n"),
            ("HGET h d", "$1\r\n3\r\n"),
            ("HSET n a 1 a 2 b 3 a 4", ":2\r\n"),
            ("HGETALL n", "*4\r\n$1\r\na\r\n$1\r\n4\r\n$1\r\nb\r\n$1\r\n3\r\n"),
            ("HSET e '' ''", ":1\r\n"),
            ("HGETALL e", "*2\r\n$0\r\n\r\n$0\r\n\r\n"),
            ("HSET h", wrongArity("hset")),
            ("HSET h a", wrongArity("hset")),
            ("HSET h a 1 b", wrongArity("hset")),
            ("HMSET h a 1 b", wrongArity("hmset")),
            ("HMSET h a 9 z 8", "+OK\r\n"),
            ("HMGET h a z", "*2\r\n$1\r\n9\r\n$1\r\n8\r\n"),
            ("SET s x", "+OK\r\n"),
            ("HSET s a 1", wrongType),
            ("HSET s a", wrongArity("hset")),
            ("HMSET s a 1", wrongType),
            ("HSETNX s a 1", wrongType),
            ("HSETNX h a 5", ":0\r\n"),
            ("HGET h a", "$1\r\n9\r\n"),
            ("HSETNX h new 5", ":1\r\n"),
            ("HSETNX m f v", ":1\r\n"),
            ("HGETALL m", "*2\r\n$1\r\nf\r\n$1\r\nv\r\n"),
        ])
    }

    @Test func encodings() {
        expectReplies([
            ("HSET h a 1", ":1\r\n"),
            ("OBJECT ENCODING h", "$8\r\nlistpack\r\n"),
            ("HSET h a 1234567890123456789012345678901234567890123456789012345678901234", ":0\r\n"),
            ("OBJECT ENCODING h", "$8\r\nlistpack\r\n"),
            (
                "HSET h a 12345678901234567890123456789012345678901234567890123456789012345",
                ":0\r\n"
            ),
            ("OBJECT ENCODING h", "$9\r\nhashtable\r\n"),
            ("HSET h a 1", ":0\r\n"),
            ("OBJECT ENCODING h", "$9\r\nhashtable\r\n"),
            ("HSET i a 1", ":1\r\n"),
            (
                "HINCRBYFLOAT i a 1e100",
                "$100\r\n999999999999999999966935353220734261949869901982849607927139154175"
                    + "2018669482644324418977840117055488\r\n"
            ),
            ("OBJECT ENCODING i", "$9\r\nhashtable\r\n"),
            (
                "HSETNX j 12345678901234567890123456789012345678901234567890123456789012345 1",
                ":1\r\n"
            ),
            ("OBJECT ENCODING j", "$9\r\nhashtable\r\n"),
            (
                "HGETALL j",
                "*2\r\n$65\r\n1234567890123456789012345678901234567890123456789012345678901"
                    + "2345\r\n$1\r\n1\r\n"
            ),
            ("HSETEX k FIELDS 1 a 1", ":1\r\n"),
            ("OBJECT ENCODING k", "$8\r\nlistpack\r\n"),
            ("HSETEX k EX 100 FIELDS 1 a 1", ":1\r\n"),
            ("OBJECT ENCODING k", "$9\r\nhashtable\r\n"),
            ("HSETEX k FIELDS 1 a 1", ":1\r\n"),
            ("OBJECT ENCODING k", "$9\r\nhashtable\r\n"),
            ("HSET l a 1", ":1\r\n"),
            ("HPERSIST l FIELDS 1 a", "*1\r\n:-1\r\n"),
            ("OBJECT ENCODING l", "$8\r\nlistpack\r\n"),
            ("HEXPIRE l 100 XX FIELDS 1 a", "*1\r\n:0\r\n"),
            ("OBJECT ENCODING l", "$8\r\nlistpack\r\n"),
            ("HEXPIRE l 100 FIELDS 1 b", "*1\r\n:-2\r\n"),
            ("OBJECT ENCODING l", "$8\r\nlistpack\r\n"),
            ("HEXPIRE l 0 FIELDS 1 b", "*1\r\n:-2\r\n"),
            ("OBJECT ENCODING l", "$8\r\nlistpack\r\n"),
            ("HEXPIRE l 100 FIELDS 1 a", "*1\r\n:1\r\n"),
            ("OBJECT ENCODING l", "$9\r\nhashtable\r\n"),
        ])
    }

    @Test func deletingFields() {
        expectReplies([
            ("HSET h a 1 b 2 c 3", ":3\r\n"),
            ("HDEL h a a x", ":1\r\n"),
            ("HDEL h x", ":0\r\n"),
            ("HGETALL h", "*4\r\n$1\r\nb\r\n$1\r\n2\r\n$1\r\nc\r\n$1\r\n3\r\n"),
            ("HDEL h b c", ":2\r\n"),
            ("EXISTS h", ":0\r\n"),
            ("HDEL h a", ":0\r\n"),
            ("HDEL missing a b", ":0\r\n"),
            ("SET s x", "+OK\r\n"),
            ("HDEL s a", wrongType),
            ("HDEL h", wrongArity("hdel")),
            ("HSET h a 1 b 2", ":2\r\n"),
            ("HDEL h a b c a", ":2\r\n"),
            ("EXISTS h", ":0\r\n"),
        ])
    }

    @Test func gettingAndDeleting() {
        expectReplies([
            ("HSET h a 1 b 2 c 3", ":3\r\n"),
            ("HGETDEL h FIELDS 2 a a", "*2\r\n$1\r\n1\r\n$-1\r\n"),
            ("HGETDEL h FIELDS 1 x", "*1\r\n$-1\r\n"),
            ("HGETDEL h foo 1 b", syntaxError),
            ("HGETDEL h FIELDS 0 b", wrongFieldCount),
            ("HGETDEL h FIELDS -1 b", wrongFieldCount),
            ("HGETDEL h FIELDS 2 b", wrongFieldCount),
            ("HGETDEL h FIELDS 1 b c", wrongFieldCount),
            ("HGETDEL h FIELDS x b", notInteger),
            ("HGETDEL h x x b", syntaxError),
            ("HGETDEL h FIELDS 1", wrongArity("hgetdel")),
            ("HGETDEL h FIELDS 9223372036854775807 b", wrongFieldCount),
            ("HGETDEL missing FIELDS 2 b c", "*2\r\n$-1\r\n$-1\r\n"),
            ("SET s x", "+OK\r\n"),
            ("HGETDEL s FIELDS 1 b", wrongType),
            ("HGETDEL s FIELDS 2 b", wrongFieldCount),
            ("HGETDEL h FIELDS 3 b c b", "*3\r\n$1\r\n2\r\n$1\r\n3\r\n$-1\r\n"),
            ("EXISTS h", ":0\r\n"),
        ])
    }

    @Test func settingOnConditions() {
        expectReplies([
            ("HSETEX h FIELDS 2 a 1 b 2", ":1\r\n"),
            ("HSETEX h FIELDS 2 a 1", wrongFieldCount),
            ("HSETEX h FIELDS 1 a", wrongArity("hsetex")),
            ("HSETEX h FIELDS 1 a 1 b", wrongFieldCount),
            ("HSETEX h FIELDS x a 1", notInteger),
            ("HSETEX h FIELDS 0 a 1", wrongFieldCount),
            ("HSETEX h FIELDS -1 a 1", wrongFieldCount),
            ("HSETEX h FIELDS 9223372036854775807 a 1", wrongFieldCount),
            ("HSETEX h NX FIELDS 1 a 1", ":0\r\n"),
            ("HSETEX h XX FIELDS 1 a 2", ":1\r\n"),
            ("HSETEX h NX XX FIELDS 1 a 1", syntaxError),
            ("HSETEX h NX NX FIELDS 1 a 1", ":0\r\n"),
            ("HSETEX new NX NX FIELDS 1 a 1", ":1\r\n"),
            ("HSETEX h FNX FIELDS 2 a 1 z 1", ":0\r\n"),
            ("HSETEX h FNX FIELDS 1 z 1", ":1\r\n"),
            ("HSETEX h FXX FIELDS 2 a 1 q 1", ":0\r\n"),
            ("HSETEX h FXX FIELDS 2 a 7 b 8", ":1\r\n"),
            ("HSETEX h FXX FNX FIELDS 1 a 1", syntaxError),
            ("HSETEX none FXX FIELDS 1 a 1", ":0\r\n"),
            ("HSETEX none XX FIELDS 1 a 1", ":0\r\n"),
            ("HSETEX none XX EX x FIELDS 1 a 1", ":0\r\n"),
            ("HSETEX none EX x FIELDS 1 a 1", notInteger),
            ("HSETEX none NX EX -1 FIELDS 1 a 1", invalidTime("hsetex")),
            ("EXISTS none", ":0\r\n"),
            (
                "HGETALL h",
                "*6\r\n$1\r\na\r\n$1\r\n7\r\n$1\r\nb\r\n$1\r\n8\r\n$1\r\nz\r\n$1\r\n1\r\n"
            ),
        ])
    }

    @Test func settingWithExpiry() {
        expectReplies([
            ("HSET h a 1 b 2 z 3", ":3\r\n"),
            ("HSETEX h KEEPTTL EX 10 FIELDS 1 a 2", syntaxError),
            ("HSETEX h EX 10 KEEPTTL FIELDS 1 a 2", syntaxError),
            ("HSETEX h EX 10 PX 10 FIELDS 1 a 2", syntaxError),
            ("HSETEX h PERSIST FIELDS 1 a 1", syntaxError),
            ("HSETEX h EX FIELDS 1 a 1", syntaxError),
            ("HSETEX h GET FIELDS 1 a 1", syntaxError),
            ("HSETEX h a b c d", wrongFieldCount),
            ("HSETEX h EX 10 a b c d", wrongFieldCount),
            ("HSETEX FIELDS 1 a 1 b 2", wrongFieldCount),
            ("HSETEX FIELDS FIELDS 1 a 1", notInteger),
            ("HSETEX hash nx xx fields 1 a 1", syntaxError),
            ("SET s x", "+OK\r\n"),
            ("HSETEX s FIELDS 1 a 1", wrongType),
            ("HSETEX s NX FIELDS 1 a 1", wrongType),
            ("HSETEX s EX x FIELDS 1 a 1", wrongType),
            ("HSETEX h EX 9223372036854775807 FIELDS 1 a 1", invalidTime("hsetex")),
            ("HSETEX h PX 9223372036854775807 FIELDS 1 a 1", invalidTime("hsetex")),
            ("HSETEX h PXAT 1 FIELDS 2 a 1 nothing 1", ":1\r\n"),
            ("HGETALL h", "*4\r\n$1\r\nb\r\n$1\r\n2\r\n$1\r\nz\r\n$1\r\n3\r\n"),
            ("HSETEX h PXAT 1 FIELDS 2 b 1 z 1", ":1\r\n"),
            ("EXISTS h", ":0\r\n"),
            ("HSETEX h PXAT 1 FIELDS 1 b 1", ":1\r\n"),
            ("EXISTS h", ":0\r\n"),
        ])
    }
}
