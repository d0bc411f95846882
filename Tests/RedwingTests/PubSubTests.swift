// Messages for clients within the process: they are handed apart from replies.
import Redwing
import RedwingTesting
import Testing

@Suite struct PubSubTests {
    private func subscriber(_ redis: TestRedis) throws -> TestClient {
        try #require(redis.makeClient())
    }

    private func message(_ channel: ReplyValue, _ text: ReplyValue) -> ReplyValue {
        .array(["message", channel, text])
    }

    @Test func messagesAreNoReplies() async throws {
        try await withRedwing { redis in
            let client = try subscriber(redis)
            try await client.execute("HELLO", "3")
            #expect(
                try await client.execute("SUBSCRIBE", "a", "b") == .push(["subscribe", "a", 1]))
            #expect(try client.takePushes() == [.push(["subscribe", "b", 2])])
            try await redis.execute("PUBLISH", "a", "one")
            try await redis.execute("PUBLISH", "b", "two")
            #expect(try await client.execute("SET", "k", "v") == .simple("OK"))
            #expect(
                try client.takePushes() == [
                    .push(["message", "a", "one"]), .push(["message", "b", "two"]),
                ])
            #expect(try client.takePushes() == [])
        }
    }

    @Test func onesOwnMessagesAreNoReplies() async throws {
        try await withRedwing { redis in
            let client = try subscriber(redis)
            try await client.execute("HELLO", "3")
            try await client.execute("SUBSCRIBE", "a")
            #expect(try await client.execute("PUBLISH", "a", "me") == 1)
            #expect(try await client.nextPush() == .push(["message", "a", "me"]))
        }
    }

    @Test func waitingForAMessageEndsWithIt() async throws {
        try await withRedwing { redis in
            let client = try subscriber(redis)
            try await client.execute("SUBSCRIBE", "a")
            async let first = client.nextPush()
            try await redis.execute("PUBLISH", "a", "one")
            try await redis.execute("PUBLISH", "a", "two")
            #expect(try await first == message("a", "one"))
            #expect(try await client.nextPush() == message("a", "two"))
        }
    }

    @Test func whoWaitsForAMessageMayGiveUp() async throws {
        try await withRedwing { redis in
            let client = try subscriber(redis)
            try await client.execute("SUBSCRIBE", "a")
            let waiting = Task { try await client.nextPush() }
            waiting.cancel()
            await #expect(throws: (any Error).self) { try await waiting.value }
            try await redis.execute("PUBLISH", "a", "one")
            #expect(try client.takePushes() == [message("a", "one")])
        }
    }

    @Test func aMessageIsNotTakenForTheReplyThatAClientWaitsFor() async throws {
        try await withRedwing { redis in
            let client = try subscriber(redis)
            try await client.execute("HELLO", "3")
            try await client.execute("SUBSCRIBE", "a")
            async let popped = client.execute("BLPOP", "queue", "0")
            while try await redis.execute("PUBLISH", "a", "m") != 1 { await Task.yield() }
            #expect(try await client.nextPush() == .push(["message", "a", "m"]))
            try await redis.execute("RPUSH", "queue", "job")
            #expect(try await popped == .array(["queue", "job"]))
        }
    }

    /// Callers who share a client would take its messages from each other.
    @Test(arguments: [TestTransport.inProcess, .tcp])
    func sharedClientsCannotSubscribe(_ transport: TestTransport) async throws {
        try await withRedwing(transport) { redis in
            for command in ["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"] {
                await #expect(throws: CommandError.self) { try await redis.execute(command, "a") }
            }
            let reply = try await redis.execute("SET", "k", "v")
            #expect(reply == .simple("OK"))
        }
    }

    @Test func eventsOfKeysArriveAsTheClockTurns() async throws {
        try await withRedwing { redis in
            try await redis.execute("CONFIG", "SET", "notify-keyspace-events", "Ex")
            let client = try subscriber(redis)
            try await client.execute("PSUBSCRIBE", "__keyevent@0__:*")
            try await redis.execute("SET", "k", "v", "PX", "500")
            redis.clock.advance(by: .milliseconds(499))
            #expect(try client.takePushes() == [])
            redis.clock.advance(by: .milliseconds(1))
            #expect(
                try client.takePushes() == [
                    .array([
                        "pmessage", "__keyevent@0__:*", "__keyevent@0__:expired", "k",
                    ])
                ])
        }
    }
}
