// What users may do: commands, keys, databases, logins, transactions; what is noted of refusals.
// Expected replies are those of Valkey 9.1.2.

import RedwingContainers
import Testing

@testable import RedwingEngine

private let noKey = "-NOPERM No permissions to access a key\r\n"
private let noDatabase = "-NOPERM No permissions to access database\r\n"
private let wrongPass = "-WRONGPASS invalid username-password pair or user is disabled.\r\n"

private func noCommand(_ user: String, _ command: String) -> String {
    "-NOPERM User \(user) has no permissions to run the '\(command)' command\r\n"
}

/// An engine, an administrator and a client of a user with these rules.
private func pair(_ rules: String) -> (admin: PretendedClient, user: PretendedClient) {
    let clients = ManyClients()
    let admin = clients.client()
    #expect(admin("ACL SETUSER u on nopass \(rules)") == "+OK\r\n")
    let user = clients.client("127.0.0.1:50001")
    #expect(user("AUTH u x") == "+OK\r\n")
    return (admin, user)
}

@Suite("What users may do") struct AccessTests {
    @Test("Commands, subcommands and first arguments")
    func commands() {
        let (_, user) = pair("allkeys +get +config|get +select|1 +acl|whoami")
        #expect(user("GET a") == "$-1\r\n")
        #expect(user("SET a 1") == noCommand("u", "set"))
        #expect(user("CONFIG GET port") == "*2\r\n$4\r\nport\r\n$4\r\n6379\r\n")
        #expect(user("CONFIG SET port 1") == noCommand("u", "config|set"))
        #expect(user("SELECT 1") == "+OK\r\n")
        #expect(user("SELECT 2") == noCommand("u", "select"))
        #expect(user("ACL WHOAMI") == "$1\r\nu\r\n")
        #expect(user("ACL LIST") == noCommand("u", "acl|list"))
        // Arity and names come first.
        #expect(user("SET") == "-ERR wrong number of arguments for 'set' command\r\n")
        #expect(user("CONFIG FOO") == "-ERR unknown subcommand 'FOO'. Try CONFIG HELP.\r\n")
        // What needs no login needs no permission.
        #expect(user("RESET") == "+RESET\r\n")
        #expect(user("ACL WHOAMI") == "$7\r\ndefault\r\n")
    }

    @Test("Keys by literal, prefix and pattern, one and many")
    func keys() {
        let (_, user) = pair("+@all ~one ~user:* ~[ab]?")
        for key in ["one", "user:", "user:1", "ax", "bx"] {
            #expect(user("SET \(key) 1") == "+OK\r\n")
            #expect(user("GET \(key)") == "$1\r\n1\r\n")
        }
        for key in ["on", "ones", "user", "cx", "a", "''"] {
            #expect(user("SET \(key) 1") == noKey)
            #expect(user("GET \(key)") == noKey)
        }
        #expect(user("MGET one user:1").hasPrefix("*2"))
        #expect(user("MGET one two") == noKey)
        #expect(user("MSET one 1 user:2 2") == "+OK\r\n")
        #expect(user("MSET one 1 two 2") == noKey)
        #expect(user("DEL one two") == noKey)
        #expect(user("RENAME one two") == noKey)
        #expect(user("ZUNIONSTORE one 2 ax two") == noKey)
        #expect(user("OBJECT ENCODING two") == noKey)
        #expect(user("PING") == "+PONG\r\n")
    }

    @Test("Reading and writing apart")
    func readAndWrite() {
        let (_, user) = pair("+@all %R~r* %W~w* ~b*")
        #expect(user("GET w") == noKey)
        #expect(user("GET r") == "$-1\r\n")
        #expect(user("SET r 1") == noKey)
        #expect(user("SET w 1") == "+OK\r\n")
        #expect(user("SET w 1 GET") == noKey)
        #expect(user("SET b 1 GET") == "$-1\r\n")
        #expect(user("EXISTS w r") == ":1\r\n")
        #expect(user("COPY r w") == ":0\r\n")
        #expect(user("COPY w r") == noKey)
        #expect(user("BITFIELD r GET u8 0") == "*1\r\n:0\r\n")
        #expect(user("BITFIELD r SET u8 0 1") == noKey)
        #expect(user("BITFIELD w SET u8 0 1") == noKey)
    }

    @Test("One of several selectors has to allow all of a command")
    func selectors() {
        let (_, user) = pair("+ping (+get ~a) (+set ~b)")
        #expect(user("GET a") == "$-1\r\n")
        #expect(user("SET b 1") == "+OK\r\n")
        #expect(user("GET b") == noKey)
        #expect(user("SET a 1") == noKey)
        #expect(user("DEL a") == noCommand("u", "del"))
    }

