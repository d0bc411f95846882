// Commands that wait, for callers within the process: they are served, time out by the test's clock
// and can be cancelled.
import Redwing
import RedwingTesting
import Testing

@Suite struct WaitingTests {
    @Test(arguments: [TestTransport.inProcess, .tcp])
    func anotherCallerServesTheOneThatWaits(_ transport: TestTransport) async throws {
        try await withRedwing(transport) { redis in
            async let popped = redis.execute("BLPOP", "queue", "0")
            try await waitUntilSomebodyWaits(redis)
            #expect(try await redis.execute("RPUSH", "queue", "job") == 1)
            #expect(try await popped == .array(["queue", "job"]))
            #expect(try await redis.execute("EXISTS", "queue") == 0)
        }
    }

    @Test func waitingEndsWhenTheClockSaysSo() async throws {
        try await withRedwing { redis in
            async let popped = redis.execute("BRPOP", "queue", "30")
            try await waitUntilSomebodyWaits(redis)
            redis.clock.advance(by: .milliseconds(29_999))
            #expect(try await blockedClients(redis) == 1)
            redis.clock.advance(by: .milliseconds(1))
            #expect(try await popped == .null)
            #expect(try await blockedClients(redis) == 0)
        }
    }

    @Test func whoGivesUpLosesNothing() async throws {
        try await withRedwing { redis in
            let waiting = Task { try await redis.execute("BLPOP", "queue", "0") }
            try await waitUntilSomebodyWaits(redis)
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            #expect(try await blockedClients(redis) == 0)
            try await redis.execute("RPUSH", "queue", "job")
            #expect(try await redis.execute("LPOP", "queue") == "job")
        }
    }

    private func blockedClients(_ redis: TestRedis) async throws -> Int {
        guard case .bulk(let bytes) = try await redis.execute("INFO", "clients") else { return -1 }
        let text = String(decoding: bytes, as: UTF8.self)
        let name = "blocked_clients:"
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name) }
        return line.flatMap { Int($0.dropFirst(name.count)) } ?? -1
    }

    private func waitUntilSomebodyWaits(_ redis: TestRedis) async throws {
        while try await blockedClients(redis) == 0 { await Task.yield() }
    }
}
