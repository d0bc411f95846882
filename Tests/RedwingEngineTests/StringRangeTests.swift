// Parts of strings, and strings that are too large to lie in their entry.
// Expected replies are those of Valkey 9.1.2.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct StringRangeTests {
    @Test func getRange() {
        expectReplies([
            ("GETRANGE k 0 -1", "$0\r\n\r\n"),
            ("SET k hello", "+OK\r\n"),
            ("GETRANGE k 0 -1", "$5\r\nhello\r\n"),
            ("GETRANGE k 1 3", "$3\r\nell\r\n"),
            ("GETRANGE k -3 -1", "$3\r\nllo\r\n"),
            ("GETRANGE k -100 2", "$3\r\nhel\r\n"),
            ("GETRANGE k 2 100", "$3\r\nllo\r\n"),
            ("GETRANGE k 3 1", "$0\r\n\r\n"),
            ("GETRANGE k -1 -3", "$0\r\n\r\n"),
            ("GETRANGE k -1 -100", "$0\r\n\r\n"),
            ("GETRANGE k -100 -100", "$1\r\nh\r\n"),
            ("GETRANGE k -6 -6", "$1\r\nh\r\n"),
            ("GETRANGE k 5 6", "$0\r\n\r\n"),
            ("GETRANGE k 4 -1", "$1\r\no\r\n"),
            ("GETRANGE k -2 4", "$2\r\nlo\r\n"),
            ("GETRANGE k 0 9223372036854775807", "$5\r\nhello\r\n"),
            ("GETRANGE k -9223372036854775808 9223372036854775807", "$5\r\nhello\r\n"),
            ("GETRANGE k -9223372036854775808 -9223372036854775808", "$1\r\nh\r\n"),
            ("GETRANGE k x 1", "-ERR value is not an integer or out of range\r\n"),
            ("GETRANGE k 1 x", "-ERR value is not an integer or out of range\r\n"),
            ("GETRANGE missing x 1", "-ERR value is not an integer or out of range\r\n"),
            (
                "GETRANGE hash 0 1",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            ("GETRANGE hash x 1", "-ERR value is not an integer or out of range\r\n"),
            ("SUBSTR k 0 1", "$2\r\nhe\r\n"),
            ("SET i -12345", "+OK\r\n"),
            ("GETRANGE i 0 2", "$3\r\n-12\r\n"),
            ("SET e ''", "+OK\r\n"),
            ("GETRANGE e 0 -1", "$0\r\n\r\n"),
            ("GETRANGE e 0 0", "$0\r\n\r\n"),
            ("GETRANGE e -1 -1", "$0\r\n\r\n"),
        ])
    }

    @Test func setRange() {
        expectReplies([
            ("SETRANGE k 0 ''", ":0\r\n"),
            ("SETRANGE k 5 ''", ":0\r\n"),
            ("GET k", "$-1\r\n"),
            ("SETRANGE k 5 ab", ":7\r\n"),
            ("GET k", "$7\r\n\u{0}\u{0}\u{0}\u{0}\u{0}ab\r\n"),
            ("SETRANGE k 1 zz", ":7\r\n"),
            ("GET k", "$7\r\n\u{0}zz\u{0}\u{0}ab\r\n"),
            ("SETRANGE k 6 long", ":10\r\n"),
            ("GET k", "$10\r\n\u{0}zz\u{0}\u{0}along\r\n"),
            ("SETRANGE k 12 e", ":13\r\n"),
            ("GET k", "$13\r\n\u{0}zz\u{0}\u{0}along\u{0}\u{0}e\r\n"),
            ("SETRANGE k 3 ''", ":13\r\n"),
            ("SETRANGE k -1 x", "-ERR offset is out of range\r\n"),
            ("SETRANGE k -1 ''", "-ERR offset is out of range\r\n"),
            ("SETRANGE k x x", "-ERR value is not an integer or out of range\r\n"),
            (
                "SETRANGE hash 0 x",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            (
                "SETRANGE hash 0 ''",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            ("SETRANGE hash -1 x", "-ERR offset is out of range\r\n"),
            (
                "SETRANGE k 536870912 x",
                "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n"
            ),
            ("SETRANGE k 536870912 ''", ":13\r\n"),
            (
                "SETRANGE k 9223372036854775807 x",
                "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n"
            ),
            ("SETRANGE n 9223372036854775807 ''", ":0\r\n"),
            (
                "SETRANGE n 536870911 xx",
                "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n"
            ),
            ("SET i 12345", "+OK\r\n"),
            ("SETRANGE i 1 9", ":5\r\n"),
            ("GET i", "$5\r\n19345\r\n"),
            ("INCR i", ":19346\r\n"),
        ])
    }

    @Test func append() {
        expectReplies([
            ("APPEND k ''", ":0\r\n"),
            ("GET k", "$0\r\n\r\n"),
            ("APPEND k hello", ":5\r\n"),
            ("APPEND k ''", ":5\r\n"),
            ("APPEND k _world", ":11\r\n"),
            ("GET k", "$11\r\nhello_world\r\n"),
            (
                "APPEND hash x",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            ("APPEND i 10", ":2\r\n"),
            ("APPEND i 5", ":3\r\n"),
            ("GET i", "$3\r\n105\r\n"),
            ("INCR i", ":106\r\n"),
            ("APPEND i 0", ":4\r\n"),
            ("GET i", "$4\r\n1060\r\n"),
        ])
    }

    private func text(_ count: Int, _ letter: String = "x") -> String {
        String(repeating: letter, count: count)
    }

    @Test func additionsOfEverySize() {
        let harness = EngineHarness()
        var expected = ""
        var random = RandomSource(seed: 1)
        while expected.utf8.count < 40_000 {
            let piece = text(Int.random(in: 0...700, using: &random), "\(expected.count % 10)")
            expected += piece
            #expect(harness.run("APPEND", "k", piece) == ":\(expected.utf8.count)\r\n")
            #expect(harness.run("GET", "k") == bulk(expected))
        }
        #expect(harness.encoding("k") == "raw")
        #expect(harness.line("SET k 1") == "+OK\r\n")
        #expect(harness.encoding("k") == "int")
    }

    @Test func smallAdditionsGrowTheBlockSeldom() {
        let harness = EngineHarness()
        harness.run("SET", "k", text(100_000))
        var blocks: Set<UInt64> = []
        for _ in 0..<20_000 {
            harness.line("APPEND k 0123456789")
            if let entry = harness.entry("k") { blocks.insert(entry.word) }
        }
        #expect(harness.line("STRLEN k") == ":300000\r\n")
        #expect(blocks.count < 10)
    }

    @Test func piecesAtEveryPlace() {
        let harness = EngineHarness()
        var model: [UInt8] = []
        var random = RandomSource(seed: 2)
        for step in 0..<2000 {
            let offset = Int.random(in: 0...(step % 50 == 0 ? 9000 : 300), using: &random)
            let piece = (0..<Int.random(in: 1...90, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if model.count < offset + piece.count {
                model += [UInt8](repeating: 0, count: offset + piece.count - model.count)
            }
            model.replaceSubrange(offset..<offset + piece.count, with: piece)
            let reply = harness.run([
                Array("SETRANGE".utf8), [0x6b], Array(String(offset).utf8), piece,
            ])
            #expect(reply == ":\(model.count)\r\n")
            let stored = harness.entry("k")?.withString { $0.array }
            #expect(stored == model)
            if step % 100 == 99 {
                #expect(harness.engine.checkKeyspaceInvariants() == nil)
                harness.line("GETDEL k")
                model = []
            }
        }
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
    }

    @Test func repliesUnderWayKeepWhatTheyAnswered() {
        let harness = EngineHarness()
        let old = text(50_000, "a")
        harness.run("SET", "k", old)
        let replies = harness.engine.makeReplyBuffer(capacity: 64)
        defer { replies.destroy() }
        guard let entry = harness.entry("k") else { return #expect(Bool(false)) }
        replies.attach(LargeString(address: entry.word), offset: 0, count: 50_000)
        #expect(harness.line("SETRANGE k 0 bbb") == ":50000\r\n")
        #expect(harness.line("APPEND k bbb") == ":50003\r\n")
        #expect(replies.attachments[0].string.bytes.string == old)
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
        #expect(harness.line("GETRANGE k 0 4") == bulk("bbbaa"))
        #expect(harness.line("GETRANGE k -4 -1") == bulk("abbb"))
        #expect(harness.run("GETRANGE", "k", "3", "40000") == bulk(text(39_998, "a")))
        harness.line("GETDEL k")
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
        replies.removeAll()
    }

    @Test func bigArgumentsAreNotCopied() {
        let harness = EngineHarness()
        harness.line("SET k v")
        let before = harness.engine.usedMemory
        let value = text(1_000_000)
        harness.run("SET", "k", value)
        // One block, and nothing beside it that would have been its copy.
        #expect(harness.engine.usedMemory - before < 1_001_000)
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
        guard let entry = harness.entry("k") else { return #expect(Bool(false)) }
        #expect(!LargeString(address: entry.word).isShared)
        #expect(harness.run("GET", "k") == bulk(value))
        harness.run("MSET", "a", value, "b", value, "c", "12")
        #expect(harness.run("GETSET", "b", "1") == bulk(value))
        #expect(harness.line("STRLEN a") == ":1000000\r\n")
        harness.run("SETRANGE", "a", "5", value)
        #expect(harness.line("STRLEN a") == ":1000005\r\n")
        harness.line("MSET a 1 b 1 c 1 k 1")
        for key in ["a", "b", "c", "k"] { harness.line("GETDEL \(key)") }
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
    }

    @Test func lengthsHaveALimit() {
        let harness = EngineHarness { $0.protoMaxBulkLength = 1 << 20 }
        let error = "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n"
        #expect(harness.line("SETRANGE k 1048575 x") == ":1048576\r\n")
        #expect(harness.line("APPEND k x") == error)
        #expect(harness.line("SETRANGE k 1048576 x") == error)
        #expect(harness.line("SETRANGE n 1048576 x") == error)
        #expect(harness.line("APPEND k ''") == ":1048576\r\n")
        #expect(harness.line("STRLEN k") == ":1048576\r\n")
        #expect(harness.line("GET n") == "$-1\r\n")
    }
}
