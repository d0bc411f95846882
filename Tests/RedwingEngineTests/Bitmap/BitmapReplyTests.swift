// The bitmap commands with their usual cases, their edges and their errors.
// Expected replies are those of Valkey 9.1.2.

import Testing

@testable import RedwingEngine

@Suite struct BitmapReplyTests {
    private let invalidType = """
        -ERR Invalid bitfield type. Use something like i16 u8. \
        Note that u64 is not supported but i64 is.\r\n
        """

    @Test func singleBits() {
        expectReplies([
            ("SETBIT k 7 1", ":0\r\n"),
            ("SETBIT k 7 1", ":1\r\n"),
            ("SETBIT k 7 0", ":1\r\n"),
            ("SETBIT k 20 1", ":0\r\n"),
            ("GET k", "$3\r\n\u{0}\u{0}\u{8}\r\n"),
            ("STRLEN k", ":3\r\n"),
            ("GETBIT k 20", ":1\r\n"),
            ("GETBIT k 21", ":0\r\n"),
            ("GETBIT k 1000", ":0\r\n"),
            ("GETBIT none 0", ":0\r\n"),
            ("SETBIT k 0 2", "-ERR bit is not an integer or out of range\r\n"),
            ("SETBIT k -1 0", "-ERR bit offset is not an integer or out of range\r\n"),
            ("SETBIT k x y", "-ERR bit offset is not an integer or out of range\r\n"),
            ("SETBIT k 4294967296 1", "-ERR bit offset is not an integer or out of range\r\n"),
            ("SETBIT k 4294967295 x", "-ERR bit is not an integer or out of range\r\n"),
            ("SETBIT hash 0 5", "-ERR bit is not an integer or out of range\r\n"),
            ("SETBIT hash 0 1", wrongType),
            ("GETBIT hash -1", "-ERR bit offset is not an integer or out of range\r\n"),
            ("GETBIT hash 0", wrongType),
            ("SET i 1", "+OK\r\n"),
            ("OBJECT ENCODING i", "$3\r\nint\r\n"),
            ("SETBIT i 7 1", ":1\r\n"),
            ("OBJECT ENCODING i", "$3\r\nraw\r\n"),
            ("SETBIT i 9 1", ":0\r\n"),
            ("GET i", "$2\r\n1@\r\n"),
            ("SET t abc EX 1000", "+OK\r\n"),
            ("OBJECT ENCODING t", "$6\r\nembstr\r\n"),
            ("SETBIT t 0 0", ":0\r\n"),
            ("OBJECT ENCODING t", "$3\r\nraw\r\n"),
            ("TTL t", ":1000\r\n"),
        ])
    }

    @Test func count() {
        expectReplies([
            ("SET k foobar", "+OK\r\n"),
            ("BITCOUNT k", ":26\r\n"),
            ("BITCOUNT k 0 0", ":4\r\n"),
            ("BITCOUNT k 1 1", ":6\r\n"),
            ("BITCOUNT k 1 1 BYTE", ":6\r\n"),
            ("BITCOUNT k 5 30 BIT", ":17\r\n"),
            ("BITCOUNT k 5 30 bit", ":17\r\n"),
            ("BITCOUNT k -2 -1", ":7\r\n"),
            ("BITCOUNT k -1 -2", ":0\r\n"),
            ("BITCOUNT k -100 -200", ":0\r\n"),
            ("BITCOUNT k 3 2", ":0\r\n"),
            ("BITCOUNT k 100 200", ":0\r\n"),
            ("BITCOUNT k 2", ":16\r\n"),
            ("BITCOUNT k 0 -1 BIT", ":26\r\n"),
            ("BITCOUNT k -9223372036854775808 9223372036854775807", ":26\r\n"),
            ("BITCOUNT k 0 -1 hello", syntaxError),
            ("BITCOUNT k 0 x hello", syntaxError),
            ("BITCOUNT k 0 x", notInteger),
            ("BITCOUNT k x 0", notInteger),
            ("BITCOUNT k x", notInteger),
            ("BITCOUNT k 1 2 BIT 3", syntaxError),
            ("BITCOUNT none", ":0\r\n"),
            ("BITCOUNT none 1 2 zz", syntaxError),
            ("BITCOUNT hash", wrongType),
            ("BITCOUNT hash x", notInteger),
            ("SET i 12345", "+OK\r\n"),
            ("BITCOUNT i", ":17\r\n"),
        ])
    }

