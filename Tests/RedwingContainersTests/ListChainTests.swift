// The chain beside an array of byte strings: the same operations on both, the invariants after
// each, with every way to limit nodes, and snapshots in between.
import Testing

@testable import RedwingContainers

/// A list and the array that it has to agree with.
private struct Subject {
    let memory = SlabAllocator()
    let list: ListChain
    let fill: Int
    let largeFrom: Int
    var model: [[UInt8]] = []
    /// What the snapshot that runs has to see, and what it has seen.
    var captured: [[UInt8]]?
    let seen = Box<[[UInt8]]>([])
    var kept = 0

    init(fill: Int, largeFrom: Int = 0, isQuicklist: Bool = true) {
        list = ListChain(in: memory)
        self.fill = fill
        self.largeFrom = largeFrom
        if isQuicklist { list.becomeQuicklist(fill: fill) }
    }

    var rule: ListRule { ListRule(fill: fill, largeFrom: largeFrom) }

    mutating func push(_ bytes: [UInt8], at end: ListEnd) {
        bytes.withBytes { list.push($0, at: end, rule) }
        model.insert(bytes, at: end == .head ? 0 : model.count)
    }

    mutating func pop(at end: ListEnd) {
        let found = list.element(at: end).withBytes { $0.array }
        #expect(found == (end == .head ? model.removeFirst() : model.removeLast()))
        list.removeElement(at: end)
    }

    mutating func replace(_ bytes: [UInt8], at index: Int) {
        bytes.withBytes { list.replace(at: index, with: $0, rule) }
        model[index] = bytes
    }

    mutating func insert(_ bytes: [UInt8], at index: Int, after: Bool) {
        bytes.withBytes { list.insert($0, at: index, after: after, rule) }
        model.insert(bytes, at: index + (after ? 1 : 0))
    }

    mutating func remove(_ indexes: Range<Int>) {
        list.remove(indexes)
        model.removeSubrange(indexes)
    }

    mutating func removeMatches(_ needle: [UInt8], from end: ListEnd, limit: Int) {
        let removed = needle.withBytes { list.removeMatches($0, from: end, limit: limit) }
        let places = model.indices.filter { model[$0] == needle }
        let gone = end == .head ? places.prefix(limit) : places.suffix(limit)
        #expect(removed == gone.count)
        for place in gone.reversed() { model.remove(at: place) }
    }

    mutating func stepCapture() {
        guard let expected = captured else {
            let seen = self.seen
            list.beginCapture { seen.value += elements(of: $0) }
            captured = model
            return
        }
        guard !list.captureNext(2) else { return }
        list.endCapture()
        #expect(seen.value == expected)
        seen.value = []
        captured = nil
    }

    /// What differs between the list and the model, or nil.
    mutating func difference() -> String? {
        if let broken = list.checkInvariants() { return broken }
        if list.count != model.count { return "count \(list.count), not \(model.count)" }
        kept += list.takeKept()
        if captured == nil {
            kept = 0
            if memory.usedBytes != list.bytes { return "\(memory.usedBytes) not \(list.bytes)" }
        } else if memory.usedBytes > list.bytes + kept {
            return "\(memory.usedBytes) bytes, \(list.bytes) of them known and \(kept) kept"
        }
        var found: [[UInt8]] = []
        list.forEachRun(0..<list.count) { found += elements(of: $0) }
        if found != model { return "\(found.count) elements that differ" }
        var reversed: [[UInt8]] = []
        let count = min(model.count, 50)
        list.forEachReversed(count) { reversed.append($0.withBytes { $0.array }) }
        return reversed == model.suffix(count).reversed() ? nil : "backwards it differs"
    }

    mutating func finish() {
        list.endCapture()
        while list.drain() {}
        list.destroy()
        #expect(memory.usedBytes == 0)
        memory.destroy()
        seen.destroy()
    }
}

private func elements(of run: ListRun) -> [[UInt8]] {
    guard case .packed(let run) = run else {
        if case .large(let string) = run { return [string.bytes.array] }
        return []
    }
    var offset = 0
    return (0..<run.count).map { _ in
        defer { offset = run.next(after: offset) }
        return run.element(at: offset).array
    }
}

private func element(_ random: inout SplitMix, _ longest: Int) -> [UInt8] {
    switch random.next() % 16 {
    case 0...3: Array("item:\(random.next() % 12)".utf8)
    case 4...5: Array("\(random.next() % 60)".utf8)
    case 6: Array("\(Int64(truncatingIfNeeded: random.next()) >> Int64(random.next() % 60))".utf8)
    case 7: []
    case 8:
        [UInt8](repeating: 0x62, count: 60 + Int(random.next() % 80))
    case 9 where random.next() % 8 == 0:
        [UInt8](repeating: 0x63, count: Int(random.next() % UInt64(longest)))
    default: [UInt8](repeating: 0x61, count: Int(random.next() % 40))
    }
}

private func step(_ subject: inout Subject, _ random: inout SplitMix, _ longest: Int) {
    let count = subject.model.count
    let index = Int(random.next() % UInt64(count + 1))
    let end: ListEnd = random.next() & 1 == 0 ? .head : .tail
    let bytes = element(&random, longest)
    let what = random.next() % 24
    switch what {
    case 0...6: subject.push(bytes, at: end)
    case 7...11 where count > 0: subject.pop(at: end)
    case 12...14 where index < count: subject.replace(bytes, at: index)
    case 15...18 where index < count:
        subject.insert(bytes, at: index, after: end == .tail)
    case 19 where count > 60 && index < count:
        let most = min(UInt64(count - index), 30)
        subject.remove(index..<(index + Int(random.next() % (most + 1))))
    case 20 where index < count:
        let limit = random.next() % 3 == 0 ? .max : Int(random.next() % 4)
        subject.removeMatches(subject.model[index], from: end, limit: limit)
    case 21...22: subject.stepCapture()
    case 23:
        let chosen = index < count ? subject.model[index] : bytes
        expectMatches(subject, chosen, end)
    default: break
    }
}

