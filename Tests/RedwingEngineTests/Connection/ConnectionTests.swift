// PING, ECHO, QUIT, SELECT, AUTH, HELLO and RESET. Expected replies are those of Valkey 9.1.2.

import Testing

@testable import RedwingEngine

private let noAuth = "-NOAUTH Authentication required.\r\n"
private let wrongPass = "-WRONGPASS invalid username-password pair or user is disabled.\r\n"

@Suite struct ConnectionTests {
    @Test func simpleCommands() {
        expectReplies([
            ("PING", "+PONG\r\n"),
            ("PING hello", "$5\r\nhello\r\n"),
            ("PING a b", "-ERR wrong number of arguments for 'ping' command\r\n"),
            ("ECHO hello", "$5\r\nhello\r\n"),
            ("ECHO", "-ERR wrong number of arguments for 'echo' command\r\n"),
            ("SELECT 99", "-ERR DB index is out of range\r\n"),
            ("SELECT -1", "-ERR DB index is out of range\r\n"),
            ("SELECT x", "-ERR value is not an integer or out of range\r\n"),
            ("RESET now", "-ERR wrong number of arguments for 'reset' command\r\n"),
            ("CLIENT", "-ERR wrong number of arguments for 'client' command\r\n"),
            ("CLIENT foo", "-ERR unknown subcommand 'foo'. Try CLIENT HELP.\r\n"),
        ])
    }

    @Test func selectedDatabaseHoldsItsOwnKeys() {
        let client = ManyClients().client()
        #expect(client("SET a 1") == "+OK\r\n")
        #expect(client("SELECT 3") == "+OK\r\n")
        #expect(client("GET a") == "$-1\r\n")
        #expect(client("SELECT 0") == "+OK\r\n")
        #expect(client("GET a") == "$1\r\n1\r\n")
    }

    @Test func selectWithinOneBatch() {
        let client = ManyClients().client()
        let request = [["SET", "a", "1"], ["SELECT", "1"], ["GET", "a"], ["SET", "a", "2"]]
        let replies = client.receive(request.map(ManyClients.request).joined())
        #expect(replies == "+OK\r\n+OK\r\n$-1\r\n+OK\r\n")
        client("SELECT 0")
        #expect(client("GET a") == "$1\r\n1\r\n")
    }

    @Test func quitEndsTheBatch() {
        let client = ManyClients().client()
        #expect(client.receive("QUIT\r\nPING\r\n") == "+OK\r\n")
        #expect(client.session.closesAfterReply)
    }

    @Test func authWithoutPassword() {
        let client = ManyClients().client()
        #expect(
            client("AUTH x")
                == "-ERR AUTH <password> called without any password configured for the default "
                + "user. Are you sure your configuration is correct?\r\n")
        #expect(client("AUTH default x") == "+OK\r\n")
        #expect(client("AUTH nosuch x") == wrongPass)
        #expect(client("AUTH a b c") == "-ERR syntax error\r\n")
    }

    @Test func nothingBeforeLogin() {
        let client = ManyClients { $0.requirePass = Array("secret".utf8) }.client()
        for line in ["PING", "GET", "nosuch", "CONFIG GET x", "CONFIG foo", "CLIENT ID"] {
            #expect(client(line) == noAuth, "\(line)")
        }
        #expect(client("AUTH") == "-ERR wrong number of arguments for 'auth' command\r\n")
        for wrong in ["secreT", "secre", "secrets", "secretsecret", "''"] {
            #expect(client("AUTH \(wrong)") == wrongPass, "\(wrong)")
        }
        #expect(client("AUTH default wrong") == wrongPass)
        #expect(client("AUTH other secret") == wrongPass)
        #expect(client("AUTH secret") == "+OK\r\n")
        #expect(client("PING") == "+PONG\r\n")
        #expect(client("RESET") == "+RESET\r\n")
        #expect(client("PING") == noAuth)
        #expect(client("AUTH default secret") == "+OK\r\n")
        #expect(client("CONFIG SET requirepass ''") == "+OK\r\n")
    }

    @Test func aPasswordThatGoesOpensTheDoorToWaitingClients() {
        let clients = ManyClients { $0.requirePass = Array("secret".utf8) }
        let (one, other) = (clients.client(), clients.client())
        one("AUTH secret")
        #expect(other("PING") == noAuth)
        one("CONFIG SET requirepass ''")
        #expect(other("PING") == "+PONG\r\n")
        one("CONFIG SET requirepass again")
        #expect(other("PING") == "+PONG\r\n")
        #expect(clients.client()("PING") == noAuth)
    }

    @Test func helloSwitchesTheProtocol() {
        let client = ManyClients().client()
        #expect(client("HELLO").hasPrefix("*14\r\n$6\r\nserver\r\n$5\r\nredis\r\n"))
        #expect(
            client("HELLO 3")
                == "%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.4.0\r\n"
                + "$5\r\nproto\r\n:3\r\n$2\r\nid\r\n:1\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n"
                + "$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n")
        #expect(client("GET nosuch") == "_\r\n")
        #expect(client("HELLO 2").hasPrefix("*14\r\n"))
        #expect(client("GET nosuch") == "$-1\r\n")
    }

    @Test func helloRefuses() {
        let client = ManyClients().client()
        let errors = [
            "HELLO x": "-ERR Protocol version is not an integer or out of range",
            "HELLO 4": "-NOPROTO unsupported protocol version",
            "HELLO 1": "-NOPROTO unsupported protocol version",
            "HELLO 300": "-NOPROTO unsupported protocol version",
            "HELLO 3 foo": "-ERR Syntax error in HELLO option 'foo'",
            "HELLO 3 auth default": "-ERR Syntax error in HELLO option 'auth'",
            "HELLO 3 setname": "-ERR Syntax error in HELLO option 'setname'",
        ]
        for (line, error) in errors {
            #expect(client(line) == error + "\r\n", "\(line)")
        }
        #expect(client("HELLO 3 auth nosuch x") == wrongPass)
        #expect(
            client.send(["HELLO", "3", "SETNAME", "a b"])
                == "-ERR Client names cannot contain spaces, newlines or special characters.\r\n")
        #expect(client("GET nosuch") == "$-1\r\n")
    }

    @Test func helloLogsIn() {
        let client = ManyClients { $0.requirePass = Array("secret".utf8) }.client()
        #expect(client("HELLO 3").hasPrefix("-NOAUTH HELLO must be called with the client"))
        #expect(client("HELLO 3 AUTH default wrong") == wrongPass)
        #expect(client("PING") == noAuth)
        #expect(client("HELLO 3 AUTH default secret SETNAME me").hasPrefix("%7\r\n"))
        #expect(client("CLIENT GETNAME") == "$2\r\nme\r\n")
    }

    @Test func resetForgetsEverything() {
        let clients = ManyClients()
        let client = clients.client()
        client("HELLO 3 SETNAME me")
        client("SELECT 5")
        client("CLIENT NO-TOUCH on")
        client("CLIENT NO-EVICT on")
        #expect(client("RESET") == "+RESET\r\n")
        #expect(client("GET nosuch") == "$-1\r\n")
        #expect(client("CLIENT GETNAME") == "$-1\r\n")
        let line = client("CLIENT INFO")
        #expect(field("flags", of: line, separator: "=") == "N")
        #expect(field("db", of: line, separator: "=") == "0")
        #expect(clients.engine.access.isPlain)
    }
}