    @Test("Databases")
    func databases() {
        let (admin, user) = pair("+@all ~* &* db=1")
        #expect(user("GET a") == noDatabase)
        #expect(user("SELECT 2") == noDatabase)
        #expect(user("SELECT 99") == "-ERR DB index is out of range\r\n")
        #expect(user("SELECT 1") == "+OK\r\n")
        #expect(user("SET a 1") == "+OK\r\n")
        #expect(user("MOVE a 2") == noDatabase)
        #expect(user("COPY a b DB 2") == noDatabase)
        #expect(user("COPY a b") == ":1\r\n")
        #expect(user("SWAPDB 1 2") == noDatabase)
        #expect(user("FLUSHALL") == noDatabase)
        #expect(user("FLUSHDB") == "+OK\r\n")
        admin("ACL SETUSER u db=0,1,70")
        #expect(user("MULTI") == "+OK\r\n")
        #expect(user("SELECT 0") == "+QUEUED\r\n")
        #expect(user("GET a") == "+QUEUED\r\n")
        #expect(user("EXEC") == "*2\r\n+OK\r\n$-1\r\n")
        let all = (0..<16).map { "\($0)" }.joined(separator: ",")
        admin("ACL SETUSER u db=\(all)")
        #expect(user("FLUSHALL") == "+OK\r\n")
    }

    @Test("Rules that change between MULTI and EXEC")
    func transactions() {
        let (admin, user) = pair("+@all ~*")
        user("MULTI")
        user("SET a 1")
        user("PING")
        user("CONFIG GET port")
        admin("ACL SETUSER u resetkeys ~b -config")
        let changed =
            "-NOPERM ACLs rules changed between the moment the transaction was accumulated and the "
            + "EXEC call. This command is no longer allowed for the following reason: "
        #expect(
            user("EXEC") == "*3\r\n\(changed)no permission to touch the specified keys\r\n+PONG\r\n"
                + "\(changed)no permission to execute the command or subcommand\r\n")
        user("MULTI")
        #expect(user("GET a") == noKey)
        #expect(
            user("EXEC")
                == "-EXECABORT Transaction discarded because of previous errors.\r\n")
        user("MULTI")
        admin("ACL SETUSER u -exec")
        #expect(
            user("EXEC")
                == "-EXECABORT Transaction discarded because of: NOPERM User u has no permissions "
                + "to run the 'exec' command\r\n")
    }

    @Test("Within one batch, rules hold from the command on that changed them")
    func batch() {
        let (_, user) = pair("+@all ~*")
        let requests = [["SET", "a", "1"], ["ACL", "SETUSER", "u", "-get"], ["GET", "a"]]
        let replies = user.receive(requests.map(ManyClients.request).joined())
        #expect(replies == "+OK\r\n+OK\r\n" + noCommand("u", "get"))
    }

    @Test("Keys that patterns of SORT lead to")
    func sort() {
        let (admin, user) = pair("+@all ~list")
        admin("RPUSH list 2 1")
        #expect(user("SORT list") == "*2\r\n$1\r\n1\r\n$1\r\n2\r\n")
        #expect(user("SORT list BY nosort") == "*2\r\n$1\r\n2\r\n$1\r\n1\r\n")
        let denied = "option of SORT denied due to insufficient ACL permissions.\r\n"
        #expect(user("SORT list BY w*") == "-ERR BY " + denied)
        #expect(user("SORT list GET #") == "-ERR GET " + denied)
        admin("ACL SETUSER u %R~*")
        #expect(user("SORT list GET #") == "*2\r\n$1\r\n1\r\n$1\r\n2\r\n")
    }

    @Test("Logins, and a default user that needs one")
    func logins() {
        let clients = ManyClients()
        let admin = clients.client()
        admin("ACL SETUSER u on >right >also +@all")
        let user = clients.client()
        #expect(user("AUTH u wrong") == wrongPass)
        #expect(user("AUTH nobody right") == wrongPass)
        #expect(user("AUTH u also") == "+OK\r\n")
        admin("ACL SETUSER u off")
        #expect(user("ACL WHOAMI") == "$1\r\nu\r\n")
        #expect(user("AUTH u right") == wrongPass)
        admin("ACL SETUSER default >secret")
        let stranger = clients.client()
        #expect(stranger("PING") == "-NOAUTH Authentication required.\r\n")
        #expect(stranger("AUTH secret") == "+OK\r\n")
        admin("CONFIG SET requirepass other")
        let next = clients.client()
        #expect(next("AUTH secret") == wrongPass)
        #expect(next("AUTH other") == "+OK\r\n")
        admin("ACL SETUSER default nopass")
        #expect(admin("CONFIG GET requirepass").hasSuffix("other\r\n"))
        #expect(clients.client()("PING") == "+PONG\r\n")
        #expect(admin("INFO stats").contains("acl_access_denied_auth:4\r\n"))
    }

    @Test("A user that is removed loses its connections")
    func removal() {
        let (admin, user) = pair("+@all ~*")
        #expect(admin("ACL DELUSER u") == ":1\r\n")
        #expect(user.session.closesNow)
        #expect(user("GET a") == "-NOAUTH Authentication required.\r\n" || user("GET a").isEmpty)
        #expect(!admin.session.closesNow)
        let (_, own) = pair("+@all ~*")
        #expect(own("ACL DELUSER u") == ":1\r\n")
        #expect(own.session.closesAfterReply)
    }

    @Test("Channels, and subscribers that lose them")
    func channels() {
        let (admin, user) = pair("+@all &news &room:* &odd?")
        let refused = "-NOPERM No permissions to access a channel\r\n"
        #expect(user("PUBLISH news x") == ":0\r\n")
        #expect(user("PUBLISH other x") == refused)
        #expect(user("SPUBLISH other x") == refused)
        user("HELLO 3")
        #expect(user("SUBSCRIBE news other") == refused)
        #expect(user("PSUBSCRIBE room:1*") == refused)
        #expect(user("PSUBSCRIBE news*") == refused)
        #expect(user("SUBSCRIBE room:1 odd2").hasPrefix(">3\r\n"))
        #expect(user("PSUBSCRIBE room:*").hasPrefix(">3\r\n"))
        #expect(user("UNSUBSCRIBE other").hasPrefix(">3\r\n"))
        admin("ACL SETUSER u &more")
        admin("ACL SETUSER u resetchannels &room:* &odd?")
        #expect(!user.session.closesNow)
        admin("ACL SETUSER u resetchannels &room:* &odd1")
        #expect(user.session.closesNow)
        #expect(!admin.session.closesNow)
    }

    @Test("A client that waited may have lost the right to what comes")
    func waiting() {
        let (admin, user) = pair("+@all ~list")
        #expect(user("BLPOP list 0") == "")
        admin("ACL SETUSER u -blpop")
        #expect(admin("RPUSH list x") == ":1\r\n")
        #expect(user.session.outbox?.bytes.string == noCommand("u", "blpop"))
        #expect(admin("LLEN list") == ":1\r\n")
    }

    @Test("DRYRUN tells what and why")
    func dryRun() {
        let (admin, _) = pair("+get +mget ~a")
        #expect(admin("ACL DRYRUN u GET a") == "+OK\r\n")
        #expect(
            admin("ACL DRYRUN u GET b")
                == bulk("User u has no permissions to access the 'b' key"))
        #expect(
            admin("ACL DRYRUN u SET a 1")
                == bulk("User u has no permissions to run the 'set' command"))
        #expect(
            admin("ACL DRYRUN u MGET b a c")
                == bulk("User u has no permissions to access the 'b' key"))
        #expect(admin("ACL DRYRUN nobody GET a") == "-ERR User 'nobody' not found\r\n")
        #expect(admin("ACL DRYRUN u NOSUCH") == "-ERR Command 'NOSUCH' not found\r\n")
        #expect(
            admin("ACL DRYRUN u GET")
                == "-ERR wrong number of arguments for 'get' command\r\n")
    }
}

