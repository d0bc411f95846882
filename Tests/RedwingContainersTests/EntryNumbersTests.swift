// Sets of numbers as values of entries, beside a sorted array.

import RedwingContainers
import Testing

@Suite struct EntryNumbersTests {
    @Test(arguments: [0, 1, 20, 1023, 1024, 3000])
    func insertsInOrder(_ keyCount: Int) {
        let memory = SlabAllocator()
        defer { memory.destroy() }
        var random = SystemRandomNumberGenerator()
        let before = memory.usedBytes
        let key = [UInt8](repeating: 0x6b, count: keyCount)
        var model: Set<UInt32> = [7]
        var entry = key.withBytes { Entry.make($0, number: 7, in: memory) }
        for count in 1...5000 {
            let number = UInt32.random(in: 0...UInt32.max, using: &random)
            #expect(entry.contains(number) == model.contains(number))
            if model.insert(number).inserted { entry = entry.inserting(number, in: memory) }
            guard count < 40 || count % 500 == 0 || abs(count - 4096) < 3 else { continue }
            let sorted = model.sorted()
            #expect((0..<entry.numberCount).map { entry.number(at: $0) } == sorted)
            #expect(entry.key.array == key)
            #expect(sorted.allSatisfy { entry.contains($0) })
            #expect(!entry.contains(sorted[0] &- 1) || sorted[0] == 0)
        }
        entry.free(in: memory)
        #expect(memory.usedBytes == before)
    }
}
