// SLOWLOG and COMMANDLOG. Expected replies are those of Valkey 9.1.2.

import Testing

@testable import RedwingEngine

@Suite struct CommandLogTests {
    private let badCount = "-ERR count should be greater than or equal to -1\r\n"

    @Test func slowCommandsAreKept() {
        let clients = ManyClients { $0.commandLogExecutionSlowerThan = 2000 }
        let client = clients.client("10.1.2.3:99")
        client("CLIENT SETNAME me")
        client("GET a")
        #expect(client("SLOWLOG LEN") == ":2\r\n")
        let time = clients.now / 1000
        #expect(
            client("SLOWLOG GET 2")
                == "*2\r\n*6\r\n:2\r\n:\(time)\r\n:3000\r\n*2\r\n$7\r\nSLOWLOG\r\n$3\r\nLEN\r\n"
                + "$11\r\n10.1.2.3:99\r\n$2\r\nme\r\n"
                + "*6\r\n:1\r\n:\(time)\r\n:3000\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n"
                + "$11\r\n10.1.2.3:99\r\n$2\r\nme\r\n")
        #expect(client("SLOWLOG RESET") == "+OK\r\n")
        #expect(client("SLOWLOG LEN") == ":1\r\n")
    }

    @Test func fastCommandsAreNot() {
        let client = ManyClients { $0.commandLogExecutionSlowerThan = 3001 }.client()
        client("GET a")
        #expect(client("SLOWLOG LEN") == ":0\r\n")
        client("CONFIG SET slowlog-log-slower-than 3000")
        #expect(client("SLOWLOG LEN") == ":1\r\n")
        client("CONFIG SET slowlog-log-slower-than -1")
        #expect(client("SLOWLOG LEN") == ":2\r\n")
        client("GET a")
        #expect(client("SLOWLOG LEN") == ":2\r\n")
    }

    @Test func theOldestGo() {
        let client = ManyClients {
            $0.commandLogExecutionSlowerThan = 0
            $0.commandLogSlowExecutionMaxLength = 2
        }.client()
        for _ in 0..<5 { client("PING") }
        #expect(client("SLOWLOG LEN") == ":2\r\n")
        #expect(client("SLOWLOG GET -1").hasPrefix("*2\r\n*6\r\n:5\r\n"))
    }

    @Test func argumentsAreCut() {
        let client = ManyClients { $0.commandLogExecutionSlowerThan = 0 }.client()
        client.send(["ECHO", String(repeating: "x", count: 200)])
        let cut = String(repeating: "x", count: 128) + "... (72 more bytes)"
        #expect(client("SLOWLOG GET 1").contains("$\(cut.count)\r\n\(cut)\r\n"))
        client.send(["MGET"] + (0..<40).map(String.init))
        #expect(client("SLOWLOG GET 1").contains("*32\r\n"))
        #expect(client("SLOWLOG GET 2").contains("... (10 more arguments)\r\n"))
    }

    @Test func passwordsAreHidden() {
        let client = ManyClients { $0.commandLogExecutionSlowerThan = 0 }.client()
        client("CONFIG SET requirepass hidden1 maxclients 100")
        client("AUTH hidden1")
        client("AUTH default hidden1")
        client("HELLO 3 SETNAME me AUTH default hidden1")
        let log = client("SLOWLOG GET -1")
        #expect(!log.contains("hidden1"))
        #expect(log.contains("requirepass\r\n$10\r\n(redacted)\r\n$10\r\nmaxclients\r\n$3\r\n100"))
    }

    @Test func largeRequestsAndReplies() {
        let clients = ManyClients {
            $0.commandLogRequestLargerThan = 50
            $0.commandLogReplyLargerThan = 60
        }
        let client = clients.client()
        let text = String(repeating: "y", count: 59)
        client.send(["SET", "k", text])
        client("GET k")
        client("PING")
        let time = clients.now / 1000
        #expect(client("COMMANDLOG LEN large-request") == ":1\r\n")
        #expect(
            client("COMMANDLOG GET 1 LARGE-reply")
                == "*1\r\n*6\r\n:0\r\n:\(time)\r\n:66\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"
                + "$15\r\n127.0.0.1:50000\r\n$0\r\n\r\n")
        // The questions themselves were longer than 50 bytes.
        let requests = client("COMMANDLOG GET -1 large-request")
        #expect(requests.hasPrefix("*3\r\n*6\r\n:2\r\n"))
        #expect(requests.contains(":86\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$59\r\n\(text)\r\n"))
        #expect(client("COMMANDLOG RESET large-request") == "+OK\r\n")
    }

    @Test func largeRequestsOfABatchAreFound() {
        let client = ManyClients { $0.commandLogRequestLargerThan = 100 }.client()
        let long = ["SET", "k", String(repeating: "y", count: 100)]
        let batch = [["PING"], long, ["PING"], ["nosuch", long[2]], ["QUIT"], long]
        _ = client.receive(batch.map(ManyClients.request).joined())
        #expect(client.session.closesAfterReply)
        let clients = ManyClients { $0.commandLogRequestLargerThan = 100 }
        let other = clients.client()
        _ = other.receive(batch.dropLast(2).map(ManyClients.request).joined())
        #expect(other("COMMANDLOG LEN large-request") == ":1\r\n")
    }

    @Test func wrongArguments() {
        let badType =
            "-ERR type should be one of the following: slow, large-request, large-reply\r\n"
        let extra =
            "-ERR unknown subcommand or wrong number of arguments for 'get'. Try SLOWLOG HELP.\r\n"
        expectReplies([
            ("SLOWLOG GET -2", badCount), ("SLOWLOG GET x", badCount), ("SLOWLOG get 1 2", extra),
            ("SLOWLOG GET 0", "*0\r\n"), ("SLOWLOG GET", "*0\r\n"),
            ("SLOWLOG foo", "-ERR unknown subcommand 'foo'. Try SLOWLOG HELP.\r\n"),
            ("COMMANDLOG GET 1 foo", badType), ("COMMANDLOG GET x slow", badCount),
            ("COMMANDLOG GET -2 slow", badCount), ("COMMANDLOG LEN foo", badType),
            ("COMMANDLOG RESET foo", badType), ("COMMANDLOG GET 0 slow", "*0\r\n"),
        ])
    }
}
