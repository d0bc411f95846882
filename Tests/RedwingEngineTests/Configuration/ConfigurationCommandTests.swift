// CONFIG GET, SET and REWRITE. The expected texts are Valkey 9.1's, taken from a running server.

import Testing

@testable import RedwingEngine

private let anyClient = ConfigSetPermissions(isLocalClient: true, isLoading: false)

extension Configuration {
    fileprivate func get(_ patterns: String...) -> [String] {
        get(patterns.map { Array($0.utf8) }).flatMap {
            [String(decoding: $0.name, as: UTF8.self), String(decoding: $0.value, as: UTF8.self)]
        }
    }

    /// `OK` or the error.
    @discardableResult
    fileprivate mutating func set(
        _ arguments: String..., permissions: ConfigSetPermissions = anyClient,
        apply: (String, Configuration, inout Configuration) -> String? = { _, _, _ in nil }
    ) -> String {
        do {
            _ = try set(
                arguments.map { Array($0.utf8) }, permissions: permissions, apply: apply)
            return "OK"
        } catch ConfigSetError.failed(let text) {
            return text
        } catch {
            return "\(error)"
        }
    }
}

@Suite struct ConfigGetTests {
    @Test func namesAreSortedAndAnsweredAsAsked() {
        let defaults = Configuration()
        #expect(defaults.get("port", "bind") == ["bind", "* -::*", "port", "6379"])
        #expect(defaults.get("port", "PORT") == ["port", "6379"])
        #expect(defaults.get("PORT", "p*t") == ["PORT", "6379"])
        #expect(defaults.get("p*t", "PORT") == ["port", "6379"])
        #expect(
            defaults.get("HASH-max-ziplist-entries", "hash-max-listpack-entries")
                == ["HASH-max-ziplist-entries", "512", "hash-max-listpack-entries", "512"])
        #expect(
            defaults.get("ZSET-max-listpack-entries", "appendonly")
                == ["ZSET-max-listpack-entries", "128", "appendonly", "no"])
        #expect(defaults.get("nope") == [])
        #expect(defaults.get("por\\t") == [])
        #expect(defaults.get("por\\t*") == ["port", "6379"])
        #expect(defaults.get("[p]OR[s-u]") == ["port", "6379"])
    }

    @Test func hiddenDirectivesAnswerToTheirNameOnly() {
        let defaults = Configuration()
        #expect(defaults.get("rdb-key-save-delay") == ["rdb-key-save-delay", "0"])
        #expect(defaults.get("rdb-key-*") == [])
        #expect(defaults.get("user", "include", "list-max-ziplist-entries") == [])
    }

    @Test func patternsFindAliases() {
        #expect(
            Configuration().get("min*") == [
                "min-replicas-max-lag", "10", "min-replicas-to-write", "0", "min-slaves-max-lag",
                "10", "min-slaves-to-write", "0",
            ])
    }
}

