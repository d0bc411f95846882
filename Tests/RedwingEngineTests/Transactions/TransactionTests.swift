// Transactions and time, memory and the clients that go: what the comparison with Valkey cannot
// hold still. Replies are compared in the compatibility tests.
import RedwingContainers
import RedwingRESP
import Testing

@testable import RedwingEngine

@Suite struct TransactionTests {
    private let nothing = "*-1\r\n"

    private func run(_ client: PretendedClient) -> String {
        client("MULTI")
        client("PING")
        return client("EXEC")
    }

    @Test func aWatchedKeyThatExpiresFailsTheTransaction() {
        let clients = ManyClients()
        let client = clients.client()
        client("SET k v PX 100")
        client("WATCH k")
        clients.now += 99
        client("MULTI")
        client("PING")
        clients.now += 1
        #expect(client("EXEC") == nothing)
        #expect(run(client) == "*1\r\n+PONG\r\n")
    }

    @Test func itFailsTooWhenTheKeyHasGoneByItself() {
        let clients = ManyClients()
        let client = clients.client()
        client("SET k v PX 100")
        client("WATCH k")
        clients.pass(200)
        #expect(run(client) == nothing)
    }

    @Test func aKeyWhoseTimeHadComeMayGo() {
        let clients = ManyClients()
        let (client, other) = (clients.client(), clients.client())
        client("SET k v PX 100")
        clients.engine.expiresActively = false
        clients.now += 200
        client("WATCH k")
        #expect(run(client) == "*1\r\n+PONG\r\n")
        client("WATCH k")
        #expect(other("GET k") == "$-1\r\n")
        #expect(run(client) == "*1\r\n+PONG\r\n")
        client("SET k v PX 100")
        clients.now += 200
        client("WATCH k")
        other("SET k new")
        #expect(run(client) == nothing)
    }

    @Test func timeStandsStillWithinATransaction() {
        let clients = ManyClients()
        let client = clients.client()
        client("SET k v PX 100")
        client("MULTI")
        client("GET k")
        client("PEXPIRE k 1")
        client("GET k")
        clients.now += 99
        #expect(client("EXEC") == "*3\r\n$1\r\nv\r\n:1\r\n$1\r\nv\r\n")
    }

    @Test func memoryOfQueuedCommandsIsCountedAndGivenBack() {
        let clients = ManyClients()
        let (client, other) = (clients.client(), clients.client())
        func multiMemory() -> Int {
            let line = other("CLIENT LIST ID \(client.session.id)")
            return field("multi-mem", of: line, separator: "=").flatMap { Int($0) } ?? -1
        }
        client("MULTI")
        for number in 0..<10 {
            client.send(["SET", "k\(number)", String(repeating: "x", count: 10_000)])
        }
        #expect(multiMemory() > 100_000 && multiMemory() < 120_000)
        client("DISCARD")
        #expect(multiMemory() == 0)
    }

    @Test func whoQueuesTooMuchIsEnded() {
        let clients = ManyClients { $0.clientQueryBufferLimit = 1 << 20 }
        let (client, other) = (clients.client(), clients.client())
        let value = String(repeating: "x", count: 200_000)
        client("MULTI")
        for _ in 0..<5 { #expect(client.send(["SET", "k", value]) == "+QUEUED\r\n") }
        #expect(client.send(["SET", "k", value]) == "")
        #expect(client.session.closesNow)
        // What fails anyway is not kept.
        let failing = clients.client()
        failing("MULTI")
        failing("NOSUCH")
        for _ in 0..<50 { #expect(failing.send(["SET", "k", value]) == "+QUEUED\r\n") }
        #expect(!failing.session.closesNow)
        #expect(other("EXISTS k") == ":0\r\n")
    }

    @Test func aClientThatLeavesWatchesNothing() {
        let clients = ManyClients()
        let (client, other) = (clients.client(), clients.client())
        client("WATCH a b c")
        #expect(field("total_watched_keys", of: other("INFO clients")) == "3")
        #expect(clients.engine.hasObservers)
        clients.engine.end(client.session)
        #expect(field("total_watched_keys", of: other("INFO clients")) == "0")
        #expect(field("watching_clients", of: other("INFO clients")) == "0")
        #expect(!clients.engine.hasObservers)
        #expect(other("SET a v") == "+OK\r\n")
    }

    /// Many clients watch and change few keys; a model knows whose transaction has to fail.
    @Test func watchingAgreesWithAModel() {
        let clients = ManyClients()
        let all = (0..<6).map { _ in clients.client() }
        var watched = all.map { _ in Set<String>() }
        var lost = all.map { _ in false }
        func touch(_ key: String) {
            for index in all.indices where watched[index].contains(key) { lost[index] = true }
        }
        for step in 0..<5000 {
            let who = Int.random(in: 0..<6)
            let key = "k\(Int.random(in: 0..<5))"
            switch Int.random(in: 0..<6) {
            case 0, 1:
                all[who]("WATCH \(key)")
                if !lost[who] { watched[who].insert(key) }
            case 2:
                all[who]("SET \(key) \(step)")
                touch(key)
            case 3:
                if all[who]("DEL \(key)") == ":1\r\n" { touch(key) }
            case 4:
                all[who]("UNWATCH")
                watched[who] = []
                lost[who] = false
            default:
                #expect(run(all[who]) == (lost[who] ? nothing : "*1\r\n+PONG\r\n"))
                watched[who] = []
                lost[who] = false
            }
        }
    }
}
