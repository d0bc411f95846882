// The hash table beside a dictionary: the same operations on both, and the table's invariants.
import Testing

@testable import RedwingContainers

/// A table with entries that hold only a key, and the allocator under it.
private struct Subject {
    let memory = SlabAllocator()
    let table: HashTable

    init() { table = HashTable(seed: HashSeed(low: 1, high: 2), memory: memory) }

    func insert(_ key: [UInt8]) {
        key.withBytes { key in
            let hash = table.hash(key)
            table.prepareWrite(hash)
            let shape = Entry.Shape(kind: 1, flags: 0, access: 0, valueCount: 0)
            table.insert(hash, Entry.make(key, shape, in: memory))
        }
    }

    func remove(_ key: [UInt8]) -> Bool {
        key.withBytes { key in
            let hash = table.hash(key)
            table.prepareWrite(hash)
            guard let position = table.position(hash, key) else { return false }
            let entry = position.entry
            table.remove(hash, at: position)
            entry.free(in: memory)
            return true
        }
    }

    func contains(_ key: [UInt8]) -> Bool {
        key.withBytes { table.find(table.hash($0), $0) != nil }
    }
}

@Suite struct HashTableTests {
    @Test(arguments: [0, 1, 700, 20_000]) func copiesItsShape(count: Int) {
        let source = Subject()
        for index in 0..<count { source.insert(Array("key:\(index)".utf8)) }
        for index in 0..<(count / 3) { _ = source.remove(Array("key:\(index)".utf8)) }
        let used = source.memory.usedBytes
        source.table.beginCapture { _ in }
        _ = source.table.captureNext(0)
        let copy = source.table.copy { entry in
            let shape = Entry.Shape(kind: 2, flags: 0, access: 0, valueCount: 0)
            return Entry.make(entry.key, shape, in: source.memory)
        }
        source.table.endCapture()
        #expect(copy.checkInvariants() == nil)
        #expect(copy.count == source.table.count)
        #expect(copy.overheadBytes == source.table.overheadBytes)
        #expect(!copy.isCapturing)
        for index in 0..<count {
            let key = Array("key:\(index)".utf8)
            let found = key.withBytes { copy.find(copy.hash($0), $0)?.kind }
            #expect(found == (index < count / 3 ? nil : 2))
        }
        while copy.drainSegment({ $0.free(in: source.memory) }) {}
        copy.destroy()
        #expect(source.memory.usedBytes == used)
        #expect(source.table.checkInvariants() == nil)
    }

