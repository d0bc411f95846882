// The integer set beside a sorted model, through every width, and images that were damaged.
import Testing

@testable import RedwingContainers

@Suite struct IntSetTests {
    /// Integers around every limit of a width.
    private static let limits: [Int64] = [
        0, 1, -1, 127, -128, 32767, 32768, -32768, -32769, 2_147_483_647, 2_147_483_648,
        -2_147_483_648, -2_147_483_649, .max, .min,
    ]

    @Test func holdsTheLimitsInOrder() {
        let memory = SlabAllocator()
        for first in IntSetTests.limits {
            var set = IntSet.make(in: memory)
            var model: Set<Int64> = []
            for value in [first] + IntSetTests.limits {
                let isNew = set.insert(value, in: memory)
                #expect(isNew == model.insert(value).inserted)
                #expect(set.checkInvariants() == nil)
                #expect(Array(set) == model.sorted())
            }
            for value in IntSetTests.limits {
                #expect(set.contains(value))
                #expect(!set.contains(value ^ 0x55))
            }
            set.free(in: memory)
        }
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }

    @Test(arguments: [(100, 16), (3000, 16), (3000, 40), (9000, 64)])
    func agreesWithAModel(_ range: Int64, _ bits: UInt64) {
        let memory = SlabAllocator()
        var set = IntSet.make(in: memory)
        var model: Set<Int64> = []
        var random = SplitMix(seed: bits)
        for step in 0..<12_000 {
            let spread = Int64(1) << Int64(bits - 14)
            let value = (Int64(random.next() % UInt64(range)) - range / 2) &* spread
            if random.next() % 5 < (step < 6000 ? 4 : 1) {
                let isNew = set.insert(value, in: memory)
                #expect(isNew == model.insert(value).inserted)
            } else {
                let wasThere = set.remove(value, in: memory)
                #expect(wasThere == (model.remove(value) != nil))
            }
            #expect(set.contains(value) == model.contains(value))
            #expect(set.count == model.count)
            #expect(memory.usedBytes == set.size)
            if step % 500 == 0 {
                #expect(set.checkInvariants() == nil)
                #expect(Array(set) == model.sorted())
            }
        }
        while set.count > 0 {
            let index = set.count / 2
            model.remove(set[index])
            set.remove(at: index, in: memory)
        }
        #expect(model.isEmpty)
        set.free(in: memory)
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }

    @Test func copiesAndImages() throws {
        let memory = SlabAllocator()
        for values in [[], [5], [1, -2, 3], [70_000, 1], [.max, 0, .min]] as [[Int64]] {
            var set = IntSet.make(in: memory)
            for value in values { _ = set.insert(value, in: memory) }
            let copy = set.copy(in: memory)
            #expect(Array(copy) == values.sorted())
            let image = set.image.array
            let again = try #require(image.withBytes { IntSet.make(image: $0, in: memory) })
            #expect(Array(again) == values.sorted())
            for part in [set, copy, again] { part.free(in: memory) }
        }
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }

    @Test func damagedImagesAreRefused() {
        let memory = SlabAllocator()
        var set = IntSet.make(in: memory)
        for value in [-7, 1, 2, 300] as [Int64] { _ = set.insert(value, in: memory) }
        let image = set.image.array
        func isRefused(_ bytes: [UInt8]) -> Bool {
            let made = bytes.withBytes { IntSet.make(image: $0, in: memory) }
            made?.free(in: memory)
            return made == nil
        }
        #expect(!isRefused(image))
        for count in 0..<image.count { #expect(isRefused(Array(image[..<count]))) }
        #expect(isRefused(image + [0]))
        for (offset, value) in [(0, 3), (0, 5), (3, 0xff), (4, 3), (4, 4), (4, 0), (10, 0x80)] {
            var damaged = image
            damaged[offset] = UInt8(value)
            #expect(isRefused(damaged), "\(value) at \(offset)")
        }
        // Two equal neighbours.
        var doubled = image
        doubled[12] = doubled[10]
        #expect(isRefused(doubled))
        set.free(in: memory)
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }

    @Test func aLargeSetMovesBetweenAllocators() {
        let memory = SlabAllocator()
        var set = IntSet.make(in: memory)
        for value in 0..<5000 { _ = set.insert(Int64(value) << 33, in: memory) }
        #expect(set.count == 5000 && set.checkInvariants() == nil)
        #expect(memory.usedBytes == set.size)
        for value in (0..<5000).reversed() {
            let wasThere = set.remove(Int64(value) << 33, in: memory)
            #expect(wasThere)
            #expect(memory.usedBytes == set.size)
        }
        set.free(in: memory)
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }
}