private func expectMatches(_ subject: Subject, _ needle: [UInt8], _ end: ListEnd) {
    let all = subject.model.indices.filter { subject.model[$0] == needle }
    var found: [Int] = []
    needle.withBytes { needle in
        subject.list.forEachMatch(needle, from: end) {
            found.append($0)
            return true
        }
    }
    #expect(found == (end == .head ? all : all.reversed()))
    let limit = subject.model.count / 3
    var near: [Int] = []
    needle.withBytes { needle in
        subject.list.forEachMatch(needle, from: end, limit: limit) {
            near.append($0)
            return true
        }
    }
    let first = end == .head ? 0 : subject.model.count - limit
    #expect(near == found.filter { (first..<(first + limit)).contains($0) })
}

@Suite struct ListChainTests {
    @Test(arguments: [
        (-2, 0, 20000), (-1, 0, 6000), (-5, 0, 70000), (1, 0, 100), (4, 0, 9000), (7, 30, 60),
        (128, 0, 300), (-2, 1, 40), (-1, 64, 300),
    ])
    func agreesWithAnArray(fill: Int, largeFrom: Int, longest: Int) {
        for seed in 1...3 as ClosedRange<UInt64> {
            var subject = Subject(fill: fill, largeFrom: largeFrom)
            var random = SplitMix(seed: seed)
            for number in 0..<3000 {
                step(&subject, &random, longest)
                guard number < 300 || number % 5 == 0 else { continue }
                let difference = subject.difference()
                #expect(difference == nil, "seed \(seed) step \(number)")
                if difference != nil { break }
            }
            subject.finish()
        }
    }

    @Test func oneBlockOfAnyLength() {
        var subject = Subject(fill: -2, isQuicklist: false)
        var random = SplitMix(seed: 9)
        for number in 0..<2000 {
            step(&subject, &random, 3000)
            let difference = subject.difference()
            #expect(difference == nil, "step \(number)")
            if difference != nil { break }
        }
        #expect(subject.list.nodeCount <= 1)
        subject.finish()
    }

    @Test(arguments: [ListEnd.head, .tail], [ListEnd.head, .tail])
    func queuesAndStacks(push: ListEnd, pop: ListEnd) {
        var subject = Subject(fill: -2)
        for number in 0..<6000 {
            subject.push(Array("element number \(number)".utf8), at: push)
            if number % 3 != 0 { subject.pop(at: pop) }
            if number % 500 == 0 { #expect(subject.difference() == nil) }
        }
        while !subject.model.isEmpty { subject.pop(at: pop) }
        #expect(subject.difference() == nil)
        subject.finish()
    }

    /// Nodes end where those of a quicklist do: 240 items of 32 bytes weigh 8167 bytes.
    @Test(arguments: [ListEnd.head, .tail])
    func nodesAreFull(end: ListEnd) {
        var subject = Subject(fill: -2)
        let item = [UInt8](repeating: 0x78, count: 32)
        for _ in 0..<2400 { subject.push(item, at: end) }
        #expect(subject.list.nodeCount == 10)
        #expect(subject.difference() == nil)
        // A byte for each item, and what blocks and the ring add.
        #expect(subject.list.bytes < 2400 * 33 + 1000)
        subject.push(item, at: end)
        #expect(subject.list.nodeCount == 11)
        subject.finish()
    }

    @Test func copiesShareLongElements() {
        var subject = Subject(fill: -2)
        for number in 0..<900 { subject.push(Array("item \(number)".utf8), at: .tail) }
        subject.insert([UInt8](repeating: 1, count: 100_000), at: 450, after: true)
        let before = subject.memory.usedBytes
        let (copy, shared) = subject.list.copy()
        #expect(shared >= 100_000)
        #expect(subject.memory.usedBytes - before == copy.bytes - shared)
        #expect(copy.checkInvariants() == nil)
        while copy.drain() {}
        copy.destroy()
        #expect(subject.difference() == nil)
        subject.finish()
    }

    @Test func packedListsAndBack() {
        let memory = SlabAllocator()
        var packed = PackedList.make(in: memory)
        for number in 0..<40 { "entry \(number)".withBytes { packed.append($0, in: memory) } }
        let chain = ListChain(packed, in: memory)
        #expect(chain.checkInvariants() == nil)
        let again = chain.packed()
        #expect(again.map { Array($0.map(\.array)) } == packed.map(\.array))
        #expect(again?.checkInvariants() == nil)
        again?.free(in: memory)
        packed.free(in: memory)
        while chain.drain() {}
        chain.destroy()
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }

    @Test func refusesDamagedImages() {
        let memory = SlabAllocator()
        let chain = ListChain(in: memory)
        for image: [UInt8] in [
            [], [5, 1], [0xf9], [1, 0x35], [0x80, 3, 1, 2, 3], [0xf0, 1, 0, 0],
        ] {
            #expect(image.withBytes { !chain.append(image: $0) })
        }
        #expect([1, 0x61, 0xc3].withBytes { chain.append(image: $0) })
        #expect(chain.count == 2)
        while chain.drain() {}
        chain.destroy()
        memory.destroy()
    }
}
