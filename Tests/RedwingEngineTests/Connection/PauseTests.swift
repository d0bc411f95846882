// CLIENT PAUSE and UNPAUSE by a clock that the test turns. Expected replies are those of Valkey
// 9.1.2.

import Testing

@testable import RedwingEngine

@Suite struct PauseTests {
    private let clients = ManyClients()

    /// Lets the engine do what is due, and returns what clients got by that.
    private func work(_ client: PretendedClient) -> String {
        clients.engine.beginTurn(now: clients.now)
        while clients.engine.work() {}
        return mail(client)
    }

    /// What has come for a client out of turn.
    private func mail(_ client: PretendedClient) -> String {
        _ = clients.engine.takeWakeups()
        defer { client.session.outbox?.removeAll() }
        return client.session.outbox?.bytes.string ?? ""
    }

    @Test func wrongArguments() {
        let client = clients.client()
        #expect(
            client("CLIENT PAUSE x") == "-ERR timeout is not an integer or out of range\r\n")
        #expect(client("CLIENT PAUSE -1") == "-ERR timeout is negative\r\n")
        #expect(
            client("CLIENT PAUSE 9223372036854775807") == "-ERR timeout is out of range\r\n")
        #expect(
            client("CLIENT PAUSE 1 foo") == "-ERR CLIENT PAUSE mode must be WRITE or ALL\r\n")
        #expect(client("CLIENT PAUSE 0") == "+OK\r\n")
        #expect(client("SET k 1") == "+OK\r\n")
    }

    @Test func writersWaitForTheEnd() {
        let (admin, writer) = (clients.client(), clients.client())
        #expect(admin("CLIENT PAUSE 1000 WRITE") == "+OK\r\n")
        #expect(writer("GET k") == "$-1\r\n")
        #expect(writer("SET k 1") == "")
        #expect(writer.session.isBlocked)
        #expect(field("blocked_clients", of: admin("INFO clients")) == "1")
        #expect(field("paused_actions", of: admin("INFO clients")) == "write")
        #expect(field("paused_timeout_milliseconds", of: admin("INFO clients")) == "1000")
        let line = admin("CLIENT LIST ID 2")
        #expect(field("flags", of: line, separator: "=") == "b")
        #expect(field("cmd", of: line, separator: "=") == "set")
        #expect(field("argv-mem", of: line, separator: "=") == "5")
        clients.now += 999
        #expect(work(writer) == "")
        #expect(admin("GET k") == "$-1\r\n")
        clients.now += 1
        #expect(clients.engine.nextDeadline.map { $0 <= clients.now } == true)
        #expect(work(writer) == "+OK\r\n")
        #expect(!writer.session.isBlocked)
        #expect(admin("GET k") == "$1\r\n1\r\n")
        #expect(field("paused_reason", of: admin("INFO clients")) == "none")
        #expect(!clients.engine.hasBackgroundWork)
    }

    @Test func unpauseRunsThemInOrder() {
        let admin = clients.client()
        let writers = (0..<5).map { _ in clients.client() }
        admin("CLIENT PAUSE 100000 WRITE")
        for (number, writer) in writers.enumerated() {
            #expect(writer("RPUSH l \(number)") == "")
        }
        #expect(admin("CLIENT UNPAUSE") == "+OK\r\n")
        #expect(clients.engine.hasBackgroundWork)
        #expect(work(writers[0]) == ":1\r\n")
        #expect(mail(writers[4]) == ":5\r\n")
        let list = "*5\r\n" + (0..<5).map { "$1\r\n\($0)\r\n" }.joined()
        #expect(admin("LRANGE l 0 -1") == list)
    }

    @Test func allStopsEverything() {
        let (admin, other) = (clients.client(), clients.client())
        admin("CLIENT PAUSE 300")
        #expect(other("CLIENT UNPAUSE") == "")
        #expect(admin("PING") == "")
        #expect(admin("FOO") != "")
        clients.now += 300
        #expect(work(other) == "+OK\r\n")
        #expect(mail(admin) == "+PONG\r\n")
    }

    @Test func theLongerAndTheStricterPauseHolds() {
        let (admin, other) = (clients.client(), clients.client())
        admin("CLIENT PAUSE 5000 WRITE")
        admin("CLIENT PAUSE 1000 WRITE")
        #expect(field("paused_timeout_milliseconds", of: admin("INFO clients")) == "5000")
        admin("CLIENT PAUSE 100 ALL")
        clients.now += 4999
        #expect(work(other) == "")
        #expect(other("GET k") == "")
        clients.now += 1
        #expect(work(other) == "$-1\r\n")
    }

    @Test func transactions() {
        let (admin, other) = (clients.client(), clients.client())
        other("MULTI")
        other("SET k 1")
        admin("CLIENT PAUSE 1000 WRITE")
        #expect(other("EXEC") == "")
        admin("CLIENT UNPAUSE")
        #expect(work(other) == "*1\r\n+OK\r\n")
        admin("MULTI")
        admin("CLIENT PAUSE 1000 WRITE")
        admin("SET k 2")
        #expect(admin("EXEC") == "*2\r\n+OK\r\n+OK\r\n")
        other("MULTI")
        #expect(other("GET k") == "+QUEUED\r\n")
        #expect(other("EXEC") == "*1\r\n$1\r\n2\r\n")
        #expect(other("PUBLISH a b") != "-")
    }

    @Test func keysStayWhileTimeStands() {
        let (admin, other) = (clients.client(), clients.client())
        admin("SET k 1 PX 50")
        admin("CLIENT PAUSE 1000 WRITE")
        clients.now += 60
        #expect(work(other) == "")
        #expect(other("GET k") == "$-1\r\n")
        #expect(other("PTTL k") == ":-2\r\n")
        #expect(other("DBSIZE") == ":1\r\n")
        clients.now += 940
        _ = work(other)
        #expect(other("DBSIZE") == ":0\r\n")
        #expect(field("expired_keys", of: other("INFO stats")) == "1")
    }

    @Test func thoseWhoWaitForKeysAreServedAfterwards() {
        let (admin, other) = (clients.client(), clients.client())
        #expect(other("BLPOP q 0") == "")
        admin("MULTI")
        admin("CLIENT PAUSE 1000 WRITE")
        admin("LPUSH q x")
        #expect(admin("EXEC") == "*2\r\n+OK\r\n:1\r\n")
        #expect(work(other) == "")
        #expect(admin("LLEN q") == ":1\r\n")
        admin("CLIENT UNPAUSE")
        #expect(work(other) == "*2\r\n$1\r\nq\r\n$1\r\nx\r\n")
        #expect(admin("LLEN q") == ":0\r\n")
    }

    @Test func aBlockingCommandWaitsOnAfterwards() {
        let (admin, other) = (clients.client(), clients.client())
        admin("CLIENT PAUSE 100 ALL")
        #expect(other("BLPOP q 0") == "")
        #expect(admin("CLIENT UNBLOCK 2") == "")
        clients.now += 100
        // It begins to wait, and the second of the stopped commands ends that.
        #expect(work(other) == "*-1\r\n")
        #expect(mail(admin) == ":1\r\n")
        #expect(!other.session.isBlocked)
    }

    @Test func unblockDoesNotReachThem() {
        let (admin, other) = (clients.client(), clients.client())
        admin("CLIENT PAUSE 100 WRITE")
        other("SET k 1")
        #expect(admin("CLIENT UNBLOCK 2") == ":0\r\n")
        #expect(other.session.isBlocked)
    }

    @Test func whoLeavesIsForgotten() {
        let (admin, other) = (clients.client(), clients.client())
        admin("CLIENT PAUSE 100000 WRITE")
        for _ in 0..<1000 {
            let gone = clients.client()
            gone("SET k gone")
            clients.engine.end(gone.session)
        }
        other("SET k stayed")
        #expect(field("blocked_clients", of: admin("INFO clients")) == "1")
        #expect(clients.engine.pauseRoom.commands.count < 200)
        admin("CLIENT UNPAUSE")
        #expect(work(other) == "+OK\r\n")
        #expect(admin("GET k") == "$6\r\nstayed\r\n")
    }

    @Test func quietClientsStayQuiet() {
        let (admin, other) = (clients.client(), clients.client())
        other("CLIENT REPLY OFF")
        admin("CLIENT PAUSE 100 WRITE")
        other("SET k 1")
        admin("CLIENT UNPAUSE")
        #expect(work(other) == "")
        #expect(admin("GET k") == "$1\r\n1\r\n")
        other("CLIENT REPLY ON")
        admin("CLIENT PAUSE 100 WRITE")
        #expect(other.receive("CLIENT REPLY SKIP\r\nSET k 2\r\n") == "")
        admin("CLIENT UNPAUSE")
        #expect(work(other) == "")
        #expect(other("GET k") == "$1\r\n2\r\n")
    }

    @Test func pipelinedCommandsStayBehind() {
        let (admin, other) = (clients.client(), clients.client())
        admin("CLIENT PAUSE 100 WRITE")
        #expect(other.receive("GET k\r\nSET k 5\r\nGET k\r\n") == "$-1\r\n")
        admin("CLIENT UNPAUSE")
        #expect(work(other) == "+OK\r\n")
    }

    @Test func importModeKeepsKeys() {
        let (source, other) = (clients.client(), clients.client())
        #expect(source("CLIENT IMPORT-SOURCE ON") == "-ERR Server is not in import mode\r\n")
        source("CONFIG SET import-mode yes")
        #expect(source("CLIENT IMPORT-SOURCE x") == "-ERR syntax error\r\n")
        #expect(source("CLIENT IMPORT-SOURCE ON") == "+OK\r\n")
        source("SET k 1 PX 50")
        clients.now += 60
        #expect(work(other) == "")
        #expect(other("GET k") == "$-1\r\n")
        #expect(source("GET k") == "$1\r\n1\r\n")
        #expect(field("flags", of: source("CLIENT INFO"), separator: "=") == "I")
        source("CONFIG SET import-mode no")
        #expect(work(other) == "")
        #expect(source("GET k") == "$-1\r\n")
    }
}
