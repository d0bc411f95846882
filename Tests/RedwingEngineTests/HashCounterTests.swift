// Fields as numbers.
// Expected replies are those of Valkey 9.1.2.

import Testing

@testable import RedwingEngine

@Suite struct HashCounterTests {

    @Test func integers() {
        expectReplies([
            ("HINCRBY h a 5", ":5\r\n"),
            ("HINCRBY h a -7", ":-2\r\n"),
            ("HINCRBY h a 0", ":-2\r\n"),
            ("HGETALL h", "*2\r\n$1\r\na\r\n$2\r\n-2\r\n"),
            ("HSET h text x big 9223372036854775807 lead 03 float 3.0 empty '' plus +1", ":6\r\n"),
            ("HINCRBY h text 1", "-ERR hash value is not an integer\r\n"),
            ("HINCRBY h lead 1", "-ERR hash value is not an integer\r\n"),
            ("HINCRBY h float 1", "-ERR hash value is not an integer\r\n"),
            ("HINCRBY h empty 1", "-ERR hash value is not an integer\r\n"),
            ("HINCRBY h plus 1", "-ERR hash value is not an integer\r\n"),
            ("HINCRBY h big 1", "-ERR increment or decrement would overflow\r\n"),
            ("HINCRBY h big -1", ":9223372036854775806\r\n"),
            ("HINCRBY h low -9223372036854775808", ":-9223372036854775808\r\n"),
            ("HINCRBY h low -1", "-ERR increment or decrement would overflow\r\n"),
            ("HINCRBY h a x", notInteger),
            ("HINCRBY h a ''", notInteger),
            ("HINCRBY h a 1.5", notInteger),
            ("HINCRBY h a", wrongArity("hincrby")),
            ("HINCRBY missing a x", notInteger),
            ("EXISTS missing", ":0\r\n"),
            ("SET s 1", "+OK\r\n"),
            ("HINCRBY s a 1", wrongType),
            ("HINCRBY s a x", notInteger),
            (
                "HSET t 12345678901234567890123456789012345678901234567890123456789012345 1 n 41",
                ":2\r\n"
            ),
            ("OBJECT ENCODING t", "$9\r\nhashtable\r\n"),
            ("HINCRBY t n 1", ":42\r\n"),
            ("HINCRBY t m 1", ":1\r\n"),
            ("HGET t n", "$2\r\n42\r\n"),
        ])
    }

    @Test func floats() {
        expectReplies([
            ("HINCRBYFLOAT h a 10.5", "$4\r\n10.5\r\n"),
            ("HINCRBYFLOAT h a 0.1", "$4\r\n10.6\r\n"),
            ("HINCRBYFLOAT h a -5", "$3\r\n5.6\r\n"),
            ("HINCRBYFLOAT h a 5.0e3", "$22\r\n5005.60000000000000009\r\n"),
            ("HSET h text x e 5.0e3 blank '' sp 3 inf inf zero 0", ":6\r\n"),
            ("HINCRBYFLOAT h text 1", "-ERR hash value is not a float\r\n"),
            ("HINCRBYFLOAT h e 2.0e2", "$4\r\n5200\r\n"),
            ("HINCRBYFLOAT h blank 1", "-ERR hash value is not a float\r\n"),
            ("HINCRBYFLOAT h inf 1", "-ERR increment would produce NaN or Infinity\r\n"),
            ("HINCRBYFLOAT h zero -0", "$1\r\n0\r\n"),
            ("HINCRBYFLOAT h a x", "-ERR value is not a valid float\r\n"),
            ("HINCRBYFLOAT h a ''", "-ERR value is not a valid float\r\n"),
            ("HINCRBYFLOAT h a inf", "-ERR value is NaN or Infinity\r\n"),
            ("HINCRBYFLOAT h a -inf", "-ERR value is NaN or Infinity\r\n"),
            ("HINCRBYFLOAT h a nan", "-ERR value is not a valid float\r\n"),
            ("HINCRBYFLOAT h a 1e5000", "-ERR value is not a valid float\r\n"),
            ("HINCRBYFLOAT h a", wrongArity("hincrbyfloat")),
            ("SET s 1", "+OK\r\n"),
            ("HINCRBYFLOAT s a 1", wrongType),
            ("HINCRBYFLOAT s a x", "-ERR value is not a valid float\r\n"),
            ("HINCRBYFLOAT s a inf", "-ERR value is NaN or Infinity\r\n"),
            ("HINCRBYFLOAT missing a x", "-ERR value is not a valid float\r\n"),
            ("EXISTS missing", ":0\r\n"),
            ("HINCRBYFLOAT fresh a 3.0", "$1\r\n3\r\n"),
            ("HINCRBYFLOAT fresh a 0.2", "$3\r\n3.2\r\n"),
            ("HGETALL fresh", "*2\r\n$1\r\na\r\n$3\r\n3.2\r\n"),
        ])
    }
}
