// Which scripts are kept: those of EVAL by use, those of SCRIPT LOAD for good.
import RedwingTesting
import Testing

@Suite struct ScriptCacheTests {
    /// Whether scripts are cached, by the numbers that they return.
    private func exist(_ redis: TestRedis, _ digests: [ReplyValue]) async throws -> [Int64?] {
        var words = [Array("SCRIPT".utf8), Array("EXISTS".utf8)]
        words += digests.map { $0.bytes ?? [] }
        return try await redis.execute(words).array?.map(\.integer) ?? []
    }

    private func digest(_ redis: TestRedis, _ code: String) async throws -> ReplyValue {
        try await redis.execute("EVAL", "return redis.sha1hex(ARGV[1])", "0", code)
    }

    @Test func scriptsOfEvalGoInTheOrderOfUse() async throws {
        try await withRedwing { redis in
            let loaded = try await redis.execute("SCRIPT", "LOAD", "return 'loaded'")
            let first = try await digest(redis, "return 1")
            let second = try await digest(redis, "return 2")
            for number in 1...499 { _ = try await redis.execute("EVAL", "return \(number)", "0") }
            // With the script that computes digests these are 500; the first is used again.
            _ = try await redis.execute("EVALSHA", first.string ?? "", "0")
            _ = try await redis.execute("EVAL", "return 'new'", "0")
            _ = try await redis.execute("EVAL", "return 'newer'", "0")
            #expect(try await exist(redis, [loaded, first, second]) == [1, 1, 0])
            let info = try await redis.execute("INFO", "everything").string ?? ""
            #expect(info.contains("evicted_scripts:2\r\n"))
            #expect(info.contains("number_of_cached_scripts:501\r\n"))
        }
    }

    @Test func aLoadedScriptStays() async throws {
        try await withRedwing { redis in
            _ = try await redis.execute("EVAL", "return 'kept'", "0")
            let kept = try await redis.execute("SCRIPT", "LOAD", "return 'kept'")
            for number in 1...600 { _ = try await redis.execute("EVAL", "return \(number)", "0") }
            #expect(try await exist(redis, [kept]) == [1])
            _ = try await redis.execute("SCRIPT", "FLUSH")
            #expect(try await exist(redis, [kept]) == [0])
        }
    }

    @Test func figuresFollowTheCache() async throws {
        try await withRedwing { redis in
            func cached() async throws -> Int64 {
                let stats = try await redis.execute("MEMORY", "STATS").array ?? []
                let place = try #require(stats.firstIndex { $0.string == "lua.caches" })
                return try #require(stats[place + 1].integer)
            }
            #expect(try await cached() == 0)
            let code = "return '" + String(repeating: "x", count: 10_000) + "'"
            _ = try await redis.execute("EVAL", code, "0")
            #expect(try await cached() > 10_000)
            _ = try await redis.execute("SCRIPT", "FLUSH")
            #expect(try await cached() == 0)
        }
    }
}
