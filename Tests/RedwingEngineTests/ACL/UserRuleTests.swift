// Rules of users: what they change, what is wrong with them, how users are shown. Expected replies
// are those of Valkey 9.1.2.

import RedwingContainers
import Testing

@testable import RedwingEngine

/// The line of ACL LIST for a user, without what comes before its rules.
private func rules(of name: String, _ client: PretendedClient) -> String? {
    let lines = client("ACL LIST").split(separator: "\r\n")
    return lines.first { $0.hasPrefix("user \(name) ") }.map {
        String($0.dropFirst(name.utf8.count + 6))
    }
}

@Suite("Rules of users") struct UserRuleTests {
    @Test(
        "Rules, and what is shown of them",
        arguments: [
            ("", "off resetchannels -@all"),
            ("on nopass", "on nopass resetchannels -@all"),
            (
                ">p",
                "off #148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940 "
                    + "resetchannels -@all"
            ),
            (">p >p <p", "off resetchannels -@all"),
            ("nopass >p <p", "off resetchannels -@all"),
            ("~a %R~b %W~c %RW~d", "off ~a %R~b %W~c ~d resetchannels -@all"),
            ("%R~a %W~a", "off ~a resetchannels -@all"),
            ("~a allkeys", "off ~* resetchannels -@all"),
            ("~* resetkeys ~a", "off ~a resetchannels -@all"),
            ("&a &b &a", "off resetchannels &a &b -@all"),
            ("&a &*", "off &* -@all"),
            ("db=3,1,1", "off resetchannels db=1,3 -@all"),
            ("db=1 db=2", "off resetchannels db=2 -@all"),
            ("db=1 alldbs", "off resetchannels -@all"),
            ("resetdbs", "off resetchannels resetdbs -@all"),
            ("+get -get", "off resetchannels -@all -get"),
            ("+@all -@write +set", "off resetchannels +@all -@write +set"),
            ("+GET +@READ -get", "off resetchannels -@all +@read -get"),
            ("+config|get +config", "off resetchannels -@all +config"),
            ("+config -config|set", "off resetchannels -@all +config -config|set"),
            ("+select|1 +select|2", "off resetchannels -@all +select|1 +select|2"),
            ("+select|1 -select", "off resetchannels -@all -select"),
            ("+get +@all", "off resetchannels +@all"),
            (
                "(+get ~a) ( +set ~b db=1 )",
                "off resetchannels -@all (~a resetchannels -@all +get) "
                    + "(~b resetchannels db=1 -@all +set)"
            ),
            ("(+get) clearselectors", "off resetchannels -@all"),
            ("on nopass ~* &* +@all (+get) db=1 reset", "off resetchannels -@all"),
            ("sanitize-payload skip-sanitize-payload", "off resetchannels -@all"),
        ])
    func shown(_ words: String, _ expected: String) {
        let client = ManyClients().client()
        let arguments = words.isEmpty ? [] : words.split(separator: " ").map { String($0) }
        #expect(client.send(["ACL", "SETUSER", "u"] + arguments) == "+OK\r\n")
        #expect(rules(of: "u", client) == expected)
    }

