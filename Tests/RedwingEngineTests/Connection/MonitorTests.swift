// MONITOR. Expected lines are those of Valkey 9.1.2.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct MonitorTests {
    private let clients = ManyClients()

    /// What a client was shown, without the times.
    private func lines(_ client: PretendedClient) -> [String] {
        _ = clients.engine.takeWakeups()
        defer { client.session.outbox?.removeAll() }
        let text = client.session.outbox?.bytes.string ?? ""
        return text.split(separator: "\r\n").map { line in
            String(line.drop { $0 != "[" })
        }
    }

    @Test func commandsAreShown() {
        let (watcher, other) = (clients.client(), clients.client("10.0.0.1:42"))
        #expect(watcher("MONITOR") == "+OK\r\n")
        other("SET k 1")
        other("SELECT 3")
        other("get K")
        #expect(
            lines(watcher) == [
                #"[0 10.0.0.1:42] "SET" "k" "1""#, #"[3 10.0.0.1:42] "SELECT" "3""#,
                #"[3 10.0.0.1:42] "get" "K""#,
            ])
    }

    @Test func timesHaveMicroseconds() {
        let (watcher, other) = (clients.client(), clients.client())
        watcher("MONITOR")
        other("PING")
        clients.now += 1
        other("PING")
        let text = watcher.session.outbox?.bytes.string ?? ""
        let times = text.split(separator: "\r\n").map { $0.prefix { $0 != " " } }
        #expect(times.count == 2)
        #expect(times.first == "+1700000000.000000")
        #expect(times.last?.hasPrefix("+1700000000.001") == true)
        #expect(times.allSatisfy { $0.count == 18 })
    }

    @Test func bytesAreEscaped() {
        let (watcher, other) = (clients.client(), clients.client("1:1"))
        watcher("MONITOR")
        other.send(["ECHO", "a\n\r\t\u{7}\u{8}\"\\\u{1}é"])
        #expect(lines(watcher) == [#"[0 1:1] "ECHO" "a\n\r\t\a\b\"\\\x01\xc3\xa9""#])
    }

    @Test func passwordsAndAdministratorsAreHidden() {
        let (watcher, other) = (clients.client(), clients.client("1:1"))
        watcher("MONITOR")
        for line in [
            "AUTH a b", "AUTH x", "HELLO 2 SETNAME n AUTH default x", "CONFIG GET maxmemory",
            "CONFIG SET requirepass ''", "CLIENT LIST", "GET", "FOO", "DEBUG SLEEP 0",
            "CLIENT SETNAME x",
        ] {
            other(line)
        }
        #expect(
            lines(watcher) == [
                #"[0 1:1] "AUTH" "(redacted)" "(redacted)""#, #"[0 1:1] "AUTH" "(redacted)""#,
                #"[0 1:1] "HELLO" "2" "SETNAME" "n" "AUTH" "(redacted)" "(redacted)""#,
                #"[0 1:1] "CLIENT" "SETNAME" "x""#,
            ])
    }

    @Test func transactionsAreShownWhenTheyRun() {
        let (watcher, other) = (clients.client(), clients.client("1:1"))
        watcher("MONITOR")
        other("MULTI")
        other("SET k 1")
        #expect(lines(watcher) == [#"[0 1:1] "MULTI""#])
        other("GET k")
        other("EXEC")
        #expect(
            lines(watcher) == [
                #"[0 1:1] "SET" "k" "1""#, #"[0 1:1] "GET" "k""#, #"[0 1:1] "EXEC""#,
            ])
    }

    @Test func theWatcherKeepsAwayFromTheData() {
        let watcher = clients.client("1:1")
        watcher("MONITOR")
        #expect(watcher("GET k") == "-ERR Replica can't interact with the keyspace\r\n")
        #expect(watcher("MONITOR") == "")
        let text = watcher("PING")
        #expect(text.hasPrefix("+PONG\r\n+17"))
        #expect(text.hasSuffix(" [0 1:1] \"PING\"\r\n"))
        #expect(field("flags", of: watcher("CLIENT INFO"), separator: "=") == "O")
    }

    @Test func resetAndTheEndStopIt() {
        let (watcher, other) = (clients.client(), clients.client())
        watcher("MONITOR")
        #expect(watcher("RESET") == "+RESET\r\n")
        other("PING")
        #expect(lines(watcher) == [])
        #expect(!clients.engine.restrictions.contains(.monitored))
        watcher("MONITOR")
        clients.engine.end(watcher.session)
        #expect(!clients.engine.restrictions.contains(.monitored))
        #expect(other("PING") == "+PONG\r\n")
    }

    @Test func notInsideATransaction() {
        let watcher = clients.client()
        watcher("MULTI")
        watcher("MONITOR")
        #expect(
            watcher("EXEC") == "*1\r\n-ERR MONITOR isn't allowed for DENY BLOCKING client\r\n")
        #expect(watcher("GET k") == "$-1\r\n")
    }

    @Test func callersWithinTheProcessCannotWatch() {
        let caller = clients.client(nil)
        caller.session.denySubscribing()
        #expect(
            caller("MONITOR") == "-ERR MONITOR isn't allowed for DENY BLOCKING client\r\n")
    }

    @Test func quietWatchersSeeNothing() {
        let (watcher, other) = (clients.client(), clients.client())
        watcher("MONITOR")
        watcher("CLIENT REPLY OFF")
        _ = lines(watcher)
        other("PING")
        #expect(lines(watcher) == [])
    }
}
