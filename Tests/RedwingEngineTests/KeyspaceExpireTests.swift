// Deadlines of keys: how they are set and asked for, and that keys leave in time. Expected replies
// are those of Valkey 9.1.2.
import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct KeyspaceExpireTests {
    @Test func badTimes() {
        expectReplies([
            ("SET a 1", "+OK\r\n"),
            ("EXPIRE a abc", "-ERR value is not an integer or out of range\r\n"),
            ("EXPIRE a 99999999999999999", "-ERR invalid expire time in 'expire' command\r\n"),
            ("EXPIRE a 9223372036854775", "-ERR invalid expire time in 'expire' command\r\n"),
            ("EXPIRE nokey 9223372036854775", "-ERR invalid expire time in 'expire' command\r\n"),
            (
                "PEXPIRE a 9223372036854775807",
                "-ERR invalid expire time in 'pexpire' command\r\n"
            ),
            ("EXPIREAT a 99999999999999999", "-ERR invalid expire time in 'expireat' command\r\n"),
            ("EXPIRE a 10 foo", "-ERR Unsupported option foo\r\n"),
            ("EXPIRE a abc foo", "-ERR Unsupported option foo\r\n"),
            (
                "EXPIRE a 10 NX gt",
                "-ERR NX and XX, GT or LT options at the same time are not compatible\r\n"
            ),
            (
                "EXPIRE a 10 GT LT",
                "-ERR GT and LT options at the same time are not compatible\r\n"
            ),
            ("EXPIRE nokey 10", ":0\r\n"),
            ("PERSIST nokey", ":0\r\n"),
            ("PERSIST a", ":0\r\n"),
        ])
    }

    @Test func farTimes() {
        expectReplies([
            ("SET a 1", "+OK\r\n"),
            ("PEXPIREAT a 9223372036854775807", ":1\r\n"),
            ("PEXPIRETIME a", ":9223372036854775807\r\n"),
            ("EXPIRETIME a", ":9223372036854776\r\n"),
            ("PEXPIRE a -9223372036854775808", ":1\r\n"),
            ("EXISTS a", ":0\r\n"),
        ])
    }

    @Test func conditions() {
        expectReplies([
            ("SET a 1", "+OK\r\n"),
            ("EXPIRE a 100 XX", ":0\r\n"),
            ("EXPIRE a 100 GT", ":0\r\n"),
            ("EXPIRE a 100 LT", ":1\r\n"),
            ("EXPIRE a 50 NX", ":0\r\n"),
            ("EXPIRE a 100 GT", ":0\r\n"),
            ("EXPIRE a 101 GT XX", ":1\r\n"),
            ("EXPIRE a 101 LT", ":0\r\n"),
            ("EXPIRE a 99 LT", ":1\r\n"),
            ("TTL a", ":99\r\n"),
            ("PTTL a", ":99000\r\n"),
            ("EXPIRETIME a", ":1700000099\r\n"),
            ("PEXPIRETIME a", ":1700000099000\r\n"),
            ("PEXPIRE a 1500", ":1\r\n"),
            ("TTL a", ":2\r\n"),
            ("PEXPIRE a 1499", ":1\r\n"),
            ("TTL a", ":1\r\n"),
            ("PERSIST a", ":1\r\n"),
            ("EXPIRE a 100 NX NX", ":1\r\n"),
            ("EXPIRE a 0", ":1\r\n"),
            ("TTL a", ":-2\r\n"),
        ])
    }

    @Test func expiredKeysAreGoneForEverybody() {
        let harness = EngineHarness()
        harness.engine.expiresActively = false
        func plant() {
            harness.line("SET e 1 PX 10")
            harness.now += 10
        }
        let answers: [(String, String)] = [
            ("DEL e", ":0\r\n"), ("UNLINK e", ":0\r\n"), ("EXISTS e", ":0\r\n"),
            ("TOUCH e", ":0\r\n"), ("TYPE e", "+none\r\n"), ("TTL e", ":-2\r\n"),
            ("PERSIST e", ":0\r\n"), ("EXPIRE e 10", ":0\r\n"),
            ("RENAME e x", "-ERR no such key\r\n"), ("RENAMENX e x", "-ERR no such key\r\n"),
            ("MOVE e 1", ":0\r\n"), ("COPY e x", ":0\r\n"), ("OBJECT ENCODING e", "$-1\r\n"),
            ("RANDOMKEY", "$-1\r\n"), ("SCAN 0", "*2\r\n$1\r\n0\r\n*0\r\n"),
        ]
        for (command, reply) in answers {
            plant()
            #expect(harness.line(command) == reply, "\(command)")
            #expect(harness.line("DBSIZE") == ":0\r\n", "\(command)")
        }
        for command in ["KEYS *", "KEYS e"] {
            plant()
            #expect(harness.line(command) == "*0\r\n", "\(command)")
        }
        #expect(harness.line("DBSIZE") == ":1\r\n")
        harness.expectSound()
    }

    @Test func anExpiredTargetIsNoObstacle() {
        let harness = EngineHarness()
        harness.engine.expiresActively = false
        for command in ["RENAMENX a e", "COPY a e", "MOVE a 1"] {
            harness.select(1)
            harness.line("SET a old PX 10")
            harness.select(0)
            harness.line("SET e old PX 10")
            harness.line("SET a new")
            harness.now += 10
            #expect(harness.line(command) == ":1\r\n", "\(command)")
            harness.expectSound()
            harness.line("FLUSHALL")
        }
    }

    @Test func aKeyLeavesAmongAMillionDeadlines() {
        let harness = EngineHarness()
        harness.makeKeys(0..<1_000_000) { EngineHarness.start + 10_000 + Int64($0) }
        harness.line("SET short v PX 5000")
        harness.now += 5000
        #expect(harness.engine.nextDeadline ?? .max <= harness.now)
        var slices = 0
        repeat {
            harness.engine.beginTurn(now: harness.now)
            slices += 1
        } while harness.engine.work() && slices < 1000
        #expect(harness.engine.databases[0].count == 1_000_000)
        #expect(harness.entry("short") == nil)
        #expect(slices < 20, "\(slices) slices")
        // A burst of 100,000 keys goes in slices, each of which removes a bounded number.
        harness.now += 105_000
        harness.engine.beginTurn(now: harness.now)
        var largest = 0
        var before = harness.engine.databases[0].count
        while harness.engine.work() {
            let after = harness.engine.databases[0].count
            largest = max(largest, before - after)
            before = after
        }
        #expect(largest <= 200)
        #expect(harness.engine.databases[0].count == 899_999)
        #expect(harness.engine.databases[0].value.deadlineCount == 899_999)
    }

    @Test func deadlinesFollowTheirKeys() {
        let harness = EngineHarness()
        harness.line("SET a 1 PX 500")
        harness.line("RENAME a b")
        harness.line("MOVE b 3")
        harness.select(3)
        harness.line("COPY b c")
        harness.line("SET d 1 PX 400")
        harness.line("PERSIST d")
        harness.line("PEXPIRE c 900")
        harness.expectSound()
        harness.now += 499
        harness.finishWork()
        #expect(harness.engine.databases[3].count == 3)
        harness.now += 1
        harness.finishWork()
        #expect(harness.entry("b") == nil)
        harness.now += 400
        harness.finishWork()
        #expect(harness.entry("c") == nil)
        #expect(harness.line("KEYS *") == "*1\r\n$1\r\nd\r\n")
        harness.expectSound()
    }
}
