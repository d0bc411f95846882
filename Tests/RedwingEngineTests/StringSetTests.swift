// SET and its relatives: values stored and answered whole.
// Expected replies are those of Valkey 9.1.2.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct StringSetTests {
    @Test func setOptions() {
        expectReplies([
            ("SET k v NX XX", "-ERR syntax error\r\n"),
            ("SET k v NX NX", "+OK\r\n"),
            ("SET k v XX XX", "+OK\r\n"),
            ("SET k v EX 1 PX 1", "-ERR syntax error\r\n"),
            ("SET k v KEEPTTL EX 1", "-ERR syntax error\r\n"),
            ("SET k v EX 1 KEEPTTL", "-ERR syntax error\r\n"),
            ("SET k v PERSIST", "-ERR syntax error\r\n"),
            ("SET k v FOO", "-ERR syntax error\r\n"),
            ("SET k v EX", "-ERR syntax error\r\n"),
            ("SET k v IFEQ", "-ERR syntax error\r\n"),
            ("SET k v EX abc FOO", "-ERR syntax error\r\n"),
            ("SET k v EX 10 ''", "-ERR syntax error\r\n"),
            ("SET k v gEt nX", "$1\r\nv\r\n"),
            ("SET k v GET GET", "$1\r\nv\r\n"),
            ("SET k w XX GET", "$1\r\nv\r\n"),
            ("SET n w XX GET", "$-1\r\n"),
            ("SET n w XX", "$-1\r\n"),
            ("SET n w NX GET", "$-1\r\n"),
            ("GET n", "$1\r\nw\r\n"),
            ("set K v px 100 ex 1", "-ERR syntax error\r\n"),
        ])
    }

    @Test func setIfEqual() {
        expectReplies([
            ("SET k v IFEQ v", "$-1\r\n"),
            ("GET k", "$-1\r\n"),
            ("SET k v", "+OK\r\n"),
            ("SET k w IFEQ x", "$-1\r\n"),
            ("SET k 1 IFEQ v", "+OK\r\n"),
            ("SET k 2 IFEQ 1", "+OK\r\n"),
            ("SET k 3 IFEQ z GET", "$1\r\n2\r\n"),
            ("SET k 3 IFEQ 2 GET", "$1\r\n2\r\n"),
            ("GET k", "$1\r\n3\r\n"),
            ("SET k 4 IFEQ 3 IFEQ 3", "-ERR syntax error\r\n"),
            ("SET k 4 IFEQ 3 NX", "-ERR syntax error\r\n"),
            ("SET k 4 XX IFEQ 3", "-ERR syntax error\r\n"),
            ("SET k 4 IFEQ 03", "$-1\r\n"),
            ("SET k 4 IFEQ ''", "$-1\r\n"),
        ])
    }

    @Test func setOnOtherTypes() {
        expectReplies([
            (
                "SET hash 1 GET",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            (
                "SET hash 1 IFEQ 1",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            (
                "SET hash 1 IFEQ 1 GET",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            ("SET hash 1 NX", "$-1\r\n"),
            (
                "SET hash 1 NX GET",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            (
                "GETSET hash 1",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            ("SETNX hash 1", ":0\r\n"),
            ("GET hash", "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"),
            (
                "GETDEL hash",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            (
                "GETEX hash",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            (
                "GETEX hash EX 10",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            ("GETEX hash EX x", "-ERR value is not an integer or out of range\r\n"),
            (
                "DELIFEQ hash 1",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            (
                "STRLEN hash",
                "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
            ),
            ("SET hash 1", "+OK\r\n"),
            ("GET hash", "$1\r\n1\r\n"),
        ])
    }

    @Test func invalidTimes() {
        expectReplies([
            ("SET k v EX 0", "-ERR invalid expire time in 'set' command\r\n"),
            ("SET k v EX -1", "-ERR invalid expire time in 'set' command\r\n"),
            ("SET k v EX abc", "-ERR value is not an integer or out of range\r\n"),
            ("SET k v PX 0", "-ERR invalid expire time in 'set' command\r\n"),
            ("SET k v EX 9223372036854775807", "-ERR invalid expire time in 'set' command\r\n"),
            ("SET k v EX 9223372036854775", "-ERR invalid expire time in 'set' command\r\n"),
            ("SET k v PX 9223372036854775807", "-ERR invalid expire time in 'set' command\r\n"),
            ("SET k v EXAT 9223372036854776", "-ERR invalid expire time in 'set' command\r\n"),
            ("SET k v EXAT 9223372036854775", "+OK\r\n"),
            ("SET k v PXAT 9223372036854775807", "+OK\r\n"),
            ("SET k v EXAT 0", "-ERR invalid expire time in 'set' command\r\n"),
            ("SET k v GET EX 0", "-ERR invalid expire time in 'set' command\r\n"),
            ("SETEX k 0 v", "-ERR invalid expire time in 'setex' command\r\n"),
            ("SETEX k -1 v", "-ERR invalid expire time in 'setex' command\r\n"),
            ("SETEX k x v", "-ERR value is not an integer or out of range\r\n"),
            ("SETEX k 9223372036854775807 v", "-ERR invalid expire time in 'setex' command\r\n"),
            ("PSETEX k 0 v", "-ERR invalid expire time in 'psetex' command\r\n"),
            ("PSETEX k 9223372036854775807 v", "-ERR invalid expire time in 'psetex' command\r\n"),
            ("GETEX k EX 0", "-ERR invalid expire time in 'getex' command\r\n"),
            ("GETEX k EX x", "-ERR value is not an integer or out of range\r\n"),
            ("GETEX missing PX -5", "-ERR invalid expire time in 'getex' command\r\n"),
            ("GETEX k PX 9223372036854775807", "-ERR invalid expire time in 'getex' command\r\n"),
            ("MSETEX 1 k v EX 0", "-ERR invalid expire time in 'msetex' command\r\n"),
            ("MSETEX 1 k v PX abc", "-ERR value is not an integer or out of range\r\n"),
            ("MSETEX 1 k v NX EX 0", "-ERR invalid expire time in 'msetex' command\r\n"),
            (
                "MSETEX 1 k v EX 9223372036854775807",
                "-ERR invalid expire time in 'msetex' command\r\n"
            ),
        ])
    }

    @Test func getAndChange() {
        expectReplies([
            ("GET k", "$-1\r\n"),
            ("GETSET k a", "$-1\r\n"),
            ("GETSET k b", "$1\r\na\r\n"),
            ("GETDEL k", "$1\r\nb\r\n"),
            ("GETDEL k", "$-1\r\n"),
            ("SETNX k c", ":1\r\n"),
            ("SETNX k d", ":0\r\n"),
            ("GET k", "$1\r\nc\r\n"),
            ("DELIFEQ k x", ":0\r\n"),
            ("DELIFEQ k c", ":1\r\n"),
            ("DELIFEQ k c", ":0\r\n"),
            ("SET i 10", "+OK\r\n"),
            ("DELIFEQ i 010", ":0\r\n"),
            ("DELIFEQ i 10", ":1\r\n"),
            ("GETEX k", "$-1\r\n"),
            ("GETEX k EX", "-ERR syntax error\r\n"),
            ("GETEX k FOO", "-ERR syntax error\r\n"),
            ("GETEX k NX", "-ERR syntax error\r\n"),
            ("GETEX k KEEPTTL", "-ERR syntax error\r\n"),
            ("GETEX k GET", "-ERR syntax error\r\n"),
            ("GETEX k PERSIST EX 1", "-ERR syntax error\r\n"),
            ("GETEX k EX 1 PERSIST", "-ERR syntax error\r\n"),
            ("GETEX k PERSIST PERSIST", "$-1\r\n"),
            ("SET k e", "+OK\r\n"),
            ("GETEX k", "$1\r\ne\r\n"),
            ("GETEX k PERSIST", "$1\r\ne\r\n"),
            ("GETEX k EX 10", "$1\r\ne\r\n"),
            ("STRLEN k", ":1\r\n"),
            ("STRLEN missing", ":0\r\n"),
            ("SET i -123", "+OK\r\n"),
            ("STRLEN i", ":4\r\n"),
            ("SET e ''", "+OK\r\n"),
            ("STRLEN e", ":0\r\n"),
            ("GET e", "$0\r\n\r\n"),
        ])
    }

    @Test func deadlines() {
        let harness = EngineHarness()
        let now = harness.now
        harness.line("SET k v EX 10")
        #expect(harness.deadline("k") == now + 10_000)
        harness.line("SET k w KEEPTTL")
        #expect(harness.deadline("k") == now + 10_000)
        harness.line("SET k v")
        #expect(harness.deadline("k") == nil)
        harness.line("SET k v PX 10")
        #expect(harness.deadline("k") == now + 10)
        harness.line("SET k a-value-that-needs-more-room-than-before EXAT 1800000000")
        #expect(harness.deadline("k") == 1_800_000_000_000)
        harness.line("SET k 12 PXAT 1800000000001")
        #expect(harness.deadline("k") == 1_800_000_000_001)
        harness.line("INCR k")
        harness.line("APPEND k 4")
        harness.line("SETRANGE k 1 5")
        harness.line("INCRBYFLOAT k 0.5")
        #expect(harness.deadline("k") == 1_800_000_000_001)
        #expect(harness.line("GETEX k EX 100") == bulk("154.5"))
        #expect(harness.deadline("k") == now + 100_000)
        harness.line("GETEX k PERSIST")
        #expect(harness.deadline("k") == nil)
        harness.line("SETEX k 100 v")
        harness.line("GETSET k w")
        #expect(harness.deadline("k") == nil)
        harness.line("PSETEX k 100 v")
        #expect(harness.deadline("k") == now + 100)
        harness.line("SET k v EX 1 EX 2")
        #expect(harness.deadline("k") == now + 2000)
        harness.now += 2000
        #expect(harness.line("GET k") == "$-1\r\n")
        #expect(harness.engine.databases[0].count == 0)
    }

    @Test func timesThatHaveComeDelete() {
        let harness = EngineHarness()
        for command in ["SET k w PXAT 1", "SET k w EXAT 1 GET", "GETEX k EXAT 1"] {
            harness.line("SET k v")
            #expect(harness.line(command) == (command.contains("PXAT") ? "+OK\r\n" : bulk("v")))
            #expect(harness.line("GET k") == "$-1\r\n", "\(command)")
        }
        #expect(harness.line("SET k v PXAT 1 XX") == "$-1\r\n")
        let dirty = harness.engine.dirty
        #expect(harness.line("SET k v PXAT 1") == "+OK\r\n")
        #expect(harness.engine.dirty == dirty)
        harness.line("SET k v")
        #expect(harness.line("SET k w PXAT 1 NX GET") == bulk("v"))
        #expect(harness.line("GET k") == bulk("v"))
        // MSETEX stores them all the same; they are gone when somebody looks.
        #expect(harness.line("MSETEX 2 k 1 l 2 EXAT 1") == ":1\r\n")
        #expect(harness.line("MGET k l") == "*2\r\n$-1\r\n$-1\r\n")
        #expect(harness.engine.statistics.expiredKeys == 5)
    }

    @Test func countsHitsMissesAndChanges() {
        let harness = EngineHarness()
        var before = harness.engine.statistics
        func counts(_ command: String) -> [Int] {
            let dirty = harness.engine.dirty
            harness.line(command)
            let after = harness.engine.statistics
            defer { before = after }
            return [
                after.hits - before.hits, after.misses - before.misses,
                harness.engine.dirty - dirty,
            ]
        }
        #expect(counts("SET k v") == [0, 0, 1])
        #expect(counts("SET k v GET") == [1, 0, 1])
        #expect(counts("SET n v GET") == [0, 1, 1])
        #expect(counts("SET n v XX EX 10") == [0, 0, 1])
        #expect(counts("GETEX k EX 10") == [1, 0, 1])
        #expect(counts("GETEX k") == [1, 0, 0])
        #expect(counts("GETSET k v") == [1, 0, 1])
        #expect(counts("GETDEL k") == [1, 0, 1])
        #expect(counts("GETDEL k") == [0, 1, 0])
        #expect(counts("MSETNX k 1") == [0, 0, 1])
        #expect(counts("MSETNX k 1") == [0, 0, 0])
        #expect(counts("MSETEX 2 k 1 l 2 EX 10") == [0, 0, 2])
        #expect(counts("STRLEN k") == [1, 0, 0])
        #expect(counts("LCS k missing") == [1, 1, 0])
        #expect(counts("GETRANGE missing 0 1") == [0, 1, 0])
        #expect(counts("MGET k missing") == [1, 1, 0])
        #expect(counts("SETRANGE k 1 x") == [0, 0, 1])
        #expect(counts("SETRANGE k 1 ''") == [0, 0, 0])
        #expect(counts("DELIFEQ k y") == [0, 0, 0])
        #expect(counts("DELIFEQ k 1x") == [0, 0, 1])
    }

    @Test func answersNullsOfBothProtocols() {
        let harness = EngineHarness()
        harness.session.version = .resp3
        #expect(harness.line("GET k") == "_\r\n")
        #expect(harness.line("SET k v XX") == "_\r\n")
        #expect(harness.line("MGET k") == "*1\r\n_\r\n")
        #expect(harness.line("LCS k l IDX") == "%2\r\n$7\r\nmatches\r\n*0\r\n$3\r\nlen\r\n:0\r\n")
        #expect(harness.line("INCRBYFLOAT k 1.5") == bulk("1.5"))
    }
}