    @Test func position() {
        expectReplies([
            ("SET k foobar", "+OK\r\n"),
            ("SET e ''", "+OK\r\n"),
            ("BITPOS e 0", ":-1\r\n"),
            ("BITPOS e 1", ":-1\r\n"),
            ("BITPOS none 0", ":0\r\n"),
            ("BITPOS none 1", ":-1\r\n"),
            ("BITPOS none 0 5 2", ":0\r\n"),
            ("BITPOS k 1", ":1\r\n"),
            ("BITPOS k 0", ":0\r\n"),
            ("BITPOS k 1 2", ":17\r\n"),
            ("BITPOS k 1 -1", ":41\r\n"),
            ("BITPOS k 0 -1 -1", ":40\r\n"),
            ("BITPOS k 1 -100 -200", ":1\r\n"),
            ("BITPOS k 1 20 30 BIT", ":20\r\n"),
            ("BITPOS k 0 20 30 BIT", ":24\r\n"),
            ("BITPOS k 1 3 2", ":-1\r\n"),
            ("BITPOS k 2", "-ERR The bit argument must be 1 or 0.\r\n"),
            ("BITPOS k x", notInteger),
            ("BITPOS k 1 x 3 zz", notInteger),
            ("BITPOS k 1 1 3 zz", syntaxError),
            ("BITPOS k 1 1 x BIT", notInteger),
            ("BITPOS k 1 1 1 1 1", syntaxError),
            ("BITPOS hash 1", wrongType),
            ("BITPOS hash 2", "-ERR The bit argument must be 1 or 0.\r\n"),
            ("BITFIELD f SET u8 0 255 SET u8 8 255", "*2\r\n:0\r\n:0\r\n"),
            ("BITPOS f 0", ":16\r\n"),
            ("BITPOS f 0 0", ":16\r\n"),
            ("BITPOS f 0 1", ":16\r\n"),
            ("BITPOS f 0 0 -1", ":-1\r\n"),
            ("BITPOS f 0 2", ":-1\r\n"),
            ("BITPOS f 0 0 -1 BIT", ":-1\r\n"),
            ("BITPOS f 0 3 9 BIT", ":-1\r\n"),
            ("BITPOS f 1 0 -1", ":0\r\n"),
        ])
    }

    @Test func combinations() {
        expectReplies([
            ("SET a abc", "+OK\r\n"),
            ("SET b 12", "+OK\r\n"),
            ("SET c 1", "+OK\r\n"),
            ("BITOP foo d a", syntaxError),
            ("BITOP and d a b", ":3\r\n"),
            ("GET d", "$3\r\n!\"\u{0}\r\n"),
            ("BITOP or d a b", ":3\r\n"),
            ("GET d", "$3\r\nqrc\r\n"),
            ("BITOP xor d a a", ":3\r\n"),
            ("GET d", "$3\r\n\u{0}\u{0}\u{0}\r\n"),
            ("BITOP and d a none", ":3\r\n"),
            ("GET d", "$3\r\n\u{0}\u{0}\u{0}\r\n"),
            ("BITOP not d c", ":1\r\n"),
            ("BITPOS d 1", ":0\r\n"),
            ("OBJECT ENCODING d", "$3\r\nraw\r\n"),
            ("BITOP not d a b", "-ERR BITOP NOT must be called with a single source key.\r\n"),
            ("BITOP and hash none", ":0\r\n"),
            ("EXISTS hash", ":0\r\n"),
            ("HSET hash f 1", ":1\r\n"),
            ("BITOP and a hash", wrongType),
            ("BITOP or hash c", ":1\r\n"),
            ("TYPE hash", "+string\r\n"),
            ("DEL hash", ":1\r\n"),
            ("HSET hash f 1", ":1\r\n"),
            ("BITOP and d d d", ":1\r\n"),
            ("SET t xyz EX 1000", "+OK\r\n"),
            ("BITOP or t a", ":3\r\n"),
            ("TTL t", ":-1\r\n"),
        ])
    }

