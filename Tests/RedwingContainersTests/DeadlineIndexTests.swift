// The deadline index beside a dictionary: what is due goes, in order, and nothing else does.
import Testing

@testable import RedwingContainers

private let start: Int64 = 1_760_000_000_000

@Suite struct DeadlineIndexTests {
    /// A time span of any scale, from a millisecond to years.
    private func span(_ random: inout SplitMix) -> Int64 {
        let scales: [UInt64] = [
            1, 20, 300, 5000, 70_000, 1_100_000, 300_000_000, 70_000_000_000, 300_000_000_000,
        ]
        let scale = scales[Int(random.next() % UInt64(scales.count))]
        return Int64(random.next() % scale)
    }

    private func operate(_ subject: DeadlineSubject, _ random: inout SplitMix) {
        let key = "key:\(random.next() % 500)"
        let old = subject.model[key] ?? nil
        switch random.next() % 12 {
        case 0: subject.remove(key)
        case 1: subject.set(key, nil)
        case 2: subject.set(key, old.map { $0 &+ span(&random) } ?? subject.now)
        case 3: subject.set(key, old.map { $0 - span(&random) % 60_000 } ?? subject.now + 1)
        case 4: subject.set(key, subject.now - span(&random) % 5000)
        case 5: subject.set(key, Int64.max - span(&random))
        case 6:
            subject.remove(key)
            subject.set(key, subject.now + span(&random))
        // Often the same ticks and the same milliseconds.
        case 7: subject.set(key, subject.now + Int64(random.next() % 3) * 16)
        case 8: subject.set(key, subject.now / 60_000 * 60_000 + 60_000)
        default: subject.set(key, subject.now + span(&random))
        }
    }

    @Test(arguments: UInt64(1)...6)
    func agreesWithADictionary(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let subject = DeadlineSubject(now: seed == 1 ? 0 : start)
        for step in 0..<4000 {
            for _ in 0..<(random.next() % 12) { operate(subject, &random) }
            var time = subject.now + span(&random) % (step % 10 == 0 ? .max : 2000)
            if random.next() % 20 == 0 { time = max(0, subject.now - span(&random) % 5_000_000) }
            #expect(!subject.advance(to: time))
            if step % 8 == 0 { subject.check() }
        }
        subject.destroy()
    }

    @Test(arguments: UInt64(1)...4)
    func smallBudgetsOnlyDelay(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let subject = DeadlineSubject(now: start)
        for _ in 0..<400 {
            var time = subject.now + span(&random) % 400_000_000
            if random.next() % 10 == 0 { time = subject.now - span(&random) % 100_000 }
            var calls = 0
            var more = true
            while more {
                for _ in 0..<(random.next() % 5) where calls < 40 { operate(subject, &random) }
                let budget = calls < 40 ? 1 + Int(random.next() % 9) : 1000
                var share = 1 + Int(random.next() % 9)
                _ = subject.index.sweep(live: -2048, budget: &share, in: subject.table)
                if calls % 7 == 0 {
                    #expect(subject.index.checkInvariants(in: subject.table) == nil)
                }
                if calls % 5 == 0 { time += Int64(random.next() % 20) }
                more = subject.advance(to: time, budget: budget)
                calls += 1
                #expect(calls < 10_000)
                if calls >= 10_000 { return }
            }
            subject.check()
        }
        subject.destroy()
    }

    @Test func eachDeadlineComesAtItsMillisecond() {
        let subject = DeadlineSubject(now: start)
        for offset in 0..<600 { subject.set("key:\(offset)", start + 5 + Int64(offset) * 7) }
        for time in start..<(start + 4300) {
            #expect(!subject.advance(to: time))
            let left = (0..<600).count { start + 5 + Int64($0) * 7 > time }
            #expect(subject.model.count == left)
            #expect(subject.table.count == left)
        }
        subject.destroy()
    }

    @Test func theClockMayJumpYearsAtLittleCost() {
        let subject = DeadlineSubject(now: start)
        let year: Int64 = 365 * 86_400_000
        for index in 0..<300 { subject.set("key:\(index)", start + year * 12 + Int64(index)) }
        #expect(!subject.advance(to: start + year * 10, budget: 4000))
        #expect(subject.model.count == 300)
        #expect(!subject.advance(to: start + year * 12 + 99, budget: 4000))
        #expect(subject.model.count == 200)
        subject.check()
        subject.destroy()
    }

