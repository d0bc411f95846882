// What the commands on keys of any type answer. Expected replies are those of Valkey 9.1.2.
import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct KeyspaceReplyTests {
    @Test func presence() {
        expectReplies([
            ("SET a 1", "+OK\r\n"),
            ("SET b 1", "+OK\r\n"),
            ("EXISTS a a nokey hash", ":3\r\n"),
            ("TOUCH a nokey a", ":2\r\n"),
            ("TYPE a", "+string\r\n"),
            ("TYPE hash", "+hash\r\n"),
            ("TYPE nokey", "+none\r\n"),
            ("DBSIZE", ":3\r\n"),
            ("DEL a a nokey", ":1\r\n"),
            ("UNLINK b hash nokey", ":2\r\n"),
            ("DBSIZE", ":0\r\n"),
            ("RANDOMKEY", "$-1\r\n"),
            ("SET a 1", "+OK\r\n"),
            ("RANDOMKEY", "$1\r\na\r\n"),
            ("DEL", "-ERR wrong number of arguments for 'del' command\r\n"),
        ])
    }

    @Test func renaming() {
        expectReplies([
            ("RENAME nokey x", "-ERR no such key\r\n"),
            ("RENAMENX nokey nokey", "-ERR no such key\r\n"),
            ("SET a 1", "+OK\r\n"),
            ("SET b two EX 100", "+OK\r\n"),
            ("RENAME a a", "+OK\r\n"),
            ("RENAMENX a a", ":0\r\n"),
            ("RENAMENX a b", ":0\r\n"),
            ("RENAMENX b c", ":1\r\n"),
            ("TTL c", ":100\r\n"),
            ("RENAME c a", "+OK\r\n"),
            ("GET a", "$3\r\ntwo\r\n"),
            ("TTL a", ":100\r\n"),
            ("EXISTS b c", ":0\r\n"),
            ("SET d 4", "+OK\r\n"),
            ("RENAME d a", "+OK\r\n"),
            ("TTL a", ":-1\r\n"),
        ])
    }

    @Test func moving() {
        expectReplies([
            ("SET a 1", "+OK\r\n"),
            ("MOVE a 16", "-ERR DB index is out of range\r\n"),
            ("MOVE a -1", "-ERR DB index is out of range\r\n"),
            ("MOVE a abc", "-ERR value is not an integer or out of range\r\n"),
            (
                "MOVE a 99999999999",
                "-ERR value is out of range, value must between -2147483648 and 2147483647\r\n"
            ),
            ("MOVE nokey 0", "-ERR source and destination objects are the same\r\n"),
            ("MOVE nokey 1", ":0\r\n"),
            ("MOVE a 1", ":1\r\n"),
            ("EXISTS a", ":0\r\n"),
            ("SET a 2", "+OK\r\n"),
            ("MOVE a 1", ":0\r\n"),
        ])
    }

    @Test func copying() {
        expectReplies([
            ("SET a 1 EX 50", "+OK\r\n"),
            ("COPY a a", "-ERR source and destination objects are the same\r\n"),
            ("COPY nokey nokey", "-ERR source and destination objects are the same\r\n"),
            ("COPY nokey x", ":0\r\n"),
            ("COPY a b", ":1\r\n"),
            ("TTL b", ":50\r\n"),
            ("COPY a b", ":0\r\n"),
            ("SET b 2", "+OK\r\n"),
            ("COPY b a REPLACE", ":1\r\n"),
            ("GET a", "$1\r\n2\r\n"),
            ("TTL a", ":-1\r\n"),
            ("COPY a a DB 1", ":1\r\n"),
            ("COPY a x DB 99", "-ERR DB index is out of range\r\n"),
            ("COPY a x DB abc", "-ERR value is not an integer or out of range\r\n"),
            ("COPY a x DB", "-ERR syntax error\r\n"),
            ("COPY a x FOO", "-ERR syntax error\r\n"),
        ])
    }

    @Test func swapping() {
        expectReplies([
            ("SET a 1", "+OK\r\n"),
            ("SWAPDB 0 16", "-ERR DB index is out of range\r\n"),
            ("SWAPDB -1 0", "-ERR DB index is out of range\r\n"),
            ("SWAPDB abc 0", "-ERR invalid first DB index\r\n"),
            ("SWAPDB 0 abc", "-ERR invalid second DB index\r\n"),
            ("SWAPDB 99999999999 0", "-ERR invalid first DB index\r\n"),
            ("SWAPDB 0 0", "+OK\r\n"),
            ("EXISTS a", ":1\r\n"),
            ("SWAPDB 0 1", "+OK\r\n"),
            ("EXISTS a", ":0\r\n"),
            ("SWAPDB 1 0", "+OK\r\n"),
            ("EXISTS a", ":1\r\n"),
        ])
    }

    @Test func flushing() {
        expectReplies([
            ("FLUSHDB FOO", "-ERR syntax error\r\n"),
            ("FLUSHALL ASYNC SYNC", "-ERR syntax error\r\n"),
            ("FLUSHDB sync", "+OK\r\n"),
            ("DBSIZE", ":0\r\n"),
            ("SET a 1", "+OK\r\n"),
            ("FLUSHALL", "+OK\r\n"),
            ("SET a 1", "+OK\r\n"),
            ("FLUSHALL async", "+OK\r\n"),
            ("DBSIZE", ":0\r\n"),
        ])
    }

    @Test func scanErrors() {
        expectReplies([
            ("SCAN -1", "-ERR invalid cursor\r\n"),
            ("SCAN 1a", "-ERR invalid cursor\r\n"),
            ("SCAN ''", "-ERR invalid cursor\r\n"),
            ("SCAN 18446744073709551616", "-ERR invalid cursor\r\n"),
            ("SCAN +0 TYPE string", "*2\r\n$1\r\n0\r\n*0\r\n"),
            ("SCAN 0 COUNT 0", "-ERR syntax error\r\n"),
            ("SCAN 0 COUNT abc", "-ERR value is not an integer or out of range\r\n"),
            ("SCAN 0 FOO 1", "-ERR syntax error\r\n"),
            ("SCAN 0 MATCH", "-ERR syntax error\r\n"),
            ("SCAN 0 TYPE foo", "-ERR unknown type name 'foo'\r\n"),
            ("SCAN 0 NOVALUES", "-ERR NOVALUES option can only be used in HSCAN\r\n"),
            ("SCAN 0 NOSCORES", "-ERR NOSCORES option can only be used in ZSCAN\r\n"),
            ("SCAN 0 TYPE HASH", "*2\r\n$1\r\n0\r\n*1\r\n$4\r\nhash\r\n"),
            ("SCAN 0 MATCH x* MATCH h*", "*2\r\n$1\r\n0\r\n*1\r\n$4\r\nhash\r\n"),
        ])
    }

    @Test func object() {
        expectReplies([
            ("SET a 1", "+OK\r\n"),
            ("OBJECT ENCODING a", "$3\r\nint\r\n"),
            ("OBJECT ENCODING hash", "$8\r\nlistpack\r\n"),
            ("OBJECT ENCODING nokey", "$-1\r\n"),
            ("OBJECT REFCOUNT a", ":1\r\n"),
            ("OBJECT IDLETIME a", ":0\r\n"),
            ("OBJECT FREQ nokey", "$-1\r\n"),
            (
                "OBJECT FREQ a",
                "-ERR An LFU maxmemory policy is not selected, access frequency not tracked. "
                    + "Please note that when switching between policies at runtime LRU and LFU "
                    + "data will take some time to adjust.\r\n"
            ),
            ("OBJECT FOO a", "-ERR unknown subcommand 'FOO'. Try OBJECT HELP.\r\n"),
            (
                "OBJECT ENCODING",
                "-ERR wrong number of arguments for 'object|encoding' command\r\n"
            ),
        ])
    }

    @Test func errorsQuoteBytesAsTheyAre() {
        let harness = EngineHarness()
        func run(_ words: [UInt8]...) -> String { harness.run(words) }
        let odd: [UInt8] = [0x61, 0xff, 0x0d, 0x0a, 0x62, 0, 0x63]
        let quoted = "a\u{ff}  b"
        #expect(
            run(Array("EXPIRE".utf8), [0x6b], [0x31], odd)
                == "-ERR Unsupported option \(quoted)\r\n")
        #expect(
            run(Array("SCAN".utf8), [0x30], Array("TYPE".utf8), odd)
                == "-ERR unknown type name '\(quoted)'\r\n")
        #expect(
            run(Array("OBJECT".utf8), odd, [0x6b])
                == "-ERR unknown subcommand '\(quoted)'. Try OBJECT HELP.\r\n")
        #expect(
            run(odd, [0xfe, 0], [])
                == "-ERR unknown command '\(quoted)', with args beginning with: "
                + "'\u{fe}' '' \r\n")
    }

    @Test func idleTimeGrows() {
        let harness = EngineHarness()
        harness.line("SET a 1")
        harness.now += 7000
        #expect(harness.line("OBJECT IDLETIME a") == ":7\r\n")
        #expect(harness.line("TTL a") == ":-1\r\n")
        #expect(harness.line("EXISTS a") == ":1\r\n")
        #expect(harness.line("OBJECT IDLETIME a") == ":7\r\n")
        #expect(harness.line("TOUCH a") == ":1\r\n")
        #expect(harness.line("OBJECT IDLETIME a") == ":0\r\n")
    }

    @Test func frequencyNeedsItsPolicy() {
        let harness = EngineHarness { $0.maxMemoryPolicy = .allKeysLFU }
        harness.line("SET a 1")
        #expect(harness.line("OBJECT FREQ a") == ":5\r\n")
        #expect(
            harness.line("OBJECT IDLETIME a").hasPrefix(
                "-ERR An LFU maxmemory policy is selected, idle time not tracked."))
        for _ in 0..<200 { harness.line("GET a") }
        let warm = harness.line("OBJECT FREQ a")
        #expect(warm != ":5\r\n")
        harness.now += 60_000 * 300
        #expect(harness.line("OBJECT FREQ a") == ":0\r\n")
    }

    @Test func patternsOfKeys() {
        let harness = EngineHarness()
        for key in ["hello", "hallo", "hxllo", "heello", "h*llo"] { harness.run("SET", key, "1") }
        func keys(_ pattern: String) -> Set<String> {
            let lines = harness.run("KEYS", pattern).split(separator: "\r\n")
            return Set(stride(from: 2, to: lines.count, by: 2).map { String(lines[$0]) })
        }
        #expect(keys("*").count == 5)
        #expect(keys("h[ae]llo") == ["hello", "hallo"])
        #expect(keys("h\\*llo") == ["h*llo"])
        #expect(keys("hello") == ["hello"])
        #expect(keys("nokey") == [])
        #expect(keys("h?llo") == ["hello", "hallo", "hxllo", "h*llo"])
    }
}