@Suite struct ConfigSetTests {
    @Test(arguments: [
        ("timeout", "x", "argument couldn't be parsed into an integer"),
        ("timeout", "01", "argument couldn't be parsed into an integer"),
        ("timeout", "+1", "argument couldn't be parsed into an integer"),
        ("timeout", " 1", "argument couldn't be parsed into an integer"),
        ("timeout", "-1", "argument must be between 0 and 2147483647 inclusive"),
        ("maxclients", "4294967296", "argument must be between 1 and 4294967295 inclusive"),
        (
            "list-max-listpack-size", "99999999999",
            "argument must be between -2147483648 and 2147483647 inclusive"
        ),
        ("acllog-max-len", "-1", "argument must be between 0 and 9223372036854775807 inclusive"),
        (
            "slowlog-log-slower-than", "-2",
            "argument must be between -1 and 9223372036854775807 inclusive"
        ),
        (
            "proto-max-bulk-len", "1",
            "argument must be between 1048576 and 9223372036854775807 inclusive"
        ),
        ("maxmemory", "1x", "argument must be a memory value"),
        ("maxmemory", "-1", "argument must be a memory value"),
        ("maxmemory", "1.5gb", "argument must be a memory value"),
        ("maxmemory", "99999999999999999999", "argument must be a memory value"),
        ("maxmemory-clients", "101%", "percentage argument must be less or equal to 100"),
        ("maxmemory-clients", "1%%", "argument must be a memory or percent value"),
        ("maxmemory-clients", "-5%", "argument must be a memory or percent value"),
        ("protected-mode", "1", "argument must be 'yes' or 'no'"),
        (
            "maxmemory-policy", "foo",
            "argument(s) must be one of the following: volatile-lru, volatile-lfu, "
                + "volatile-random, volatile-ttl, allkeys-lru, allkeys-lfu, allkeys-random, "
                + "noeviction"
        ),
        (
            "loglevel", "",
            "argument(s) must be one of the following: debug, verbose, notice, "
                + "warning, nothing"
        ),
        ("save", "900", "Invalid save parameters"),
        ("save", "900  1", "Invalid save parameters"),
        ("save", "900 x", "Invalid save parameters"),
        ("save", "0 1", "Invalid save parameters"),
        (
            "client-output-buffer-limit", "normal 1mb 2mb",
            "Wrong number of arguments in buffer limit configuration."
        ),
        (
            "client-output-buffer-limit", "master 1mb 2mb 3",
            "Invalid client class specified in buffer limit configuration."
        ),
        (
            "client-output-buffer-limit", "replica 1mb 2mb -3",
            "Error in hard, soft or soft_seconds setting in buffer limit configuration."
        ),
        ("notify-keyspace-events", "q", "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."),
        (
            "latency-tracking-info-percentiles", "101",
            "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]"
        ),
        (
            "latency-tracking-info-percentiles", "0x1",
            "Invalid latency-tracking-info-percentiles parameters"
        ),
        (
            "latency-tracking-info-percentiles", "1 nan",
            "Invalid latency-tracking-info-percentiles parameters"
        ),
        ("oom-score-adj-values", "1 2", "wrong number of arguments"),
        (
            "oom-score-adj-values", "1 2 3000",
            "Invalid oom-score-adj-values, elements must be between -2000 and 2000."
        ),
        (
            "shutdown-on-sigint", "save nosave",
            "shutdown options SAVE and NOSAVE can't be used simultaneously"
        ),
        (
            "shutdown-on-sigint", "",
            "argument(s) must be one of the following: default, save, nosave, now, force, safe, "
                + "failover"
        ),
        ("daemonize", "yes", "can't set immutable config"),
        ("slaveof", "x", "can't set immutable config"),
        ("dir", "/x", "can't set protected config"),
        ("dbfilename", "a/b", "can't set protected config"),
        ("hash-max-ziplist-entries", "x", "argument couldn't be parsed into an integer"),
    ])
    func refusedValues(name: String, value: String, reason: String) {
        var configuration = Configuration()
        let expected = "ERR CONFIG SET failed (possibly related to argument '\(name)') - \(reason)"
        #expect(configuration.set(name, value) == expected)
        #expect(configuration == Configuration())
    }

