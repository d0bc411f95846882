// Which clients are disconnected when all of them take too much memory.
import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct ClientEvictionTests {
    /// Clients of these sizes, in bytes.
    private func clients(_ many: ManyClients, _ sizes: [Int]) -> [PretendedClient] {
        sizes.map { size in
            let client = many.client()
            (client.session.transport as? PretendedTransport)?.memory = size
            return client
        }
    }

    @Test func theLargestGo() {
        let many = ManyClients()
        let all = clients(many, [1000, 300_000, 70_000, 600_000, 20_000])
        all[0]("CONFIG SET maxmemory-clients 400kb")
        many.engine.limitClientMemory(isThorough: false)
        #expect(all.allSatisfy { !$0.session.closesNow })
        many.engine.limitClientMemory(isThorough: true)
        #expect(all.map(\.session.closesNow) == [false, false, false, true, false])
        #expect(many.engine.takeWakeups().map(\.id) == [all[3].session.id])
        (all[2].session.transport as? PretendedTransport)?.memory = 200_000
        many.engine.limitClientMemory(isThorough: true)
        #expect(all.map(\.session.closesNow) == [false, true, false, true, false])
        #expect(field("evicted_clients", of: all[0]("INFO stats")) == "2")
    }

    @Test func someAreSpared() {
        let many = ManyClients()
        let all = clients(many, [1000, 900_000, 70_000])
        all[1]("CLIENT NO-EVICT ON")
        all[0]("CONFIG SET maxmemory-clients 500kb")
        many.engine.limitClientMemory(isThorough: true)
        #expect(all.map(\.session.closesNow) == [true, false, true])
    }

    @Test func theLimitMayBeAShareOfAll() {
        let many = ManyClients()
        let all = clients(many, [1000, 900_000])
        all[0]("CONFIG SET maxmemory-clients 10%")
        many.engine.limitClientMemory(isThorough: true)
        #expect(!all[1].session.closesNow)
        all[0]("CONFIG SET maxmemory 20mb")
        many.engine.limitClientMemory(isThorough: true)
        #expect(!all[1].session.closesNow)
        all[0]("CONFIG SET maxmemory 2mb")
        many.engine.limitClientMemory(isThorough: true)
        #expect(all[1].session.closesNow)
        #expect(!all[0].session.closesNow)
    }

    @Test func aLowLimitLeavesRoomToTalk() {
        let many = ManyClients()
        let all = clients(many, [1000, 20_000])
        all[0]("CONFIG SET maxmemory-clients 1")
        many.engine.limitClientMemory(isThorough: true)
        #expect(all.allSatisfy { !$0.session.closesNow })
    }

    @Test func queuedCommandsCount() {
        let many = ManyClients()
        let all = clients(many, [1000, 1000])
        all[0]("CONFIG SET maxmemory-clients 200kb")
        all[1]("MULTI")
        all[1]("SET a \(String(repeating: "x", count: 300_000))")
        many.engine.limitClientMemory(isThorough: true)
        #expect(all.map(\.session.closesNow) == [false, true])
    }

    @Test func buffersThatGrowAreNoticedAtOnce() {
        let many = ManyClients()
        let all = clients(many, [1000, 300_000])
        all[0]("CONFIG SET maxmemory-clients 200kb")
        let buffer = many.engine.makeReplyBuffer(capacity: 300_000)
        many.engine.limitClientMemory(isThorough: false)
        #expect(all.map(\.session.closesNow) == [false, true])
        buffer.destroy()
    }
}
