// Client-side caching: who is told, of what, and what the server keeps for it. Most of what clients
// see is compared with Valkey; here is what that cannot show.

import RedwingRESP
import Testing

@testable import RedwingEngine

@Suite struct TrackingTests {
    @Test func readersAreToldOnce() {
        let clients = ManyClients()
        let (one, two, writer) = (
            clients.modernClient(), clients.modernClient(), clients.client()
        )
        one("CLIENT TRACKING on")
        two("CLIENT TRACKING on")
        one("GET k")
        two("MGET k other")
        writer("SET k 1")
        #expect(clients.mail(one) == invalidation("k"))
        #expect(clients.mail(two) == invalidation("k"))
        writer("SET k 2")
        #expect(clients.mail(one) == "")
        writer("SET other 2")
        #expect(clients.mail(two) == invalidation("other"))
    }

    @Test func ownWritesAreToldBehindTheReply() {
        let client = ManyClients().modernClient()
        client("CLIENT TRACKING on")
        client("GET k")
        #expect(client("SET k 1") == "+OK\r\n" + invalidation("k"))
        client("CLIENT TRACKING on NOLOOP")
        client("GET k")
        #expect(client("SET k 1") == "+OK\r\n")
    }

    @Test func repliesThatAreOffDoNotKeepMessagesBack() {
        let clients = ManyClients()
        let (reader, writer) = (clients.modernClient(), clients.client())
        reader("CLIENT TRACKING on")
        reader("CLIENT REPLY OFF")
        reader("GET k")
        writer("SET k 1")
        #expect(clients.mail(reader) == invalidation("k"))
        reader("GET k")
        #expect(reader("SET k 2") == invalidation("k"))
    }

    @Test func expiryTellsEvenWithoutLoops() {
        let clients = ManyClients()
        let (reader, follower) = (clients.modernClient(), clients.modernClient())
        reader("CLIENT TRACKING on NOLOOP")
        follower("CLIENT TRACKING on BCAST NOLOOP")
        reader("SET k 1 PX 100")
        reader("GET k")
        #expect(clients.mail(follower) == invalidation("k"))
        clients.pass(150)
        #expect(clients.mail(reader) == invalidation("k"))
        #expect(clients.mail(follower) == invalidation("k"))
    }

    @Test func subscribersAreToldInTheOldProtocol() {
        let clients = ManyClients()
        let (reader, target, writer) = (clients.client(), clients.client(), clients.client())
        reader("CLIENT TRACKING on REDIRECT \(target.session.id)")
        reader("GET k")
        writer("SET k 1")
        #expect(clients.mail(target) == "")
        target("SUBSCRIBE __redis__:invalidate")
        reader("GET k")
        writer("SET k 1")
        let message = "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n"
        #expect(clients.mail(target) == message + "*1\r\n$1\r\nk\r\n")
        writer("FLUSHALL")
        #expect(clients.mail(target) == message + "$-1\r\n")
        #expect(clients.mail(reader) == "")
    }

    @Test func aRedirectThatIsGoneIsReported() {
        let clients = ManyClients()
        let (reader, target, writer) = (
            clients.modernClient(), clients.modernClient(), clients.client()
        )
        let id = target.session.id
        reader("CLIENT TRACKING on REDIRECT \(id)")
        reader("GET k")
        clients.engine.end(target.session)
        writer("SET k 1")
        let broken = ">2\r\n$21\r\ntracking-redir-broken\r\n:\(id)\r\n"
        #expect(clients.mail(reader) == broken)
        #expect(field("flags", of: reader("CLIENT INFO"), separator: "=") == "tR")
        #expect(field("redir", of: reader("CLIENT INFO"), separator: "=") == "\(id)")
        reader("CLIENT TRACKING on")
        #expect(field("flags", of: reader("CLIENT INFO"), separator: "=") == "t")
        #expect(field("redir", of: reader("CLIENT INFO"), separator: "=") == "0")
    }

    @Test func nothingIsKeptOfClientsThatHaveLeft() {
        let clients = ManyClients()
        let writer = clients.client()
        comeAndGo(clients, writer)
        let before = clients.engine.usedMemory
        comeAndGo(clients, writer)
        #expect(clients.engine.usedMemory == before)
        #expect(field("tracking_total_items", of: writer("INFO stats")) == "0")
        #expect(field("tracking_total_prefixes", of: writer("INFO stats")) == "0")
        #expect(field("tracking_clients", of: writer("INFO clients")) == "0")
        #expect(!clients.engine.hasObservers)
        #expect(!clients.engine.hasWakeups)
    }

    /// Twenty clients read and follow, and leave.
    private func comeAndGo(_ clients: ManyClients, _ writer: PretendedClient) {
        let readers = (0..<20).map { _ in clients.modernClient() }
        for reader in readers.prefix(10) {
            reader("CLIENT TRACKING on")
            for key in 0..<200 { reader("GET key:\(key)") }
        }
        for (index, reader) in readers.dropFirst(10).enumerated() {
            reader("CLIENT TRACKING on BCAST PREFIX \(index) PREFIX common")
        }
        writer("MSET common:1 1 0x 1 1x 1")
        #expect(field("tracking_total_items", of: writer("INFO stats")) == "2000")
        #expect(field("tracking_total_keys", of: writer("INFO stats")) == "200")
        #expect(field("tracking_total_prefixes", of: writer("INFO stats")) == "11")
        #expect(field("tracking_clients", of: writer("INFO clients")) == "20")
        for reader in readers { clients.engine.end(reader.session) }
        writer("FLUSHALL")
        while clients.engine.work() {}
        _ = clients.engine.takeWakeups()
    }

