// What the snapshot tests share: directories of their own, seeded data, whole files as bytes,
// writing and reading in one line, and file operations that fail on demand.

import Glibc
import RedwingContainers
import RedwingLinux
import Synchronization

@testable import RedwingPersistence

/// A directory that is removed with all it holds when the test is done with it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/redwing-snapshot-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemError(operation: "mkdtemp", code: errno)
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        for name in fileNames { unlink(path + "/" + name) }
        rmdir(path)
    }

    /// Sorted, without "." and "..".
    var fileNames: [String] {
        ((try? File.names(in: path)) ?? []).sorted()
    }

    var destination: SnapshotDestination { destination() }

    func destination(_ compression: SnapshotCompression = .lz4(level: 0)) -> SnapshotDestination {
        SnapshotDestination(directory: path, fileName: "dump.redwing", compression: compression)
    }

    /// Creates or replaces a file.
    @discardableResult
    func write(_ bytes: [UInt8], to name: String = "dump.redwing") throws -> String {
        let file = path + "/" + name
        let descriptor = try System.open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        let buffer = BlockBuffer(capacity: bytes.count)
        buffer.append(bytes.span)
        var start = 0
        while start < bytes.count {
            start += try buffer.withBytes { span throws(SystemError) in
                try System.write(span.extracting(droppingFirst: start), to: descriptor)
            }
        }
        return file
    }

    func read(_ name: String = "dump.redwing") throws -> [UInt8] {
        let descriptor = try System.open(path + "/" + name, O_RDONLY)
        defer { close(descriptor) }
        let size = Int(try Descriptor(descriptor).status().size)
        let buffer = BlockBuffer(capacity: size)
        while buffer.count < size {
            _ = try System.read(
                size - buffer.count, from: descriptor, at: UInt64(buffer.count), into: buffer)
        }
        return buffer.withBytes { bytes($0) }
    }
}

func bytes(_ span: RawSpan) -> [UInt8] { span.withUnsafeBytes { Array($0) } }

/// A seeded generator (SplitMix64), so that a failing run can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// Bytes with some repetition, so that compression has something to do.
    mutating func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count + 8) { space, initialized in
            let memory = UnsafeMutableRawBufferPointer(space)
            var word: UInt64 = 0
            for offset in stride(from: 0, to: count, by: 8) {
                let random = next()
                if random & 3 != 0 { word = random }
                memory.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
            }
            initialized = count
        }
    }
}

/// Bytes that outlive every block that borrows them.
final class Lender: @unchecked Sendable {
    let memory: UnsafeMutableRawBufferPointer
    let content: [UInt8]

    init(_ content: [UInt8]) {
        self.content = content
        memory = .allocate(byteCount: content.count, alignment: 1)
        memory.copyBytes(from: content)
    }

    deinit { memory.deallocate() }
}

/// A block as plain data, to fill buffers from and to compare with what was read.
struct PlainBlock: Equatable {
    var tag: UInt8 = 1
    var database: UInt32 = 0
    var keyCount: UInt32 = 0
    var payload: [UInt8]

    var buffer: BlockBuffer {
        let buffer = BlockBuffer(capacity: payload.count)
        buffer.tag = tag
        buffer.database = database
        buffer.keyCount = keyCount
        buffer.append(payload.span)
        return buffer
    }
}

let testHeader = SnapshotHeader(
    creationTime: 1_700_000_000_123, journalPosition: 987_654_321, databaseCount: 16,
    fields: [.init("redwing-version", "0.1.0"), .init("binary", [0, 255, 10])])

/// Writes `blocks` on the calling thread.
@discardableResult
func writeSnapshot(
    _ blocks: [PlainBlock], to destination: SnapshotDestination,
    header: SnapshotHeader = testHeader,
    operations: any SnapshotFileOperations = SystemFileOperations()
) -> SnapshotOutcome? {
    let writer = SnapshotWriter.synchronous(header, to: destination, operations: operations)
    for block in blocks { writer.force(block.buffer) }
    writer.finish()
    return writer.outcome
}

/// Reads a whole file; blocks that continue each other are joined.
func readSnapshot(_ path: String, workers: Int = 0) throws -> [PlainBlock] {
    let reader = try SnapshotReader(path: path)
    var blocks: [PlainBlock] = []
    try reader.read(workers: workers) { block, records in
        if block.isContinuation {
            blocks[blocks.count - 1].payload += bytes(records)
        } else {
            blocks.append(
                PlainBlock(
                    tag: block.tag, database: block.database, keyCount: block.keyCount,
                    payload: bytes(records)))
        }
    }
    return blocks
}

