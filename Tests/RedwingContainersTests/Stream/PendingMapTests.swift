// The ordered map of ids beside a sorted array, with ids that come in order and ids that do not,
// and the list of names.
import Testing

@testable import RedwingContainers

@Suite struct PendingMapTests {
    private struct Subject {
        let memory = SlabAllocator()
        var map: PendingMap
        var model: [(id: StreamID, count: Int64)] = []
        let hasPayload: Bool

        init(withPayload: Bool) {
            map = PendingMap(withPayload: withPayload)
            hasPayload = withPayload
        }

        func index(_ id: StreamID) -> Int { model.firstIndex { $0.id >= id } ?? model.count }

        mutating func insert(_ id: StreamID, _ count: Int64) {
            let index = index(id)
            let (entry, isNew) = map.insert(id, in: memory)
            #expect(entry.id == id)
            if index < model.count, model[index].id == id {
                #expect(!isNew)
                return
            }
            #expect(isNew)
            if hasPayload { entry.deliveryCount = count }
            model.insert((id, count), at: index)
        }

        mutating func remove(_ id: StreamID) {
            let index = index(id)
            let isThere = index < model.count && model[index].id == id
            let removed = map.remove(id, in: memory)
            #expect(removed == isThere)
            if isThere { model.remove(at: index) }
        }

        func difference() -> String? {
            if let broken = map.checkInvariants() { return broken }
            if map.bytes != memory.usedBytes { return "\(map.bytes) of \(memory.usedBytes)" }
            if map.first != model.first?.id || map.last != model.last?.id { return "ends" }
            var found: [(id: StreamID, count: Int64)] = []
            map.forEach {
                found.append(($0.id, hasPayload ? $0.deliveryCount : 0))
                return true
            }
            return found.elementsEqual(model) { $0.id == $1.id && (!hasPayload || $0 == $1) }
                ? nil : "\(found) instead of \(model)"
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func agreesWithAModel(_ seed: UInt64) {
        var chance = Chance(seed)
        var subject = Subject(withPayload: seed % 2 == 0)
        for round in 0..<6 {
            for _ in 0..<600 {
                let id = StreamID(UInt64(chance.below(20)), UInt64(chance.below(100)))
                let grows = round % 2 == 0 ? 4 : 1
                if chance.below(5) < grows {
                    subject.insert(id, Int64(chance.below(1000)))
                } else if chance.below(3) > 0, let first = subject.model.first {
                    subject.remove(first.id)
                } else {
                    subject.remove(id)
                }
                let found = subject.map.firstEntry(from: id)
                #expect(found?.id == subject.model.first { $0.id >= id }?.id)
            }
            #expect(subject.difference() == nil)
        }
        var copy = subject.map.copy(in: subject.memory)
        #expect(copy.checkInvariants() == nil && copy.count == subject.map.count)
        copy.removeAll(in: subject.memory)
        #expect(subject.difference() == nil)
        while subject.map.drain(leaves: 3, in: subject.memory) {}
        #expect(subject.memory.usedBytes == 0)
        subject.memory.destroy()
    }

    /// Ten thousand in order, then out of order from the front, the back and the middle: chunks of
    /// the sequence are made and go.
    @Test func manyIDs() {
        let memory = SlabAllocator()
        var map = PendingMap(withPayload: true)
        let count = 20_000
        for index in 0..<count { map.insert(StreamID(UInt64(index), 0), in: memory) }
        #expect(map.checkInvariants() == nil)
        #expect(map.bytes == memory.usedBytes)
        for index in 0..<count where index % 3 != 0 {
            map.remove(StreamID(UInt64(index), 0), in: memory)
        }
        #expect(map.count == (count + 2) / 3)
        #expect(map.checkInvariants() == nil)
        for index in stride(from: count - 1, through: 0, by: -1) {
            map.insert(StreamID(UInt64(index), 1), in: memory)
        }
        #expect(map.checkInvariants() == nil)
        #expect(map.count == (count + 2) / 3 + count)
        for index in 0..<count { map.remove(StreamID(UInt64(index), 1), in: memory) }
        for index in stride(from: 0, to: count, by: 3) {
            map.remove(StreamID(UInt64(index), 0), in: memory)
        }
        #expect(map.count == 0 && memory.usedBytes == 0)
        memory.destroy()
    }

    @Test func namesAreInOrder() {
        let memory = SlabAllocator()
        var list = NameList()
        var model: Set<String> = []
        var chance = Chance(3)
        for _ in 0..<2000 {
            let name = "n\(chance.below(60))"
            name.withBytes { bytes in
                if model.contains(name) {
                    #expect(list.find(bytes)?.key.string == name)
                    list.remove(bytes, in: memory)?.free(in: memory)
                    model.remove(name)
                } else {
                    #expect(list.find(bytes) == nil)
                    let shape = Entry.Shape(
                        kind: 0, flags: Entry.Flag.word, access: 0, valueCount: 0)
                    list.insert(Entry.make(bytes, shape, in: memory), in: memory)
                    model.insert(name)
                }
            }
            #expect(list.checkInvariants() == nil)
            #expect(list.count == model.count)
        }
        #expect((0..<list.count).map { list[$0].key.string } == model.sorted())
        while let entry = list.removeLast(in: memory) { entry.free(in: memory) }
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }
}
