// Sorting beside models, of lists and sets of every form, and the sort itself.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct SortTests {
    @Test func partsOfArrays() {
        var random = RandomSource(seed: 8)
        for _ in 0..<2000 {
            let count = Int.random(in: 0...120, using: &random)
            let range = Int.random(in: 1...60, using: &random)
            let original = (0..<count).map { ($0, Int.random(in: 0..<range, using: &random)) }
            let start = Int.random(in: 0...count, using: &random)
            let part = start..<Int.random(in: start...count, using: &random)
            var array = original
            array.sortPart(part) { $0.1 - $1.1 }
            let sorted = original.sorted { $0.1 < $1.1 }
            #expect(array[part].map(\.1) == sorted[part].map(\.1))
            #expect(Set(array.map(\.0)).count == count)
            if part == array.indices {
                let isStable = zip(array, array.dropFirst()).allSatisfy {
                    $0.1 < $1.1 || $0.0 < $1.0
                }
                #expect(isStable)
            }
        }
    }

    private func array(_ elements: some Collection<Int>) -> String {
        "*\(elements.count)\r\n" + elements.map { bulk("\($0)") }.joined()
    }

    @Test(arguments: [10, 600, 5000])
    func everyForm(_ count: Int) {
        let harness = EngineHarness()
        var random = RandomSource(seed: 9)
        let numbers = (0..<count).map { _ in Int.random(in: -100_000...100_000, using: &random) }
        for number in numbers {
            harness.line("RPUSH list \(number)")
            harness.line("SADD set \(number)")
            harness.line("ZADD zset 1 \(number)")
        }
        let members = Set(numbers).sorted()
        #expect(harness.line("SORT list") == array(numbers.sorted()))
        #expect(harness.line("SORT list DESC LIMIT 3 5") == array(numbers.sorted(by: >)[3..<8]))
        #expect(harness.line("SORT set") == array(members))
        #expect(harness.line("SORT zset DESC") == array(members.reversed()))
        #expect(harness.line("SORT list BY x") == array(numbers))
        #expect(harness.line("SORT list BY x DESC LIMIT 2 4") == array(numbers.reversed()[2..<6]))
        harness.line("SORT list STORE sorted")
        #expect(harness.line("LRANGE sorted 0 -1") == array(numbers.sorted()))
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
        harness.line("DEL list set zset sorted")
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
    }

    @Test func expiredKeysAndFieldsCountAsMissing() {
        let harness = EngineHarness()
        harness.line("RPUSH l 1 2 3")
        harness.line("SET w1 9 PX 10")
        harness.line("MSET w2 5 w3 4")
        harness.line("HSET h1 f x g y")
        harness.line("HPEXPIRE h1 10 FIELDS 1 f")
        #expect(harness.line("SORT l BY w*") == array([3, 2, 1]))
        harness.now += 20
        #expect(harness.line("SORT l BY w*") == array([1, 3, 2]))
        #expect(
            harness.line("SORT l LIMIT 0 1 GET h*->f GET h*->g") == "*2\r\n$-1\r\n" + bulk("y"))
    }

    @Test func theSourceMayBeTheDestination() {
        let harness = EngineHarness()
        harness.line("RPUSH l 3 1 2")
        harness.line("EXPIRE l 100")
        let before = harness.engine.dirty
        #expect(harness.line("SORT l GET # GET l* STORE l") == ":6\r\n")
        #expect(harness.engine.dirty == before + 6)
        #expect(
            harness.line("LRANGE l 0 -1")
                == "*6\r\n" + ["1", "", "2", "", "3", ""].map(bulk).joined())
        #expect(harness.line("TTL l") == ":-1\r\n")
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
    }

    @Test func longElementsAndValues() {
        let harness = EngineHarness()
        let long = String(repeating: "x", count: 20_000)
        harness.run("RPUSH", "l", long + "b", long + "a", "1")
        harness.run("SET", "v" + long + "a", long)
        let sorted = "*3\r\n" + bulk("1") + bulk(long + "a") + bulk(long + "b")
        #expect(harness.line("SORT l ALPHA") == sorted)
        #expect(
            harness.line("SORT l ALPHA GET v*") == "*3\r\n$-1\r\n" + bulk(long) + "$-1\r\n")
        #expect(harness.line("SORT l ALPHA STORE d") == ":3\r\n")
        #expect(harness.line("LRANGE d 0 -1") == sorted)
        #expect(harness.engine.checkKeyspaceInvariants() == nil)
    }
}
