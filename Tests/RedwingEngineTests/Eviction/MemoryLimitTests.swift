// The memory limit: whom it refuses, how memory returns below it, and what does not count.
import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct MemoryLimitTests {
    private let value = String(repeating: "v", count: 100)
    private let refusal = "-OOM command not allowed when used memory > 'maxmemory'.\r\n"

    private func fill(_ harness: EngineHarness, _ prefix: String, _ count: Int) {
        for number in 0..<count { harness.line("SET \(prefix)\(number) \(value)") }
    }

    @Test(arguments: [MaxMemoryPolicy.noEviction, .volatileLRU, .volatileTTL])
    func whatNeedsMemoryIsRefused(_ policy: MaxMemoryPolicy) {
        let harness = EngineHarness { $0.maxMemoryPolicy = policy }
        fill(harness, "k", 100)
        harness.line("CONFIG SET maxmemory 1mb")
        #expect(harness.used < 1 << 20)
        let long = String(repeating: "x", count: 2 << 20)
        #expect(harness.line("SET long \(long)") == "+OK\r\n")
        #expect(harness.line("SET k1 x") == refusal)
        #expect(harness.line("LPUSH l x") == refusal)
        #expect(harness.line("GET k1") == bulk(value))
        #expect(harness.line("MULTI") == "+OK\r\n")
        #expect(harness.line("GET k1") == "+QUEUED\r\n")
        #expect(harness.line("SET k1 x") == refusal)
        #expect(harness.line("EXEC").hasPrefix("-EXECABORT Transaction discarded because of prev"))
        #expect(harness.evicted == 0)
        #expect(harness.line("MEMORY DOCTOR").contains("nothing can be evicted"))
        #expect(harness.line("DEL long") == ":1\r\n")
        #expect(harness.line("SET k1 x") == "+OK\r\n")
        harness.expectSound()
    }

    @Test func aTransactionThatNeedsMemoryIsRefused() {
        let harness = EngineHarness()
        harness.line("MULTI")
        harness.line("SET a 1")
        harness.engine.configuration.maxMemory = 1
        harness.engine.configurationChanged()
        #expect(
            harness.line("EXEC")
                == "-EXECABORT Transaction discarded because of: " + refusal.dropFirst())
        #expect(harness.line("EXISTS a") == ":0\r\n")
    }

    @Test func aTransactionThatNeedsNoneRuns() {
        let harness = EngineHarness()
        harness.line("SET a 1")
        harness.line("MULTI")
        harness.line("GET a")
        harness.engine.configuration.maxMemory = 1
        harness.engine.configurationChanged()
        #expect(harness.line("EXEC") == "*1\r\n" + bulk("1"))
    }

    @Test func aPipelineIsHeldToTheLimitCommandByCommand() {
        let harness = EngineHarness()
        harness.line("CONFIG SET maxmemory \(harness.used + 100_000)")
        let requests = ["SETRANGE big 200000 x", "SET a 1"].map { line in
            ManyClients.request(line.split(separator: " ").map(String.init))
        }
        #expect(harness.receive(Array(requests.joined().utf8)) == ":200001\r\n" + refusal)
    }

    @Test func memoryStaysAtTheLimitUnderLoad() {
        let harness = EngineHarness { $0.maxMemoryPolicy = .allKeysLRU }
        let limit = harness.used + (1 << 20)
        harness.line("CONFIG SET maxmemory \(limit)")
        for number in 0..<50_000 {
            #expect(harness.line("SET k\(number) \(value)") == "+OK\r\n")
            #expect(harness.used <= limit + 20_000)
        }
        #expect(harness.keys().count > 6000)
        harness.expectSound()
    }

    @Test func memoryReturnsWithoutACommand() {
        let harness = EngineHarness { $0.maxMemoryPolicy = .allKeysLRU }
        fill(harness, "k", 5000)
        let limit = harness.used / 2
        harness.line("CONFIG SET maxmemory \(limit)")
        #expect(harness.used > limit)
        #expect(harness.engine.hasBackgroundWork)
        while harness.engine.work() {}
        #expect(harness.used <= limit)
        #expect(!harness.engine.hasBackgroundWork)
        #expect(harness.engine.restrictions.contains(.memoryLimit) == false)
        harness.expectSound()
    }

    @Test func whatCannotBeEvictedIsNotTriedForEver() {
        let harness = EngineHarness()
        fill(harness, "k", 100)
        harness.line("CONFIG SET maxmemory 1000")
        while harness.engine.work() {}
        #expect(!harness.engine.hasBackgroundWork)
        #expect(harness.line("SET a 1") == refusal)
        harness.line("CONFIG SET maxmemory-policy allkeys-lru maxmemory \(harness.used - 1000)")
        #expect(harness.line("SET a 1") == "+OK\r\n")
    }

    @Test func commandsWaitForABoundedTime() {
        // Each look at the clock takes longer than commands may wait.
        let clients = ManyClients { $0.maxMemoryPolicy = .allKeysLRU }
        let client = clients.client()
        for number in 0..<5000 { client("SET k\(number) \(value)") }
        let before = clients.engine.usedMemory
        client("CONFIG SET maxmemory \(before / 2)")
        for turn in 1...10 {
            client("GET k1")
            let evicted = clients.engine.statistics.evictedKeys
            #expect(evicted > 0 && evicted <= 32 * turn)
        }
        // Who needs memory makes room for twice of it.
        let evicted = clients.engine.statistics.evictedKeys
        let long = String(repeating: "x", count: 20_000)
        #expect(client("SET long \(long)") == "+OK\r\n")
        let used = clients.engine.usedMemory
        client("PING")
        #expect(clients.engine.usedMemory < used)
        #expect(clients.engine.statistics.evictedKeys > evicted)
        var slices = 0
        while clients.engine.work() { slices += 1 }
        #expect(slices > 50)
        #expect(clients.engine.usedMemory <= before / 2)
    }

    @Test func nothingIsEvictedDuringAPause() {
        let clients = ManyClients { $0.maxMemoryPolicy = .allKeysRandom }
        let client = clients.client()
        for number in 0..<100 { client("SET k\(number) \(value)") }
        client("CLIENT PAUSE 1000 WRITE")
        client("CONFIG SET maxmemory 1")
        while clients.engine.work() {}
        #expect(client("GET k1") == bulk(value))
        #expect(clients.engine.statistics.evictedKeys == 0)
        #expect(!clients.engine.hasBackgroundWork)
        clients.now += 1001
        clients.engine.beginTurn(now: clients.now)
        while clients.engine.work() {}
        #expect(clients.engine.statistics.evictedKeys == 100)
    }

    @Test func slowEvictionIsTold() {
        let clients = ManyClients {
            $0.maxMemoryPolicy = .allKeysRandom
            $0.latencyMonitorThreshold = 1
        }
        let client = clients.client()
        for number in 0..<100 { client("SET k\(number) \(value)") }
        client("CONFIG SET maxmemory \(clients.engine.usedMemory - 1000)")
        client("PING")
        let latest = client("LATENCY LATEST")
        #expect(latest.contains("eviction-cycle"))
        #expect(latest.contains("eviction-del"))
    }

    @Test func subscribersHearOfEvictedKeys() {
        let clients = ManyClients {
            $0.maxMemoryPolicy = .volatileLRU
            $0.notifyKeyspaceEvents = [.keyevent, .evicted]
        }
        let listener = clients.client()
        let client = clients.client()
        client("SET goes 1 EX 100")
        listener("SUBSCRIBE __keyevent@0__:evicted")
        client("CONFIG SET maxmemory 1")
        client("PING")
        #expect(listener.session.outbox?.bytes.string.hasSuffix(bulk("goes")) == true)
    }

    @Test func nothingLeavesForWhatIsBeingFreed() {
        let harness = EngineHarness { $0.maxMemoryPolicy = .allKeysLRU }
        for field in 0..<50_000 { harness.line("HSET large f\(field) \(field)") }
        harness.now += 10_000
        fill(harness, "k", 20)
        let limit = harness.used - 1000
        harness.line("CONFIG SET maxmemory \(limit)")
        harness.line("PING")
        #expect(harness.keys() == Set((0..<20).map { "k\($0)" }))
        while harness.engine.work() {}
        #expect(harness.evicted == 1)
        #expect(harness.engine.graveyard.bytes == 0)
        harness.expectSound()
    }

    @Test func largeValuesAreFreedAtOnceWhenAskedFor() {
        let harness = EngineHarness {
            $0.maxMemoryPolicy = .allKeysLRU
            $0.lazyEviction = false
        }
        for field in 0..<50_000 { harness.line("HSET large f\(field) \(field)") }
        harness.now += 10_000
        fill(harness, "k", 20)
        let used = harness.used
        harness.line("CONFIG SET maxmemory \(used - 1000)")
        harness.line("PING")
        #expect(harness.used < used / 2)
        #expect(harness.engine.graveyard.isEmpty)
        harness.expectSound()
    }

    @Test func aFlushedDatabaseDoesNotCount() {
        let harness = EngineHarness()
        fill(harness, "k", 20_000)
        let used = harness.used
        harness.line("FLUSHALL ASYNC")
        #expect(harness.used > used / 2)
        harness.line("CONFIG SET maxmemory \(used / 2)")
        #expect(harness.line("SET a 1") == "+OK\r\n")
        while harness.engine.work() {}
        #expect(harness.engine.graveyard.bytes == 0)
        #expect(harness.line("DBSIZE") == ":1\r\n")
    }

    @Test func aWatchedKeyThatIsEvictedFailsTheTransaction() {
        let harness = EngineHarness { $0.maxMemoryPolicy = .allKeysLRU }
        harness.line("SET a \(value)")
        harness.now += 1000
        fill(harness, "k", 10)
        harness.line("WATCH a")
        harness.shrink(by: 10)
        #expect(harness.entry("a") == nil)
        harness.line("MULTI")
        harness.line("PING")
        #expect(harness.line("EXEC") == "*-1\r\n")
    }

    @Test func evictionIsCounted() {
        let harness = EngineHarness { $0.maxMemoryPolicy = .allKeysRandom }
        fill(harness, "k", 100)
        harness.shrink(by: 10 * 120)
        let info = harness.line("INFO stats")
        #expect(field("evicted_keys", of: info) == "\(harness.evicted)")
        #expect(field("current_eviction_exceeded_time", of: info) == "0")
        harness.line("CONFIG SET maxmemory-policy noeviction maxmemory 1")
        harness.line("PING")
        harness.now += 1500
        #expect(field("current_eviction_exceeded_time", of: harness.line("INFO stats")) == "1500")
        harness.line("CONFIG SET maxmemory 0")
        harness.now += 1500
        let after = harness.line("INFO stats")
        #expect(field("current_eviction_exceeded_time", of: after) == "0")
        #expect(field("total_eviction_exceeded_time", of: after) == "1500")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func aSnapshotHoldsWhatIsEvictedMeanwhile(_ seed: UInt64) throws {
        let harness = EngineHarness { $0.maxMemoryPolicy = .allKeysRandom }
        var random = RandomSource(seed: seed)
        for key in 0..<300 {
            harness.line("SET k\(key) \(key)")
            for field in 0..<(key * 5) { harness.line("HSET h\(key) f\(field) \(field)") }
        }
        let expected = harness.keys()
        let sink = CollectingSink()
        harness.engine.beginWalk(to: sink)
        repeat {
            harness.shrink(by: Int(random.below(100_000)))
            harness.line("SET other\(random.below(1000)) \(value)")
        } while !harness.engine.stepWalk()
        #expect(harness.evicted > 0)
        let restored = try sink.restore()
        #expect(restored.keys() == expected)
        restored.expectSound()
        harness.engine.forgetWalk()
        while harness.engine.work() {}
        #expect(harness.engine.graveyard.bytes == 0)
        harness.expectSound()
    }

    @Test func buffersOfClientsCount() {
        let harness = EngineHarness()
        let used = harness.used
        let buffer = harness.engine.makeReplyBuffer(capacity: 1 << 20)
        #expect(harness.used == used + 1 << 20)
        harness.line("CONFIG SET maxmemory \(used + 1000)")
        #expect(harness.line("SET a 1") == refusal)
        buffer.destroy()
        #expect(harness.line("SET a 1") == "+OK\r\n")
    }
}
