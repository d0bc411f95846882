// Many strings at once, and the longest common subsequence.
// Expected replies are those of Valkey 9.1.2.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct StringManyTests {
    @Test func manyKeys() {
        expectReplies([
            ("MSET a", "-ERR wrong number of arguments for 'mset' command\r\n"),
            ("MSET a 1 b", "-ERR wrong number of arguments for 'mset' command\r\n"),
            ("MSET a 1 a 2", "+OK\r\n"),
            ("MGET a b a hash", "*4\r\n$1\r\n2\r\n$-1\r\n$1\r\n2\r\n$-1\r\n"),
            ("MSETNX a 1", ":0\r\n"),
            ("MSETNX b 1 a 2", ":0\r\n"),
            ("MSETNX b 1 b 2", ":1\r\n"),
            ("MSETNX b 1 c", "-ERR wrong number of arguments for 'msetnx' command\r\n"),
            ("MGET", "-ERR wrong number of arguments for 'mget' command\r\n"),
            ("MGET b", "*1\r\n$1\r\n2\r\n"),
            ("MSETNX hash 1 c 1", ":0\r\n"),
            ("MSET hash 1 c 1", "+OK\r\n"),
            ("MGET hash c missing", "*3\r\n$1\r\n1\r\n$1\r\n1\r\n$-1\r\n"),
        ])
    }

    @Test func manyWithOptions() {
        expectReplies([
            ("MSETEX 0 k v", "-ERR invalid numkeys value or out of range\r\n"),
            ("MSETEX -1 k v", "-ERR invalid numkeys value or out of range\r\n"),
            ("MSETEX x k v", "-ERR invalid numkeys value or out of range\r\n"),
            ("MSETEX 01 k v", "-ERR invalid numkeys value or out of range\r\n"),
            ("MSETEX 2147483648 k v", "-ERR invalid numkeys value or out of range\r\n"),
            ("MSETEX 2147483647 k v", "-ERR syntax error\r\n"),
            ("MSETEX 2 k v", "-ERR syntax error\r\n"),
            ("MSETEX 2 k v l", "-ERR syntax error\r\n"),
            ("MSETEX 1 k v l w", "-ERR syntax error\r\n"),
            ("MSETEX 1 k", "-ERR wrong number of arguments for 'msetex' command\r\n"),
            ("MSETEX 1 k v XX", ":0\r\n"),
            ("MSETEX 1 k v", ":1\r\n"),
            ("MSETEX 1 k v NX", ":0\r\n"),
            ("MSETEX 2 k v l v NX", ":0\r\n"),
            ("MSETEX 2 l v l w NX", ":1\r\n"),
            ("GET l", "$1\r\nw\r\n"),
            ("MSETEX 2 k 1 missing 1 XX", ":0\r\n"),
            ("MSETEX 2 k 1 l 2 xx", ":1\r\n"),
            ("MGET k l missing", "*3\r\n$1\r\n1\r\n$1\r\n2\r\n$-1\r\n"),
            ("MSETEX 1 k v NX XX", "-ERR syntax error\r\n"),
            ("MSETEX 1 k v NX NX", ":0\r\n"),
            ("MSETEX 1 k v EX 10 PX 10", "-ERR syntax error\r\n"),
            ("MSETEX 1 k v EX", "-ERR syntax error\r\n"),
            ("MSETEX 1 k v GET", "-ERR syntax error\r\n"),
            ("MSETEX 1 k v IFEQ 1", "-ERR syntax error\r\n"),
            ("MSETEX 1 k v PERSIST", "-ERR syntax error\r\n"),
            ("MSETEX 1 k v KEEPTTL EX 10", "-ERR syntax error\r\n"),
            ("MSETEX 1 hash v XX", ":1\r\n"),
            ("GET hash", "$1\r\nv\r\n"),
            ("MSETEX 2 EX 10 NX XX", ":1\r\n"),
            ("MGET EX NX", "*2\r\n$2\r\n10\r\n$2\r\nXX\r\n"),
        ])
    }

    @Test func subsequences() {
        expectReplies([
            ("MSET a ohmytext b mynewtext", "+OK\r\n"),
            ("LCS a b", "$6\r\nmytext\r\n"),
            ("LCS a b LEN", ":6\r\n"),
            (
                "LCS a b IDX",
                """
                *4\r\n$7\r\nmatches\r\n*2\r\n*2\r\n*2\r\n:4\r\n:7\r\n*2\r\n:5\r\n:8\r\n*2\r\n*2\
                \r\n:2\r\n:3\r\n*2\r\n:0\r\n:1\r\n$3\r\nlen\r\n:6\r\n
                """
            ),
            (
                "LCS a b idx MinMatchLen 4",
                """
                *4\r\n$7\r\nmatches\r\n*1\r\n*2\r\n*2\r\n:4\r\n:7\r\n*2\r\n:5\r\n:8\r\n$3\r\nlen\
                \r\n:6\r\n
                """
            ),
            (
                "LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN",
                """
                *4\r\n$7\r\nmatches\r\n*1\r\n*3\r\n*2\r\n:4\r\n:7\r\n*2\r\n:5\r\n:8\r\n:4\r\n$3\
                \r\nlen\r\n:6\r\n
                """
            ),
            ("LCS a b WITHMATCHLEN", "$6\r\nmytext\r\n"),
            ("LCS a b LEN MINMATCHLEN 4", ":6\r\n"),
            (
                "LCS a b IDX MINMATCHLEN -5",
                """
                *4\r\n$7\r\nmatches\r\n*2\r\n*2\r\n*2\r\n:4\r\n:7\r\n*2\r\n:5\r\n:8\r\n*2\r\n*2\
                \r\n:2\r\n:3\r\n*2\r\n:0\r\n:1\r\n$3\r\nlen\r\n:6\r\n
                """
            ),
            (
                "LCS a b IDX LEN",
                "-ERR If you want both the length and indexes, please just use IDX.\r\n"
            ),
            ("LCS a b MINMATCHLEN", "-ERR syntax error\r\n"),
            ("LCS a b MINMATCHLEN x", "-ERR value is not an integer or out of range\r\n"),
            ("LCS a b FOO", "-ERR syntax error\r\n"),
            ("LCS a missing", "$0\r\n\r\n"),
            ("LCS a missing LEN", ":0\r\n"),
            ("LCS a missing IDX", "*4\r\n$7\r\nmatches\r\n*0\r\n$3\r\nlen\r\n:0\r\n"),
            ("LCS none missing", "$0\r\n\r\n"),
            ("LCS a hash", "-ERR The specified keys must contain string values\r\n"),
            ("LCS hash a FOO", "-ERR The specified keys must contain string values\r\n"),
            ("LCS a", "-ERR wrong number of arguments for 'lcs' command\r\n"),
        ])
    }

    @Test func subsequencesOfManyRuns() {
        expectReplies([
            ("MSET i 123 j 213", "+OK\r\n"),
            (
                "LCS i j IDX WITHMATCHLEN",
                """
                *4\r\n$7\r\nmatches\r\n*2\r\n*3\r\n*2\r\n:2\r\n:2\r\n*2\r\n:2\r\n:2\r\n:1\r\n*3\
                \r\n*2\r\n:1\r\n:1\r\n*2\r\n:0\r\n:0\r\n:1\r\n$3\r\nlen\r\n:2\r\n
                """
            ),
            ("LCS a a", "$0\r\n\r\n"),
            ("LCS a a IDX", "*4\r\n$7\r\nmatches\r\n*0\r\n$3\r\nlen\r\n:0\r\n"),
            ("MSET a abcabbaxyzq b cbabacxqzyq", "+OK\r\n"),
            ("LCS a b", "$7\r\ncbbaxzq\r\n"),
            (
                "LCS a b IDX WITHMATCHLEN",
                """
                *4\r\n$7\r\nmatches\r\n*6\r\n*3\r\n*2\r\n:10\r\n:10\r\n*2\r\n:10\r\n:10\r\n:1\r\
                \n*3\r\n*2\r\n:9\r\n:9\r\n*2\r\n:8\r\n:8\r\n:1\r\n*3\r\n*2\r\n:7\r\n:7\r\n*2\r\n\
                :6\r\n:6\r\n:1\r\n*3\r\n*2\r\n:5\r\n:6\r\n*2\r\n:3\r\n:4\r\n:2\r\n*3\r\n*2\r\n:4\
                \r\n:4\r\n*2\r\n:1\r\n:1\r\n:1\r\n*3\r\n*2\r\n:2\r\n:2\r\n*2\r\n:0\r\n:0\r\n:1\r\
                \n$3\r\nlen\r\n:7\r\n
                """
            ),
            ("MSET a abcabba b cbabac", "+OK\r\n"),
            ("LCS a b", "$4\r\ncbba\r\n"),
            ("LCS b a", "$4\r\nbaba\r\n"),
            (
                "LCS b a IDX",
                """
                *4\r\n$7\r\nmatches\r\n*3\r\n*2\r\n*2\r\n:3\r\n:4\r\n*2\r\n:5\r\n:6\r\n*2\r\n*2\
                \r\n:2\r\n:2\r\n*2\r\n:3\r\n:3\r\n*2\r\n*2\r\n:1\r\n:1\r\n*2\r\n:1\r\n:1\r\n$3\r\
                \nlen\r\n:4\r\n
                """
            ),
            ("SET e ''", "+OK\r\n"),
            ("LCS e a", "$0\r\n\r\n"),
            ("LCS e a IDX", "*4\r\n$7\r\nmatches\r\n*0\r\n$3\r\nlen\r\n:0\r\n"),
        ])
    }

    @Test func moreKeysThanAGroup() {
        let harness = EngineHarness()
        for count in [15, 16, 17, 100, 2000] {
            let keys = (0..<count).map { "key:\($0)" }
            #expect(
                harness.run(["MSET"] + keys.flatMap { [$0, "value of \($0)"] }) == "+OK\r\n")
            let expected = keys.map { bulk("value of \($0)") }.joined()
            #expect(harness.run(["MGET"] + keys) == "*\(count)\r\n" + expected)
            #expect(harness.engine.databases[0].count == count)
            #expect(
                harness.run(["MSETNX"] + ["new", "1"] + keys.flatMap { [$0, "x"] }) == ":0\r\n")
        }
        #expect(harness.line("GET new") == "$-1\r\n")
    }

    @Test func subsequencesOfRandomStringsAreWhatTheTextbookSays() {
        var random = RandomSource(seed: 7)
        for _ in 0..<200 {
            let left = (0..<Int.random(in: 0...70, using: &random)).map { _ in
                UInt8.random(in: 97...100, using: &random)
            }
            let right = (0..<Int.random(in: 0...140, using: &random)).map { _ in
                UInt8.random(in: 97...100, using: &random)
            }
            left.withBytes { left in
                right.withBytes { right in
                    let found = LongestCommonSubsequence(left, right, withMatches: true)
                    #expect(found.count == textbookLength(left, right))
                    #expect(found.matches.reduce(0) { $0 + $1.count } == found.count)
                    var end = (left.count, right.count)
                    for match in found.matches {
                        #expect(match.left + match.count <= end.0)
                        #expect(match.right + match.count <= end.1)
                        #expect(
                            left.slice(match.left, match.count)
                                == right.slice(match.right, match.count))
                        end = (match.left, match.right)
                    }
                    let short = LongestCommonSubsequence(left, right, withMatches: false)
                    #expect(short.count == found.count && short.matches.isEmpty)
                }
            }
        }
    }

    private func textbookLength(_ left: Bytes, _ right: Bytes) -> Int {
        var table = [[Int]](
            repeating: [Int](repeating: 0, count: right.count + 1), count: left.count + 1)
        for row in 0..<left.count {
            for column in 0..<right.count {
                table[row + 1][column + 1] =
                    left[row] == right[column]
                    ? table[row][column] + 1
                    : max(table[row][column + 1], table[row + 1][column])
            }
        }
        return table[left.count][right.count]
    }

    @Test func subsequencesHaveALimit() {
        let harness = EngineHarness { $0.protoMaxBulkLength = 1 << 20 }
        // 4 bytes for each pair of prefixes: 512 * 512 * 4 is the limit.
        harness.run("SET", "a", String(repeating: "x", count: 511))
        harness.run("SET", "b", String(repeating: "y", count: 511))
        #expect(harness.line("LCS a b LEN") == ":0\r\n")
        harness.line("APPEND a z")
        let error = "-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"
        #expect(harness.line("LCS a b LEN") == error + "\r\n")
    }

    @Test func nothingIsLostOrLeftOver() {
        let harness = EngineHarness()
        var random = RandomSource(seed: 3)
        let lengths = [0, 1, 15, 60, 500, 3999, 4001, 40_000]
        func value() -> String {
            String(repeating: "v", count: lengths.randomElement(using: &random) ?? 0)
        }
        for step in 0..<3000 {
            let key = "k\(Int.random(in: 0..<40, using: &random))"
            switch Int.random(in: 0..<10, using: &random) {
            case 0: harness.run("SET", key, value(), "EX", "10")
            case 1: harness.run("SET", key, value(), "KEEPTTL", "GET")
            case 2: harness.run("MSETEX", "2", key, value(), "k0", value(), "PX", "5000")
            case 3: harness.run("APPEND", key, value())
            case 4: harness.run("SETRANGE", key, "100", value())
            case 5: harness.run("GETEX", key, step % 2 == 0 ? "PERSIST" : "EXAT", "1")
            case 6: harness.run("GETEX", key, "PERSIST")
            case 7: harness.run("GETDEL", key)
            case 8: harness.run("SET", key, "\(step)")
            default: harness.run("INCRBYFLOAT", key, "0.25")
            }
            harness.now += 20
            if step % 100 == 0 { #expect(harness.engine.checkKeyspaceInvariants() == nil) }
        }
        for index in 0..<40 { harness.line("GETDEL k\(index)") }
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
        #expect(harness.engine.databases[0].count == 0)
    }
}
