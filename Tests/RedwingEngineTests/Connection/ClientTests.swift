// CLIENT and its subcommands. Expected replies are those of Valkey 9.1.2.

import Testing

@testable import RedwingEngine

private let badName =
    "-ERR Client names cannot contain spaces, newlines or special characters.\r\n"

@Suite struct ClientTests {
    @Test func names() {
        let client = ManyClients().client()
        #expect(client("CLIENT GETNAME") == "$-1\r\n")
        #expect(client("CLIENT SETNAME me") == "+OK\r\n")
        #expect(client("CLIENT GETNAME") == "$2\r\nme\r\n")
        #expect(client.send(["CLIENT", "SETNAME", "a b"]) == badName)
        #expect(client.send(["CLIENT", "SETNAME", "a\n"]) == badName)
        #expect(client("CLIENT SETNAME ''") == "+OK\r\n")
        #expect(client("CLIENT GETNAME") == "$-1\r\n")
        #expect(client("CLIENT SETINFO lib-name py") == "+OK\r\n")
        #expect(client("CLIENT SETINFO LIB-VER 1.2") == "+OK\r\n")
        #expect(
            client.send(["CLIENT", "SETINFO", "lib-ver", "a b"])
                == "-ERR lib-ver cannot contain spaces, newlines or special characters.\r\n")
        #expect(client("CLIENT SETINFO foo bar") == "-ERR Unrecognized option 'foo'\r\n")
        let line = client("CLIENT INFO")
        #expect(field("lib-name", of: line, separator: "=") == "py")
        #expect(field("lib-ver", of: line, separator: "=") == "1.2")
    }

    @Test func infoDescribesTheClient() {
        let clients = ManyClients()
        let client = clients.client("127.0.0.1:4242")
        client("SELECT 2")
        clients.now += 5500
        let line = client("CLIENT INFO")
        let expected = [
            "id": "1", "addr": "127.0.0.1:4242", "laddr": "127.0.0.1:6379", "fd": "7",
            "name": "", "age": "5", "idle": "0", "flags": "N", "db": "2", "multi": "-1",
            "argv-mem": "10", "events": "r", "cmd": "client|info", "user": "default",
            "redir": "-1", "resp": "2", "tot-cmds": "1",
        ]
        for (name, value) in expected {
            #expect(field(name, of: line, separator: "=") == value, "\(name)")
        }
        #expect(line.hasSuffix("\n\r\n"))
    }

    @Test func otherClientsShowTheirLastCommand() {
        let clients = ManyClients()
        let (one, other) = (clients.client(), clients.client())
        other("GET a")
        clients.now += 3000
        let line = one("CLIENT LIST ID 2")
        #expect(field("cmd", of: line, separator: "=") == "get")
        #expect(field("idle", of: line, separator: "=") == "3")
        let third = clients.client()
        let fresh = one("CLIENT LIST ID \(third.session.id)")
        #expect(field("cmd", of: fresh, separator: "=") == "NULL")
    }

    @Test func listFilters() {
        let clients = ManyClients()
        let one = clients.client("127.0.0.1:1")
        let two = clients.client("10.0.0.1:2")
        two("CLIENT SETNAME two")
        two("CLIENT NO-EVICT on")
        two("SELECT 4")
        clients.now += 10_000
        let three = clients.client("127.0.0.1:3")
        three("PING")
        func ids(_ filter: String) -> [String] {
            let lines = one("CLIENT LIST \(filter)").split(separator: "\n")
            return lines.compactMap { field("id", of: String($0), separator: "=") }
        }
        let expected: [String: [String]] = [
            "ID 1 3": ["1", "3"], "ID 9": [], "ADDR 10.0.0.1:2": ["2"], "IP 127.0.0.1": ["1", "3"],
            "NOT-IP 127.0.0.1": ["2"], "NAME two": ["2"], "FLAGS e": ["2"], "FLAGS N": ["1", "3"],
            "NOT-FLAGS e": ["1", "3"], "DB 4": ["2"], "NOT-DB 4": ["1", "3"],
            "TYPE normal": ["1", "2", "3"], "TYPE pubsub": [], "NOT-TYPE normal": [],
            "USER default": ["1", "2", "3"], "SKIPME yes": ["2", "3"], "MAXAGE 10": ["1", "2"],
            "IDLE 5": ["2"], "LADDR 127.0.0.1:6379 NOT-ID 1": ["2", "3"],
            "IP 127.0.0.1 SKIPME yes": ["3"], "LIB-NAME ''": [], "NOT-NAME two": ["1", "3"],
        ]
        for (filter, found) in expected { #expect(ids(filter) == found, "\(filter)") }
    }

    @Test func wrongFilters() {
        let client = ManyClients().client()
        let errors = [
            "ID": "syntax error", "ID abc": "syntax error", "ID 1 abc": "syntax error",
            "ID 0": "client-id should be greater than 0",
            "MAXAGE 0": "maxage should be greater than 0",
            "MAXAGE x": "maxage is not an integer or out of range",
            "IDLE 0": "idle should be greater than 0",
            "IDLE x": "idle is not an integer or out of range",
            "DB 99": "DB number should be between 0 and 15",
            "DB x": "DB is not an integer or out of range",
            "NOT-DB 99": "NOT-DB number should be between 0 and 15",
            "FLAGS q": "Unknown flags found in the provided filter: q",
            "CAPA z": "Unknown capa found in the provided filter: z",
            "TYPE foo": "Unknown client type 'foo'", "USER nosuch": "No such user 'nosuch'",
            "SKIPME x": "syntax error", "foo bar": "syntax error", "NOT-IDLE 3": "syntax error",
        ]
        for (filter, error) in errors {
            #expect(client("CLIENT LIST \(filter)") == "-ERR \(error)\r\n", "\(filter)")
        }
    }

    @Test func killEndsOthers() {
        let clients = ManyClients()
        let one = clients.client("127.0.0.1:1")
        let two = clients.client("127.0.0.1:2")
        let three = clients.client("127.0.0.1:3")
        #expect(one("CLIENT KILL 127.0.0.1:2") == "+OK\r\n")
        #expect(two.session.closesNow)
        #expect(clients.engine.takeWakeups().map(\.id) == [2])
        #expect(clients.engine.takeWakeups().isEmpty)
        #expect(one("CLIENT KILL 127.0.0.1:9") == "-ERR No such client\r\n")
        #expect(one("CLIENT KILL foo") == "-ERR No such client\r\n")
        #expect(one("CLIENT KILL ID 3 ADDR 127.0.0.1:1") == ":0\r\n")
        #expect(one("CLIENT KILL ID 3") == ":1\r\n")
        #expect(three.session.closesNow)
        #expect(one("CLIENT KILL ADDR") == "-ERR No such client\r\n")
        #expect(one("CLIENT KILL ID abc") == "-ERR syntax error\r\n")
    }

    @Test func killSparesTheCallerUnlessTold() {
        let clients = ManyClients()
        let (one, two) = (clients.client(), clients.client())
        #expect(one("CLIENT KILL TYPE normal") == ":1\r\n")
        #expect(!one.session.closesAfterReply && two.session.closesNow)
        #expect(one("CLIENT KILL ID 1 SKIPME no") == ":1\r\n")
        #expect(one.session.closesAfterReply && !one.session.closesNow)
    }

    @Test func replyModes() {
        let client = ManyClients().client()
        #expect(client("CLIENT REPLY SKIP") == "")
        #expect(client("PING") == "")
        #expect(client("PING") == "+PONG\r\n")
        #expect(client("CLIENT REPLY OFF") == "")
        #expect(client("PING") == "")
        #expect(client("nosuch") == "")
        #expect(client("GET") == "")
        #expect(client("CLIENT REPLY SKIP") == "")
        #expect(client("PING") == "")
        #expect(client("CLIENT REPLY ON") == "+OK\r\n")
        #expect(client("PING") == "+PONG\r\n")
        #expect(client("CLIENT REPLY foo") == "-ERR syntax error\r\n")
    }

    @Test func replyModesWithinOneBatch() {
        let client = ManyClients().client()
        let lines = ["CLIENT REPLY SKIP", "PING a", "PING b", "CLIENT REPLY OFF", "PING c"]
        let replies = client.receive(
            (lines + ["CLIENT REPLY ON"]).joined(separator: "\r\n") + "\r\n")
        #expect(replies == "$1\r\nb\r\n+OK\r\n")
    }

    @Test func switches() {
        let clients = ManyClients()
        let client = clients.client()
        #expect(client("CLIENT NO-TOUCH on") == "+OK\r\n")
        #expect(client("CLIENT NO-TOUCH on") == "+OK\r\n")
        #expect(!clients.engine.access.isPlain)
        #expect(client("CLIENT NO-EVICT on") == "+OK\r\n")
        #expect(field("flags", of: client("CLIENT INFO"), separator: "=") == "eT")
        #expect(client("CLIENT NO-TOUCH off") == "+OK\r\n")
        #expect(clients.engine.access.isPlain)
        #expect(client("CLIENT NO-TOUCH x") == "-ERR syntax error\r\n")
        #expect(client("CLIENT NO-EVICT x") == "-ERR syntax error\r\n")
    }

    @Test func unblock() {
        expectReplies([
            ("CLIENT UNBLOCK 1", ":0\r\n"),
            ("CLIENT UNBLOCK 99 ERROR", ":0\r\n"),
            ("CLIENT UNBLOCK abc", "-ERR value is not an integer or out of range\r\n"),
            (
                "CLIENT UNBLOCK 1 foo",
                "-ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR\r\n"
            ),
        ])
    }
}
