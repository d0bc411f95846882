// Users of a file and of the configuration. What is wrong is told in Valkey's words.

import RedwingContainers
import Testing

@testable import RedwingEngine

/// An engine whose users have a file.
private struct FileSetting {
    let clients: ManyClients
    let host = PretendedHost()

    init(_ text: String) throws {
        clients = ManyClients { $0.aclFile = "users.acl" }
        clients.engine.host = host
        host.files["users.acl"] = Array(text.utf8)
        try clients.engine.loadUsers()
    }

    func write(_ text: String) { host.files["users.acl"] = Array(text.utf8) }
}

@Suite("Users of files") struct UserFileTests {
    @Test("Loaded at the start, changed, saved, loaded again")
    func roundTrip() throws {
        let setting = try FileSetting("user a on nopass ~a* +@all (+set ~s)\n\n  user b off \r\n")
        let admin = setting.clients.client()
        #expect(admin("ACL USERS") == "*3\r\n$1\r\na\r\n$1\r\nb\r\n$7\r\ndefault\r\n")
        admin("ACL SETUSER c on ~c &ch db=2 +get|x -@read")
        #expect(admin("ACL SAVE") == "+OK\r\n")
        let text = String(decoding: setting.host.files["users.acl"] ?? [], as: UTF8.self)
        #expect(
            text == """
                user a on nopass ~a* resetchannels +@all (~s resetchannels -@all +set)
                user b off resetchannels -@all
                user c on ~c resetchannels &ch db=2 -@all +get|x -@read
                user default on nopass ~* &* +@all

                """)
        admin("ACL DELUSER a b c")
        #expect(admin("ACL LOAD") == "+OK\r\n")
        #expect(
            admin("ACL LIST").contains("user c on ~c resetchannels &ch db=2 -@all +get|x -@read"))
        setting.host.refusal = "No space left on device"
        #expect(admin("ACL SAVE").hasPrefix("-ERR There was an error trying to save the ACLs."))
        #expect(setting.host.logged.last?.contains("No space left on device") == true)
    }

    @Test("Loading ends the connections of users that are gone, and no others")
    func connections() throws {
        let setting = try FileSetting("user a on nopass +@all ~*\nuser b on nopass +@all ~*\n")
        let admin = setting.clients.client()
        let (first, second) = (setting.clients.client(), setting.clients.client())
        first("AUTH a x")
        second("AUTH b x")
        setting.write("user b on nopass +get ~*\n")
        #expect(admin("ACL LOAD") == "+OK\r\n")
        #expect(first.session.closesNow)
        #expect(!second.session.closesNow)
        #expect(second("GET k") == "$-1\r\n")
        #expect(
            second("SET k v") == "-NOPERM User b has no permissions to run the 'set' command\r\n")
        // A default user that the file does not name is as new.
        setting.write("user default on >x +@all\n")
        admin("ACL LOAD")
        setting.write("")
        #expect(admin("ACL LOAD") == "+OK\r\n")
        #expect(admin("ACL LIST") == "*1\r\n" + bulk("user default on nopass ~* &* +@all"))
    }

    @Test(
        "Whatever is wrong is told, and nothing changes",
        arguments: [
            (
                "usr a on", "users.acl:1 should start with user keyword followed by the username. "
            ),
            ("user", "users.acl:1 should start with user keyword followed by the username. "),
            ("# text", "users.acl:1 should start with user keyword followed by the username. "),
            ("user a on foo bar", "users.acl:1: Syntax error. "),
            (
                "\nuser a +foo +bar",
                "users.acl:2: Error in applying operation '+foo': Unknown command or category name "
                    + "in ACL. users.acl:2: Error in applying operation '+bar': Unknown command or "
                    + "category name in ACL. "
            ),
            ("user a on\nuser a off", "WARNING: Duplicate user 'a' found on line 2. "),
            ("user a (+get", "users.acl:1: Unmatched parenthesis in selector definition."),
            ("user a\tb on", "'users.acl:1: username 'a\tb' contains invalid characters. "),
        ])
    func problems(_ text: String, _ expected: String) throws {
        let setting = try FileSetting("user old on\n")
        let admin = setting.clients.client()
        setting.write(text)
        let end =
            "WARNING: ACL errors detected, no change to the previously active ACL rules was "
            + "performed\r\n"
        #expect(admin("ACL LOAD") == "-ERR \(expected)\(end)")
        #expect(admin("ACL USERS") == "*2\r\n$7\r\ndefault\r\n$3\r\nold\r\n")
        let clients = ManyClients { $0.aclFile = "users.acl" }
        clients.engine.host = setting.host
        #expect(throws: UserLoadingError.self) { try clients.engine.loadUsers() }
    }

    @Test("A file that is not there")
    func missing() throws {
        let setting = try FileSetting("")
        setting.host.files = [:]
        #expect(
            setting.clients.client()("ACL LOAD")
                == "-ERR Error loading ACLs, opening file 'users.acl': No such file or "
                + "directory\r\n"
        )
    }

    @Test("Users of the configuration")
    func configuration() throws {
        let lines = [
            "user a on >secret ~a +@all (+get ~b)", "user default on nopass ~x +@all",
            "requirepass ignored",
        ]
        let loaded = try loadConfiguration(["f"], files: ["f": lines.joined(separator: "\n")])
        let clients = ManyClients { $0 = loaded.configuration }
        try clients.engine.loadUsers()
        let client = clients.client()
        #expect(client("GET x") == "$-1\r\n")
        #expect(client("GET a") == "-NOPERM No permissions to access a key\r\n")
        #expect(client("AUTH a secret") == "+OK\r\n")
        #expect(client("GET b") == "$-1\r\n")
        let text = loaded.configuration.rewrite(
            oldText: Array("# text\nuser old on\nport 6379\n".utf8),
            users: clients.engine.configuredUserLines)
        let written = String(decoding: text, as: UTF8.self)
        #expect(written.contains("# text\nuser a on #2bb80d537b1da3e38bd30361aa855686bde0eacd"))
        #expect(written.contains("\nuser default on nopass ~x resetchannels +@all\n"))
        #expect(!written.contains("user old"))
    }

    @Test(
        "What keeps a server from starting",
        arguments: ["user a +foo", "user a on foo", "user a (+get", "user 'a b' on"])
    func wrongConfiguration(_ line: String) throws {
        let loaded = try loadConfiguration(["f"], files: ["f": line])
        let clients = ManyClients { $0 = loaded.configuration }
        #expect(throws: UserLoadingError.self) { try clients.engine.loadUsers() }
    }

    @Test("Either lines or a file")
    func both() throws {
        let loaded = try loadConfiguration(["f"], files: ["f": "user a on\naclfile users.acl"])
        let clients = ManyClients { $0 = loaded.configuration }
        #expect(throws: UserLoadingError.self) { try clients.engine.loadUsers() }
        #expect(configurationError(["f"], files: ["f": "user a on\nuser a off"]).contains("once"))
        #expect(configurationError(["f"], files: ["f": "user"]).contains("user"))
    }
}
