// Sorted sets that change while a snapshot is taken, and sorted sets that are copied and freed.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct SortedSetSnapshotTests {
    /// Members and scores of all keys, in order.
    private func contents(_ harness: EngineHarness) -> [String: [String]] {
        var found: [String: [String]] = [:]
        harness.session.database.value.table.forEachEntry { entry in
            var members: [String] = []
            SortedSetValue(entry).forEach { member, score in
                members.append("\(member.withBytes { $0.string }) \(score)")
            }
            found[entry.key.string] = members
        }
        return found
    }

    private func filled() -> EngineHarness {
        let harness = EngineHarness()
        for key in 0..<40 {
            for member in 0..<(key * 25 + 5) {
                harness.line("ZADD z\(key) \(member * 37 % 101).5 member:\(member)")
            }
        }
        return harness
    }

    private func change(_ harness: EngineHarness, _ random: inout RandomSource) {
        let (key, member) = ("z\(random.below(40))", "member:\(random.below(1200))")
        switch random.below(9) {
        case 0..<3: harness.line("ZADD \(key) \(random.below(1000)) \(member)")
        case 3: harness.line("ZREM \(key) \(member)")
        case 4: harness.line("ZINCRBY \(key) 3 \(member)")
        case 5: harness.line("ZPOPMIN \(key) 2")
        case 6: harness.line("ZREMRANGEBYRANK \(key) 3 4")
        case 7: harness.line("ZPOPMAX \(key)")
        default: harness.line(random.below(20) == 0 ? "DEL \(key)" : "ZCARD \(key)")
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func aSnapshotIsOfOneInstant(_ seed: UInt64) throws {
        let harness = filled()
        var random = RandomSource(seed: seed)
        let expected = contents(harness)
        let sink = CollectingSink()
        harness.engine.beginWalk(to: sink)
        repeat {
            for _ in 0..<20 { change(harness, &random) }
        } while !harness.engine.stepWalk()
        #expect(contents(harness) != expected)
        let restored = try sink.restore()
        #expect(contents(restored) == expected)
        #expect(restored.encoding("z1") == "listpack")
        #expect(restored.encoding("z30") == "skiplist")
        restored.expectSound()
        harness.expectSound()
        for key in 0..<40 { harness.line("DEL z\(key)") }
        harness.finishWork()
        harness.expectSound()
    }

    @Test func copiesHaveMembersOfTheirOwn() {
        let harness = filled()
        for key in ["z2", "z39"] {
            harness.line("COPY \(key) copy")
            harness.line("ZINCRBY \(key) 1 member:1")
            harness.line("ZPOPMIN \(key) 3")
            #expect(harness.line("ZRANGE copy 0 -1").hasPrefix("*"))
            #expect(contents(harness)["copy"]?.contains("member:1 37.5") == true)
            harness.expectSound()
            harness.line("DEL copy")
            harness.finishWork()
            harness.expectSound()
        }
    }

    @Test func aLargeSortedSetIsFreedInSlices() {
        let harness = EngineHarness()
        for first in stride(from: 0, to: 60_000, by: 100) {
            var words = ["ZADD", "z"]
            for member in first..<first + 100 {
                words += ["\(member * 7919 % 60_013)", "\(member)"]
            }
            harness.run(words)
        }
        harness.expectSound()
        #expect(harness.line("UNLINK z") == ":1\r\n")
        #expect(harness.finishWork() > 50)
        harness.expectSound()
        #expect(harness.engine.graveyard.isEmpty)
    }
}
