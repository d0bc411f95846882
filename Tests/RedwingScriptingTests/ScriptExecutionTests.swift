// Scripts in a server within the process: sessions, waiting, transactions, endless ones.
import Redwing
import RedwingTesting
import Testing

@Suite struct ScriptExecutionTests {
    @Test func aScriptDoesNotWait() async throws {
        try await withRedwing { redis in
            let reply = try await redis.execute("EVAL", "return redis.call('BLPOP','none',0)", "0")
            #expect(reply.isNull)
            let answer1 = try await redis.execute("PING")
            #expect(answer1 == .simple("PONG"))
        }
    }

    @Test func aScriptWakesThoseWhoWaitWhenItHasEnded() async throws {
        try await withRedwing(.tcp) { redis in
            async let popped = redis.execute("BLPOP", "list", "10")
            while try await redis.execute("INFO", "clients").string?
                .contains("blocked_clients:1\r\n") != true
            {}
            let code = """
                redis.call('RPUSH', 'list', 'a')
                redis.call('LPUSH', 'list', 'b')
                return redis.call('LLEN', 'list')
                """
            let answer2 = try await redis.execute("EVAL", code, "0")
            #expect(answer2.integer == 2)
            #expect(try await popped.array == ["list", "b"])
        }
    }

    @Test func anEndlessScriptEndsWhereNobodyCanEndIt() async throws {
        var configuration = Configuration()
        configuration.savePoints = []
        configuration.busyReplyThreshold = 20
        try await withRedwing(configuration: configuration) { redis in
            await #expect(throws: CommandError.self) {
                _ = try await redis.execute("EVAL", "while true do end", "0")
            }
            let answer3 = try await redis.execute("EVAL", "return 5", "0")
            #expect(answer3.integer == 5)
        }
    }

    @Test func selectionEndsWithTheScript() async throws {
        try await withRedwing { redis in
            _ = try await redis.execute(
                "EVAL", "redis.call('SELECT', 3) redis.call('SET', 'k', 'v') error('x')", "0",
                expectingError: true)
            let answer4 = try await redis.execute("EXISTS", "k")
            #expect(answer4.integer == 0)
            let code = "redis.call('SELECT', 3) return redis.call('GET', 'k')"
            let answer5 = try await redis.execute("EVAL", code, "0")
            #expect(answer5 == "v")
        }
    }

    @Test func innerErrorsAreCountedOnce() async throws {
        try await withRedwing { redis in
            _ = try await redis.execute(
                "EVAL", "return redis.call('INCR', 'k', 'x', 'y')", "0", expectingError: true)
            let info = try await redis.execute("INFO", "errorstats").string ?? ""
            #expect(info.contains("errorstat_ERR:count=1\r\n"), "\(info)")
        }
    }
}

extension TestRedis {
    /// The same, where the answer may be an error.
    fileprivate func execute(
        _ arguments: String..., expectingError: Bool
    ) async throws -> ReplyValue? {
        do {
            return try await execute(arguments.map { Array($0.utf8) })
        } catch is CommandError {
            return nil
        }
    }
}
