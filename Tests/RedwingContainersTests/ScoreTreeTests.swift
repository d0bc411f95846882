// The score tree beside a sorted array: the same operations on both, and the tree's invariants.
import Testing

@testable import RedwingContainers

/// A tree with its entries, and the sorted array that it should equal.
private struct Subject {
    struct Item: Comparable {
        var score: Double
        var key: [UInt8]

        static func < (left: Item, right: Item) -> Bool {
            left.score != right.score
                ? left.score < right.score : left.key.lexicographicallyPrecedes(right.key)
        }
    }

    let memory = SlabAllocator()
    let tree: ScoreTree
    var model: [(item: Item, entry: Entry)] = []

    init() { tree = ScoreTree(memory: memory) }

    private func place(_ item: Item) -> Int {
        var low = 0
        var high = model.count
        while low < high {
            let middle = (low + high) / 2
            if model[middle].item < item { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func insert(_ score: Double, _ key: String, appends: Bool = false) {
        let item = Item(score: score, key: Array(key.utf8))
        let place = place(item)
        guard place == model.count || model[place].item != item else { return }
        let entry = item.key.withBytes { Entry.makeMember($0, score: score, in: memory) }
        if appends { tree.append(entry) } else { tree.insert(entry) }
        model.insert((item, entry), at: place)
    }

    mutating func remove(at place: Int) {
        let entry = model[place].entry
        tree.remove(entry)
        model.remove(at: place)
        entry.free(in: memory)
    }

    mutating func removeFirst() {
        let entry = tree.removeFirst()
        #expect(entry?.raw == model.first?.entry.raw)
        entry?.free(in: memory)
        if !model.isEmpty { model.removeFirst() }
    }

    mutating func removeLast() {
        let entry = tree.removeLast()
        #expect(entry?.raw == model.last?.entry.raw)
        entry?.free(in: memory)
        if !model.isEmpty { model.removeLast() }
    }

    /// Moves an entry to another score, which no other of its key has, as the owner of a tree does.
    mutating func move(at place: Int, to score: Double) {
        let entry = model[place].entry
        var item = model[place].item
        item.score = score
        let target = self.place(item)
        if target < model.count, model[target].item == item { return }
        model.remove(at: place)
        if !tree.adjust(entry, to: score) {
            tree.remove(entry)
            entry.score = score
            tree.insert(entry)
        }
        model.insert((item, entry), at: self.place(item))
    }

    var fault: String? {
        if let fault = tree.checkInvariants() { return fault }
        guard tree.count == model.count else { return "count \(tree.count)" }
        var index = 0
        var order = true
        tree.forEach { entry in
            order = order && entry.raw == model[index].entry.raw
            index += 1
        }
        if !order || index != model.count { return "another order" }
        tree.forEachBackwards(before: tree.position(at: tree.count), count: tree.count) { entry in
            index -= 1
            order = order && entry.raw == model[index].entry.raw
        }
        return order ? nil : "another order backwards"
    }

    func destroy() {
        tree.destroy()
        for (_, entry) in model { entry.free(in: memory) }
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }
}

@Suite struct ScoreTreeTests {
    /// Few scores make many entries equal but for their keys.
    @Test(arguments: [(1, 1), (7, 2), (1000, 3), (1_000_000, 4)])
    func agreesWithASortedArray(_ scores: Int, _ seed: UInt64) {
        var subject = Subject()
        var random = SplitMix(seed: seed)
        for round in 0..<8 {
            let growing = round % 2 == 0
            for step in 0..<4000 {
                let pick = Int(random.next() % 100)
                if growing ? pick < 80 : pick < 20 {
                    let score = Double(random.next() % UInt64(scores)) - 3.5
                    subject.insert(score, "m:\(random.next() % 100_000)")
                } else if pick % 10 == 0 {
                    subject.removeFirst()
                } else if pick % 10 == 1 {
                    subject.removeLast()
                } else if !subject.model.isEmpty {
                    let place = Int(random.next() % UInt64(subject.model.count))
                    if pick % 10 == 2 {
                        let old = subject.model[place].item.score
                        let change = Double(random.next() % 5) - 2
                        subject.move(at: place, to: old + change)
                    } else {
                        subject.remove(at: place)
                    }
                }
                if step % 211 == 0 {
                    let fault = subject.fault
                    #expect(fault == nil, "\(fault ?? "") in round \(round), step \(step)")
                    if fault != nil { return }
                }
            }
        }
        subject.destroy()
    }

    @Test func checksEachStepOfSmallTrees() {
        var subject = Subject()
        var random = SplitMix(seed: 5)
        for step in 0..<6000 {
            let growing = step / 400 % 2 == 0
            if random.next() % 8 < (growing ? 6 : 2) {
                subject.insert(Double(random.next() % 50), "\(random.next() % 3000)")
            } else if !subject.model.isEmpty {
                subject.remove(at: Int(random.next() % UInt64(subject.model.count)))
            }
            let fault = subject.fault
            #expect(fault == nil, "\(fault ?? "") in step \(step)")
            if fault != nil { return }
        }
        subject.destroy()
    }

    @Test func entriesInOrderFillLeaves() {
        for mode in 0..<3 {
            var subject = Subject()
            for index in 0..<20_000 {
                subject.insert(
                    Double(mode == 1 ? -index : index), "m", appends: mode == 2)
            }
            #expect(subject.fault == nil)
            #expect(subject.tree.fill > 0.97, "mode \(mode): \(subject.tree.fill)")
            subject.destroy()
        }
    }

    @Test func entriesInNoOrderFillLeavesWell() {
        var subject = Subject()
        var random = SplitMix(seed: 9)
        var sum = 0.0
        for index in 0..<30_000 {
            subject.insert(Double(random.next() % 1_000_000), "\(index)")
            if index >= 20_000, index % 1000 == 0 { sum += subject.tree.fill }
        }
        #expect(sum / 10 > 0.8, "\(sum / 10)")
        while subject.model.count > 5000 {
            subject.remove(at: Int(random.next() % UInt64(subject.model.count)))
        }
        #expect(subject.fault == nil)
        #expect(subject.tree.fill > 0.55, "\(subject.tree.fill)")
        subject.destroy()
    }

    @Test func aQueueKeepsItsSize() {
        var subject = Subject()
        for index in 0..<1000 { subject.insert(Double(index), "m") }
        let bytes = subject.tree.overheadBytes
        for index in 1000..<30_000 {
            subject.insert(Double(index), "m")
            subject.removeFirst()
        }
        #expect(subject.fault == nil)
        #expect(subject.tree.overheadBytes <= bytes + 4096)
        subject.destroy()
    }

    @Test(arguments: [0, 1, 61, 62, 500, 20_000])
    func findsRanksAndBounds(_ count: Int) {
        var subject = Subject()
        var random = SplitMix(seed: UInt64(count))
        for index in 0..<count {
            subject.insert(Double(random.next() % 300), "m:\(index)")
        }
        let tree = subject.tree
        for (rank, pair) in subject.model.enumerated() {
            #expect(tree.rank(of: pair.entry) == rank)
            #expect(tree.position(at: rank).entry.raw == pair.entry.raw)
        }
        for score in stride(from: -1.0, through: 301, by: 0.5) {
            let behind = subject.model.count { $0.item.score < score }
            let position = tree.partitionPoint { other, _ in other < score }
            #expect(position.rank == behind)
            if behind < count {
                #expect(position.entry.raw == subject.model[behind].entry.raw)
                var seen = 0
                tree.forEach(from: position, count: min(100, count - behind)) { entry in
                    #expect(entry.raw == subject.model[behind + seen].entry.raw)
                    seen += 1
                }
                #expect(seen == min(100, count - behind))
            }
        }
        subject.destroy()
    }

    @Test func drainsInBoundedSteps() {
        var subject = Subject()
        for index in 0..<50_000 { subject.insert(Double(index * 7919 % 50_021), "m") }
        var slices = 1
        while subject.tree.drainNodes() { slices += 1 }
        #expect(slices > 10)
        subject.destroy()
    }
}
