// The file operations of a snapshot as a seam: the system's in production, failing ones in tests.

import Glibc
import RedwingContainers
import RedwingLinux

/// What writing and reading a snapshot asks of the file system. All calls may block; none may be
/// interrupted half-way by a signal (EINTR is the implementation's business).
public protocol SnapshotFileOperations: Sendable {
    /// Creates a file that did not exist, for writing, locked against cleaning up.
    func create(_ path: String) throws(SystemError) -> Int32
    /// Opens a file for reading. Gives back its descriptor and length.
    func open(_ path: String) throws(SystemError) -> (descriptor: Int32, status: FileStatus)
    /// Writes some of `bytes` and gives back how many.
    func write(_ bytes: RawSpan, to descriptor: Int32) throws(SystemError) -> Int
    /// Reads up to `count` bytes at `offset` to the end of `buffer`; 0 at the end of the file.
    func read(
        _ count: Int, from descriptor: Int32, at offset: UInt64, into buffer: BlockBuffer
    ) throws(SystemError) -> Int
    /// A hint to start writing that range to the disk.
    func startWriteback(_ descriptor: Int32, from offset: UInt64, count: UInt64)
    /// Waits until the file's contents are on the disk.
    func synchronize(_ descriptor: Int32) throws(SystemError)
    /// Closes a descriptor.
    func close(_ descriptor: Int32) throws(SystemError)
    /// Replaces `target` by `source` in one step.
    func rename(_ source: String, to target: String) throws(SystemError)
    /// Removes a file.
    func remove(_ path: String) throws(SystemError)
    /// Waits until the directory's entries are on the disk.
    func synchronizeDirectory(_ path: String) throws(SystemError)
}

/// Length and kind of an open file.
public struct FileStatus: Sendable {
    /// In bytes.
    public var size: UInt64
    /// False for directories, pipes and devices.
    public var isRegular: Bool

    /// A status with these values.
    public init(size: UInt64, isRegular: Bool) {
        self.size = size
        self.isRegular = isRegular
    }
}

/// The system's file operations.
public struct SystemFileOperations: SnapshotFileOperations {
    /// There is nothing to set.
    public init() {}

    // The protocol's documentation is theirs.
    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    public func create(_ path: String) throws(SystemError) -> Int32 {
        let descriptor = try System.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o644)
        _ = Descriptor(descriptor).tryLock()
        return descriptor
    }

    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    public func open(
        _ path: String
    ) throws(SystemError) -> (descriptor: Int32, status: FileStatus) {
        // Without O_NONBLOCK, opening a pipe would wait for its other end.
        let descriptor = try System.open(path, O_RDONLY | O_NONBLOCK)
        do {
            let status = try Descriptor(descriptor).status()
            Descriptor(descriptor).adviseSequential()
            return (descriptor, FileStatus(size: status.size, isRegular: status.isRegular))
        } catch {
            try? System.close(descriptor)
            throw error
        }
    }

    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    public func write(_ bytes: RawSpan, to descriptor: Int32) throws(SystemError) -> Int {
        try System.write(bytes, to: descriptor)
    }

    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    public func read(
        _ count: Int, from descriptor: Int32, at offset: UInt64, into buffer: BlockBuffer
    ) throws(SystemError) -> Int {
        try System.read(count, from: descriptor, at: offset, into: buffer)
    }

    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    public func startWriteback(_ descriptor: Int32, from offset: UInt64, count: UInt64) {
        Descriptor(descriptor).startWriteback(from: offset, count: count)
    }

    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    public func synchronize(_ descriptor: Int32) throws(SystemError) {
        try Descriptor(descriptor).sync()
    }

    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    public func close(_ descriptor: Int32) throws(SystemError) {
        try System.close(descriptor)
    }

    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    public func rename(_ source: String, to target: String) throws(SystemError) {
        try File.rename(source, to: target)
    }

    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    public func remove(_ path: String) throws(SystemError) {
        try File.remove(path)
    }

    // swift-format-ignore: AllPublicDeclarationsHaveDocumentation
    public func synchronizeDirectory(_ path: String) throws(SystemError) {
        let descriptor = try System.open(path, O_RDONLY | O_DIRECTORY)
        defer { try? System.close(descriptor) }
        do {
            try Descriptor(descriptor).sync()
        } catch  where error.code == EINVAL {
            // Some file systems have no notion of synchronising a directory.
        }
    }
}
