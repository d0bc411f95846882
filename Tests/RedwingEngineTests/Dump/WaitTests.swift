// WAIT and WAITAOF of a server without replicas: done at once, or only when the time is over.
import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct WaitTests {
    private let clients = ManyClients()

    private func late(_ client: PretendedClient) -> String {
        defer { client.session.outbox?.removeAll() }
        return client.session.outbox?.bytes.string ?? ""
    }

    @Test func whatIsDoneIsAnsweredAtOnce() {
        let client = clients.client()
        #expect(client("WAIT 0 0") == ":0\r\n")
        #expect(client("WAIT -1 0") == ":0\r\n")
        #expect(client("WAITAOF 0 0 0") == "*2\r\n:0\r\n:0\r\n")
    }

    @Test func whoAsksForReplicasWaits() {
        let (first, second, third) = (clients.client(), clients.client(), clients.client())
        #expect(first("WAIT 1 100") == "")
        #expect(second("WAITAOF 0 1 200") == "")
        #expect(third("WAIT 3 0") == "")
        clients.engine.endWaits()
        #expect(first.session.isBlocked)
        clients.now += 100
        clients.engine.beginTurn(now: clients.now)
        clients.engine.endWaits()
        #expect(late(first) == ":0\r\n")
        #expect(!first.session.isBlocked && second.session.isBlocked)
        clients.now += 100
        clients.engine.beginTurn(now: clients.now)
        clients.engine.endWaits()
        #expect(late(second) == "*2\r\n:0\r\n:0\r\n")
        #expect(third.session.isBlocked)
        #expect(clients.engine.unblock(third.session, withError: false))
        #expect(late(third) == ":0\r\n")
    }

    @Test func errors() {
        let client = clients.client()
        let notInteger = "-ERR value is not an integer or out of range\r\n"
        let range = "-ERR value is out of range, value must between 0 and 1\r\n"
        let positive = "-ERR value is out of range, must be positive\r\n"
        let timeout = "-ERR timeout is not an integer or out of range\r\n"
        let expected = [
            "WAIT x -1": notInteger, "WAIT 0 x": timeout,
            "WAIT 0 -1": "-ERR timeout is negative\r\n",
            "WAIT 1 9223372036854775807": "-ERR timeout is out of range\r\n",
            "WAITAOF x 0 10": notInteger, "WAITAOF 2 1 x": range, "WAITAOF -1 0 10": range,
            "WAITAOF 1 x x": positive, "WAITAOF 0 -1 10": positive, "WAITAOF 1 0 x": timeout,
            "WAITAOF 1 0 10":
                "-ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.\r\n",
        ]
        for (command, reply) in expected { #expect(client(command) == reply, "\(command)") }
    }
}
