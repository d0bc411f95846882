// The compact entries of sets and sorted sets: what they hold, what they take, and that the hash
// table works with them.
import Testing

@testable import RedwingContainers

@Suite struct EntryMemberTests {
    private static let lengths = [
        0, 1, 5, 6, 7, 14, 17, 22, 254, 255, 256, 300, 1023, 1024, 70_000,
    ]

    private func key(_ length: Int) -> [UInt8] {
        (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ length) }
    }

    @Test(arguments: lengths) func memberHoldsItsKey(length: Int) {
        let memory = SlabAllocator()
        let key = key(length)
        let entry = key.withBytes { Entry.makeMember($0, in: memory) }
        #expect(entry.key.array == key)
        #expect(entry.isCompact == (length <= 255))
        if length <= 255 { #expect(entry.size == length + 2) }
        #expect(memory.usedBytes == SlabLayout.rounded(entry.size))
        entry.free(in: memory)
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }

    @Test(arguments: lengths) func scoredMemberHoldsKeyAndScore(length: Int) {
        let memory = SlabAllocator()
        let key = key(length)
        for score in [0, -0.0, 1.5, -.infinity, .infinity, .greatestFiniteMagnitude] as [Double] {
            let entry = key.withBytes { Entry.makeMember($0, score: score, in: memory) }
            #expect(entry.key.array == key)
            #expect(entry.score.bitPattern == score.bitPattern)
            entry.score = 42.25
            #expect(entry.score == 42.25)
            #expect(entry.key.array == key)
            #expect(entry.isCompact == (length <= 255))
            if length <= 255 { #expect(entry.size == length + 10) }
            entry.free(in: memory)
            #expect(memory.usedBytes == 0)
        }
        memory.destroy()
    }

    @Test func everyOtherKindKeepsTheNormalForm() {
        let memory = SlabAllocator()
        for kind in 0...UInt8.max where kind & 0x0f != 0x0f {
            let shape = Entry.Shape(kind: kind, flags: 0, access: 0xff_ffff, valueCount: 3)
            let entry = Entry.make("some key", shape, in: memory)
            #expect(!entry.isCompact)
            #expect(entry.key == "some key")
            #expect(entry.size == 8 + 8 + 3)
            entry.free(in: memory)
        }
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }

    @Test func aTableOfMembersGrowsShrinksAndCopies() {
        let memory = SlabAllocator()
        let table = HashTable(seed: HashSeed(low: 3, high: 4), memory: memory)
        func bytes(_ index: Int) -> [UInt8] {
            let text = Array("member:\(index)".utf8)
            return index % 50 == 0 ? text + key(280) : text
        }
        for index in 0..<20_000 {
            bytes(index).withBytes { key in
                let entry =
                    index % 2 == 0
                    ? Entry.makeMember(key, in: memory)
                    : Entry.makeMember(key, score: Double(index), in: memory)
                table.insert(table.hash(key), entry)
            }
        }
        #expect(table.checkInvariants() == nil)
        for index in 0..<20_000 {
            let found = bytes(index).withBytes { table.find(table.hash($0), $0) }
            #expect(found?.key.array == bytes(index))
            if index % 2 == 1 { #expect(found?.score == Double(index)) }
        }
        let copy = table.copy { Entry.makeMember($0.key, in: memory) }
        #expect(copy.checkInvariants() == nil)
        while copy.drainSegment({ $0.free(in: memory) }) {}
        copy.destroy()
        for index in 0..<20_000 {
            bytes(index).withBytes { key in
                let hash = table.hash(key)
                guard let position = table.position(hash, key) else {
                    Issue.record("member \(index) is gone")
                    return
                }
                let entry = position.entry
                table.remove(hash, at: position)
                entry.free(in: memory)
            }
        }
        #expect(table.count == 0 && table.checkInvariants() == nil)
        table.destroy()
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }
}
