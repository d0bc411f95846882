// Hostile files: seeded mutations, with and without checksums made to fit, so that not only the
// checksum stands between a file and the decoder. The reader may refuse or accept, nothing else.
// By hand for as long as wished: REDWING_FUZZ_SECONDS=600 REDWING_FUZZ_SEED=7 swift test
// --filter SnapshotFuzzTests

import Glibc
import RedwingContainers
import Testing

@testable import RedwingPersistence

@Suite struct SnapshotFuzzTests {
    private static func setting(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }

    @Test func mutatedFilesAreRefusedOrRead() throws {
        let seconds = Self.setting("REDWING_FUZZ_SECONDS") ?? 2
        let seed = Self.setting("REDWING_FUZZ_SEED") ?? 1
        var random = SeededGenerator(state: seed)
        let directory = try TemporaryDirectory()
        var corpus: [[UInt8]] = []
        for compression in [SnapshotCompression.none, .lz4(level: 0), .lz4(level: 9)] {
            let blocks = (0..<4).map { _ in
                PlainBlock(keyCount: 2, payload: random.bytes(Int(random.next() % 2000)))
            }
            writeSnapshot(blocks, to: directory.destination(compression))
            corpus.append(try directory.read())
        }
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: .seconds(Int64(seconds)))
        var rounds = 0
        var accepted = 0
        while clock.now < end {
            var content = corpus[Int(random.next() % UInt64(corpus.count))]
            mutate(&content, &random)
            if random.next() % 4 != 0 { repairChecksums(of: &content) }
            let path = try directory.write(content)
            do {
                _ = try readSnapshot(path, workers: Int(rounds % 64 == 0 ? 2 : 0))
                accepted += 1
            } catch is SnapshotError {
                // Refused, as it should be.
            }
            rounds += 1
        }
        #expect(rounds > 50)
        #expect(accepted < rounds)
    }

    private func mutate(_ content: inout [UInt8], _ random: inout SeededGenerator) {
        for _ in 0...random.next() % 3 where !content.isEmpty {
            let index = Int(random.next() % UInt64(content.count))
            switch random.next() % 6 {
            case 0: content[index] ^= 1 << UInt8(random.next() % 8)
            case 1: content[index] = UInt8(truncatingIfNeeded: random.next())
            case 2: content.removeSubrange(index..<min(content.count, index + 8))
            case 3: content.insert(contentsOf: random.bytes(Int(random.next() % 64)), at: index)
            case 4:
                for offset in index..<min(content.count, index + 4) { content[offset] = 0xFF }
            default: content.removeLast(Int(random.next() % UInt64(min(100, content.count))))
            }
        }
    }
}