@Suite("The log of refusals") struct AccessLogTests {
    private func entries(_ client: PretendedClient) -> Int {
        Int(client("ACL LOG 1000").dropFirst().prefix { $0 != "\r\n" }) ?? -1
    }

    @Test("What happens again within a minute is one entry")
    func grouping() {
        let clients = ManyClients()
        let admin = clients.client()
        admin("ACL SETUSER u on nopass -@all")
        let user = clients.client("127.0.0.1:50001")
        user("AUTH u x")
        user("GET a")
        clients.now += 1_500
        user("GET b")
        #expect(entries(admin) == 1)
        clients.now += 250
        let log = admin("ACL LOG")
        #expect(log.hasPrefix("*1\r\n*20\r\n" + bulk("count") + ":2\r\n" + bulk("reason")))
        #expect(log.contains(bulk("object") + bulk("get") + bulk("username") + bulk("u")))
        #expect(log.contains(bulk("age-seconds") + bulk("0.25")))
        #expect(log.contains("addr=127.0.0.1:50001"))
        #expect(log.contains(bulk("timestamp-created") + ":1700000000000\r\n"))
        #expect(log.contains(bulk("timestamp-last-updated") + ":1700000001500\r\n"))
        clients.now += 60_001
        user("GET c")
        #expect(entries(admin) == 2)
        #expect(admin("ACL LOG RESET") == "+OK\r\n")
        #expect(entries(admin) == 0)
    }

    @Test("The log is as long as it may be")
    func length() {
        let clients = ManyClients { $0.aclLogMaxLength = 3 }
        let admin = clients.client()
        for name in ["a", "b", "c", "d"] { admin("AUTH \(name) x") }
        #expect(entries(admin) == 3)
        #expect(admin("ACL LOG 1").contains(bulk("username") + bulk("d")))
        admin("CONFIG SET acllog-max-len 0")
        admin("AUTH e x")
        #expect(entries(admin) == 0)
    }
}
