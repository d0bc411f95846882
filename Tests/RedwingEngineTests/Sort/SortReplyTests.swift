// SORT with its usual cases, its edges and its errors.
// Expected replies are those of Valkey 9.1.2.

import Testing

@testable import RedwingEngine

@Suite struct SortReplyTests {
    @Test func options() {
        expectReplies([
            ("RPUSH l 3 1 2 10", ":4\r\n"),
            ("SORT l", "*4\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$2\r\n10\r\n"),
            ("SORT l DESC", "*4\r\n$2\r\n10\r\n$1\r\n3\r\n$1\r\n2\r\n$1\r\n1\r\n"),
            ("SORT l ALPHA", "*4\r\n$1\r\n1\r\n$2\r\n10\r\n$1\r\n2\r\n$1\r\n3\r\n"),
            ("SORT l LIMIT 1 2", "*2\r\n$1\r\n2\r\n$1\r\n3\r\n"),
            ("SORT l LIMIT 1", syntaxError),
            ("SORT l LIMIT x 2", notInteger),
            ("SORT l LIMIT 1 x", notInteger),
            ("SORT l LIMIT -5 2", "*2\r\n$1\r\n1\r\n$1\r\n2\r\n"),
            ("SORT l LIMIT 10 2", "*0\r\n"),
            ("SORT l LIMIT 1 -1", "*3\r\n$1\r\n2\r\n$1\r\n3\r\n$2\r\n10\r\n"),
            ("SORT l LIMIT 0 0", "*0\r\n"),
            ("SORT l LIMIT 2 9223372036854775807", "*2\r\n$1\r\n3\r\n$2\r\n10\r\n"),
            ("SORT l BY nosort", "*4\r\n$1\r\n3\r\n$1\r\n1\r\n$1\r\n2\r\n$2\r\n10\r\n"),
            ("SORT l BY nosort DESC", "*4\r\n$2\r\n10\r\n$1\r\n2\r\n$1\r\n1\r\n$1\r\n3\r\n"),
            ("SORT l BY nosort DESC LIMIT 1 2", "*2\r\n$1\r\n2\r\n$1\r\n1\r\n"),
            ("SORT l BY", syntaxError),
            ("SORT l GET", syntaxError),
            ("SORT l STORE", syntaxError),
            ("SORT l FOO", syntaxError),
            ("SORT none", "*0\r\n"),
            ("SORT none STORE l2", ":0\r\n"),
            ("SORT none BY w_* GET #", "*0\r\n"),
            ("SORT hash", wrongType),
            ("SORT hash FOO", syntaxError),
            ("SORT hash LIMIT x 1", notInteger),
            ("SORT_RO l STORE x", syntaxError),
            ("SORT_RO l GET #", "*4\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$2\r\n10\r\n"),
            ("RPUSH m a 1", ":2\r\n"),
            ("SORT m", "-ERR One or more scores can't be converted into double\r\n"),
            ("SORT m ALPHA", "*2\r\n$1\r\n1\r\n$1\r\na\r\n"),
            ("SORT m STORE l2", "-ERR One or more scores can't be converted into double\r\n"),
            ("RPUSH n 1e400 1", ":2\r\n"),
            ("SORT n", "-ERR One or more scores can't be converted into double\r\n"),
            ("RPUSH o inf -inf 5 -0.5", ":4\r\n"),
            ("SORT o", "*4\r\n$4\r\n-inf\r\n$4\r\n-0.5\r\n$1\r\n5\r\n$3\r\ninf\r\n"),
            ("RPUSH p nan", ":1\r\n"),
            ("SORT p", "-ERR One or more scores can't be converted into double\r\n"),
        ])
    }

    @Test func patterns() {
        expectReplies([
            ("RPUSH l 3 1 2 10", ":4\r\n"),
            ("MSET w_1 30 w_2 20 w_3 10 w_10 5", "+OK\r\n"),
            ("SORT l BY w_*", "*4\r\n$2\r\n10\r\n$1\r\n3\r\n$1\r\n2\r\n$1\r\n1\r\n"),
            ("SORT l BY w_* GET nostar", "*4\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n"),
            ("SORT l BY nosort BY w_*", "*4\r\n$1\r\n3\r\n$1\r\n1\r\n$1\r\n2\r\n$2\r\n10\r\n"),
            ("SORT l BY w_* BY nosort", "*4\r\n$1\r\n3\r\n$1\r\n1\r\n$1\r\n2\r\n$2\r\n10\r\n"),
            ("SORT l BY w_* LIMIT 1 2", "*2\r\n$1\r\n3\r\n$1\r\n2\r\n"),
            ("SORT l BY x_* ALPHA", "*4\r\n$1\r\n3\r\n$1\r\n1\r\n$1\r\n2\r\n$2\r\n10\r\n"),
            ("HSET h:1 f 5 g a", ":2\r\n"),
            ("HSET h:2 f 3 g b", ":2\r\n"),
            ("SORT l BY h:*->f GET h:*->g", "*4\r\n$-1\r\n$-1\r\n$1\r\nb\r\n$1\r\na\r\n"),
            (
                "SORT l GET h:*-> GET h:*->nof",
                "*8\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n"
            ),
            ("SORT l GET h:*", "*4\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n"),
            ("SORT l GET w_*->f", "*4\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n"),
            ("SORT l STORE l2", ":4\r\n"),
            ("LRANGE l2 0 -1", "*4\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$2\r\n10\r\n"),
            ("OBJECT ENCODING l2", "$8\r\nlistpack\r\n"),
            ("SET d 1 EX 1000", "+OK\r\n"),
            ("SORT l STORE d GET w_* GET zz*", ":8\r\n"),
            ("TTL d", ":-1\r\n"),
            ("SORT l STORE l DESC", ":4\r\n"),
            ("LRANGE l 0 -1", "*4\r\n$2\r\n10\r\n$1\r\n3\r\n$1\r\n2\r\n$1\r\n1\r\n"),
            ("SORT l STORE l LIMIT 0 0", ":0\r\n"),
            ("EXISTS l", ":0\r\n"),
        ])
    }

    @Test func setsAndSortedSets() {
        expectReplies([
            ("ZADD z 3 a 1 b 2 c", ":3\r\n"),
            ("OBJECT ENCODING z", "$8\r\nlistpack\r\n"),
            ("SORT z ALPHA", "*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n"),
            ("OBJECT ENCODING z", "$8\r\nskiplist\r\n"),
            ("SORT z BY nosort", "*3\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\na\r\n"),
            ("SORT z BY nosort DESC", "*3\r\n$1\r\na\r\n$1\r\nc\r\n$1\r\nb\r\n"),
            ("SORT z BY nosort DESC LIMIT 1 1", "*1\r\n$1\r\nc\r\n"),
            ("SORT z", "-ERR One or more scores can't be converted into double\r\n"),
            ("SADD s b a c", ":3\r\n"),
            ("SORT s", "-ERR One or more scores can't be converted into double\r\n"),
            ("SORT s ALPHA DESC", "*3\r\n$1\r\nc\r\n$1\r\nb\r\n$1\r\na\r\n"),
            ("SORT s BY nosort STORE l2", ":3\r\n"),
            ("LRANGE l2 0 -1", "*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n"),
            ("SORT s BY nosort STORE l2 DESC LIMIT 0 2", ":2\r\n"),
            ("LRANGE l2 0 -1", "*2\r\n$1\r\nc\r\n$1\r\nb\r\n"),
        ])
    }
}
