// Commands that may not run, between others and in pipelines: what they answer and what is counted.

import Testing

@testable import RedwingEngine

@Suite struct RefusedCommandTests {
    private let clients = ManyClients()

    @Test func unknownCommandsInARow() {
        let client = clients.client()
        let error = "-ERR unknown command 'FOO', with args beginning with: \r\n"
        #expect(
            client.receive("FOO\r\nFOO\r\nFOO\r\nPING\r\n") == error + error + error + "+PONG\r\n")
    }

    @Test func refusedCommandsInARow() {
        let client = clients.client()
        let error = "-ERR wrong number of arguments for 'get' command\r\n"
        #expect(client.receive("GET\r\nFOO\r\n").hasPrefix(error + "-ERR unknown"))
        #expect(client.receive("GET\r\nGET\r\nGET k\r\n") == error + error + "$-1\r\n")
    }

    @Test func whatRanIsCountedAndWhatDidNotIsNot() {
        let client = clients.client()
        _ = client.receive("GET a\r\nGET b\r\nGET\r\nGET c\r\nFOO\r\nPING\r\n")
        let text = client("INFO commandstats")
        #expect(field("cmdstat_get", of: text)?.hasPrefix("calls=3,") == true)
        #expect(
            field("cmdstat_get", of: text)?.hasSuffix("rejected_calls=1,failed_calls=0") == true)
        #expect(field("tot-cmds", of: client("CLIENT INFO"), separator: "=") == "5")
    }

    @Test func theLastCommandIsShownEvenIfRefused() {
        let (one, other) = (clients.client(), clients.client())
        other("SET k")
        #expect(field("cmd", of: one("CLIENT LIST ID 2"), separator: "=") == "set")
    }

    @Test func pingIsRefusedWhenTheDataCannotBeSaved() {
        let client = clients.client()
        client("CONFIG SET save")
        client.send(["CONFIG", "SET", "save", "3600 1"])
        clients.engine.restrictions.insert(.snapshotFailed)
        #expect(client("PING").hasPrefix("-MISCONF "))
        #expect(client("SET k 1").hasPrefix("-MISCONF "))
        #expect(client("GET k") == "$-1\r\n")
        client("MULTI")
        #expect(client("PING").hasPrefix("-MISCONF "))
        #expect(client("EXEC").hasPrefix("-EXECABORT Transaction discarded because of previous"))
        client("CONFIG SET stop-writes-on-bgsave-error no")
        #expect(client("PING") == "+PONG\r\n")
    }

    @Test func execTellsTheWholeError() {
        let client = clients.client()
        client.send(["CONFIG", "SET", "save", "3600 1"])
        client("MULTI")
        client("SET k 1")
        clients.engine.restrictions.insert(.snapshotFailed)
        #expect(
            client("EXEC").hasPrefix(
                "-EXECABORT Transaction discarded because of: MISCONF Valkey is configured"))
        #expect(client("DISCARD") == "-ERR DISCARD without MULTI\r\n")
    }
}