    @Test func aLoweredLimitIsReachedInSlices() {
        let clients = ManyClients()
        let (reader, other) = (clients.modernClient(), clients.client())
        reader("CLIENT TRACKING on NOLOOP")
        for key in 0..<1000 { reader("GET \(key)") }
        other("CONFIG SET tracking-table-max-keys 300")
        #expect(clients.engine.hasBackgroundWork)
        _ = clients.engine.work()
        #expect(clients.engine.tracking.value.table.count == 900)
        while clients.engine.work() {}
        #expect(clients.engine.tracking.value.table.count == 300)
        #expect(!clients.engine.hasBackgroundWork)
        // The reader has heard of every key that is no longer remembered, without loops as it is.
        #expect(clients.mail(reader).split(separator: ">").count == 700)
        reader.send(["MGET"] + (2000..<2400).map(String.init))
        #expect(clients.engine.tracking.value.table.count == 300)
        other("CONFIG SET tracking-table-max-keys 0")
        reader.send(["MGET"] + (2000..<2400).map(String.init))
        #expect(clients.engine.tracking.value.table.count > 400)
    }

    @Test func aMessageToAllWaitsForTheEndOfTheTurn() {
        let clients = ManyClients()
        let (follower, writer) = (clients.modernClient(), clients.client())
        follower("CLIENT TRACKING on BCAST PREFIX a PREFIX b")
        writer("MSET b2 1 a2 1 c 1")
        writer("DEL b1 b2")
        writer("MSET a1 1 b1 1")
        #expect(follower("PING") == "+PONG\r\n")
        #expect(clients.engine.hasWakeups)
        #expect(clients.mail(follower) == invalidation("a1", "a2") + invalidation("b1", "b2"))
        #expect(!clients.engine.hasWakeups)
    }

    @Test func loopsAreTheClientThatChangedAKeyLast() {
        let clients = ManyClients()
        let (one, two) = (clients.modernClient(), clients.modernClient())
        one("CLIENT TRACKING on BCAST NOLOOP")
        two("CLIENT TRACKING on BCAST NOLOOP")
        one("MSET a 1 b 1")
        two("MSET b 1 c 1")
        #expect(clients.mail(one) == invalidation("b", "c"))
        #expect(clients.mail(two) == invalidation("a"))
    }

    @Test func allKeysAreInvalidWhenADatabaseIsEmptied() {
        let clients = ManyClients()
        let (reader, follower, writer) = (
            clients.modernClient(), clients.modernClient(), clients.client()
        )
        reader("CLIENT TRACKING on NOLOOP")
        follower("CLIENT TRACKING on BCAST")
        reader("GET k")
        writer("FLUSHDB")
        #expect(clients.mail(reader) == invalidationOfAll)
        #expect(clients.mail(follower) == invalidationOfAll)
        #expect(reader("FLUSHALL") == "+OK\r\n" + invalidationOfAll)
        writer("SET k 1")
        #expect(clients.mail(reader) == "")
    }

    @Test func cachingLastsForOneCommandTransactionOrWait() {
        let clients = ManyClients()
        let (reader, writer) = (clients.modernClient(), clients.client())
        reader("CLIENT TRACKING on OPTIN")
        func isCaching() -> Bool { reader.session.tracking.options.contains(.caching) }
        reader("CLIENT CACHING yes")
        reader("MULTI")
        reader("GET a")
        #expect(isCaching())
        reader("EXEC")
        #expect(!isCaching())
        reader("CLIENT CACHING yes")
        reader("XREAD BLOCK 1000 STREAMS s $")
        #expect(isCaching())
        clients.pass(1500)
        #expect(!isCaching())
        _ = clients.mail(reader)
        writer("XADD s 1-1 f v")
        #expect(clients.mail(reader) == invalidation("s"))
        reader("MULTI")
        reader("CLIENT CACHING yes")
        reader("GET b")
        reader("GET c")
        reader("EXEC")
        reader("GET d")
        writer("MSET b 1 c 1 d 1")
        #expect(clients.mail(reader) == invalidation("b") + invalidation("c"))
    }

    @Test func numbersOfClientsAreNeverGivenTwice() {
        let clients = ManyClients()
        let (one, two) = (clients.modernClient(), clients.modernClient())
        one("CLIENT TRACKING on")
        let number = one.session.tracking.number
        one("CLIENT TRACKING off")
        one("CLIENT TRACKING on")
        #expect(one.session.tracking.number == number)
        two("CLIENT TRACKING on")
        #expect(two.session.tracking.number != number)
        // After four billion clients they begin anew.
        clients.engine.tracking.value.lastNumber = .max
        let third = clients.modernClient()
        third("CLIENT TRACKING on")
        let all = [one, two, third].map(\.session.tracking.number)
        #expect(Set(all).count == 3)
        #expect(!all.contains(0))
    }
}
