// Sets that change while a snapshot is taken: it holds them as they were at its beginning. Copies,
// large sets freed in slices, and images of flat sets that are not sound.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct SetSnapshotTests {
    /// Form and members of all keys.
    private func contents(_ harness: EngineHarness) -> [String: [String]] {
        var found: [String: [String]] = [:]
        harness.session.database.value.table.forEachEntry { entry in
            let key = entry.key.string
            let members = harness.members(key)
            let isOrdered = harness.encoding(key) != "hashtable"
            found[key] = [harness.encoding(key) ?? ""] + (isOrdered ? members : members.sorted())
        }
        return found
    }

    private func filled() -> EngineHarness {
        let harness = EngineHarness()
        for key in 0..<60 {
            let form = SetForm.allCases[key % 3]
            let most = form == .intset ? 400 : form == .listpack ? 100 : 1500
            harness.makeSet("s\(key)", form, 1 + (key * 97) % most)
        }
        harness.run(["SADD", "huge", String(repeating: "long ", count: 20_000), "x"])
        return harness
    }

    private func change(_ harness: EngineHarness, _ random: inout RandomSource) {
        let (key, other) = ("s\(random.below(60))", "s\(random.below(60))")
        let member = "m\(random.below(1500))"
        switch random.below(10) {
        case 0..<3: harness.line("SADD \(key) \(member)")
        case 3..<5: harness.line("SREM \(key) \(member)")
        case 5: harness.line("SPOP \(key) \(1 + random.below(20))")
        case 6: harness.line("SMOVE \(key) \(other) \(member)")
        case 7: harness.line(random.below(20) == 0 ? "DEL \(key)" : "SPOP \(key)")
        case 8: harness.line(random.below(9) == 0 ? "SUNIONSTORE \(key) \(key) \(other)" : "PING")
        default: harness.line("SADD \(key) \(random.below(1000))")
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
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
        restored.expectSound()
        harness.finishWork()
        harness.expectSound()
    }

    @Test(arguments: SetForm.allCases) func copiesAreIndependent(_ form: SetForm) {
        let harness = EngineHarness()
        harness.makeSet("s", form, 100)
        let members = harness.members("s")
        #expect(harness.line("COPY s t") == ":1\r\n")
        #expect(Set(harness.members("t")) == Set(members))
        #expect(harness.encoding("t") == form.rawValue)
        harness.line("SADD t 777777")
        harness.line("SREM t \(members[3])")
        #expect(harness.members("s") == members)
        harness.line("DEL s")
        harness.finishWork()
        #expect(harness.members("t").contains("777777"))
        #expect(harness.members("t").count == members.count)
        harness.expectSound()
    }

    @Test func aLargeSetIsFreedInSlices() {
        let harness = EngineHarness()
        let before = harness.engine.memory.usedBytes
        harness.makeSet("s", .hashtable, 50_000)
        harness.line("SUNION s")
        harness.line("DEL s")
        #expect(harness.session.database.value.table.count == 0)
        #expect(harness.engine.memory.usedBytes > before + 500_000)
        #expect(harness.finishWork() > 20)
        #expect(harness.engine.memory.usedBytes <= before)
        harness.expectSound()
    }

    @Test func memoryIsCounted() {
        let harness = EngineHarness()
        let before = harness.session.database.value.bytes
        for form in SetForm.allCases { harness.makeSet("\(form)", form, 120) }
        harness.expectSound()
        for form in SetForm.allCases {
            for member in form.members(120) { harness.run("SREM", "\(form)", member) }
        }
        harness.finishWork()
        harness.expectSound()
        #expect(harness.session.database.value.bytes == before)
    }
}