    @Test(
        "A wrong rule is named, and none is applied",
        arguments: [
            ("foo", "foo", "Syntax error"),
            ("+foo", "+foo", "Unknown command or category name in ACL"),
            ("-@foo", "-@foo", "Unknown command or category name in ACL"),
            (
                "+config|get|x", "+config|get|x",
                "Allowing first-arg of a subcommand is not supported"
            ),
            ("%X~a", "%X~a", "Syntax error"),
            ("(+get ~a +foo)", "(+get ~a +foo)", "Unknown command or category name in ACL"),
            ("db=-1", "db=-1", "The provided database ID is out of range"),
            ("db=1,", "db=1,", "Syntax error"),
            (
                "#abc", "#abc",
                "The password hash must be exactly 64 characters and contain only lowercase "
                    + "hexadecimal characters"
            ),
            ("<x", "<x", "The password you are trying to remove from the user does not exist"),
        ])
    func wrong(_ rule: String, _ shown: String, _ reason: String) {
        let client = ManyClients().client()
        client("ACL SETUSER u on +get ~x")
        let before = rules(of: "u", client)
        #expect(
            client.send(["ACL", "SETUSER", "u", "off", "+set", rule, "~y"])
                == "-ERR Error in ACL SETUSER modifier '\(shown)': \(reason)\r\n")
        #expect(rules(of: "u", client) == before)
        #expect(client.send(["ACL", "SETUSER", "other", rule]).hasPrefix("-ERR"))
        #expect(rules(of: "other", client) == nil)
    }

    @Test("A parenthesis that does not close")
    func unmatched() {
        let client = ManyClients().client()
        #expect(
            client("ACL SETUSER u +get (+set ~b on")
                == "-ERR Unmatched parenthesis in acl selector starting at '(+set'.\r\n")
    }

    @Test("Users by name")
    func names() {
        let client = ManyClients().client()
        #expect(
            client.send(["ACL", "SETUSER", "a b"])
                == "-ERR Usernames can't contain spaces or null characters\r\n")
        client("ACL SETUSER b")
        client("ACL SETUSER a")
        #expect(client("ACL USERS") == "*3\r\n$1\r\na\r\n$1\r\nb\r\n$7\r\ndefault\r\n")
        #expect(client("ACL DELUSER a nosuch") == ":1\r\n")
        #expect(client("ACL DELUSER b default") == "-ERR The 'default' user cannot be removed\r\n")
        #expect(client("ACL USERS") == "*2\r\n$1\r\nb\r\n$7\r\ndefault\r\n")
        #expect(client("ACL GETUSER a") == "$-1\r\n")
        #expect(client("ACL WHOAMI") == "$7\r\ndefault\r\n")
    }

    @Test("GETUSER in both protocols")
    func getUser() {
        let client = ManyClients().client()
        client("ACL SETUSER u on nopass ~a %R~b &c db=1 +get (~x +set)")
        let parts = [
            "commands", "-@all +get", "keys", "~a %R~b", "channels", "&c", "databases", "db=1",
        ].map(bulk).joined()
        let inner = [
            "commands", "-@all +set", "keys", "~x", "channels", "", "databases", "alldbs",
        ].map(bulk).joined()
        let flags = bulk("on") + bulk("nopass")
        #expect(
            client("ACL GETUSER u")
                == "*14\r\n" + bulk("flags") + "*2\r\n" + flags + bulk("passwords") + "*0\r\n"
                + parts + bulk("selectors") + "*1\r\n*8\r\n" + inner)
        client("HELLO 3")
        #expect(
            client("ACL GETUSER u")
                == "%7\r\n" + bulk("flags") + "~2\r\n" + flags + bulk("passwords") + "*0\r\n"
                + parts + bulk("selectors") + "*1\r\n%4\r\n" + inner)
    }

    @Test("GENPASS takes its digits from the host")
    func generatePassword() {
        let clients = ManyClients()
        let host = PretendedHost()
        clients.engine.host = host
        let client = clients.client()
        #expect(client("ACL GENPASS 5") == bulk("01"))
        #expect(client("ACL GENPASS") == bulk(String(repeating: "0123456789abcdef", count: 4)))
        let error = "-ERR ACL GENPASS argument must be the number of bits for the output password, "
        #expect(client("ACL GENPASS 0").hasPrefix(error))
        #expect(client("ACL GENPASS 4097").hasPrefix(error))
        withExtendedLifetime(host) {}
    }

    @Test("Passwords of users stay out of the logs")
    func hidden() {
        let client = ManyClients { $0.commandLogExecutionSlowerThan = 0 }.client()
        client("ACL SETUSER u on >hunter2")
        #expect(!client("SLOWLOG GET 10").contains("hunter2"))
    }
}
