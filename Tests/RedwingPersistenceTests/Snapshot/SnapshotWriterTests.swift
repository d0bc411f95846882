// The writer between loop and thread: bounds, wake-ups, blocks that come back, cancellation, and
// every failing system call leaving the old file as it was.

import Glibc
import RedwingContainers
import RedwingLinux
import Synchronization
import RedwingLinux
import Testing

@testable import RedwingPersistence

@Suite struct SnapshotWriterTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func block(_ length: Int = 1000, fill: UInt8 = 1) -> BlockBuffer {
        PlainBlock(keyCount: 1, payload: [UInt8](repeating: fill, count: length)).buffer
    }

    /// Offers, takes back and waits for wake-ups as the loop does.
    private func drive(_ writer: SnapshotWriter, _ bell: Bell, blocks count: Int) -> Int {
        var pool = BlockPool(capacity: 4096)
        var allocated: Set<ObjectIdentifier> = []
        for number in 0..<count {
            let block = pool.take()
            allocated.insert(ObjectIdentifier(block))
            block.tag = 1
            block.keyCount = 1
            block.append(littleEndian: UInt32(number))
            while !writer.offer(block) {
                bell.wait()
                writer.receive { pool.give($0) }
            }
        }
        return allocated.count
    }

    @Test func backgroundWriterRecyclesBlocks() throws {
        let bell = Bell()
        let writer = try SnapshotWriter.background(
            testHeader, to: directory.destination, queueLimit: 10 * 4096, niceness: 1
        ) { bell.ring() }
        let allocated = drive(writer, bell, blocks: 5000)
        // The queue's limit, what the thread has in its hands and what waits to be received.
        #expect(allocated <= 40)
        writer.finish()
        guard case .saved(let totals) = writer.waitForOutcome() else {
            Issue.record("\(String(describing: writer.outcome))")
            return
        }
        #expect(totals.blockCount == 5000)
        #expect(totals.keyCount == 5000)
        #expect(writer.progress.blocks == 5000)
        #expect(writer.progress.fileBytes == totals.fileLength)
        #expect(writer.progress.rawBytes == 20_000)
        #expect(writer.progress.queuedBytes == 0)
        var next: UInt32 = 0
        for read in try readSnapshot(directory.destination.path, workers: 1) {
            #expect(read.payload == withUnsafeBytes(of: next.littleEndian) { Array($0) })
            next += 1
        }
        #expect(next == 5000)
    }

    @Test func fullQueueRefusesButTakesWhatIsForced() throws {
        let gate = Gate()
        let bell = Bell()
        let operations = FaultyOperations(beforeWrite: { gate.pass() })
        let writer = try SnapshotWriter.background(
            testHeader, to: directory.destination, queueLimit: 3 * 1000, operations: operations
        ) { bell.ring() }
        #expect(writer.offer(block()))
        #expect(writer.offer(block()))
        #expect(writer.offer(block()))
        #expect(!writer.offer(block()))
        writer.force(block())
        #expect(!writer.offer(block(64)))
        #expect(writer.progress.queuedBytes == 4000)
        #expect(writer.progress.fileBytes == 0)
        gate.open()
        let late = block()
        var received = 0
        while !writer.offer(late) {
            bell.wait()
            writer.receive { _ in received += 1 }
        }
        writer.finish()
        let outcome = writer.waitForOutcome()
        writer.receive { _ in received += 1 }
        #expect(received == 5)
        guard case .saved(let totals) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(totals.blockCount == 5)
    }

    @Test func blockOverTheLimitGoesThroughAnEmptyQueue() throws {
        let bell = Bell()
        let writer = try SnapshotWriter.background(
            testHeader, to: directory.destination, queueLimit: 10
        ) { bell.ring() }
        #expect(writer.offer(block(500_000)))
        writer.finish()
        guard case .saved = writer.waitForOutcome() else {
            Issue.record("\(String(describing: writer.outcome))")
            return
        }
    }

    @Test(arguments: FaultyOperations.Kind.allCases, [true, false])
    func everyFailingCallLeavesTheOldFile(_ kind: FaultyOperations.Kind, background: Bool) throws {
        // How many calls of the kind a whole snapshot makes, to let each of them fail in turn.
        let counting = FaultyOperations()
        let old = PlainBlock(keyCount: 1, payload: Array("old".utf8))
        writeSnapshot([old, old, old, old], to: directory.destination, operations: counting)
        #expect(counting.count(of: kind) > 0)
        for failing in 1...counting.count(of: kind) {
            for code in [ENOSPC, EIO] {
                writeSnapshot([old], to: directory.destination)
                let operations = FaultyOperations(kind, failing: failing, code: code)
                let outcome = try write(4, background: background, operations)
                guard case .failed(let error) = outcome else {
                    Issue.record("\(kind) \(failing): \(outcome)")
                    continue
                }
                #expect(
                    error.cause == .system(SystemError(operation: kind.rawValue, code: code)))
                #expect(
                    error.description.hasSuffix(String(cString: strerror(code)))
                        || error.offset != nil)
                #expect(directory.fileNames == ["dump.redwing"])
                let blocks = try readSnapshot(directory.destination.path)
                // After the rename only the directory's fsync can fail, with the new file there.
                #expect(blocks.count == (kind == .synchronizeDirectory ? 4 : 1))
            }
        }
    }

    /// Writes `count` blocks, checks that each of them comes back, and gives back the outcome.
    private func write(
        _ count: Int, background: Bool, _ operations: FaultyOperations
    ) throws -> SnapshotOutcome {
        let writer =
            background
            ? try SnapshotWriter.background(
                testHeader, to: directory.destination, operations: operations, wake: {})
            : SnapshotWriter.synchronous(
                testHeader, to: directory.destination, operations: operations)
        for number in 0..<count { writer.force(block(fill: UInt8(number))) }
        writer.finish()
        writer.force(block())
        let outcome = writer.waitForOutcome()
        writer.force(block())
        var received = 0
        writer.receive { _ in received += 1 }
        #expect(received == count + 2)
        #expect(writer.outcome == outcome)
        return outcome
    }

    @Test func failureIsToldBeforeTheEnd() throws {
        let bell = Bell()
        let writer = try SnapshotWriter.background(
            testHeader, to: directory.destination,
            operations: FaultyOperations(.write, failing: 2, code: ENOSPC)
        ) { bell.ring() }
        writer.force(block())
        while writer.outcome == nil { bell.wait() }
        guard case .failed(let error) = writer.outcome else {
            Issue.record("\(String(describing: writer.outcome))")
            return
        }
        #expect(error.description.contains("No space left on device"))
        #expect(error.path.hasSuffix(".redwing"))
        #expect(directory.fileNames.isEmpty)
    }

    @Test func shortWritesAreContinued() throws {
        let payload = (0..<3000).map { UInt8(truncatingIfNeeded: $0) }
        let outcome = writeSnapshot(
            [PlainBlock(payload: payload)], to: directory.destination(.none),
            operations: FaultyOperations(longestWrite: 7))
        guard case .saved = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(try readSnapshot(directory.destination.path).first?.payload == payload)
    }

    @Test func cancelKeepsTheOldFileAndGivesAllBlocksBack() throws {
        let old = PlainBlock(keyCount: 1, payload: Array("old".utf8))
        writeSnapshot([old], to: directory.destination)
        let gate = Gate()
        let operations = FaultyOperations(beforeWrite: { gate.pass() })
        let writer = try SnapshotWriter.background(
            testHeader, to: directory.destination, operations: operations, wake: {})
        for _ in 0..<5 { writer.force(block()) }
        writer.cancel()
        writer.force(block())
        gate.open()
        #expect(writer.waitForOutcome() == .cancelled)
        var received = 0
        writer.receive { _ in received += 1 }
        #expect(received == 6)
        #expect(directory.fileNames == ["dump.redwing"])
        #expect(try readSnapshot(directory.destination.path) == [old])

        let synchronous = SnapshotWriter.synchronous(testHeader, to: directory.destination)
        synchronous.force(block())
        synchronous.cancel()
        #expect(synchronous.outcome == .cancelled)
        #expect(directory.fileNames == ["dump.redwing"])
    }

    /// A block that is handed over while the thread is already ending comes back all the same.
    @Test func blockAtTheLastMomentComesBack() throws {
        let (ending, go) = (Gate(), Gate())
        let operations = FaultyOperations(beforeRemove: {
            ending.open()
            go.pass()
        })
        let writer = try SnapshotWriter.background(
            testHeader, to: directory.destination, operations: operations, wake: {})
        writer.cancel()
        ending.pass()
        writer.force(block())
        #expect(writer.outcome == nil)
        go.open()
        #expect(writer.waitForOutcome() == .cancelled)
        var received = 0
        writer.receive { _ in received += 1 }
        #expect(received == 1)
        #expect(writer.progress.queuedBytes == 0)
    }

    @Test func droppedWriterIsCancelled() throws {
        let bell = Bell()
        var writer: SnapshotWriter? = try SnapshotWriter.background(
            testHeader, to: directory.destination
        ) { bell.ring() }
        writer?.force(block())
        bell.wait()
        #expect(directory.fileNames.count == 1)
        writer = nil
        // The last ring is that of the outcome, when the temporary file has been removed.
        while !directory.fileNames.isEmpty { bell.wait() }
    }

    @Test func invalidBlocksFailTheSnapshot() throws {
        let huge = BlockBuffer()
        huge.tag = 1
        huge.append([UInt8](repeating: 0, count: (1 << 20) + 1).span)
        let writer = SnapshotWriter.synchronous(testHeader, to: directory.destination)
        writer.force(huge)
        guard case .failed(let error) = writer.outcome, case .lengthOverLimit = error.cause else {
            Issue.record("\(String(describing: writer.outcome))")
            return
        }
        for tag: UInt8 in [0, 255] {
            let outcome = writeSnapshot(
                [PlainBlock(tag: tag, payload: [])], to: directory.destination)
            guard case .failed(let error) = outcome, case .malformedBlock = error.cause else {
                Issue.record("\(String(describing: outcome))")
                continue
            }
        }
        #expect(directory.fileNames.isEmpty)
    }

    @Test func missingDirectoryFails() throws {
        var destination = directory.destination
        destination.directory += "/absent"
        guard case .failed(let error) = writeSnapshot([], to: destination) else {
            Issue.record("it was written")
            return
        }
        #expect(error.cause == .system(SystemError(operation: "open", code: ENOENT)))
    }

    @Test func staleTemporaryFilesAreRemovedAndLivingOnesKept() throws {
        try directory.write([1], to: "temp-1-0.redwing")
        try directory.write([1], to: SnapshotTemporaryFile.name(0))
        try directory.write([1], to: "temp-other")
        try directory.write([1], to: "dump.redwing")
        let writer = SnapshotWriter.synchronous(testHeader, to: directory.destination)
        writer.force(block())
        #expect(directory.fileNames.contains(SnapshotTemporaryFile.name(1)))
        #expect(try SnapshotTemporaryFile.removeStale(in: directory.path) == 2)
        #expect(
            directory.fileNames == ["dump.redwing", SnapshotTemporaryFile.name(1), "temp-other"])
        writer.finish()
        #expect(directory.fileNames == ["dump.redwing", "temp-other"])
    }
}

/// What the wake-up of a loop amounts to: rings are remembered until somebody waits.
final class Bell: Sendable {
    private let isRung = Monitor(false)

    func ring() {
        isRung.withLock { $0 = true }
        isRung.wakeAll()
    }

    func wait() {
        isRung.wait { isRung -> Void? in
            defer { isRung = false }
            return isRung ? () : nil
        }
    }
}
