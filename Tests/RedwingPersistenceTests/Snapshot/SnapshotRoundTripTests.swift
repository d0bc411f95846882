// What is written comes back, under every compression and number of workers.

import RedwingContainers
import Testing

@testable import RedwingPersistence

@Suite struct SnapshotRoundTripTests {
    static let compressions: [SnapshotCompression] = [
        .none, .lz4(level: -10), .lz4(level: 0), .lz4(level: 9), .lz4(level: 1_000),
    ]

    private func sampleBlocks(seed: UInt64) -> [PlainBlock] {
        var random = SeededGenerator(state: seed)
        let lengths = [
            0, 1, 7, 100, 65_536, 262_143, 262_144, 262_145, 300_000, 1 << 20, 13, 200_000, 3,
        ]
        return lengths.enumerated().map { index, length in
            PlainBlock(
                tag: UInt8(1 + index % 254), database: UInt32(index % 16),
                keyCount: UInt32(index * 10), payload: random.bytes(length))
        }
    }

    @Test(arguments: compressions, [0, 1, 3])
    func blocksComeBackInOrder(_ compression: SnapshotCompression, workers: Int) throws {
        let directory = try TemporaryDirectory()
        let blocks = sampleBlocks(seed: 1)
        let destination = directory.destination(compression)
        let outcome = writeSnapshot(blocks, to: destination)
        #expect(try readSnapshot(destination.path, workers: workers) == blocks)
        let reader = try SnapshotReader(path: destination.path)
        #expect(reader.header == testHeader)
        #expect(outcome == .saved(reader.totals))
        #expect(reader.totals.keyCount == blocks.reduce(0) { $0 + UInt64($1.keyCount) })
        #expect(reader.totals.rawByteCount == blocks.reduce(0) { $0 + UInt64($1.payload.count) })
        #expect(reader.totals.fileLength == UInt64(try directory.read().count))
        #expect(directory.fileNames == ["dump.redwing"])
    }

    @Test func emptySnapshotIsAFile() throws {
        let directory = try TemporaryDirectory()
        writeSnapshot([], to: directory.destination)
        #expect(try readSnapshot(directory.destination.path).isEmpty)
        let reader = try SnapshotReader(path: directory.destination.path)
        #expect(reader.totals.blockCount == 0)
        #expect(reader.header.text(of: "redwing-version") == "0.1.0")
        #expect(reader.header.value(of: "binary") == [0, 255, 10])
        #expect(reader.header.value(of: "absent") == nil)
    }

