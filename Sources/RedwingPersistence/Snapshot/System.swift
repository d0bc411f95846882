// The system calls that only the snapshot code makes: flags that nobody else needs, and reading
// straight into a block. Nothing here knows what a snapshot is.

import Glibc
import RedwingContainers
import RedwingLinux

enum System {
    static func open(_ path: String, _ flags: Int32, _ mode: mode_t = 0) throws(SystemError)
        -> Int32
    {
        try SystemCall.check("open") { unsafe Glibc.open(path, flags | O_CLOEXEC, mode) }
    }

    static func write(_ bytes: RawSpan, to descriptor: Int32) throws(SystemError) -> Int {
        try SystemCall.check("write") {
            unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
        }
    }

    static func read(
        _ count: Int, from descriptor: Int32, at offset: UInt64, into buffer: BlockBuffer
    ) throws(SystemError) -> Int {
        var total = 0
        try unsafe buffer.appendUninitialized(count) { space throws(SystemError) in
            total = try SystemCall.check("read") {
                unsafe pread(descriptor, space.baseAddress, count, off_t(clamping: offset))
            }
            return total
        }
        return total
    }

    static func close(_ descriptor: Int32) throws(SystemError) {
        try FileDescriptor(owning: descriptor).close()
    }

    /// Removes a regular file unless another process, or another part of this one, has it locked.
    static func removeIfUnlocked(_ path: String) -> Bool {
        guard let descriptor = try? open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else {
            return false
        }
        defer { try? close(descriptor) }
        let file = Descriptor(descriptor)
        guard let status = try? file.status(), status.isRegular, file.tryLock() else {
            return false
        }
        return (try? File.remove(path)) != nil
    }
}
