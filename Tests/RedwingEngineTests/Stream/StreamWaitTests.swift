// Clients that wait for entries: who is woken when, and what ends a wait.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct StreamWaitTests {
    /// What clients were sent since the last time, by the number of their session.
    private func woken(_ clients: ManyClients) -> [UInt64: String] {
        clients.engine.beginTurn(now: clients.now)
        while clients.engine.work() {}
        var replies: [UInt64: String] = [:]
        for session in clients.engine.takeWakeups() {
            replies[session.id] = session.outbox?.bytes.string ?? ""
            session.outbox?.removeAll()
        }
        return replies
    }

    private func reply(_ key: String, _ id: String) -> String {
        "*1\r\n*2\r\n" + bulk(key) + "*1\r\n" + entryReply(id, "f", "v")
    }

    @Test func everybodyWhoReadsIsServed() {
        let clients = ManyClients()
        let (first, second, writer) = (clients.client(), clients.client(), clients.client())
        writer("XADD s 1-1 f v")
        #expect(first("XREAD BLOCK 0 STREAMS s $") == "")
        #expect(second("XREAD BLOCK 0 STREAMS t s 0 1-1") == "")
        writer("XADD u 1-1 f v")
        #expect(woken(clients).isEmpty)
        writer("XADD s 2-1 f v")
        #expect(
            woken(clients) == [
                first.session.id: reply("s", "2-1"), second.session.id: reply("s", "2-1"),
            ])
    }

    @Test func anEntryGoesToOneConsumer() {
        let clients = ManyClients()
        let (first, second, writer) = (clients.client(), clients.client(), clients.client())
        writer("XGROUP CREATE s g $ MKSTREAM")
        #expect(first("XREADGROUP GROUP g a BLOCK 0 STREAMS s >") == "")
        #expect(second("XREADGROUP GROUP g b BLOCK 0 STREAMS s >") == "")
        writer("XADD s 1-1 f v")
        #expect(woken(clients) == [first.session.id: reply("s", "1-1")])
        writer("XADD s 2-1 f v")
        #expect(woken(clients) == [second.session.id: reply("s", "2-1")])
        #expect(clients.engine.checkKeyspaceInvariants() == nil)
    }

    @Test(arguments: [
        ("DEL s", "-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP"),
        ("SET s x", "-WRONGTYPE Operation against a key"),
        ("XGROUP DESTROY s g", "-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP"),
        ("FLUSHALL", "-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP"),
    ])
    func aGroupThatGoesEndsTheWait(_ command: String, _ error: String) {
        let clients = ManyClients()
        let (reader, writer) = (clients.client(), clients.client())
        writer("XGROUP CREATE s g $ MKSTREAM")
        #expect(reader("XREADGROUP GROUP g a BLOCK 0 STREAMS s >") == "")
        writer(command)
        #expect(woken(clients)[reader.session.id]?.hasPrefix(error) == true)
    }

    @Test func aReaderWaitsOnThroughOtherTypes() {
        let clients = ManyClients()
        let (reader, writer) = (clients.client(), clients.client())
        writer("XADD s 5-1 f v")
        #expect(reader("XREAD BLOCK 0 STREAMS s $") == "")
        writer("DEL s")
        writer("SET s x")
        writer("DEL s")
        writer("XADD s 4-1 f v")
        #expect(woken(clients).isEmpty)
        writer("XADD s 6-1 f v")
        #expect(woken(clients) == [reader.session.id: reply("s", "6-1")])
    }

    @Test func timeIsUpToTheMillisecond() {
        let clients = ManyClients()
        let reader = clients.client()
        #expect(reader("XREAD BLOCK 50 STREAMS s 0") == "")
        clients.now += 49
        #expect(woken(clients).isEmpty)
        clients.now += 1
        #expect(woken(clients) == [reader.session.id: "*-1\r\n"])
        #expect(reader("XREAD BLOCK -1 STREAMS s 0") == "-ERR timeout is negative\r\n")
        #expect(
            reader("XREAD BLOCK x STREAMS s 0")
                == "-ERR timeout is not an integer or out of range\r\n")
    }

    @Test func waitingLeavesNoTraceOfAskingAgain() {
        let clients = ManyClients()
        let (reader, writer) = (clients.client(), clients.client())
        writer("XADD s 1-1 f v")
        writer("XGROUP CREATE s g $")
        #expect(reader("XREADGROUP GROUP g a BLOCK 0 STREAMS s >") == "")
        clients.now += 10
        writer("XDEL s 1-1")
        #expect(woken(clients).isEmpty)
        clients.now += 10
        #expect(writer("XINFO CONSUMERS s g").contains(bulk("idle") + ":20\r\n"))
    }
}