    @Test(arguments: compressions)
    func borrowedSegmentsAreInPlace(_ compression: SnapshotCompression) throws {
        let directory = try TemporaryDirectory()
        var random = SeededGenerator(state: 2)
        for round in 0..<20 {
            let block = BlockBuffer()
            var expected: [UInt8] = []
            var lenders: [Lender] = []
            block.tag = 3
            block.database = 5
            block.keyCount = 9
            for index in 0..<Int(random.next() % 8) {
                let own = random.bytes(Int(random.next() % 40))
                block.append(own.span)
                expected += own
                let length = round % 4 == 0 ? 900_000 : Int(random.next() % 50_000)
                let lender = Lender(random.bytes(length))
                lenders.append(lender)
                block.borrow(UnsafeRawBufferPointer(lender.memory), token: UInt64(index))
                expected += lender.content
            }
            block.append([1, 2, 3].span)
            expected += [1, 2, 3]
            let destination = directory.destination(compression)
            let writer = SnapshotWriter.synchronous(testHeader, to: destination)
            writer.force(block)
            writer.finish()
            var released: [BlockBuffer] = []
            writer.receive { released.append($0) }
            #expect(released.count == 1 && released.first === block)
            #expect(block.segments.map(\.token) == lenders.indices.map(UInt64.init))
            let blocks = try readSnapshot(destination.path, workers: round % 3)
            #expect(
                blocks == [PlainBlock(tag: 3, database: 5, keyCount: 9, payload: expected)])
        }
    }

    /// Only borrowed bytes are cut: a record of the block's own bytes is whole in one block.
    @Test func ownBytesAreNeverCut() throws {
        let directory = try TemporaryDirectory()
        let record = [UInt8](repeating: 0xAB, count: 1000)
        let lender = Lender([UInt8](repeating: 0x01, count: 700_000))
        let block = BlockBuffer()
        block.tag = 1
        for _ in 0..<3 {
            block.append(record.span)
            block.borrow(UnsafeRawBufferPointer(lender.memory), token: 0)
        }
        let writer = SnapshotWriter.synchronous(testHeader, to: directory.destination)
        writer.force(block)
        writer.finish()
        let reader = try SnapshotReader(path: directory.destination.path)
        var total = 0
        try reader.read { _, records in
            let content = bytes(records)
            #expect(content.count <= SnapshotFormat.pieceLength)
            #expect(content.count { $0 == 0xAB } % record.count == 0)
            total += content.count
        }
        #expect(total == 3 * 701_000)
        #expect(reader.totals.blockCount == 9)
    }

    /// Own bytes that do not fit behind a segment open a block of their own, which may be as long
    /// as the format allows.
    @Test(arguments: [1000, SnapshotFormat.maximumRawLength])
    func ownBytesAfterASegmentOpenABlock(length: Int) throws {
        let directory = try TemporaryDirectory()
        let lender = Lender([UInt8](repeating: 0x01, count: 262_000))
        let block = BlockBuffer()
        block.tag = 1
        block.borrow(UnsafeRawBufferPointer(lender.memory), token: 0)
        block.append([UInt8](repeating: 0xAB, count: length).span)
        let writer = SnapshotWriter.synchronous(testHeader, to: directory.destination)
        writer.force(block)
        writer.finish()
        var lengths: [Int] = []
        try SnapshotReader(path: directory.destination.path).read { block, records in
            #expect(block.isContinuation == !lengths.isEmpty)
            #expect(block.continues == lengths.isEmpty)
            lengths.append(records.byteCount)
        }
        #expect(lengths == [262_000, length])
    }

    @Test func progressEndsAtTheFileLength() throws {
        let directory = try TemporaryDirectory()
        writeSnapshot(sampleBlocks(seed: 4), to: directory.destination)
        let reader = try SnapshotReader(path: directory.destination.path)
        var steps: [UInt64] = []
        try reader.read(
            workers: 2,
            progress: { done, total in
                #expect(total == reader.totals.fileLength)
                steps.append(done)
            }, consumer: { _, _ in })
        #expect(steps == steps.sorted())
        #expect(steps.last == reader.totals.fileLength)
        #expect(steps.count == 14)
    }

    @Test func consumerErrorsNameTheBlock() throws {
        struct Complaint: Error, CustomStringConvertible {
            var description: String { "bad record" }
        }
        let directory = try TemporaryDirectory()
        writeSnapshot(sampleBlocks(seed: 5), to: directory.destination)
        let reader = try SnapshotReader(path: directory.destination.path)
        var place: UInt64 = 0
        let error = #expect(throws: SnapshotError.self) {
            try reader.read(workers: 2) { block, _ in
                place = block.offset
                if block.index == 5 { throw Complaint() }
            }
        }
        #expect(error?.cause == .recordsRefused(block: 5, "bad record"))
        #expect(error?.offset == place)
        #expect(throws: CancellationError.self) {
            try reader.read(workers: 2) { _, _ in throw CancellationError() }
        }
        // Reading again starts anew.
        var count = 0
        try reader.read(workers: 1) { _, _ in count += 1 }
        #expect(count == 13)
    }

    @Test(arguments: [0, 2])
    func streamGivesOneBlockAtATime(workers: Int) throws {
        let directory = try TemporaryDirectory()
        writeSnapshot(sampleBlocks(seed: 6), to: directory.destination)
        let reader = try SnapshotReader(path: directory.destination.path)
        let stream = reader.stream(workers: workers)
        let other = reader.stream(workers: workers)
        var offsets: [UInt64] = []
        while try stream.next({ block, _ in offsets.append(block.offset) }) {
            var offset: UInt64 = 0
            #expect(try other.next { block, _ in offset = block.offset })
            #expect(offset == offsets.last)
        }
        #expect(offsets.count == 13)
        #expect(try stream.next { _, _ in } == false)
        #expect(try other.next { _, _ in } == false)
        let stopped = reader.stream(workers: workers)
        #expect(try stopped.next { _, _ in })
        stopped.stop()
        #expect(throws: CancellationError.self) { try stopped.next { _, _ in } }
    }
}
