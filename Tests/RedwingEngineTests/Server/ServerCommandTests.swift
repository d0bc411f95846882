// CONFIG, MEMORY, DEBUG, TIME and LOLWUT as commands.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct ServerCommandTests {
    @Test func time() {
        let clients = ManyClients()
        clients.now = 1_700_000_000_123
        #expect(clients.client()("TIME") == "*2\r\n$10\r\n1700000000\r\n$6\r\n123000\r\n")
        #expect(
            clients.client()("TIME x") == "-ERR wrong number of arguments for 'time' command\r\n")
    }

    @Test func configGetAndSet() {
        let clients = ManyClients()
        let host = PretendedHost()
        clients.engine.host = host
        let client = clients.client()
        #expect(client("CONFIG GET maxclients") == "*2\r\n$10\r\nmaxclients\r\n$5\r\n10000\r\n")
        #expect(client("CONFIG SET maxclients 5 timeout 7") == "+OK\r\n")
        #expect(host.applied.sorted() == ["maxclients", "timeout"])
        #expect(clients.engine.configuration.maxClients == 5)
        #expect(client("CONFIG SET maxclients 6 nosuch 1").hasPrefix("-ERR Unknown option"))
        #expect(clients.engine.configuration.maxClients == 5)
        host.refusal = "Unable to listen"
        #expect(
            client("CONFIG SET port 1")
                == "-ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen"
                + "\r\n")
        #expect(client("CONFIG GET port") == "*2\r\n$4\r\nport\r\n$4\r\n6379\r\n")
        #expect(client("CONFIG SET a b c") == "-ERR syntax error\r\n")
        client("HELLO 3")
        #expect(client("CONFIG GET timeout") == "%1\r\n$7\r\ntimeout\r\n$1\r\n7\r\n")
    }

    @Test func configRewrite() {
        let clients = ManyClients()
        let client = clients.client()
        let noFile = "-ERR The server is running without a config file\r\n"
        #expect(client("CONFIG REWRITE") == noFile)
        let host = PretendedHost()
        clients.engine.host = host
        #expect(client("CONFIG REWRITE") == "+OK\r\n")
        host.rewriteResult = .noFile
        #expect(client("CONFIG REWRITE") == noFile)
        host.rewriteResult = .failed("Permission denied")
        #expect(client("CONFIG REWRITE") == "-ERR Rewriting config file: Permission denied\r\n")
    }

    @Test func memoryUsageIsWhatTheAllocatorGave() {
        let clients = ManyClients()
        let client = clients.client()
        #expect(client("MEMORY USAGE nosuch") == "$-1\r\n")
        for size in [0, 1, 10, 100, 1000, 20_000, 300_000] {
            client.send(["SET", "k", "0"])
            let before = clients.engine.memory.usedBytes
            let old = usage(client)
            client.send(["SET", "k", String(repeating: "x", count: size)])
            #expect(clients.engine.memory.usedBytes - before == usage(client) - old, "\(size)")
        }
        for line in ["SAMPLES", "SAMPLES -1", "foo 1"] {
            #expect(client("MEMORY USAGE k \(line)") == "-ERR syntax error\r\n", "\(line)")
        }
        #expect(
            client("MEMORY USAGE k SAMPLES x")
                == "-ERR value is not an integer or out of range\r\n")
    }

    @Test func memoryUsageOfHashes() {
        let clients = ManyClients()
        let client = clients.client()
        client.send(["SET", "k", "0"])
        client("DEL k")
        for fields in [1, 20, 600, 3000] {
            let before = clients.engine.memory.usedBytes
            for field in 0..<fields { client("HSET k field:\(field) value:\(field)") }
            #expect(clients.engine.memory.usedBytes - before == usage(client), "\(fields)")
            client("DEL k")
            while clients.engine.work() {}
        }
    }

    private func usage(_ client: PretendedClient) -> Int {
        Int(client("MEMORY USAGE k SAMPLES 0").dropFirst().dropLast()) ?? -1
    }

    @Test func memoryStatsAndPurge() {
        let clients = ManyClients()
        let client = clients.client()
        client("SET a 1")
        let text = client("MEMORY STATS")
        #expect(text.hasPrefix("*50\r\n$14\r\npeak.allocated\r\n:"))
        #expect(text.contains("$4\r\ndb.0\r\n*4\r\n$23\r\noverhead.hashtable.main\r\n:"))
        #expect(text.contains("$10\r\nkeys.count\r\n:1\r\n"))
        #expect(client("MEMORY PURGE") == "+OK\r\n")
        #expect(client("MEMORY DOCTOR").contains("too little data"))
    }

    @Test func debugIsLocked() {
        let refusal = "-ERR DEBUG command not allowed. If the enable-debug-command option"
        let locked = ManyClients().client()
        #expect(locked("DEBUG SLEEP 0").hasPrefix(refusal))
        #expect(
            field("cmdstat_debug", of: locked("INFO commandstats"))?.contains("rejected_calls=1")
                == true)
        let clients = ManyClients { $0.enableDebugCommand = .local }
        #expect(clients.client("10.0.0.1:1")("DEBUG SET-ACTIVE-EXPIRE 1").hasPrefix(refusal))
        #expect(clients.client("127.0.0.1:1")("DEBUG SET-ACTIVE-EXPIRE 1") == "+OK\r\n")
        #expect(clients.client("[::1]:1")("DEBUG SET-ACTIVE-EXPIRE 1") == "+OK\r\n")
        #expect(clients.client(nil)("DEBUG SET-ACTIVE-EXPIRE 1") == "+OK\r\n")
    }

    @Test func debugSubcommands() {
        let clients = ManyClients { $0.enableDebugCommand = .yes }
        let host = PretendedHost()
        clients.engine.host = host
        let client = clients.client()
        #expect(client("DEBUG SLEEP 0.25") == "+OK\r\n")
        #expect(host.slept == 250_000_000)
        #expect(client("DEBUG SLEEP inf") == "+OK\r\n")
        #expect(client("DEBUG RELOAD") == "+OK\r\n")
        #expect(client("DEBUG RELOAD NOSAVE NOFLUSH MERGE").hasPrefix("-ERR Error trying to load"))
        #expect(host.reloads.map(\.merges) == [false, true])
        #expect(client("DEBUG RELOAD foo").hasPrefix("-ERR DEBUG RELOAD only supports"))
        #expect(client("DEBUG LOG hello") == "+OK\r\n")
        #expect(host.logged == ["DEBUG LOG: hello"])
        #expect(client("DEBUG ERROR foo") == "-foo\r\n")
        #expect(client("DEBUG SET-ACTIVE-EXPIRE 0") == "+OK\r\n")
        #expect(!clients.engine.expiresActively)
        #expect(client("DEBUG STRINGMATCH-LEN 50 a*a*b") == ":0\r\n")
        #expect(client("DEBUG STRINGMATCH-LEN 50 a*a*a") == ":1\r\n")
        #expect(client("DEBUG QUICKLIST-PACKED-THRESHOLD 100b") == "+OK\r\n")
        #expect(clients.engine.packedElementLimit == 100)
        #expect(
            client("DEBUG QUICKLIST-PACKED-THRESHOLD x")
                == "-ERR argument must be a memory value bigger than 1 and smaller than 4gb\r\n")
        for line in ["foo", "SLEEP", "OBJECT"] {
            #expect(
                client("DEBUG \(line)")
                    == "-ERR unknown subcommand or wrong number of arguments for '\(line)'. "
                    + "Try DEBUG HELP.\r\n", "\(line)")
        }
    }

    @Test func debugPopulate() {
        let client = ManyClients { $0.enableDebugCommand = .yes }.client()
        client("SET key:1 mine")
        #expect(client("DEBUG POPULATE 3") == "+OK\r\n")
        #expect(
            client("MGET key:0 key:1 key:2 key:3")
                == "*4\r\n$7\r\nvalue:0\r\n$4\r\nmine\r\n$7\r\nvalue:2\r\n$-1\r\n")
        #expect(client("DEBUG POPULATE 1 p 10") == "+OK\r\n")
        #expect(client("GET p:0") == "$10\r\nvalue:0\0\0\0\r\n")
    }

    @Test func debugObject() {
        let client = ManyClients { $0.enableDebugCommand = .yes }.client()
        #expect(client("DEBUG OBJECT nosuch") == "-ERR no such key\r\n")
        client("SET a 12")
        #expect(client("DEBUG OBJECT a").contains(" refcount:1 encoding:int serializedlength:"))
        client("SET a hello")
        #expect(client("DEBUG OBJECT a").contains(" encoding:embstr serializedlength:5 lru:"))
        #expect(!client("DEBUG OBJECT a fast").contains("serializedlength"))
    }

    @Test(arguments: [
        ("string", "$11\r\nHello World\r\n"), ("double", ",3.141\r\n"), ("null", "_\r\n"),
        ("set", "~3\r\n:0\r\n:1\r\n:2\r\n"), ("map", "%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n"),
        ("bignum", "(1234567999999999999999999999999999999\r\n"), ("true", "#t\r\n"),
        ("verbatim", "=29\r\ntxt:This is a verbatim\nstring\r\n"),
        (
            "attrib",
            "|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n"
                + "$39\r\nSome real reply following the attribute\r\n"
        ),
        (
            "push",
            "$40\r\nSome real reply following the push reply\r\n"
                + ">2\r\n$16\r\nserver-cpu-usage\r\n:42\r\n"
        ),
    ])
    func debugProtocol(_ type: String, _ reply: String) {
        let client = ManyClients { $0.enableDebugCommand = .yes }.client()
        client("HELLO 3")
        #expect(client("DEBUG PROTOCOL \(type)") == reply)
    }

    @Test func lolwut() {
        let client = ManyClients().client()
        let text = client("LOLWUT VERSION 5 20 4")
        #expect(text.contains("Redwing ver. "))
        #expect(text.split(separator: "\n").dropFirst().first?.count == 20)
        #expect(client("LOLWUT 1 1").contains("Redwing ver. "))
        #expect(client("LOLWUT VERSION x") == "-ERR value is not an integer or out of range\r\n")
        #expect(client("LOLWUT 99999999999 99999999999").utf8.count < 300_000)
    }

    @Test func helpOfAllContainers() {
        let clients = ManyClients()
        let client = clients.client()
        let containers = clients.engine.table.specs.filter { !$0.subcommands.isEmpty }
        #expect(containers.count >= 7)
        for container in containers {
            let name = Bytes(container.name).string.uppercased()
            let text = client("\(name) HELP")
            #expect(
                text.contains("+\(name) <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"))
            #expect(text.hasSuffix("+HELP\r\n+    Print this help.\r\n"), "\(name)")
            for subcommand in container.subcommands {
                let word = Bytes(subcommand.name).string.uppercased()
                #expect(text.contains("+\(word)"), "\(name) \(word)")
            }
            let count = Int(text.dropFirst().prefix { $0 != "\r\n" }) ?? 0
            #expect(text.split(separator: "\r\n").count == count + 1, "\(name)")
        }
    }
}
