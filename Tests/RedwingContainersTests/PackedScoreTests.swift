// Packed sorted sets beside a sorted array, with scores of every spelling.
import Testing

@testable import RedwingContainers

@Suite struct PackedScoreTests {
    private static let scores: [Double] = [
        0, 1, 47, 48, -1, 0.1, -0.5, 1e300, -1e-300, .infinity, -.infinity, 0x1p53, 0x1p54,
        // The bytes of these doubles are digits.
        Double(bitPattern: 0x3132_3334_3536_3738), Double(bitPattern: 0x3030_3030_3030_3031),
    ]

    @Test func scoresKeepTheirValue() {
        let memory = SlabAllocator()
        for score in Self.scores {
            var list = PackedList.make(in: memory)
            "m".withBytes { list.insertMember($0, score: score, in: memory) }
            #expect(list.score(ofMemberAt: list.first).bitPattern == score.bitPattern)
            #expect(list.checkInvariants() == nil)
            #expect(list.isSortedSet)
            list.free(in: memory)
        }
        memory.destroy()
    }

    @Test func agreesWithASortedArray() {
        let memory = SlabAllocator()
        var list = PackedList.make(in: memory)
        var model: [String: Double] = [:]
        var random = SplitMix(seed: 8)
        for _ in 0..<5000 {
            let pick = Int(random.next() % 60)
            let member = pick % 2 == 0 ? "\(pick)" : "member \(pick)"
            let score = Self.scores[Int(random.next() % UInt64(Self.scores.count))]
            member.withBytes { bytes in
                if let cursor = list.find(bytes, stride: 2) {
                    if random.next() % 3 == 0 {
                        list.remove(at: cursor, count: 2, in: memory)
                        model[member] = nil
                    } else {
                        list.setScore(score, ofMemberAt: cursor, bytes, in: memory)
                        model[member] = score
                    }
                } else {
                    list.insertMember(bytes, score: score, in: memory)
                    model[member] = score
                }
            }
            #expect(list.isSortedSet)
            #expect(list.count == 2 * model.count)
        }
        var found: [String: Double] = [:]
        list.forEachPair { found[$0.withBytes { $0.string }] = $1.score }
        #expect(found == model)
        memory.destroy()
    }

    @Test func seesWhatIsNoSortedSet() {
        let memory = SlabAllocator()
        for elements in [
            ["a"], ["a", "x"], ["a", "2", "b", "1"], ["b", "1", "a", "1"], ["a", "1", "a", "1"],
        ] {
            var list = PackedList.make(in: memory)
            for element in elements { element.withBytes { list.append($0, in: memory) } }
            #expect(!list.isSortedSet, "\(elements)")
            list.free(in: memory)
        }
        memory.destroy()
    }
}