    @Test func argumentsThatDoNotFit() {
        var configuration = Configuration()
        #expect(configuration.set("timeout", "1", "port") == "syntax")
        #expect(
            configuration.set("timeout", "x", "nope", "3")
                == "ERR Unknown option or number of arguments for CONFIG SET - 'nope'")
        #expect(
            configuration.set("timeout", "1", "TIMEOUT", "2")
                == "ERR CONFIG SET failed (possibly related to argument 'TIMEOUT') - "
                + "duplicate parameter")
        let loading = ConfigSetPermissions(isLocalClient: true, isLoading: true)
        #expect(configuration.set("appendonly", "no", permissions: loading) == "loading")
        #expect(configuration == Configuration())
    }

    @Test(arguments: [
        ("maxmemory-policy", "AllKeys-LRU", "allkeys-lru"),
        ("proto-max-bulk-len", "1gB", "1073741824"), ("proto-max-bulk-len", "2m", "2000000"),
        ("proto-max-bulk-len", "1048577b", "1048577"),
        ("save", "900 1 300 10", "900 1 300 10"), ("save", "", ""),
        (
            "client-output-buffer-limit", "normal 1mb 2mb 3 REPLICA 1 2 3",
            "normal 1048576 2097152 3 slave 1 2 3 pubsub 33554432 8388608 60"
        ),
        (
            "client-output-buffer-limit", "",
            "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60"
        ),
        ("latency-tracking-info-percentiles", "50 99.99 100", "50 99.99 100"),
        ("latency-tracking-info-percentiles", "0.00000001 1e1", "0 10"),
        ("latency-tracking-info-percentiles", "", ""),
        ("shutdown-on-sigint", "now save default", "save now"), ("hz", "1000", "500"),
        ("hz", "0", "1"), ("bind", "", ""), ("timeout", "7", "7"), ("requirepass", "a b", "a b"),
        ("loglevel", "Debug", "debug"), ("slot-migration-max-failover-repl-bytes", "-1", "-1"),
    ])
    func acceptedValues(name: String, value: String, shown: String) {
        var configuration = Configuration()
        #expect(configuration.set(name, value) == "OK")
        #expect(configuration.get(name) == [name, shown])
    }

    @Test func aliasesAreDirectivesOfTheirOwn() {
        var configuration = Configuration()
        #expect(
            configuration.set("hash-max-ziplist-entries", "3", "hash-max-listpack-entries", "4")
                == "OK")
        #expect(configuration.hashMaxListpackEntries == 4)
        #expect(configuration.set("slowlog-max-len", "5") == "OK")
        #expect(configuration.get("commandlog-slow-execution-max-len")[1] == "5")
    }

    @Test func severalChangeTogetherOrNotAtAll() {
        var configuration = Configuration()
        #expect(
            configuration.set("timeout", "9", "save", "x")
                == "ERR CONFIG SET failed (possibly related to argument 'save') - "
                + "Invalid save parameters")
        #expect(configuration.timeout == 0)
        #expect(configuration.set("timeout", "9", "tcp-keepalive", "8") == "OK")
        #expect(configuration.timeout == 9)
        #expect(configuration.tcpKeepalive == 8)
    }

    @Test func whatWasAppliedIsTakenBack() {
        var configuration = Configuration()
        var calls: [String] = []
        let answer = configuration.set(
            "timeout", "0", "port", "1", "tcp-keepalive", "2", "bind", "::1"
        ) { directive, old, new in
            calls.append("\(directive) \(old.port)->\(new.port)")
            return directive == "bind" ? "Failed to bind to specified addresses." : nil
        }
        #expect(
            answer == "ERR CONFIG SET failed (possibly related to argument 'bind') - "
                + "Failed to bind to specified addresses.")
        // The timeout was that already, so there is nothing to apply.
        #expect(
            calls == [
                "port 6379->1", "tcp-keepalive 6379->1", "bind 6379->1", "tcp-keepalive 1->6379",
                "port 1->6379",
            ])
        #expect(configuration == Configuration())
    }

    @Test func protectedDirectivesNeedPermission() {
        var configuration = Configuration()
        configuration.enableProtectedConfigs = .local
        let remote = ConfigSetPermissions(isLocalClient: false, isLoading: false)
        #expect(configuration.set("dbfilename", "x", permissions: remote).contains("protected"))
        #expect(configuration.set("dbfilename", "x") == "OK")
        #expect(
            configuration.set("dir", "")
                == "ERR CONFIG SET failed (possibly related to argument 'dir') - "
                + "dir can't be empty")
    }

    @Test func whatThisBuildLacksIsRefusedOrWarnedAbout() throws {
        var configuration = Configuration()
        #expect(
            configuration.set("appendonly", "yes")
                == "ERR CONFIG SET failed (possibly related to argument 'appendonly') - "
                + "the append-only file is not part of this build")
        #expect(configuration.set("appendonly", "no") == "OK")
        let warnings = try configuration.set(
            [Array("io-threads".utf8), Array("4".utf8)], permissions: anyClient
        ) { _, _, _ in nil }
        #expect(warnings.map(\.directive) == ["io-threads"])
        #expect(configuration.get("io-threads") == ["io-threads", "4"])
    }

    @Test func secretsAreFoundInArguments() {
        let arguments = ["port", "1", "RequirePass", "x", "masterauth", "y", "nope"]
        #expect(
            Configuration.sensitivePositions(
                inSetArguments: arguments.map { Array($0.utf8) }) == [3, 5])
    }

    @Test func keyspaceEventLetters() {
        for (letters, shown) in [
            ("KEA", "AKE"), ("AKEmn", "AKEm"), ("zK", "zK"), ("gK$lshzxetd", "AK"),
            ("nKE", "nKE"), ("dt", "td"), ("KEmn", "nKEm"), ("mE", "Em"), ("", ""),
        ] {
            let classes = KeyspaceEventClasses(letters: Array(letters.utf8))
            #expect(classes.map { String(decoding: $0.text, as: UTF8.self) } == shown)
        }
        #expect(KeyspaceEventClasses(letters: Array("q".utf8)) == nil)
    }
}