    @Test func wakeUpsAreFewAndExact() {
        let subject = DeadlineSubject(now: start)
        var random = SplitMix(seed: 4)
        for index in 0..<100 {
            subject.set("key:\(index)", start + 1 + Int64(random.next() % 100_000_000))
        }
        var wakes = 0
        while let due = subject.index.nextDue() {
            #expect(due > subject.now)
            #expect(!subject.advance(to: due))
            wakes += 1
        }
        #expect(subject.model.isEmpty)
        #expect(wakes <= 400)
        subject.destroy()
    }

    @Test func extendingCostsNothing() {
        let subject = DeadlineSubject(now: start)
        for index in 0..<10 { subject.set("key:\(index)", start + 1000) }
        for step in 0..<5000 {
            for index in 0..<10 { subject.set("key:\(index)", start + 1000 + Int64(step) * 900) }
        }
        #expect(subject.index.itemCount == 10)
        #expect(!subject.advance(to: start + 4_500_099))
        #expect(subject.model.count == 10)
        #expect(subject.index.itemCount == 10)
        #expect(!subject.advance(to: start + 4_500_100))
        #expect(subject.model.isEmpty)
        subject.destroy()
    }

    @Test func aClockThatGoesBackLosesNothing() {
        let subject = DeadlineSubject(now: start)
        for index in 0..<200 { subject.set("old:\(index)", start + Int64(index) * 30_000) }
        #expect(!subject.advance(to: start + 3_000_000))
        #expect(!subject.advance(to: start - 3_600_000))
        for index in 0..<200 { subject.set("new:\(index)", start - 3_599_000 + Int64(index)) }
        subject.check()
        #expect(!subject.advance(to: start - 3_599_000 + 99))
        #expect(subject.model.count == 99 + 100)
        subject.check()
        #expect(!subject.advance(to: start + 6_000_000))
        #expect(subject.model.isEmpty)
        #expect(subject.index.itemCount == 0)
        #expect(subject.index.nextDue() == nil)
        subject.destroy()
    }

    @Test func aDeadlineBeyondTheHorizonIsKeptButNotFiled() {
        let subject = DeadlineSubject(now: start)
        subject.set("near", (1 << 43) - 1)
        subject.set("far", 1 << 43)
        subject.set("end", .max)
        #expect(subject.index.itemCount == 1)
        #expect(!subject.advance(to: (1 << 43) - 2))
        #expect(subject.model.count == 3)
        #expect(!subject.advance(to: (1 << 43) - 1))
        #expect(subject.model.count == 2)
        subject.set("end", subject.now + 20)
        subject.check()
        subject.destroy()
    }

    @Test func itemsFindTheirEntriesInATableOfAnyDepth() {
        let subject = DeadlineSubject(now: start)
        // Enough for the table to split more often than tags have bits, and many in one tick.
        for index in 0..<80_000 {
            subject.set("key:\(index)", start + 10_000 + Int64(index % 8) * 1000)
        }
        #expect(subject.table.checkInvariants() == nil)
        #expect(subject.index.checkInvariants(in: subject.table) == nil)
        for second in 0..<8 {
            #expect(!subject.advance(to: start + 10_000 + Int64(second) * 1000))
            #expect(subject.model.count == 80_000 - (second + 1) * 10_000)
        }
        subject.check()
        #expect(subject.index.itemCount == 0)
        subject.destroy()
    }

    /// The current tick's items are in their milliseconds' chains already when these change.
    @Test func deadlinesMoveWithinTheCurrentTick() {
        let subject = DeadlineSubject(now: start)
        subject.set("earlier", start + 12)
        subject.set("later", start + 4)
        subject.set("between", start + 10)
        #expect(!subject.advance(to: start + 1))
        subject.set("earlier", start + 6)
        subject.set("later", start + 14)
        #expect(!subject.advance(to: start + 6))
        #expect(Set(subject.model.keys) == ["later", "between"])
        // In one step, and in order.
        #expect(!subject.advance(to: start + 40))
        #expect(subject.model.isEmpty)
        subject.destroy()
    }
}
