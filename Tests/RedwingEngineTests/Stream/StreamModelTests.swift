// Streams beside a simple model: entries in an array, pending ids in dictionaries. And snapshots of
// streams that change while they are taken.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct StreamModelTests {
    private struct Model {
        var entries: [(ms: Int, fields: [String])] = []
        var last = 0
        var read = 0
        var pending: [Int: String] = [:]
    }

    private func change(
        _ harness: EngineHarness, _ model: inout Model, _ random: inout RandomSource
    ) {
        switch random.below(12) {
        case 0..<5:
            model.last += 1 + random.below(3)
            var fields = ["f", "\(random.below(100_000))"]
            if random.below(3) == 0 { fields += ["g\(random.below(4))", ""] }
            harness.run(["XADD", "s", "\(model.last)"] + fields)
            model.entries.append((model.last, fields))
        case 5:
            let id = random.below(model.last + 1)
            let found = model.entries.firstIndex { $0.ms == id }
            #expect(harness.line("XDEL s \(id)") == (found == nil ? ":0\r\n" : ":1\r\n"))
            if let found { model.entries.remove(at: found) }
        case 6 where random.below(8) == 0:
            let kept = random.below(120)
            harness.line("XTRIM s MAXLEN \(kept)")
            model.entries.removeFirst(max(0, model.entries.count - kept))
        case 7...8:
            let (consumer, count) = ("c\(random.below(3))", 1 + random.below(5))
            harness.line("XREADGROUP GROUP g \(consumer) COUNT \(count) STREAMS s >")
            let given = model.entries.filter { $0.ms > model.read }.prefix(count)
            for entry in given { model.pending[entry.ms] = consumer }
            model.read = given.last?.ms ?? model.read
        case 9:
            guard let id = model.pending.keys.sorted().first else { return }
            model.pending[id] = nil
            #expect(harness.line("XACK s g \(id)") == ":1\r\n")
        case 10:
            guard let id = model.pending.keys.max() else { return }
            let isThere = model.entries.contains { $0.ms == id }
            harness.line("XCLAIM s g c9 0 \(id)")
            model.pending[id] = isThere ? "c9" : nil
        default:
            let from = random.below(model.last + 1)
            let expected = model.entries.filter { $0.ms >= from }.prefix(7)
            let reply = expected.map { entryText($0.ms, $0.fields) }.joined()
            #expect(
                harness.line("XRANGE s \(from) + COUNT 7") == "*\(expected.count)\r\n" + reply)
        }
    }

    private func entryText(_ ms: Int, _ fields: [String]) -> String {
        "*2\r\n" + bulk("\(ms)-0") + "*\(fields.count)\r\n" + fields.map(bulk).joined()
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func agreesWithAModel(_ seed: UInt64) {
        let harness = EngineHarness { $0.streamNodeMaxEntries = [3, 100, 7, 20][Int(seed - 1)] }
        harness.line("XGROUP CREATE s g 0 MKSTREAM")
        var model = Model()
        var random = RandomSource(seed: seed)
        for step in 0..<2500 {
            change(harness, &model, &random)
            if step % 100 == 0 { harness.expectSound() }
        }
        harness.expectSound()
        let all = model.entries.reversed().map { entryText($0.ms, $0.fields) }.joined()
        #expect(harness.line("XREVRANGE s + -") == "*\(model.entries.count)\r\n" + all)
        let group = harness.entry("s").flatMap { entry in
            "g".withBytes { StreamValue(address: entry.word).group($0) }
        }
        var pending: [Int: String] = [:]
        group?.pending.forEach { item in
            pending[Int(item.id.ms)] = StreamConsumer(address: item.consumer).name.string
            return true
        }
        #expect(pending == model.pending)
        harness.line("UNLINK s")
        harness.finishWork()
        harness.expectSound()
    }

    // Snapshots.

    /// All that can be known of all streams.
    private func contents(_ harness: EngineHarness) -> [String] {
        (0..<12).map { harness.line("XINFO STREAM s\($0) FULL COUNT 0") }
    }

    private func disturb(_ harness: EngineHarness, _ random: inout RandomSource) {
        let key = "s\(random.below(12))"
        let id = 1 + random.below(400)
        harness.now += 1
        switch random.below(14) {
        case 0..<3: harness.line("XADD \(key) * f new")
        case 3: harness.line("XDEL \(key) \(id)")
        case 4: harness.line("XTRIM \(key) MAXLEN \(random.below(400))")
        case 5...6: harness.line("XACK \(key) g\(random.below(3)) \(id) \(id + 1)")
        case 7: harness.line("XREADGROUP GROUP g1 new COUNT 3 STREAMS \(key) >")
        case 8: harness.line("XCLAIM \(key) g0 c1 0 \(id) FORCE")
        case 9: harness.line("XGROUP DELCONSUMER \(key) g0 c\(random.below(5))")
        case 10: harness.line("XGROUP CREATE \(key) new\(random.below(3)) 0")
        case 11 where random.below(6) == 0: harness.line("XGROUP DESTROY \(key) g\(id % 3)")
        case 12 where random.below(30) == 0: harness.line("UNLINK \(key)")
        default: harness.line("XREADGROUP GROUP g0 c0 COUNT 9 STREAMS \(key) 0")
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func aSnapshotIsOfOneInstant(_ seed: UInt64) throws {
        let harness = EngineHarness { $0.streamNodeMaxEntries = 10 }
        for key in 0..<12 {
            for index in 1...(key * 40 + 1) { harness.line("XADD s\(key) \(index) f \(index)") }
            for group in 0..<key % 4 {
                harness.line("XGROUP CREATE s\(key) g\(group) 0")
                for consumer in 0..<5 {
                    harness.line(
                        "XREADGROUP GROUP g\(group) c\(consumer) COUNT 70 STREAMS s\(key) >")
                }
            }
        }
        var random = RandomSource(seed: seed)
        let expected = contents(harness)
        let sink = CollectingSink()
        harness.engine.beginWalk(to: sink)
        repeat {
            for _ in 0..<12 { disturb(harness, &random) }
        } while !harness.engine.stepWalk()
        #expect(contents(harness) != expected)
        let restored = try sink.restore()
        #expect(contents(restored) == expected)
        restored.expectSound()
        harness.finishWork()
        harness.expectSound()
        // What was loaded can be written on.
        restored.line("XADD s5 * f more")
        restored.line("XREADGROUP GROUP g0 c0 COUNT 5 STREAMS s5 >")
        restored.expectSound()
    }
}
