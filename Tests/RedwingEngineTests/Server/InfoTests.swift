// INFO: sections, and that what is counted is what happened.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct InfoTests {
    @Test func sections() {
        let client = ManyClients().client()
        func titles(_ line: String) -> [String] {
            client(line).split(separator: "\r\n").filter { $0.hasPrefix("# ") }.map {
                String($0.dropFirst(2))
            }
        }
        let usual = [
            "Server", "Clients", "Memory", "Persistence", "Stats", "Replication", "CPU", "Modules",
            "Errorstats", "Cluster", "Keyspace",
        ]
        #expect(titles("INFO") == usual)
        #expect(titles("INFO default") == usual)
        #expect(titles("INFO keyspace SERVER") == ["Server", "Keyspace"])
        #expect(titles("INFO everything").count == usual.count + 4)
        #expect(titles("INFO all").contains("Commandstats"))
        #expect(client("INFO nosuch") == "$0\r\n\r\n")
        client("HELLO 3")
        #expect(client("INFO cluster") == "=34\r\ntxt:# Cluster\r\ncluster_enabled:0\r\n\r\n")
    }

    @Test func fieldsThatToolsRead() {
        let clients = ManyClients()
        let host = PretendedHost()
        clients.engine.host = host
        let client = clients.client()
        clients.now += 86_400_000 + 5000
        let text = client("INFO everything")
        let expected = [
            "redis_version": "7.4.0", "server_name": "redwing", "redis_mode": "standalone",
            "process_id": "4711", "tcp_port": "6379", "uptime_in_seconds": "86405",
            "uptime_in_days": "1", "connected_clients": "1", "blocked_clients": "0",
            "maxclients": "10000", "used_memory_rss": "\(5 << 20)",
            "used_memory_rss_human": "5.00M", "total_system_memory_human": "8.00G",
            "maxmemory_policy": "noeviction", "loading": "0", "role": "master",
            "used_cpu_user": "1.500000", "cluster_enabled": "0",
            "listener0": "name=tcp,bind=*,port=6379", "rdb_changes_since_last_save": "0",
        ]
        for (name, value) in expected { #expect(field(name, of: text) == value, "\(name)") }
        #expect(field("run_id", of: text)?.count == 40)
        #expect(Int(field("used_memory", of: text) ?? "") ?? 0 > 0)
    }

    @Test func commandStatistics() {
        let client = ManyClients().client()
        client("GET a")
        client("GET a")
        client("GET")
        client("SET a x EX 0")
        client("CONFIG GET port")
        let text = client("INFO commandstats")
        #expect(
            field("cmdstat_get", of: text)
                == "calls=2,usec=6000,usec_per_call=3000.00,rejected_calls=1,failed_calls=0")
        #expect(
            field("cmdstat_set", of: text)
                == "calls=1,usec=3000,usec_per_call=3000.00,rejected_calls=0,failed_calls=1")
        #expect(field("cmdstat_config|get", of: text) != nil)
        #expect(field("cmdstat_config", of: text) == nil)
        #expect(field("total_commands_processed", of: client("INFO stats")) == "5")
        #expect(field("latency_percentiles_usec_get", of: client("INFO latencystats")) != nil)
        client("CONFIG RESETSTAT")
        #expect(field("cmdstat_get", of: client("INFO commandstats")) == nil)
    }

    @Test func errorStatistics() {
        let client = ManyClients().client()
        client("nosuch")
        client("GET")
        client("CONFIG foo")
        client("HELLO 9")
        client("CLIENT REPLY OFF")
        client("nosuch")
        client("GET")
        client("CLIENT REPLY ON")
        let text = client("INFO errorstats")
        #expect(field("errorstat_ERR", of: text) == "count=5")
        #expect(field("errorstat_NOPROTO", of: text) == "count=1")
        #expect(field("total_error_replies", of: client("INFO stats")) == "6")
        client("CONFIG RESETSTAT")
        #expect(client("INFO errorstats") == "$14\r\n# Errorstats\r\n\r\n")
    }

    @Test func refusalsBeforeLoginAreCounted() {
        let clients = ManyClients { $0.requirePass = Array("x".utf8) }
        let client = clients.client()
        client("GET a")
        client("nosuch")
        client("AUTH wrong")
        client("AUTH x")
        let text = client("INFO everything")
        #expect(field("errorstat_NOAUTH", of: text) == "count=2")
        #expect(field("errorstat_WRONGPASS", of: text) == "count=1")
        #expect(field("cmdstat_get", of: text)?.contains("calls=0") == true)
        #expect(field("cmdstat_get", of: text)?.contains("rejected_calls=1") == true)
    }

    @Test func madeUpErrorCodesDoNotFillTheMemory() {
        let clients = ManyClients { $0.enableDebugCommand = .yes }
        let client = clients.client()
        for number in 0..<200 { client.send(["DEBUG", "ERROR", "CODE\(number) text"]) }
        #expect(clients.engine.observability.errors.count <= Observability.maxErrorCodes)
        #expect(field("errorstat_ERRORSTATS_DISABLED", of: client("INFO errorstats")) != nil)
        #expect(clients.engine.statistics.errorReplies == 200)
    }

    @Test func keyspace() {
        let clients = ManyClients()
        let client = clients.client()
        #expect(client("INFO keyspace") == "$12\r\n# Keyspace\r\n\r\n")
        client("SET a 1 PX 4000")
        client("SET b 1")
        client("SELECT 3")
        client("SET c 1")
        let text = client("INFO keyspace")
        #expect(
            field("db0", of: text) == "keys=2,expires=1,avg_ttl=4000,keys_with_volatile_items=0")
        #expect(field("db3", of: text) == "keys=1,expires=0,avg_ttl=0,keys_with_volatile_items=0")
    }

    @Test func hitsAndRates() {
        let clients = ManyClients()
        let client = clients.client()
        client("SET a 1")
        client("GET a")
        client("GET b")
        let text = client("INFO stats")
        #expect(field("keyspace_hits", of: text) == "1")
        #expect(field("keyspace_misses", of: text) == "1")
        for _ in 0..<17 {
            clients.now += 100
            client.session.bytesReceived += 1024 * 10
            for _ in 0..<5 { client("PING") }
        }
        let rates = client("INFO stats")
        let commands = Int(field("instantaneous_ops_per_sec", of: rates) ?? "") ?? 0
        #expect((40...55).contains(commands))
        #expect(field("instantaneous_input_kbps", of: rates) == "100.00")
        #expect(field("total_net_input_bytes", of: rates) == "\(17 * 10 * 1024)")
        client("CONFIG RESETSTAT")
        clients.engine.end(client.session)
        let other = clients.client()
        other.session.bytesReceived = 5
        #expect(field("total_net_input_bytes", of: other("INFO stats")) == "5")
    }

    @Test func otherModulesAddLines() {
        let clients = ManyClients()
        clients.engine.addInfo(to: .persistence) { $0.add("rdb_bgsave_in_progress", 0) }
        let text = clients.client()("INFO persistence")
        #expect(text.hasSuffix("\r\nrdb_bgsave_in_progress:0\r\n\r\n"))
    }

    @Test func humanBytes() {
        let expected = [
            0: "0B", 1023: "1023B", 1024: "1.00K", 1_339_616: "1.28M", 25_274_793_984: "23.54G",
            5 << 40: "5.00T",
        ]
        for (bytes, text) in expected { #expect(InfoText.human(bytes) == text) }
        #expect(InfoText.fixed(-0.004, 2) == "0.00")
        #expect(InfoText.fixed(-1.005, 1) == "-1.0")
        #expect(InfoText.fixed(.infinity, 2) == "0")
    }
}