@Suite struct ConfigRewriteTests {
    private func rewrite(_ configuration: Configuration, _ text: String) -> String {
        String(decoding: configuration.rewrite(oldText: Array(text.utf8)), as: UTF8.self)
    }

    @Test func linesChangeInPlaceAndOthersFollowTheMarker() throws {
        let old = """
            # my conf\r


              PORT 7333
            bind 127.0.0.1
            save 900 1
            # mid
            save 300 10


            hash-max-ziplist-entries 100

            timeout 5
            timeout 6
            requirepass "abc"
            unixsocketperm 700
            logfile ""
            client-output-buffer-limit pubsub 1mb 1mb 5
            nonsense "
            dynamic-hz yes
            include other.conf
            #end

            """
        var configuration = try loadConfiguration(
            ["f"],
            files: [
                "f": old.replacing("nonsense \"", with: ""), "other.conf": "",
            ]
        ).configuration
        configuration.directory = "/tmp/x"
        configuration.set(
            "requirepass", "", "timeout", "0", "slowlog-max-len", "5",
            "client-output-buffer-limit", "normal 5 3 1 pubsub 32mb 8mb 60",
            "hash-max-listpack-entries", "512", "proto-max-bulk-len", "2mb",
            "shutdown-on-sigint", "save now", "availability-zone", "a \"b\"\n\u{1}z")
        #expect(
            rewrite(configuration, old) == """
                # my conf

                port 7333
                bind 127.0.0.1
                save 900 1 300 10
                # mid

                hash-max-listpack-entries 512

                timeout 0

                unixsocketperm 700
                logfile ""
                client-output-buffer-limit normal 5 3 1
                # ??? nonsense "
                # ??? dynamic-hz yes
                include other.conf
                #end

                # Generated by CONFIG REWRITE
                availability-zone "a \\"b\\"\\n\\x01z"
                commandlog-slow-execution-max-len 5
                dir "/tmp/x"
                latency-tracking-info-percentiles 50 99 99.9
                proto-max-bulk-len 2mb
                shutdown-on-sigint save now

                """)
    }

    @Test func aRewrittenFileLoadsAndRewritesToItself() throws {
        var configuration = Configuration()
        configuration.directory = "/var/lib/redwing"
        configuration.set(
            "save", "", "bind", "", "requirepass", "p\u{e9} \"x\"\0", "maxmemory-policy",
            "allkeys-lfu", "latency-tracking-info-percentiles", "", "io-threads", "3",
            "list-max-listpack-size", "-1")
        configuration.unixSocketPermissions = 0o640
        let text = rewrite(configuration, "")
        let loaded = try loadConfiguration(["f"], files: ["f": text]).configuration
        #expect(loaded == configuration)
        // The empty piece behind the last line feed becomes a line of its own, once.
        #expect(rewrite(loaded, text) == text + "\n")
        #expect(rewrite(loaded, text + "\n") == text + "\n")
    }

    @Test func usersAreReplacedOnlyIfGiven() {
        let old = Array("user default on\nuser bob off\n".utf8)
        let configuration = Configuration()
        let kept = String(decoding: configuration.rewrite(oldText: old), as: UTF8.self)
        #expect(kept.hasPrefix("user default on\nuser bob off\n"))
        let replaced = configuration.rewrite(
            oldText: old, users: [Array("user default on nopass".utf8)])
        let text = String(decoding: replaced, as: UTF8.self)
        #expect(text.hasPrefix("user default on nopass\n\n"))
        #expect(!text.contains("bob"))
    }
}
