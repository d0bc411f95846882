// Hashes that change while a snapshot is taken: it holds them as they were at its beginning.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct HashSnapshotTests {
    /// Fields, values and deadlines of all keys.
    private func contents(_ harness: EngineHarness) -> [String: [String: String]] {
        var found: [String: [String: String]] = [:]
        harness.session.database.value.table.forEachEntry { entry in
            var fields: [String: String] = [:]
            HashValue(entry: entry, time: .min).forEachField { name, value in
                let text = value.withBytes { $0.string }
                fields[name.withBytes { $0.string }] = "\(text) until \(value.deadline ?? -1)"
            }
            found[entry.key.string] = fields
        }
        return found
    }

    private func filled() -> EngineHarness {
        let harness = EngineHarness()
        for key in 0..<40 {
            for field in 0..<(key * 25 + 5) {
                harness.line("HSET h\(key) f\(field) \(key * field)")
                if key % 2 == 1, field % 3 == 0 {
                    harness.line("HPEXPIRE h\(key) \(1000 + field) FIELDS 1 f\(field)")
                }
            }
        }
        return harness
    }

    private func change(_ harness: EngineHarness, _ random: inout RandomSource) {
        let (key, field) = ("h\(random.below(40))", "f\(random.below(1000))")
        switch random.below(10) {
        case 0..<3: harness.line("HSET \(key) \(field) changed")
        case 3: harness.line("HDEL \(key) \(field)")
        case 4: harness.line("HEXPIRE \(key) 100 FIELDS 1 \(field)")
        case 5: harness.line("HPERSIST \(key) FIELDS 1 \(field)")
        case 6: harness.line("HINCRBY \(key) \(field) 7")
        case 7: harness.line("HSETEX \(key) PX 5 FIELDS 1 \(field) 1")
        case 8: harness.line(random.below(20) == 0 ? "DEL \(key)" : "HLEN \(key)")
        default:
            harness.now += 20
            harness.engine.beginTurn(now: harness.now)
            _ = harness.engine.expireSlice()
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
        harness.expectSound()
    }

    /// A block that waited for the sink was once overtaken by those of writes, and parts of a value
    /// came before its record.
    @Test func partsStayBehindTheirRecordWhenTheSinkIsFull() throws {
        let harness = EngineHarness()
        let padding = String(repeating: "x", count: 100)
        for field in 0..<12_000 { harness.line("HSET h f\(field) \(padding)") }
        let expected = contents(harness)
        let sink = CollectingSink()
        sink.isFull = true
        harness.engine.beginWalk(to: sink)
        for _ in 0..<1000 { _ = harness.engine.stepWalk() }
        for field in 0..<12_000 { harness.line("HSET h f\(field) y") }
        sink.isFull = false
        while !harness.engine.stepWalk() {}
        let restored = try sink.restore()
        #expect(contents(restored) == expected)
        restored.expectSound()
    }

    @Test func loadedFieldsExpire() throws {
        let harness = filled()
        let sink = CollectingSink()
        harness.engine.beginWalk(to: sink)
        while !harness.engine.stepWalk() {}
        let restored = try sink.restore()
        restored.now += 1500
        restored.finishWork()
        for key in 0..<40 {
            let count = key * 25 + 5
            let gone = key % 2 == 1 ? (0..<min(count, 501)).count { $0 % 3 == 0 } : 0
            #expect(restored.line("HLEN h\(key)") == ":\(count - gone)\r\n")
        }
        restored.expectSound()
    }
}
