// The deadline index apart from time: stale items stay bounded, samples are fair, memory is small.
import Testing

@testable import RedwingContainers

private let start: Int64 = 1_760_000_000_000

@Suite struct DeadlineSweepTests {
    /// Keys made and deleted over and over leave nothing but what the sweep's limit allows.
    @Test(arguments: [Int64(0), 500, 90_000, 86_400_000, 94_608_000_000])
    func staleItemsStayBounded(spread: Int64) {
        let subject = DeadlineSubject(now: start)
        var random = SplitMix(seed: 9)
        var largest = 0
        for step in 0..<60_000 {
            let key = "key:\(random.next() % 100)"
            subject.remove(key)
            let jitter = Int64(random.next() % UInt64(spread + 1))
            subject.set(key, start + 1_000_000 + spread + jitter)
            var budget = 20
            _ = subject.index.sweep(live: 100, budget: &budget, in: subject.table)
            #expect(budget >= 0)
            largest = max(largest, subject.index.itemCount)
            if step % 5000 == 0 { subject.check() }
        }
        #expect(largest <= 2 * 100 + 4096 + 600)
        subject.check()
        // The rest of a sweep that may be under way, then a whole one.
        for _ in 0..<2 {
            var more = true
            while more {
                var budget = 1000
                more = subject.index.sweep(live: -2048, budget: &budget, in: subject.table)
            }
        }
        #expect(subject.index.itemCount == 100)
        subject.check()
        #expect(!subject.advance(to: start + 1_000_000 + 2 * spread))
        #expect(subject.model.isEmpty)
        subject.destroy()
    }

    @Test func timeGoesOnDuringASweep() {
        let subject = DeadlineSubject(now: start)
        for index in 0..<6000 {
            subject.set("key:\(index)", start + 300_000 + Int64(index))
            if index % 3 != 0 { subject.remove("key:\(index)") }
        }
        var budget = 50
        #expect(subject.index.sweep(live: 0, budget: &budget, in: subject.table))
        subject.check()
        // What is due first comes on time though the sweep has its bucket in hand.
        subject.set("soon", start + 40)
        #expect(!subject.advance(to: start + 40, budget: 20))
        #expect(subject.model["soon"] == nil)
        #expect(!subject.advance(to: start + 302_999))
        #expect(subject.model.count == 1000)
        subject.check()
        #expect(!subject.advance(to: start + 306_000))
        #expect(subject.model.isEmpty)
        subject.destroy()
    }

    @Test func samplesAreFair() throws {
        let subject = DeadlineSubject(now: start)
        // One dense bucket, many sparse ones, and stale items among them.
        for index in 0..<1000 {
            subject.set("dense:\(index)", start + 86_400_000 + Int64(index))
            subject.set("sparse:\(index)", start + 100_000 + Int64(index) * 400_000)
            subject.set("stale:\(index)", start + 86_400_000)
            subject.remove("stale:\(index)")
            subject.set("plain:\(index)", nil)
        }
        var random = SplitMix(seed: 21)
        var hits: [String: Int] = [:]
        var dense = 0
        for _ in 0..<40_000 {
            let found = subject.index.sample({ random.next() }, in: subject.table)
            let key = try #require(found).entry.key.string
            if key.hasPrefix("dense") { dense += 1 }
            hits[key, default: 0] += 1
        }
        #expect(hits.keys.allSatisfy { (subject.model[$0] ?? nil) != nil })
        #expect(hits.count > 1980)
        #expect((16_000...24_000).contains(dense))
        #expect((hits.values.max() ?? 0) < 80)
        subject.check()
        subject.destroy()
    }

    @Test func samplingAnEmptyOrStaleIndexGivesNothing() {
        let subject = DeadlineSubject(now: start)
        #expect(subject.index.sample({ 1 }, in: subject.table) == nil)
        subject.set("key", start + 1000)
        subject.remove("key")
        #expect(subject.index.sample({ 1 }, in: subject.table) == nil)
        subject.destroy()
    }

    @Test func aDeadlineTakesLittleMoreThanEightBytes() {
        let subject = DeadlineSubject(now: start)
        var random = SplitMix(seed: 2)
        for index in 0..<100_000 {
            subject.set("key:\(index)", start + 1000 + Int64(random.next() % 86_400_000))
        }
        #expect(subject.index.itemCount == 100_000)
        #expect(subject.index.bytes < 1_050_000)
        var budget = 3
        #expect(subject.index.drain(budget: &budget))
        #expect(budget == 0)
        #expect(subject.index.itemCount > 99_000)
        subject.destroy()
    }

    /// Deadlines kept in the values' own blocks, beside the keys' deadlines in another index.
    @Test func wordsMayLieBehindTheValue() throws {
        struct Value {
            var size = 0
            var first = DeadlineWord(unfiled: .max)
        }
        let memory = SlabAllocator()
        let table = HashTable(seed: HashSeed(low: 1, high: 2), memory: memory)
        let offset = try #require(MemoryLayout<Value>.offset(of: \.first))
        let index = DeadlineIndex(
            now: start, memory: memory, place: .value(kind: 9, offset: offset))
        var values: [Box<Value>] = []
        for number in 0..<100 {
            Array("key:\(number)".utf8).withBytes { key in
                let flags = Entry.Flag.word | (number % 2 == 0 ? Entry.Flag.deadline : 0)
                let kind: UInt8 = number < 90 ? 9 : 8
                let shape = Entry.Shape(kind: kind, flags: flags, access: 0, valueCount: 0)
                let entry = Entry.make(key, shape, in: memory)
                if number % 2 == 0 { entry.deadlineWord = DeadlineWord(unfiled: 1).bits }
                let value = Box(Value())
                values.append(value)
                entry.word = value.address
                table.insert(table.hash(key), entry)
                if kind != 9 { return }
                for time in [5000, 70_000, 20_000 + number] {
                    index.schedule(table.hash(key), entry, start + Int64(time), isNew: false)
                }
            }
        }
        #expect(index.checkInvariants(in: table) == nil)
        var fired = 0
        var budget = Int.max
        for (time, count) in [(20_000, 1), (20_049, 50), (20_089, 90), (90_000, 90)] {
            let more = index.advance(to: start + Int64(time), budget: &budget, in: table) {
                fired += 1
                // Still in the table: what expired is a part of it, and comes again later.
                let word = Box<Value>(address: $1.entry.word).value.first
                #expect(word.deadline == start + 19_999 + Int64(fired))
                let again = DeadlineWord(unfiled: .max)
                Box<Value>(address: $1.entry.word).value.first = again
                #expect($0 == table.hash($1.entry.key))
            }
            #expect(!more)
            #expect(fired == count)
        }
        #expect(index.itemCount == 0)
        for value in values { value.destroy() }
        memory.destroy()
    }
}
