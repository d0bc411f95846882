// Dumped values of each form: those of others are understood, our own are the same to the byte
// where nothing is compressed, and a round trip changes nothing.
import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct DumpTests {
    private let harness = EngineHarness()

    @Test func theChecksumIsThatOfJones() {
        #expect(Array("123456789".utf8).withBytes { CRC64.checksum($0) } == 0xe9c6_d914_c4b8_d9ca)
    }

    @Test func stringsOfOthersAreUnderstood() {
        for payload in [ValkeyDump.text, ValkeyDump.integer, ValkeyDump.compressed] {
            #expect(harness.restore("k", payload, "REPLACE") == "+OK\r\n")
        }
        #expect(harness.line("GET k") == bulk(String(repeating: "a", count: 50)))
        harness.restore("k", ValkeyDump.integer, "REPLACE")
        #expect(harness.line("GET k") == bulk("-1000"))
        #expect(harness.encoding("k") == "int")
        #expect(harness.dump("k") == ValkeyDump.integer)
        harness.restore("k", ValkeyDump.text, "REPLACE")
        #expect(harness.encoding("k") == "embstr")
        #expect(harness.dump("k") == ValkeyDump.text)
        harness.expectSound()
    }

    @Test func collectionsOfOthersAreUnderstood() {
        harness.restore("l", ValkeyDump.list)
        let elements = ["a", "1", "300", "-5", "70000", "99999999999"].map(bulk).joined()
        #expect(harness.line("LRANGE l 0 -1") == "*6\r\n" + elements)
        harness.restore("s", ValkeyDump.set)
        #expect(harness.line("SMISMEMBER s a b c") == "*3\r\n:1\r\n:1\r\n:0\r\n")
        harness.restore("i", ValkeyDump.integers)
        #expect(harness.line("SMEMBERS i") == "*3\r\n" + ["1", "2", "300000"].map(bulk).joined())
        harness.restore("z", ValkeyDump.sortedSet)
        let members = ["d", "-1e+300", "a", "1", "b", "2.5", "c", "inf"].map(bulk).joined()
        #expect(harness.line("ZRANGE z 0 -1 WITHSCORES") == "*8\r\n" + members)
        harness.restore("t", ValkeyDump.tree)
        #expect(harness.run("ZSCORE", "t", String(repeating: "z", count: 65)) == bulk("1.5"))
        harness.restore("h", ValkeyDump.hash)
        #expect(harness.line("HMGET h a b") == "*2\r\n" + bulk("1") + bulk("xyz"))
        let forms = ["l", "s", "i", "z", "t", "h"].map { harness.encoding($0) }
        #expect(forms == ["listpack", "listpack", "intset", "listpack", "skiplist", "listpack"])
        #expect(harness.dump("l") == ValkeyDump.list)
        #expect(harness.dump("s") == ValkeyDump.set)
        #expect(harness.dump("i") == ValkeyDump.integers)
        #expect(harness.dump("z") == ValkeyDump.sortedSet)
        #expect(harness.dump("h") == ValkeyDump.hash)
        harness.expectSound()
    }

    @Test func deadlinesOfFieldsGoAlong() {
        harness.restore("h", ValkeyDump.deadlines)
        #expect(
            harness.line("HPEXPIRETIME h FIELDS 2 a b") == "*2\r\n:1900000000000\r\n:-1\r\n")
        harness.expectSound()
        harness.line("HPERSIST h FIELDS 1 a")
        #expect(harness.dump("h").first == DumpForm.hash.rawValue)
        // A field whose time has come is still counted until it goes.
        harness.now = 1_900_000_000_001
        harness.restore("h", ValkeyDump.deadlines, "REPLACE")
        #expect(harness.line("HGET h a") == "$-1\r\n")
        harness.finishWork()
        #expect(harness.line("HLEN h") == ":1\r\n")
        harness.expectSound()
    }

    @Test func deadlinesOfRedisAreUnderstood() {
        harness.restore("l", RedisDump.listpack)
        #expect(
            harness.line("HPEXPIRETIME l FIELDS 2 a b") == "*2\r\n:1900000000000\r\n:-1\r\n")
        harness.restore("t", RedisDump.table)
        #expect(
            harness.line("HPEXPIRETIME t FIELDS 3 a b c")
                == "*3\r\n:1900000000000\r\n:1900000000300\r\n:-1\r\n")
        // In a payload of our own version these forms mean nothing.
        let reply = harness.restore("k", body: RedisDump.table.dropLast(10))
        #expect(reply == "-ERR Bad data format\r\n")
        harness.expectSound()
    }

    @Test func streamsOfOthersAreUnderstood() {
        #expect(harness.restore("x", ValkeyDump.stream) == "+OK\r\n")
        #expect(
            harness.line("XRANGE x - +")
                == "*2\r\n*2\r\n$3\r\n1-1\r\n*4\r\n" + ["a", "1", "b", "2"].map(bulk).joined()
                + "*2\r\n$3\r\n2-1\r\n*4\r\n" + ["a", "1", "c", "2"].map(bulk).joined())
        let pending = "*4\r\n:1\r\n$3\r\n1-1\r\n$3\r\n1-1\r\n*1\r\n*2\r\n$2\r\nc1\r\n$1\r\n1\r\n"
        #expect(harness.line("XPENDING x g") == pending)
        harness.expectSound()
    }

    @Test func olderFormsAreUnderstood() {
        for (payload, type) in ValkeyDump.older {
            #expect(harness.restore("k", bytes(hex: payload), "REPLACE") == "+OK\r\n", "\(payload)")
            #expect(harness.line("TYPE k") == "+\(type)\r\n")
        }
        harness.expectSound()
    }

    @Test func listpacksHoldEverySizeOfElement() {
        let sizes = [0, 1, 63, 64, 126, 127, 128, 4095, 4096, 16380, 16390, 70000]
        let numbers = (0..<63).flatMap {
            [Int64(1) << $0, -(Int64(1) << $0), (Int64(1) << $0) - 1]
        }
        let texts = sizes.map { String(repeating: "x", count: $0) } + numbers.map { "\($0)" }
        var listpack = ListpackWriter()
        for text in texts { text.withBytes { listpack.append($0) } }
        let read = listpack.finished().withBytes { bytes -> [String] in
            let elements = (try? Listpack.elements(bytes)) ?? []
            return elements.map { $0.withBytes { $0.string } }
        }
        #expect(read == texts)
    }

    @Test(arguments: [1, 10, 129, 700, 20_000])
    func aRoundTripChangesNothing(count: Int) {
        let long = String(repeating: "l", count: 100)
        for index in 0..<count {
            let text =
                index % 7 == 0 ? "\(index * 1000)" : "m\(index)\(index % 50 == 49 ? long : "")"
            harness.run("RPUSH", "list", text)
            harness.run("SADD", "set", text)
            harness.run("SADD", "integers", "\(index * 77)")
            harness.run("ZADD", "zset", "\(Double(index % 100) / 4)", text)
            harness.run("HSET", "hash", text, long)
            harness.run("HSET", "fields", text, "\(index)")
            harness.run("XADD", "stream", "\(index + 1)-0", "f", text, "g", "\(index)")
        }
        harness.line("HPEXPIREAT fields 1900000000000 FIELDS 2 0 m1")
        harness.line("XGROUP CREATE stream g 0")
        harness.line("XREADGROUP GROUP g c COUNT 50 STREAMS stream >")
        harness.line("XDEL stream 1-0")
        for key in ["list", "set", "integers", "zset", "hash", "fields", "stream"] {
            let payload = harness.dump(key)
            let digest = harness.line("DEBUG DIGEST-VALUE \(key)")
            let encoding = harness.encoding(key)
            let memory = harness.line("EXISTS \(key)")
            #expect(harness.restore(key, payload, "REPLACE") == "+OK\r\n")
            #expect(harness.line("DEBUG DIGEST-VALUE \(key)") == digest, "\(key)")
            #expect(harness.encoding(key) == encoding, "\(key)")
            #expect(harness.line("EXISTS \(key)") == memory)
            #expect(harness.dump(key).count == payload.count, "\(key)")
            harness.expectSound()
        }
    }
}