    /// What loading a table does that was saved in the order of its hashes.
    @Test(arguments: [500, 2000, 30_000]) func takesEntriesInHashOrder(count: Int) {
        let source = Subject()
        let forwards = Subject()
        let backwards = Subject()
        for index in 0..<count { source.insert(Array("key:\(index)".utf8)) }
        var keys: [[UInt8]] = []
        source.table.forEachEntry { keys.append($0.key.array) }
        for key in keys { forwards.insert(key) }
        for key in keys.reversed() { backwards.insert(key) }
        for copy in [forwards, backwards] {
            #expect(copy.table.checkInvariants() == nil)
            #expect(copy.table.count == count)
            for key in keys { #expect(copy.contains(key)) }
            // Not much more memory than the same entries take in any order.
            #expect(copy.table.overheadBytes < source.table.overheadBytes * 3 / 2 + 65_536)
        }
    }

    @Test func agreesWithADictionaryThroughGrowthAndShrinking() {
        let subject = Subject()
        var model = Set<[UInt8]>()
        var random = SplitMix(seed: 7)
        for round in 0..<6 {
            let growing = round % 2 == 0
            for step in 0..<8000 {
                let key = Array("key:\(random.next() % 20000)".utf8)
                if growing || step % 4 == 0 {
                    if model.insert(key).inserted { subject.insert(key) }
                } else {
                    #expect(subject.remove(key) == (model.remove(key) != nil))
                }
                if step % 997 == 0 { #expect(subject.table.checkInvariants() == nil) }
            }
            if round == 5 {
                for key in model { #expect(subject.remove(key)) }
                model = []
            }
            #expect(subject.table.count == model.count)
            for key in model { #expect(subject.contains(key)) }
            #expect(subject.table.checkInvariants() == nil)
        }
        #expect(subject.table.count == 0)
        subject.table.destroy()
        #expect(subject.memory.usedBytes == 0)
        subject.memory.destroy()
    }

    @Test func scanVisitsWhatStaysWhileTheTableGrowsAndShrinks() {
        let subject = Subject()
        let stable = (0..<3000).map { Array("stay:\($0)".utf8) }
        for key in stable { subject.insert(key) }
        for growing in [true, false] {
            if !growing {
                for index in 0..<20000 { subject.insert(Array("go:\(index)".utf8)) }
            }
            var seen = Set<[UInt8]>()
            var cursor: UInt64 = 0
            var step = 0
            repeat {
                cursor = subject.table.scan(cursor) { seen.insert($0.key.array) }
                for _ in 0..<20 where step < 20000 {
                    let key = Array("go:\(step)".utf8)
                    if growing { subject.insert(key) } else { #expect(subject.remove(key)) }
                    step += 1
                }
            } while cursor != 0
            for key in stable { #expect(seen.contains(key)) }
            #expect(subject.table.checkInvariants() == nil)
            while step < 20000 {
                if growing { subject.insert(Array("go:\(step)".utf8)) }
                step += 1
            }
            if growing {
                for index in 0..<20000 { #expect(subject.remove(Array("go:\(index)".utf8))) }
            }
        }
        subject.memory.destroy()
    }

    @Test func captureSeesEveryEntryOnceAsItWas() {
        let subject = Subject()
        var expected = Set<[UInt8]>()
        for index in 0..<9000 {
            let key = Array("key:\(index)".utf8)
            expected.insert(key)
            subject.insert(key)
        }
        var random = SplitMix(seed: 3)
        for _ in 0..<20 {
            var seen: [[UInt8]] = []
            let atStart = expected
            subject.table.beginCapture { seen.append($0.key.array) }
            var cursor: UInt64 = 0
            repeat {
                cursor = subject.table.captureNext(cursor)
                for _ in 0..<5 {
                    let key = Array("key:\(random.next() % 18000)".utf8)
                    if expected.remove(key) != nil {
                        #expect(subject.remove(key))
                    } else {
                        expected.insert(key)
                        subject.insert(key)
                    }
                }
            } while cursor != 0
            subject.table.endCapture()
            #expect(seen.count == atStart.count)
            #expect(Set(seen) == atStart)
            #expect(subject.table.checkInvariants() == nil)
        }
        subject.memory.destroy()
    }

    /// Marks are few: a table whose snapshots are given up again and again must not take an entry
    /// that none has seen for one that the running snapshot has.
    @Test(arguments: 1...20) func captureIsWholeAfterOthersWereGivenUp(count: Int) {
        let subject = Subject()
        for index in 0..<3000 { subject.insert(Array("key:\(index)".utf8)) }
        for round in 0..<count {
            subject.table.beginCapture { _ in }
            var cursor: UInt64 = 0
            for _ in 0..<(round * 7) { cursor = subject.table.captureNext(cursor) }
            subject.insert(Array("new:\(round)".utf8))
            subject.table.endCapture()
        }
        var seen = 0
        subject.table.beginCapture { _ in seen += 1 }
        var cursor: UInt64 = 0
        repeat { cursor = subject.table.captureNext(cursor) } while cursor != 0
        subject.table.endCapture()
        #expect(seen == subject.table.count)
        subject.memory.destroy()
    }

    @Test func preparingAWriteCapturesLittleElse() {
        let subject = Subject()
        for index in 0..<10_000 { subject.insert(Array("key:\(index)".utf8)) }
        var seen = 0
        subject.table.beginCapture { _ in seen += 1 }
        for index in 0..<1000 {
            Array("key:\(index)".utf8).withBytes {
                subject.table.prepareWrite(subject.table.hash($0))
            }
        }
        subject.table.endCapture()
        #expect((1000..<1100).contains(seen))
        subject.memory.destroy()
    }

    @Test func randomEntriesAreFair() throws {
        let subject = Subject()
        for index in 0..<100 { subject.insert(Array("\(index)".utf8)) }
        var random = SplitMix(seed: 11)
        var hits: [String: Int] = [:]
        for _ in 0..<20000 {
            let entry = try #require(subject.table.randomEntry { random.next() })
            hits[entry.key.string, default: 0] += 1
        }
        #expect(hits.count == 100)
        #expect(hits.values.allSatisfy { (120...290).contains($0) })
        subject.memory.destroy()
    }

    @Test func drainHandsOutEveryEntryInBoundedSteps() {
        let subject = Subject()
        for index in 0..<5000 { subject.insert(Array("\(index)".utf8)) }
        var total = 0
        var more = true
        while more {
            var slice = 0
            more = subject.table.drainSegment {
                slice += 1
                $0.free(in: subject.memory)
            }
            #expect(slice <= 1000)
            total += slice
        }
        subject.table.destroy()
        #expect(total == 5000)
        #expect(subject.memory.usedBytes == 0)
        subject.memory.destroy()
    }
}

/// A small seeded generator (Steele, Lea, Flood: SplitMix64).
struct SplitMix {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