    @Test func fields() {
        expectReplies([
            ("SET k foobar", "+OK\r\n"),
            ("BITFIELD n", "*0\r\n"),
            ("BITFIELD hash", wrongType),
            ("BITFIELD n GET u8", syntaxError),
            ("BITFIELD n GET", syntaxError),
            ("BITFIELD n OVERFLOW", syntaxError),
            ("BITFIELD n OVERFLOW x GET u8 0", "-ERR Invalid OVERFLOW type specified\r\n"),
            ("BITFIELD n SET u8 0 x", notInteger),
            (
                "BITFIELD n GET u64 0",
                invalidType
            ),
            (
                "BITFIELD n GET i65 0",
                invalidType
            ),
            (
                "BITFIELD n GET i0 0",
                invalidType
            ),
            (
                "BITFIELD n GET i 0",
                invalidType
            ),
            (
                "BITFIELD n GET I8 0",
                invalidType
            ),
            ("BITFIELD n GET u8 #-1", "-ERR bit offset is not an integer or out of range\r\n"),
            ("BITFIELD n GET u8 #", "-ERR bit offset is not an integer or out of range\r\n"),
            ("BITFIELD n GET u8 -1", "-ERR bit offset is not an integer or out of range\r\n"),
            (
                "BITFIELD n GET u8 #99999999999999",
                "-ERR bit offset is not an integer or out of range\r\n"
            ),
            ("BITFIELD n GET u8 4294967295", "*1\r\n:0\r\n"),
            (
                "BITFIELD n GET u8 4294967296",
                "-ERR bit offset is not an integer or out of range\r\n"
            ),
            ("BITFIELD n GET u8 0 bla", syntaxError),
            ("BITFIELD hash GET u8 0", wrongType),
            ("BITFIELD hash SET u8 0 1", wrongType),
            ("BITFIELD_RO n SET u8 0 1", "-ERR BITFIELD_RO only supports the GET subcommand\r\n"),
            ("BITFIELD_RO n SET u8 0 x", notInteger),
            (
                "BITFIELD_RO n GET u8 0 SET u8 0 1",
                "-ERR BITFIELD_RO only supports the GET subcommand\r\n"
            ),
            ("BITFIELD_RO hash GET u8 0", wrongType),
            (
                "BITFIELD_RO k GET u8 0 GET i4 3 OVERFLOW FAIL GET u63 8",
                "*3\r\n:102\r\n:3\r\n:4014872415644418048\r\n"
            ),
            ("EXISTS n", ":0\r\n"),
        ])
    }

    @Test func overflows() {
        expectReplies([
            ("BITFIELD n OVERFLOW FAIL SET u8 0 300", "*1\r\n$-1\r\n"),
            ("GET n", "$1\r\n\u{0}\r\n"),
            ("BITFIELD w SET u8 0 200 INCRBY u8 0 100 GET u8 0", "*3\r\n:0\r\n:44\r\n:44\r\n"),
            ("BITFIELD w OVERFLOW SAT INCRBY u8 0 250 GET u8 0", "*2\r\n:255\r\n:255\r\n"),
            ("BITFIELD w OVERFLOW SAT INCRBY u8 0 -300 GET u8 0", "*2\r\n:0\r\n:0\r\n"),
            (
                "BITFIELD w OVERFLOW FAIL INCRBY u8 0 -1 OVERFLOW WRAP INCRBY u8 0 -1",
                "*2\r\n$-1\r\n:255\r\n"
            ),
            ("BITFIELD w SET i8 0 127 INCRBY i8 0 1", "*2\r\n:-1\r\n:-128\r\n"),
            (
                "BITFIELD w OVERFLOW SAT SET i8 0 1000 INCRBY i8 0 1 SET i8 0 -1000 INCRBY i8 0 -1",
                "*4\r\n:-128\r\n:127\r\n:127\r\n:-128\r\n"
            ),
            (
                "BITFIELD w OVERFLOW SAT SET i8 0 -9223372036854775808 GET i8 0",
                "*2\r\n:-128\r\n:127\r\n"
            ),
            ("BITFIELD w OVERFLOW SAT SET u8 0 -1 GET u8 0", "*2\r\n:127\r\n:255\r\n"),
            ("BITFIELD w OVERFLOW FAIL SET i8 0 128 SET i8 0 -129", "*2\r\n$-1\r\n$-1\r\n"),
            (
                "BITFIELD w SET i64 3 -1 INCRBY i64 3 9223372036854775807 INCRBY i64 3 2",
                "*3\r\n:-576460752303423488\r\n:9223372036854775806\r\n:-9223372036854775808\r\n"
            ),
            (
                """
                BITFIELD w OVERFLOW SAT SET i64 3 9223372036854775807 INCRBY i64 3 1 \
                INCRBY i64 3 -9223372036854775808
                """,
                "*3\r\n:-9223372036854775808\r\n:9223372036854775807\r\n:-1\r\n"
            ),
            (
                "BITFIELD w SET u63 5 9223372036854775807 INCRBY u63 5 1",
                "*2\r\n:9223372036854775806\r\n:0\r\n"
            ),
            ("BITFIELD w SET u4 #3 15 GET u4 #3 GET u16 0", "*3\r\n:0\r\n:15\r\n:63503\r\n"),
            ("BITFIELD j SET i8 #1 -5", "*1\r\n:0\r\n"),
            ("BITFIELD j INCRBY u2 100 1", "*1\r\n:1\r\n"),
            ("STRLEN j", ":13\r\n"),
        ])
    }
}
