// The embedded forms: without a socket, over TCP, many at once, and a clock that tests move.
import Redwing
import RedwingTesting
import Testing

@Suite struct WithRedwingTests {
    @Test(arguments: [TestTransport.inProcess, .tcp])
    func commandsAnswer(transport: TestTransport) async throws {
        try await withRedwing(transport) { redis async throws in
            #expect(try await redis.execute("SET", "k", "v") == .simple("OK"))
            #expect(try await redis.execute("GET", "k") == "v")
            #expect(try await redis.execute("GET", "nothing").isNull)
        }
    }

    @Test(arguments: [TestTransport.inProcess, .tcp])
    func errorsAreThrown(transport: TestTransport) async throws {
        try await withRedwing(transport) { redis async throws in
            let error = await #expect(throws: CommandError.self) {
                try await redis.execute("NO-SUCH-COMMAND")
            }
            #expect(error?.code == "ERR")
        }
    }

    @Test func instancesShareNothing() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<20 {
                group.addTask {
                    try await withRedwing(index % 2 == 0 ? .inProcess : .tcp) {
                        redis async throws in
                        #expect(try await redis.execute("GET", "k").isNull)
                        try await redis.execute("SET", "k", "\(index)")
                        #expect(try await redis.execute("GET", "k").integer == Int64(index))
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
