// What monitoring is told of single keys: the ones that are named most, the ones that take most.
import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct HotKeysTests {
    private func note(_ keys: inout HotKeys, _ name: String, database: Int = 0) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        Array(name.utf8).withBytes { keys.note(hash, $0, database: database) }
    }

    @Test func theFrequentStayAmongManyOthers() {
        var keys = HotKeys(now: 0, seed: 1)
        for round in 0..<2000 {
            note(&keys, "hot")
            if round.isMultiple(of: 2) { note(&keys, "warm", database: 5) }
            note(&keys, "cold:\(round)")
            note(&keys, "colder:\(round)")
        }
        keys.tend(now: 4999)
        #expect(keys.findings.isEmpty)
        keys.tend(now: 5000)
        #expect(keys.findings.map(\.key) == [Array("hot".utf8), Array("warm".utf8)])
        #expect(keys.findings.map(\.database) == [0, 5])
        // 2000 and 1000 in five seconds; what is inherited is taken off, never added.
        #expect((350...400).contains(keys.findings[0].perSecond))
        #expect((150...200).contains(keys.findings[1].perSecond))
        keys.tend(now: 10_000)
        #expect(keys.findings.isEmpty)
    }

    @Test func keysThatDoNotRepeatAreNotShown() {
        var keys = HotKeys(now: 0, seed: 1)
        for round in 0..<10_000 { note(&keys, "key:\(round)") }
        keys.tend(now: 6000)
        #expect(keys.findings.isEmpty)
    }

    @Test func theSameKeyOfTwoDatabasesIsTwo() {
        var keys = HotKeys(now: 0, seed: 1)
        for _ in 0..<10 {
            note(&keys, "k", database: 0)
            note(&keys, "k", database: 1)
        }
        keys.tend(now: 5000)
        #expect(Set(keys.findings.map(\.database)) == [0, 1])
        #expect(keys.findings.allSatisfy { $0.perSecond == 2 })
    }

    @Test func manyBatchesAreLookedAtMoreRarely() {
        var keys = HotKeys(now: 0, seed: 1)
        #expect(keys.nextCountdown() == 1)
        for turn in 1...20 {
            for _ in 0..<100 { keys.beginBatch() }
            keys.tend(now: Int64(turn))
        }
        let countdowns = (0..<1000).map { _ in keys.nextCountdown() }
        let mean = countdowns.reduce(0, +) / 1000
        #expect((50_000...80_000).contains(mean))
        #expect(countdowns.allSatisfy { $0 >= 1 })
        for turn in 21...60 { keys.tend(now: Int64(turn)) }
        #expect(keys.nextCountdown() == 1)
    }
}

@Suite struct DurationHistogramTests {
    @Test func boundsBelongToTheCellBelow() {
        var histogram = DurationHistogram(bounds: [0.001, 0.01], unit: 0.001)
        for duration: UInt64 in [0, 1, 2, 10, 11, 5000] { histogram.add(duration) }
        #expect(histogram.counts == [2, 2, 2])
        #expect(abs(histogram.sum - 5.024) < 1e-9)
    }
}

@Suite struct KeySurveyTests {
    private func surveyed(top: Int) -> EngineHarness {
        EngineHarness {
            $0.metricsPort = 1
            $0.metricsTopKeys = top
        }
    }

    private func walk(_ engine: Engine) { while engine.stepKeySurvey() {} }

    @Test func theLargestOfAllDatabases() {
        let harness = surveyed(top: 3)
        for number in 0..<2000 { harness.run("SET", "small:\(number)", "v") }
        harness.run("SET", "large:1", String(repeating: "v", count: 5000))
        harness.run("SELECT", "7")
        harness.run("SET", "large:2", String(repeating: "v", count: 9000))
        harness.run("RPUSH", "list", String(repeating: "e", count: 7000))
        walk(harness.engine)
        #expect(
            harness.engine.largestKeys.map { String(decoding: $0.key, as: UTF8.self) }
                == ["large:2", "list", "large:1"])
        #expect(harness.engine.largestKeys.map(\.database) == [7, 7, 0])
        // Sizes are those of now, and what has gone is left out.
        harness.run("DEL", "large:2")
        harness.run("RPUSH", "list", String(repeating: "e", count: 9000))
        #expect(harness.engine.largestKeys.first.map { $0.value > 16_000 } == true)
        #expect(harness.engine.largestKeys.count == 2)
    }

    @Test func commandsAreSampledByTheirFirstKeys() {
        let harness = surveyed(top: 1)
        for _ in 0..<50 {
            harness.run("GET", "hot")
            harness.run("MSET", "warm", "1", "other", "2")
            harness.run("HGET", "hot", "f")
            harness.run("PING")
            harness.run("NOSUCH", "key")
        }
        harness.now += 5000
        harness.run("PING")
        harness.engine.tendKeySurvey()
        let expected = SurveyedKey(database: 0, key: Array("hot".utf8), value: 20)
        #expect(harness.engine.hotKeys == [expected])
    }

    @Test func aClientThatHasNotLoggedInIsNotListenedTo() {
        let harness = EngineHarness {
            $0.metricsPort = 1
            $0.requirePass = Array("secret".utf8)
        }
        for _ in 0..<50 { harness.run("GET", "k") }
        harness.now += 5000
        harness.run("PING")
        harness.engine.tendKeySurvey()
        #expect(harness.engine.hotKeys.isEmpty)
    }

    @Test func keysLeaveLateWhenTheyMayNotLeaveInTime() {
        let harness = EngineHarness()
        harness.run("SET", "k", "v", "PX", "10")
        harness.now += 210
        harness.run("PING")
        #expect(harness.engine.figures(HostFacts()).overdue == 200)
        while harness.engine.work() {}
        let lag = harness.engine.figures(HostFacts()).expiryLag
        #expect(abs(lag.sum - 0.2) < 1e-9)
        #expect(lag.counts[6] == 1 && lag.bounds[6] == 0.25)
        #expect(harness.engine.figures(HostFacts()).overdue == 0)
    }

    @Test func nothingIsLookedForUnlessAskedTo() {
        let harness = EngineHarness()
        harness.run("SET", "k", "v")
        #expect(!harness.engine.stepKeySurvey())
        #expect(harness.engine.largestKeys.isEmpty)
        #expect(harness.engine.hotKeys.isEmpty)
        #expect(harness.engine.hot.value.batchesToSample <= 0)
    }
}
