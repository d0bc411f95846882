// The allocator beside a list of the blocks that are out: none overlap, all are aligned, every byte
// is counted, and slabs that nobody uses are given up.
import Testing

@testable import RedwingContainers

private struct Block {
    let base: UnsafeMutableRawPointer
    let size: Int
    let mark: UInt8

    /// Writes the mark over all bytes that the block may use, its rounding included.
    func fill() {
        base.initializeMemory(as: UInt8.self, repeating: mark, count: SlabLayout.rounded(size))
    }

    /// Whether nobody else has written into the block.
    var isIntact: Bool {
        UnsafeRawBufferPointer(start: base, count: SlabLayout.rounded(size))
            .allSatisfy { $0 == mark }
    }
}

@Suite struct SlabAllocatorTests {
    @Test func blocksDoNotOverlapAndAreCounted() {
        let memory = SlabAllocator()
        var random = SplitMix(seed: 31)
        var blocks: [Block] = []
        var used = 0
        for step in 0..<30000 {
            let growing = (step / 5000) % 2 == 0
            if blocks.isEmpty || random.next() % 4 < (growing ? 3 : 1) {
                let size = randomSize(&random)
                let base = memory.allocate(size)
                let alignment = SlabLayout.rounded(size) % 64 == 0 && size <= 8320 ? 64 : 8
                #expect(UInt(bitPattern: base) % UInt(alignment) == 0)
                let block = Block(base: base, size: size, mark: UInt8(truncatingIfNeeded: step))
                block.fill()
                blocks.append(block)
                used += SlabLayout.rounded(size)
            } else {
                let index = Int(random.next() % UInt64(blocks.count))
                blocks.swapAt(index, blocks.count - 1)
                let block = blocks.removeLast()
                #expect(block.isIntact)
                memory.free(block.base, block.size)
                used -= SlabLayout.rounded(block.size)
            }
            #expect(memory.usedBytes == used)
        }
        for block in blocks {
            #expect(block.isIntact)
            memory.free(block.base, block.size)
        }
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }

    private func randomSize(_ random: inout SplitMix) -> Int {
        switch random.next() % 20 {
        case 0: 1 + Int(random.next() % 40000)
        case 1...4: 1 + Int(random.next() % 8400)
        default: 1 + Int(random.next() % 200)
        }
    }

    @Test func slabsComeBackWhenTheirBlocksAreGone() {
        let memory = SlabAllocator()
        for size in [8, 24, 40, 64, 512, 1024, 8320] {
            let blocks = (0..<(3 << 20) / size).map { _ in memory.allocate(size) }
            #expect(memory.committedBytes >= 3 << 20)
            #expect(memory.usedBytes == blocks.count * SlabLayout.rounded(size))
            // Every other one first, so that slabs are sparse before they are empty.
            for index in stride(from: 0, to: blocks.count, by: 2) {
                memory.free(blocks[index], size)
            }
            for index in stride(from: 1, to: blocks.count, by: 2) {
                memory.free(blocks[index], size)
            }
            #expect(memory.usedBytes == 0)
        }
        // One slab a class stays.
        #expect(memory.committedBytes <= 7 * SlabLayout.slabSize)
        let before = memory.committedBytes
        let again = (0..<100).map { _ in memory.allocate(24) }
        #expect(memory.committedBytes == before)
        for block in again { memory.free(block, 24) }
        memory.destroy()
    }

    @Test func largeBlocksAreCommittedAsTheyAre() {
        let memory = SlabAllocator()
        let block = memory.allocate(100_001)
        #expect(memory.usedBytes == 100_016)
        #expect(memory.committedBytes == 100_016)
        memory.free(block, 100_001)
        #expect(memory.committedBytes == 0)
        memory.destroy()
    }

    @Test func sizeClassesCoverEverySizeOnce() {
        for size in 1...SlabLayout.maxSlabBlock {
            let index = SlabLayout.sizeClass(size)
            #expect(index >= 0 && index < SlabLayout.classCount)
            #expect(SlabLayout.blockSize(ofClass: index) >= size)
            #expect(index == 0 || SlabLayout.blockSize(ofClass: index - 1) < size)
            #expect(SlabLayout.rounded(size) == SlabLayout.blockSize(ofClass: index))
        }
        #expect(SlabLayout.sizeClass(SlabLayout.maxSlabBlock) == SlabLayout.classCount - 1)
        #expect(SlabLayout.rounded(8321) == 8336)
    }

    /// More slabs than the first arena has, given up and taken again.
    @Test func growsBeyondAnArena() {
        let memory = SlabAllocator()
        for _ in 0..<2 {
            let blocks = (0..<2500).map { index in
                let base = memory.allocate(8192)
                base.storeBytes(of: index, as: Int.self)
                return base
            }
            #expect(Set(blocks).count == 2500)
            for (index, block) in blocks.enumerated() {
                #expect(block.load(as: Int.self) == index)
                memory.free(block, 8192)
            }
            #expect(memory.usedBytes == 0)
        }
        memory.destroy()
    }
}
