// Blocks of a stream beside an array of entries: adding, deleting, walking both ways, images that
// are sound and images that are damaged.
import Testing

@testable import RedwingContainers

/// An entry as the model has it.
private struct ModelEntry: Equatable {
    var id: StreamID
    var strings: [[UInt8]]
    var isDeleted = false
}

/// A small source of chance that is the same each time.
struct Chance {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}

private struct Subject {
    let memory = SlabAllocator()
    var block: StreamBlock?
    var model: [ModelEntry] = []

    mutating func append(_ id: StreamID, _ strings: [[UInt8]]) {
        let flat: [UInt8] = Array(strings.joined()) + [0]
        flat.withBytes { all in
            let bytes = Subject.slices(all, strings)
            if block == nil {
                block = StreamBlock.make(id, pairs: strings.count / 2, in: memory) { bytes[$0] }
            } else {
                block?.append(id, pairs: strings.count / 2, in: memory) { bytes[$0] }
            }
        }
        model.append(ModelEntry(id: id, strings: strings))
    }

    private static func slices(_ all: Bytes, _ strings: [[UInt8]]) -> [Bytes] {
        var slices: [Bytes] = []
        var start = 0
        for string in strings {
            slices.append(all.slice(start, string.count))
            start += string.count
        }
        return slices
    }

    static func entry(_ entry: StreamEntry) -> ModelEntry {
        var strings: [[UInt8]] = []
        entry.forEachField { strings += [$0.array, $1.array] }
        return ModelEntry(id: entry.id, strings: strings, isDeleted: entry.isDeleted)
    }

    /// What differs between block and model, or nil.
    func difference() -> String? {
        guard let block else { return model.isEmpty ? nil : "no block" }
        if let broken = block.checkInvariants(), model.contains(where: { !$0.isDeleted }) {
            return broken
        }
        if block.size != memory.usedBytes { return "\(block.size) of \(memory.usedBytes)" }
        var forwards: [ModelEntry] = []
        var offset = block.first
        while offset < block.end {
            let entry = block.entry(at: offset)
            forwards.append(Subject.entry(entry))
            offset = block.offset(after: entry)
        }
        var backwards: [ModelEntry] = []
        while offset > block.first {
            offset = block.offset(before: offset)
            backwards.append(Subject.entry(block.entry(at: offset)))
        }
        if backwards.reversed() != forwards { return "backwards \(backwards)" }
        return forwards == model ? nil : "\(forwards) instead of \(model)"
    }
}

@Suite struct StreamBlockTests {
    private func strings(_ chance: inout Chance, _ sameFields: Bool) -> [[UInt8]] {
        var strings: [[UInt8]] = []
        for index in 0..<(sameFields ? 2 : 1 + chance.below(3)) {
            strings.append(Array("field\(sameFields ? index : chance.below(9))".utf8))
            switch chance.below(4) {
            case 0: strings.append(Array("\(Int64(bitPattern: chance.next()))".utf8))
            case 1: strings.append(Array("\(chance.below(300) - 100)".utf8))
            case 2: strings.append([UInt8](repeating: 0xff, count: chance.below(300)))
            default: strings.append([])
            }
        }
        return strings
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func agreesWithAModel(_ seed: UInt64) {
        var chance = Chance(seed)
        var subject = Subject()
        var id = StreamID(UInt64(chance.below(1 << 40)), UInt64(chance.below(5)))
        for step in 0..<250 {
            switch chance.below(5) {
            case 0 where subject.block != nil:
                let index = chance.below(subject.model.count)
                let wanted = subject.model[index]
                let found = subject.block?.find(wanted.id)
                #expect((found == nil) == wanted.isDeleted)
                if let found {
                    subject.block?.delete(found)
                    subject.model[index].isDeleted = true
                }
            case 1: subject.block?.shrink(in: subject.memory)
            default:
                subject.append(id, strings(&chance, chance.below(2) == 0))
                id =
                    chance.below(2) == 0
                    ? StreamID(id.ms, id.seq + 1 + UInt64(chance.below(200)))
                    : StreamID(id.ms + 1 + UInt64(chance.below(100_000)), chance.next() >> 1)
            }
            let difference = subject.difference()
            #expect(difference == nil, "step \(step)")
            if difference != nil { return }
        }
        search(subject)
        subject.block?.free(in: subject.memory)
        #expect(subject.memory.usedBytes == 0)
        subject.memory.destroy()
    }

    private func search(_ subject: Subject) {
        for entry in subject.model {
            let block = subject.block
            #expect(block?.firstEntry(from: entry.id)?.id == entry.id)
            #expect(block?.lastEntry(upTo: entry.id)?.id == entry.id)
            let next = subject.model.first { $0.id > entry.id }?.id
            #expect(entry.id.next.flatMap { block?.firstEntry(from: $0)?.id } == next)
        }
    }

    @Test func imagesAreTakenBack() {
        var chance = Chance(7)
        var subject = Subject()
        for step in 0..<40 {
            subject.append(StreamID(5, UInt64(step)), strings(&chance, step % 3 > 0))
        }
        guard let block = subject.block else { return }
        let image = block.image.array
        let other = image.withBytes { StreamBlock.make(image: $0, in: subject.memory) }
        #expect(other?.checkInvariants() == nil)
        #expect(other?.count == 40)
        other?.free(in: subject.memory)
        // Whatever is damaged is refused or sound all the same.
        for _ in 0..<4000 {
            var damaged = image
            for _ in 0...chance.below(3) {
                damaged[chance.below(damaged.count)] ^= UInt8(1 << chance.below(8))
            }
            if chance.below(4) == 0 { damaged.removeLast(chance.below(damaged.count)) }
            damaged.withBytes {
                guard let read = StreamBlock.make(image: $0, in: subject.memory) else { return }
                #expect(read.checkInvariants() == nil)
                read.free(in: subject.memory)
            }
        }
        #expect(subject.memory.usedBytes == block.size)
        subject.memory.destroy()
    }
}
