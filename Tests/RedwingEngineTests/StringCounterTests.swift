// Strings as numbers.
// Expected replies are those of Valkey 9.1.2.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct StringCounterTests {
    @Test func integers() {
        expectReplies([
            ("INCR n", ":1\r\n"),
            ("INCR n", ":2\r\n"),
            ("DECR n", ":1\r\n"),
            ("INCRBY n 40", ":41\r\n"),
            ("DECRBY n 2", ":39\r\n"),
            ("INCRBY n -100", ":-61\r\n"),
            ("GET n", "$3\r\n-61\r\n"),
            ("SET n 9223372036854775807", "+OK\r\n"),
            ("INCR n", "-ERR increment or decrement would overflow\r\n"),
            ("INCRBY n 1", "-ERR increment or decrement would overflow\r\n"),
            ("DECRBY n -1", "-ERR increment or decrement would overflow\r\n"),
            ("DECRBY n 9223372036854775807", ":0\r\n"),
            ("DECRBY n -9223372036854775808", "-ERR decrement would overflow\r\n"),
            ("INCRBY n 9223372036854775808", "-ERR value is not an integer or out of range\r\n"),
            ("INCRBY n x", "-ERR value is not an integer or out of range\r\n"),
            ("INCRBY n ''", "-ERR value is not an integer or out of range\r\n"),
            ("INCRBY n 01", "-ERR value is not an integer or out of range\r\n"),
            ("INCRBY n +1", "-ERR value is not an integer or out of range\r\n"),
            ("SET n -9223372036854775808", "+OK\r\n"),
            ("DECR n", "-ERR increment or decrement would overflow\r\n"),
            ("INCRBY n 9223372036854775807", ":-1\r\n"),
            ("SET n abc", "+OK\r\n"),
            ("INCR n", "-ERR value is not an integer or out of range\r\n"),
            ("SET n 01", "+OK\r\n"),
            ("INCR n", "-ERR value is not an integer or out of range\r\n"),
            ("SET n -0", "+OK\r\n"),
            ("INCR n", "-ERR value is not an integer or out of range\r\n"),
            ("SET n +1", "+OK\r\n"),
            ("INCR n", "-ERR value is not an integer or out of range\r\n"),
            ("SET n ''", "+OK\r\n"),
            ("INCR n", "-ERR value is not an integer or out of range\r\n"),
            ("SET n 1.0", "+OK\r\n"),
            ("INCR n", "-ERR value is not an integer or out of range\r\n"),
            ("INCR hash", "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"),
            ("INCRBY hash x", "-ERR value is not an integer or out of range\r\n"),
            (
                "DECRBY hash 1",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            ("SET n 12345678901234567890", "+OK\r\n"),
            ("INCR n", "-ERR value is not an integer or out of range\r\n"),
        ])
    }

    @Test func floats() {
        expectReplies([
            ("SET k 10.50", "+OK\r\n"),
            ("INCRBYFLOAT k 0.1", "$4\r\n10.6\r\n"),
            ("INCRBYFLOAT k -5", "$3\r\n5.6\r\n"),
            ("SET k 5.0e3", "+OK\r\n"),
            ("INCRBYFLOAT k 2.0e2", "$4\r\n5200\r\n"),
            ("INCRBYFLOAT n 3", "$1\r\n3\r\n"),
            ("INCR n", ":4\r\n"),
            ("INCRBYFLOAT n 0x10", "$2\r\n20\r\n"),
            ("INCRBYFLOAT n 1e20", "$21\r\n100000000000000000016\r\n"),
            ("INCRBYFLOAT z 1e-5", "$7\r\n0.00001\r\n"),
            ("INCRBYFLOAT z 1e-17", "$19\r\n0.00001000000000001\r\n"),
            ("INCRBYFLOAT z 1e-18", "$19\r\n0.00001000000000001\r\n"),
            ("INCRBYFLOAT z -0.00001", "$19\r\n0.00000000000000001\r\n"),
            ("INCRBYFLOAT z2 -0.0", "$1\r\n0\r\n"),
            ("INCRBYFLOAT z3 3.14159265358979323846", "$19\r\n3.14159265358979324\r\n"),
            ("INCRBYFLOAT z3 .5", "$19\r\n3.64159265358979324\r\n"),
            ("INCRBYFLOAT z3 +5.", "$19\r\n8.64159265358979324\r\n"),
            ("INCRBYFLOAT z4 1e-4950", "$1\r\n0\r\n"),
            ("INCRBYFLOAT z5 0.1", "$3\r\n0.1\r\n"),
            ("INCRBYFLOAT z5 0.2", "$3\r\n0.3\r\n"),
            ("SET big 17179869184", "+OK\r\n"),
            ("INCRBYFLOAT big 1.5", "$13\r\n17179869185.5\r\n"),
            ("SET max 9223372036854775807", "+OK\r\n"),
            ("INCRBYFLOAT max 1", "$19\r\n9223372036854775808\r\n"),
            ("INCRBYFLOAT m 1e40", "$40\r\n9999999999999999999783686092270256259072\r\n"),
            ("INCRBYFLOAT m -1e40", "$1\r\n0\r\n"),
        ])
    }

    @Test func floatErrors() {
        expectReplies([
            ("INCRBYFLOAT k 1e5000", "-ERR value is not a valid float\r\n"),
            ("INCRBYFLOAT k 1e-5000", "-ERR value is not a valid float\r\n"),
            ("INCRBYFLOAT k nan", "-ERR value is not a valid float\r\n"),
            ("INCRBYFLOAT k inf", "-ERR increment would produce NaN or Infinity\r\n"),
            ("INCRBYFLOAT k -infinity", "-ERR increment would produce NaN or Infinity\r\n"),
            ("INCRBYFLOAT k ''", "-ERR value is not a valid float\r\n"),
            ("INCRBYFLOAT k 1_000", "-ERR value is not a valid float\r\n"),
            ("INCRBYFLOAT k 1x", "-ERR value is not a valid float\r\n"),
            ("INCRBYFLOAT k nan(1)", "-ERR value is not a valid float\r\n"),
            ("SET k abc", "+OK\r\n"),
            ("INCRBYFLOAT k 1", "-ERR value is not a valid float\r\n"),
            ("SET k ''", "+OK\r\n"),
            ("INCRBYFLOAT k 1", "-ERR value is not a valid float\r\n"),
            ("SET k inf", "+OK\r\n"),
            ("INCRBYFLOAT k 1", "-ERR increment would produce NaN or Infinity\r\n"),
            ("INCRBYFLOAT k -inf", "-ERR increment would produce NaN or Infinity\r\n"),
            ("SET k 1e4932", "+OK\r\n"),
            ("INCRBYFLOAT k 1e4932", "-ERR increment would produce NaN or Infinity\r\n"),
            ("GET k", "$6\r\n1e4932\r\n"),
            (
                "INCRBYFLOAT hash 1",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            (
                "INCRBYFLOAT hash x",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
        ])
    }

    @Test func floatsOfManyDigits() {
        let harness = EngineHarness()
        harness.line("SET k 1e300")
        let sum = harness.line("INCRBYFLOAT k 1")
        #expect(
            sum.hasPrefix("$301\r\n100000000000000000000899732407955919387052394427329074793826"))
        harness.line("INCRBYFLOAT long 1e4932")
        #expect(harness.encoding("long") == "raw")
        #expect(harness.line("STRLEN long") == ":4933\r\n")
        #expect(harness.line("INCRBYFLOAT long -1e4932") == bulk("0"))
        #expect(harness.encoding("long") == "embstr")
        let digits = String(repeating: "1", count: 5119)
        #expect(harness.run("INCRBYFLOAT", "k", digits).hasPrefix("-ERR value is not a valid"))
        let zeros = String(repeating: "0", count: 5100)
        #expect(harness.run("INCRBYFLOAT", "z", zeros + "1") == bulk("1"))
        #expect(
            harness.run("INCRBYFLOAT", "z", zeros + String(repeating: "0", count: 20)).hasPrefix(
                "-"))
        #expect(harness.run("INCRBYFLOAT", "z", " 1").hasPrefix("-ERR value is not a valid"))
        #expect(
            harness.run([Array("INCRBYFLOAT".utf8), [0x7a], [0x31, 0]]).hasPrefix("-ERR value"))
    }
}
