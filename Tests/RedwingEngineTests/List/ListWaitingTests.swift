// Clients that wait for lists: who is served, in which order, and what those get who are not.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct ListWaitingTests {
    private let clients = ManyClients()

    /// What a client got that it did not get at once.
    private func late(_ client: PretendedClient) -> String {
        defer { client.session.outbox?.removeAll() }
        return client.session.outbox?.bytes.string ?? ""
    }

    private func pair(_ key: String, _ element: String) -> String {
        "*2\r\n" + bulk(key) + bulk(element)
    }

    @Test func whoCameFirstIsServedFirst() {
        let (first, second, pusher) = (clients.client(), clients.client(), clients.client())
        #expect(first("BLPOP a b 0") == "")
        #expect(second("BRPOP b 0") == "")
        #expect(pusher("RPUSH b 1 2 3") == ":3\r\n")
        #expect(late(first) == pair("b", "1"))
        #expect(late(second) == pair("b", "3"))
        #expect(pusher("LRANGE b 0 -1") == "*1\r\n" + bulk("2"))
        #expect(!first.session.isBlocked)
    }

    @Test func whoIsNotServedWaitsOn() {
        let (first, second, pusher) = (clients.client(), clients.client(), clients.client())
        #expect(first("BLPOP a 0") == "")
        #expect(second("BLMPOP 0 2 a c LEFT COUNT 5") == "")
        pusher("LPUSH a x")
        #expect(late(first) == pair("a", "x"))
        #expect(second.session.isBlocked)
        pusher("RPUSH c y z")
        #expect(late(second) == "*2\r\n" + bulk("c") + "*2\r\n" + bulk("y") + bulk("z"))
        #expect(pusher("EXISTS a c") == ":0\r\n")
    }

    /// What one client moves serves the next, in the same turn.
    @Test func movesServeOthers() {
        let (mover, waiter, pusher) = (clients.client(), clients.client(), clients.client())
        #expect(mover("BLMOVE a b LEFT RIGHT 0") == "")
        #expect(waiter("BLPOP b 0") == "")
        pusher("RPUSH a x")
        #expect(late(mover) == bulk("x"))
        #expect(late(waiter) == pair("b", "x"))
        #expect(pusher("EXISTS a b") == ":0\r\n")
    }

    @Test func aWrongTargetIsAnError() {
        let (mover, pusher) = (clients.client(), clients.client())
        pusher("SET b string")
        #expect(mover("BRPOPLPUSH a b 0") == "")
        pusher("RPUSH a x")
        let error = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
        #expect(late(mover) == error)
        #expect(pusher("LRANGE a 0 -1") == "*1\r\n" + bulk("x"))
    }

    @Test func anotherTypeServesNobody() {
        let (waiter, pusher) = (clients.client(), clients.client())
        #expect(waiter("BLPOP a 0") == "")
        pusher("SET a string")
        #expect(waiter.session.isBlocked)
        pusher("DEL a")
        pusher("RPUSH a 1")
        #expect(late(waiter) == pair("a", "1"))
    }

    @Test func timeIsOver() {
        let (popper, mover, other) = (clients.client(), clients.client(), clients.client())
        #expect(popper("BLPOP a 0.5") == "")
        #expect(mover("BLMOVE a b LEFT LEFT 0.6") == "")
        clients.now += 499
        clients.engine.beginTurn(now: clients.now)
        _ = clients.engine.work()
        #expect(late(popper) == "")
        clients.now += 101
        clients.engine.beginTurn(now: clients.now)
        _ = clients.engine.work()
        #expect(late(popper) == "*-1\r\n")
        // Other than without waiting, where it is a null string.
        #expect(late(mover) == "*-1\r\n")
        other("RPUSH a 1")
        #expect(other("LLEN a") == ":1\r\n")
    }
}