/// Follows the lengths as far as they make sense and makes every checksum on the way fit; also the
/// footer's file length and chain, unless `keepingFooter`.
func repairChecksums(of content: inout [UInt8], keepingFooter: Bool = false) {
    let buffer = BlockBuffer(capacity: content.count)
    buffer.append(content.span)
    let length = Int(buffer.load(UInt32.self, at: 12) ?? 0)
    guard length >= 48, length <= content.count else { return }
    let seed = buffer.withBytes { Checksum.of($0.extracting(0..<length - 8), seed: 0) }
    buffer.store(littleEndian: seed, at: length - 8)
    var offset = length
    var chain: UInt64 = 0
    while let stored = buffer.load(UInt32.self, at: offset + 28),
        offset + 32 + Int(stored) <= content.count
    {
        let end = offset + 32 + Int(stored)
        let isFooter = buffer.load(UInt8.self, at: offset + 8) == SnapshotFormat.footerTag
        if isFooter, stored == 40, !keepingFooter {
            buffer.store(littleEndian: UInt64(end), at: offset + 56)
            buffer.store(littleEndian: chain, at: offset + 64)
        }
        let checksum = buffer.withBytes {
            Checksum.of($0.extracting(offset + 8..<end), seed: seed)
        }
        buffer.store(littleEndian: checksum, at: offset)
        chain = Checksum.link(chain, checksum, seed: seed)
        offset = end
    }
    content = buffer.withBytes { bytes($0) }
}

/// Overwrites four bytes with `value`, lowest byte first.
func store(_ value: UInt32, at offset: Int, in content: inout [UInt8]) {
    for byte in 0..<4 { content[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
}

/// The system's file operations, of which the n-th of a kind fails.
final class FaultyOperations: SnapshotFileOperations {
    enum Kind: String, CaseIterable, Sendable {
        case create, write, synchronize, close, rename, synchronizeDirectory
    }

    private let system = SystemFileOperations()
    private let kind: Kind?
    private let failing: Int
    private let code: Int32
    /// The most that one write takes; the rest has to be asked for again.
    private let longestWrite: Int
    private let counts = Mutex<[Kind: Int]>([:])
    /// Called before every write.
    private let beforeWrite: @Sendable () -> Void
    /// Called before the temporary file is removed.
    private let beforeRemove: @Sendable () -> Void

    /// Lets the `failing`-th call (from 1) of `kind` and all later ones fail with `code`.
    init(
        _ kind: Kind? = nil, failing: Int = 1, code: Int32 = EIO, longestWrite: Int = .max,
        beforeWrite: @escaping @Sendable () -> Void = {},
        beforeRemove: @escaping @Sendable () -> Void = {}
    ) {
        self.kind = kind
        self.failing = failing
        self.code = code
        self.longestWrite = longestWrite
        self.beforeWrite = beforeWrite
        self.beforeRemove = beforeRemove
    }

    func count(of kind: Kind) -> Int { counts.withLock { $0[kind, default: 0] } }

    private func pass(_ called: Kind) throws(SystemError) {
        let number = counts.withLock { counts in
            counts[called, default: 0] += 1
            return counts[called, default: 0]
        }
        if called == kind && number >= failing {
            throw SystemError(operation: called.rawValue, code: code)
        }
    }

    func create(_ path: String) throws(SystemError) -> Int32 {
        try pass(.create)
        return try system.create(path)
    }

    func open(_ path: String) throws(SystemError) -> (descriptor: Int32, status: FileStatus) {
        try system.open(path)
    }

    func write(_ bytes: RawSpan, to descriptor: Int32) throws(SystemError) -> Int {
        beforeWrite()
        try pass(.write)
        return try system.write(bytes.extracting(first: longestWrite), to: descriptor)
    }

    func read(
        _ count: Int, from descriptor: Int32, at offset: UInt64, into buffer: BlockBuffer
    ) throws(SystemError) -> Int {
        try system.read(count, from: descriptor, at: offset, into: buffer)
    }

    func startWriteback(_ descriptor: Int32, from offset: UInt64, count: UInt64) {
        system.startWriteback(descriptor, from: offset, count: count)
    }

    func synchronize(_ descriptor: Int32) throws(SystemError) {
        try pass(.synchronize)
        try system.synchronize(descriptor)
    }

    func close(_ descriptor: Int32) throws(SystemError) {
        try system.close(descriptor)
        try pass(.close)
    }

    func rename(_ source: String, to target: String) throws(SystemError) {
        try pass(.rename)
        try system.rename(source, to: target)
    }

    func remove(_ path: String) throws(SystemError) {
        beforeRemove()
        try system.remove(path)
    }

    func synchronizeDirectory(_ path: String) throws(SystemError) {
        try pass(.synchronizeDirectory)
        try system.synchronizeDirectory(path)
    }
}

/// A gate that threads wait at until it is opened.
final class Gate: Sendable {
    private let isOpen = Monitor(false)

    func pass() { isOpen.wait { $0 ? () : nil } }

    func open() {
        isOpen.withLock { $0 = true }
        isOpen.wakeAll()
    }
}
