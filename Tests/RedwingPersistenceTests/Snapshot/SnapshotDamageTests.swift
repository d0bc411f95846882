// A file that is cut, flipped, reordered, spliced, longer or newer is refused, and the refusal says
// where and why.

import RedwingContainers
import Testing

@testable import RedwingPersistence

@Suite struct SnapshotDamageTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func smallFile(
        _ compression: SnapshotCompression = .lz4(level: 0), seed: UInt64 = 1
    ) throws -> [UInt8] {
        var random = SeededGenerator(state: seed)
        let blocks = [100, 0, 300].map { PlainBlock(keyCount: 3, payload: random.bytes($0)) }
        writeSnapshot(blocks, to: directory.destination(compression))
        return try directory.read()
    }

    /// The error of reading `content`, nil where it is accepted.
    private func refusal(_ content: [UInt8], workers: Int = 0) throws -> SnapshotError? {
        let path = try directory.write(content)
        do {
            _ = try readSnapshot(path, workers: workers)
            return nil
        } catch let error as SnapshotError {
            #expect(error.path == path)
            #expect(error.description.hasPrefix("snapshot \(path): "))
            return error
        }
    }

    @Test(arguments: [SnapshotCompression.none, .lz4(level: 0)])
    func everyTruncationIsRefused(_ compression: SnapshotCompression) throws {
        let content = try smallFile(compression)
        for length in 0..<content.count {
            let error = try #require(try refusal(Array(content.prefix(length))), "\(length) bytes")
            #expect(error.cause == .truncated, "\(length) bytes: \(error)")
            #expect(error.offset == UInt64(length))
        }
    }

    @Test(arguments: [SnapshotCompression.none, .lz4(level: 0)])
    func everyFlippedByteIsRefused(_ compression: SnapshotCompression) throws {
        let content = try smallFile(compression)
        for index in content.indices {
            for mask: UInt8 in [0x01, 0x80, 0xFF] {
                var damaged = content
                damaged[index] ^= mask
                #expect(try refusal(damaged) != nil, "byte \(index) xor \(mask)")
            }
        }
    }

    @Test func flippedPayloadNamesItsBlock() throws {
        let content = try smallFile()
        let reader = try SnapshotReader(path: directory.destination.path)
        var blocks: [SnapshotBlock] = []
        try reader.read { block, _ in blocks.append(block) }
        for block in blocks {
            var damaged = content
            damaged[Int(block.offset) + 36] ^= 4
            let error = try refusal(damaged, workers: 2)
            #expect(error?.cause == .blockChecksumMismatch(block: block.index))
            #expect(error?.offset == block.offset)
        }
    }

    @Test func trailingBytesAreRefused() throws {
        let content = try smallFile()
        for extra in [1, 71, 72, 73, 500] {
            let error = try refusal(content + [UInt8](repeating: 7, count: extra))
            #expect(error?.cause == .trailingBytes(UInt64(extra)))
            #expect(error?.offset == UInt64(content.count))
        }
        let doubled = try refusal(content + content)
        #expect(doubled != nil)
    }

    @Test func otherVersionsAreRefused() throws {
        var content = try smallFile()
        content[8] = 2
        var error = try refusal(content)
        #expect(error?.cause == .newerVersion(found: 2, supported: 1))
        #expect(error?.offset == 8)
        content[8] = 0
        error = try refusal(content)
        #expect(error?.cause == .unknownVersion(0))
    }

    @Test func otherFilesAreRefused() throws {
        #expect(try refusal(Array("REDIS0011 and more bytes".utf8))?.cause == .badMagic)
        #expect(try refusal(Array("x".utf8))?.cause == .badMagic)
        #expect(try refusal([])?.cause == .truncated)
        let folder = #expect(throws: SnapshotError.self) {
            try SnapshotReader(path: directory.path)
        }
        #expect(folder?.cause == .notARegularFile)
        let missing = #expect(throws: SnapshotError.self) {
            try SnapshotReader(path: directory.path + "/absent")
        }
        #expect(missing?.isFileMissing == true)
        #expect(folder?.isFileMissing == false)
    }

    @Test func movedAndForeignBlocksAreRefused() throws {
        let content = try smallFile(.none)
        var random = SeededGenerator(state: 99)
        var foreign = testHeader
        foreign.creationTime += 1
        let blocks = [100, 0, 300].map { PlainBlock(keyCount: 3, payload: random.bytes($0)) }
        writeSnapshot(blocks, to: directory.destination(.none), header: foreign)
        let other = try directory.read()
        #expect(other.count == content.count)

        let start = content.count - 72 - 332 - 32 - 132
        let first = start..<start + 132
        let second = first.upperBound..<first.upperBound + 32
        // A block of another file of the same shape.
        var spliced = content
        spliced.replaceSubrange(first, with: other[first])
        #expect(try refusal(spliced)?.cause == .blockChecksumMismatch(block: 0))
        // Two blocks in the other order.
        var swapped = content
        swapped.replaceSubrange(
            first.lowerBound..<second.upperBound, with: content[second] + content[first])
        #expect(
            try refusal(swapped)?.cause == .malformedBlock(block: 0, "it is numbered 1"))
        // A block left out, one twice.
        var shorter = content
        shorter.removeSubrange(second)
        #expect(try refusal(shorter) != nil)
        #expect(
            try refusal(
                Array(content[..<second.upperBound] + content[second.lowerBound...])) != nil)
    }

    @Test func lengthsAreBoundedBeforeTheyAreBelieved() throws {
        let content = try smallFile()
        let start = try headerLength(of: content)
        func changing(_ field: Int, _ value: UInt32) -> [UInt8] {
            var forged = content
            store(value, at: start + field, in: &forged)
            repairChecksums(of: &forged)
            return forged
        }
        for (field, name, limit) in [(24, "raw length", 1 << 20), (28, "stored length", 17 << 16)] {
            for value: UInt32 in [.max, UInt32(limit + 1), 0x8000_0000] {
                let error = try refusal(changing(field, value))
                #expect(
                    error?.cause
                        == .lengthOverLimit(
                            what: name, length: UInt64(value), limit: UInt64(limit)))
                #expect(error?.offset == UInt64(start))
            }
        }
        // A raw length that is not what the frame expands to, with a checksum that fits.
        for value: UInt32 in [0, 99, 101, 1 << 20] {
            let error = try refusal(changing(24, value))
            guard case .decompressionFailed(block: 0, _) = error?.cause else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        // A header length out of bounds.
        for (value, isOver) in [(UInt32.max, true), (1 << 20 + 1, true), (47, false), (0, false)] {
            var forged = content
            store(value, at: 12, in: &forged)
            let cause = try refusal(forged)?.cause
            switch cause {
            case .lengthOverLimit: #expect(isOver)
            case .malformedHeader: #expect(!isOver)
            default: Issue.record("\(String(describing: cause))")
            }
        }
    }

    private func headerLength(of content: [UInt8]) throws -> Int {
        let path = try directory.write(content)
        var offset = 0
        try SnapshotReader(path: path).read { block, _ in
            if block.index == 0 { offset = Int(block.offset) }
        }
        return offset
    }

    /// The footer is compared with what was read, even where its own checksum fits.
    @Test func totalsHaveToBeRight() throws {
        let content = try smallFile()
        let footer = content.count - SnapshotFormat.footerLength
        for (offset, field) in [
            (40, "keys"), (48, "raw bytes"), (56, "file length"), (64, "checksum"),
        ] {
            var forged = content
            forged[footer + offset] ^= 1
            repairChecksums(of: &forged, keepingFooter: true)
            let error = try refusal(forged, workers: 1)
            guard case .footerMismatch(field, _, _) = error?.cause else {
                Issue.record("\(field): \(String(describing: error))")
                continue
            }
            #expect(error?.offset == UInt64(footer))
        }
        var forged = content
        store(4, at: footer + 12, in: &forged)
        store(4, at: footer + 32, in: &forged)
        repairChecksums(of: &forged, keepingFooter: true)
        let cause = try refusal(forged)?.cause
        #expect(cause == .footerMismatch(field: "blocks", footer: 4, file: 3))
    }

    @Test func continuationsHaveToFit() throws {
        let content = try smallFile(.none)
        let first = try headerLength(of: content)
        let (second, third) = (first + 132, first + 164)
        /// The refusal of a file whose blocks have these flags, and whose second has this tag.
        func refusal(flags: [UInt8], tag: UInt8 = 1) throws -> SnapshotError? {
            var forged = content
            for (offset, flags) in zip([first, second, third], flags) { forged[offset + 9] = flags }
            forged[second + 8] = tag
            repairChecksums(of: &forged)
            return try self.refusal(forged)
        }
        #expect(try refusal(flags: [2, 6, 4]) == nil)
        #expect(try refusal(flags: [0, 2, 4]) == nil)
        for flags: [UInt8] in [[2, 0, 0], [0, 4, 0], [4, 0, 0], [2, 4, 4], [0, 0, 2]] {
            guard case .malformedBlock = try refusal(flags: flags)?.cause else {
                Issue.record("\(flags) were accepted")
                continue
            }
        }
        #expect(try refusal(flags: [2, 4, 0], tag: 2)?.offset == UInt64(second))
        #expect(try refusal(flags: [0, 0, 8])?.offset == UInt64(third))
        #expect(try refusal(flags: [0, 0, 0], tag: 0)?.offset == UInt64(second))
        #expect(try refusal(flags: [0, 0, 0], tag: 255)?.offset == UInt64(second))
    }

    @Test func fileThatShrinksWhileReadIsRefused() throws {
        let content = try smallFile()
        let reader = try SnapshotReader(path: directory.destination.path)
        try directory.write(Array(content.prefix(content.count - 200)))
        let error = #expect(throws: SnapshotError.self) {
            try reader.read(workers: 2) { _, _ in }
        }
        #expect(error?.cause == .truncated)
    }

    @Test func headerOverTheLimitIsNotWritten() throws {
        var header = testHeader
        header.fields.append(.init("big", [UInt8](repeating: 0, count: 1 << 20)))
        let outcome = writeSnapshot([], to: directory.destination, header: header)
        guard case .failed(let error) = outcome, case .lengthOverLimit = error.cause else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        header.fields = [.init("twice", "a"), .init("twice", "b")]
        #expect(writeSnapshot([], to: directory.destination, header: header) != nil)
        #expect(directory.fileNames.isEmpty)
    }
}
