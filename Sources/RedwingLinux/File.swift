// Files and directories, for cold paths: everything blocks. Paths are passed on as they are.
import CLinux
import Glibc

/// Files and directories by path.
public enum File {
    /// What is known of a file.
    public struct Status: Sendable, Equatable {
        /// Bytes.
        public let size: UInt64
        /// Whether it is a regular file.
        public let isRegular: Bool
        /// Whether it is a directory.
        public let isDirectory: Bool
        /// The mode bits without the kind of file.
        public let permissions: Int
        /// When its content was last changed, in Unix milliseconds.
        public let modified: Int64
        /// The file system's number for it, which a file that replaces it does not have.
        public let inode: UInt64
    }

    /// How a file is opened.
    public enum Access: Sendable {
        /// It exists and is only read.
        case read
        /// It must not exist yet and is written.
        case createNew
        /// It is written from its start; what it held is gone.
        case replace
        /// It is written at its end, and created if need be.
        case append
    }

    /// Opens a file. `permissions` hold for one that is created, less the umask.
    public static func open(
        _ path: String, _ access: Access, permissions: Int = 0o644
    ) throws(SystemError) -> FileDescriptor {
        let flags =
            switch access {
            case .read: O_RDONLY
            case .createNew: O_RDWR | O_CREAT | O_EXCL
            case .replace: O_WRONLY | O_CREAT | O_TRUNC
            case .append: O_WRONLY | O_CREAT | O_APPEND
            }
        return FileDescriptor(
            owning: try SystemCall.check("open") {
                Glibc.open(path, flags | O_CLOEXEC, mode_t(truncatingIfNeeded: permissions))
            })
    }

    /// Whether something is at `path`.
    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// All bytes of a file; fails with "File too large" when there are more than `limit`.
    public static func readAll(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let file = try open(path, .read)
        return try file.handle.readAll(limit: limit)
    }

    /// Puts `bytes` in a file's place in one step, so that a crash leaves the old or the new
    /// content: written to a new file beside it, synced and renamed over it.
    public static func replace(
        _ path: String, with bytes: [UInt8], permissions: Int = 0o644
    ) throws(SystemError) {
        let temporary = "\(path).\(ProcessInfo.identifier)-\(Entropy.bits()).tmp"
        let file = try open(temporary, .createNew, permissions: permissions)
        do throws(SystemError) {
            try file.handle.writeAll(bytes)
            try file.handle.sync()
            try rename(temporary, to: path)
        } catch {
            _ = Glibc.unlink(temporary)
            throw error
        }
        try syncDirectory(of: path)
    }

    /// Moves a file over another, in one step.
    public static func rename(_ path: String, to target: String) throws(SystemError) {
        try SystemCall.check("rename") { Glibc.rename(path, target) }
    }

    /// Removes a file.
    public static func remove(_ path: String) throws(SystemError) {
        try SystemCall.check("unlink") { unlink(path) }
    }

    /// Makes a rename or creation in the directory that holds `path` survive a power cut.
    public static func syncDirectory(of path: String) throws(SystemError) {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = try open(directory, .read)
        try descriptor.handle.sync()
    }

    /// What is known of the file at `path`.
    public static func status(_ path: String) throws(SystemError) -> Status {
        var status = stat()
        try SystemCall.check("stat") { stat(path, &status) }
        return Status(status)
    }

    /// The names in a directory, `.` and `..` left out, in no order.
    public static func names(in directory: String) throws(SystemError) -> [String] {
        guard let stream = opendir(directory) else {
            throw SystemError(operation: "opendir", code: redwing_errno())
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Makes a directory; its parent exists.
    public static func makeDirectory(
        _ path: String, permissions: Int = 0o755
    ) throws(SystemError) {
        try SystemCall.check("mkdir") { mkdir(path, mode_t(truncatingIfNeeded: permissions)) }
    }

    /// Removes an empty directory.
    public static func removeDirectory(_ path: String) throws(SystemError) {
        try SystemCall.check("rmdir") { rmdir(path) }
    }

    /// Makes a directory the process's working directory.
    public static func enterDirectory(_ path: String) throws(SystemError) {
        try SystemCall.check("chdir") { chdir(path) }
    }

    /// Fails unless `path` is a directory that the process may enter.
    public static func checkDirectory(_ path: String) throws(SystemError) {
        // The dot asks for the right to search it, and fails on a file.
        try SystemCall.check("access") { access("\(path)/.", X_OK) }
    }

    /// The process's working directory.
    public static func currentDirectory() throws(SystemError) -> String {
        let path = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4097) { text in
            getcwd(text.baseAddress, text.count) == nil
                ? nil : text.baseAddress.map { String(cString: $0) }
        }
        guard let path else { throw SystemError(operation: "getcwd", code: redwing_errno()) }
        return path
    }

    /// The path from the root, without symbolic links; the file or directory exists.
    public static func resolve(_ path: String) throws(SystemError) -> String {
        guard let text = realpath(path, nil) else {
            throw SystemError(operation: "realpath", code: redwing_errno())
        }
        defer { free(text) }
        return String(cString: text)
    }

    /// The paths that a pattern with `*`, `?` and `[` stands for, in alphabetical order.
    public static func matching(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { index in
            found.gl_pathv[index].map { String(cString: $0) }
        }
    }

    /// The number of the group `name`, or nil.
    public static func group(named name: String) -> UInt32? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16 * 1024) { text in
            var entry = group_entry()
            var found: UnsafeMutablePointer<group_entry>?
            let code = getgrnam_r(name, &entry, text.baseAddress, text.count, &found)
            return code == 0 ? found.map { UInt32($0.pointee.gr_gid) } : nil
        }
    }

    private typealias group_entry = Glibc.group
}

extension File.Status {
    init(_ status: stat) {
        size = UInt64(clamping: status.st_size)
        isRegular = status.st_mode & S_IFMT == S_IFREG
        isDirectory = status.st_mode & S_IFMT == S_IFDIR
        permissions = Int(status.st_mode & 0o7777)
        modified = Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
        inode = UInt64(status.st_ino)
    }
}

extension Descriptor {
    /// Waits until everything written has reached the disk.
    public func sync() throws(SystemError) {
        try SystemCall.check("fsync") { fsync(number) }
    }

    /// What is known of the open file.
    public func status() throws(SystemError) -> File.Status {
        var status = stat()
        try SystemCall.check("fstat") { fstat(number, &status) }
        return File.Status(status)
    }

    /// Tells the kernel that the file will be read from front to back.
    public func adviseSequential() { _ = posix_fadvise(number, 0, 0, POSIX_FADV_SEQUENTIAL) }

    /// Starts writing the range to the disk and does not wait for it.
    public func startWriteback(from offset: UInt64, count: UInt64) {
        // "Will not need" starts the write-back of dirty pages and drops only clean ones.
        _ = posix_fadvise(
            number, off_t(clamping: offset), off_t(clamping: count), POSIX_FADV_DONTNEED)
    }

    /// Takes the exclusive advisory lock of the open file; false where somebody else has it.
    public func tryLock() -> Bool { flock(number, LOCK_EX | LOCK_NB) == 0 }

    /// All bytes up to the end; fails with "File too large" when there are more than `limit`.
    public func readAll(limit: Int) throws(SystemError) -> [UInt8] {
        var all: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let result = block.withUnsafeMutableBytes { read(into: $0) }
            if let error = result.error("read") { throw error }
            if result.isEnd { return all }
            guard all.count + result.count <= limit else {
                throw SystemError(operation: "read", code: EFBIG)
            }
            all += block[..<result.count]
        }
    }
}
