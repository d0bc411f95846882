// The system calls, threads and locks of the snapshot code, in one place: everything that touches
// errno, pthreads or C strings. Nothing here knows what a snapshot is.

import Glibc
import RedwingContainers
import RedwingLinux

extension SystemError {
    /// An error of the call `operation` with errno `code`.
    init(operation: String, code: Int32) { self.init(code: code, operation: operation) }

    /// True where a file does not exist.
    var isMissing: Bool { code == ENOENT }
    /// True where a file exists that should not.
    var isExisting: Bool { code == EEXIST }
}

enum System {
    /// Calls `body` again as long as a signal interrupts it, and turns -1 into an error.
    static func retrying<Value: SignedInteger>(
        _ operation: String, _ body: () -> Value
    ) throws(SystemError) -> Value {
        while true {
            let result = body()
            if result != -1 { return result }
            let code = errno
            if code != EINTR { throw SystemError(operation: operation, code: code) }
        }
    }

    static func open(_ path: String, _ flags: Int32, _ mode: mode_t = 0) throws(SystemError)
        -> Int32
    {
        try retrying("open") { unsafe Glibc.open(path, flags | O_CLOEXEC, mode) }
    }

    static func write(_ bytes: RawSpan, to descriptor: Int32) throws(SystemError) -> Int {
        try retrying("write") {
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
            total = try retrying("read") {
                unsafe pread(descriptor, space.baseAddress, count, off_t(clamping: offset))
            }
            return total
        }
        return total
    }

    static func fsync(_ descriptor: Int32) throws(SystemError) {
        _ = try retrying("fsync") { Glibc.fsync(descriptor) }
    }

    /// Not retried: on Linux the descriptor is gone even where close was interrupted.
    static func close(_ descriptor: Int32) throws(SystemError) {
        if Glibc.close(descriptor) == -1 && errno != EINTR {
            throw SystemError(operation: "close", code: errno)
        }
    }

    static func rename(_ source: String, _ target: String) throws(SystemError) {
        _ = try retrying("rename") { unsafe Glibc.rename(source, target) }
    }

    static func unlink(_ path: String) throws(SystemError) {
        _ = try retrying("unlink") { unsafe Glibc.unlink(path) }
    }

    /// Takes the exclusive advisory lock of an open file; false where another process has it.
    static func lock(_ descriptor: Int32) -> Bool {
        flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    /// Removes a regular file unless another process, or another part of this one, has it locked.
    static func removeIfUnlocked(_ path: String) -> Bool {
        guard let descriptor = try? open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else {
            return false
        }
        defer { try? close(descriptor) }
        guard let status = try? status(descriptor), status.isRegular, lock(descriptor) else {
            return false
        }
        return (try? unlink(path)) != nil
    }

    static var processIdentifier: Int32 { getpid() }

    /// Starts writing dirty pages of the range to the disk and does not wait for them.
    static func startWriteback(_ descriptor: Int32, from offset: UInt64, count: UInt64) {
        // "Will not need" starts the write-back of dirty pages; it drops only clean ones, and there
        // are none yet in a range that has just been written.
        _ = posix_fadvise(
            descriptor, off_t(clamping: offset), off_t(clamping: count), POSIX_FADV_DONTNEED)
    }

    /// Size and kind of an open file.
    static func status(_ descriptor: Int32) throws(SystemError) -> (size: UInt64, isRegular: Bool) {
        var status = stat()
        _ = try retrying("fstat") { unsafe fstat(descriptor, &status) }
        return (UInt64(clamping: status.st_size), status.st_mode & S_IFMT == S_IFREG)
    }

    /// Tells the kernel that the file will be read from front to back.
    static func adviseSequential(_ descriptor: Int32) {
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    static func fileNames(in directory: String) throws(SystemError) -> [String] {
        guard let stream = unsafe opendir(directory) else {
            throw SystemError(operation: "opendir", code: errno)
        }
        defer { unsafe _ = closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            names.append(name)
        }
        return names
    }

    /// Names the calling thread. A name is a nicety: trouble with it is ignored.
    static func nameThread(_ name: String) {
        guard let descriptor = try? open("/proc/thread-self/comm", O_WRONLY) else { return }
        let text = BlockBuffer(capacity: 16)
        text.append(Array(name.utf8.prefix(15)).span)
        _ = try? text.withBytes { bytes throws(SystemError) in try write(bytes, to: descriptor) }
        try? close(descriptor)
    }

    /// Lowers the priority of the calling thread: on Linux nice values belong to threads.
    static func setNiceness(_ value: Int32) {
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, value)
    }
}

/// A mutex, the state that it guards and a condition variable.
@safe final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    init(_ state: State) {
        self.state = state
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe condition.initialize(to: pthread_cond_t())
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe _ = pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Runs `body` under the lock, again after every `wakeAll`, until it gives a result.
    func wait<Result>(_ body: (inout State) -> Result?) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe _ = pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            unsafe pthread_cond_wait(condition, mutex)
        }
    }

    func wakeAll() { unsafe _ = pthread_cond_broadcast(condition) }
}

/// A thread that runs one closure. It is joined once, or left to end by itself.
@safe final class WorkerThread {
    private final class Work {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private var thread: pthread_t
    private var isJoined = false

    /// Starts a thread. `name` shows in `top -H`; the kernel keeps 15 bytes of it.
    init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let work = unsafe Unmanaged.passRetained(Work(name: name, body: body))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let work = unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
                System.nameThread(work.name)
                work.body()
                return nil
            }, work.toOpaque())
        if code != 0 {
            unsafe work.release()
            throw SystemError(operation: "pthread_create", code: code)
        }
        self.thread = thread
    }

    deinit { if !isJoined { pthread_detach(thread) } }

    func join() {
        if isJoined { return }
        isJoined = true
        pthread_join(thread, nil)
    }
}
