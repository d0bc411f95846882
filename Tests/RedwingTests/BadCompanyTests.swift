// Clients that are no friends: HTTP requests, floods, readers that never read, more than may come.
import Glibc
import Redwing
import RedwingLinux
import RedwingTesting
import Testing

@Suite struct BadCompanyTests {
    @Test(arguments: [
        "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET k v\r\n", "Host: localhost\r\nSET k v\r\n",
    ])
    func httpEndsWithoutReply(request: String) async throws {
        try await withRedwing(.tcp) { redis async throws in
            let client = try RawClient(redis)
            try client.send(request)
            #expect(try client.receiveAll().isEmpty)
            #expect(try await redis.execute("EXISTS", "k").integer == 0)
        }
    }

    @Test func inputBeyondTheLimitEndsTheConnection() async throws {
        var configuration = Configuration()
        configuration.savePoints = []
        configuration.clientQueryBufferLimit = 1 << 20
        try await withRedwing(.tcp, configuration: configuration) { redis async throws in
            let client = try RawClient(redis)
            try client.send("*2\r\n$3\r\nGET\r\n$100000000\r\n")
            let part = [UInt8](repeating: 0x61, count: 1 << 16)
            var isOpen = true
            for _ in 0..<200 where isOpen { isOpen = client.trySend(part) }
            #expect(!isOpen)
            #expect(try await redis.execute("PING") == .simple("PONG"))
        }
    }

    @Test func aReaderWhoNeverReadsIsCutOff() async throws {
        var configuration = Configuration()
        configuration.savePoints = []
        configuration.clientOutputBufferLimits.normal = .init(
            hardBytes: 1 << 20, softBytes: 0, softSeconds: 0)
        try await withRedwing(.tcp, configuration: configuration) { redis async throws in
            try await redis.execute("SET", "k", String(repeating: "x", count: 10_000))
            let client = try RawClient(redis)
            let request = Array(String(repeating: "GET k\r\n", count: 1000).utf8)
            var isOpen = true
            for _ in 0..<50 where isOpen { isOpen = client.trySend(request) }
            // Unread replies are lost with the connection: reading ends before all have come.
            #expect(client.drain() < 500_000_000)
            #expect(try await redis.execute("PING") == .simple("PONG"))
        }
    }

    @Test func refusedClientsGetOnlyTheirError() async throws {
        var configuration = Configuration()
        configuration.savePoints = []
        configuration.maxClients = 1
        try await withRedwing(.tcp, configuration: configuration) { redis async throws in
            let first = try RawClient(redis)
            try first.send("PING\r\n")
            #expect(try first.receive() == "+PONG\r\n")
            let second = try RawClient(redis)
            #expect(try second.receiveAll() == "-ERR max number of clients reached\r\n")
            try first.send("ECHO hello\r\n")
            #expect(try first.receive() == "$5\r\nhello\r\n")
        }
    }
}

/// A client that speaks bytes.
final class RawClient {
    private let socket: FileDescriptor

    init(_ redis: TestRedis) throws {
        let port = try #require(redis.port)
        socket = try Socket.connect(to: .v4(0x7f00_0001, port: UInt16(port)))
        try socket.handle.setReceiveTimeout(milliseconds: 10_000)
    }

    func send(_ text: String) throws { try socket.writeAll(Array(text.utf8)) }

    /// Sends all or finds the connection closed.
    func trySend(_ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let result = bytes.withUnsafeBytes { socket.handle.send(.init(rebasing: $0[done...])) }
            guard result.count > 0 else { return false }
            done += result.count
        }
        return true
    }

    /// What one read brings.
    func receive() throws -> String {
        var room = [UInt8](repeating: 0, count: 64 * 1024)
        let result = room.withUnsafeMutableBytes { socket.handle.read(into: $0) }
        if let error = result.error("read") { throw error }
        return String(decoding: room[..<result.count], as: UTF8.self)
    }

    /// What comes until the connection ends; a reset counts as an end.
    func receiveAll() throws -> String {
        var text = ""
        while true {
            do {
                let more = try receive()
                if more.isEmpty { return text }
                text += more
            } catch let error as SystemError where error.isDisconnect {
                return text
            }
        }
    }

    /// Reads to the end and counts the bytes.
    func drain() -> Int {
        var total = 0
        var room = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let result = room.withUnsafeMutableBytes { socket.handle.read(into: $0) }
            guard result.count > 0 else { return total }
            total += result.count
        }
    }
}
