// What INFO and the log tell about the process and the machine, and the limits of the process.
import CLinux
import Glibc

/// Facts about the process and the machine it runs on.
public enum ProcessInfo {
    /// CPU time in microseconds.
    public struct CPUTime: Sendable, Equatable {
        /// In the kernel.
        public let system: Int64
        /// In the program.
        public let user: Int64

        init(_ usage: rusage) {
            system = Int64(usage.ru_stime.tv_sec) * 1_000_000 + Int64(usage.ru_stime.tv_usec)
            user = Int64(usage.ru_utime.tv_sec) * 1_000_000 + Int64(usage.ru_utime.tv_usec)
        }
    }

    /// The process's number.
    public static var identifier: Int32 { getpid() }

    /// What the environment has under a name, or nil.
    public static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// Bytes of memory that the process has in RAM; 0 when the system does not tell.
    public static var residentBytes: Int {
        guard let text = try? File.readAll("/proc/self/statm", limit: 4096) else { return 0 }
        let words = String(decoding: text, as: UTF8.self).split(separator: " ")
        guard words.count > 1, let pages = Int(words[1]) else { return 0 }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// Bytes of RAM that the machine has.
    public static var machineMemory: Int {
        sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    }

    /// CPU time that the process has used.
    public static var cpuTime: CPUTime {
        var usage = rusage()
        _ = redwing_getrusage_self(&usage)
        return CPUTime(usage)
    }

    /// CPU time that the calling thread has used.
    public static var threadCPUTime: CPUTime {
        var usage = rusage()
        _ = redwing_getrusage_thread(&usage)
        return CPUTime(usage)
    }

    /// CPU time of children that have ended.
    public static var childrenCPUTime: CPUTime {
        var usage = rusage()
        _ = redwing_getrusage_children(&usage)
        return CPUTime(usage)
    }

    /// System, release and machine, as in `Linux 6.1.0 x86_64`.
    public static var systemDescription: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "Linux" }
        let parts = [text(name.sysname), text(name.release), text(name.machine)]
        return parts.joined(separator: " ")
    }

    private static func text<Field>(_ field: Field) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// The path of the running program, or an empty text.
    public static var executablePath: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { text in
            guard let base = text.baseAddress else { return "" }
            let count = readlink("/proc/self/exe", base, text.count)
            guard count > 0 else { return "" }
            return String(decoding: UnsafeRawBufferPointer(text)[..<count], as: UTF8.self)
        }
    }

    /// The number of threads of the process.
    public static var threadCount: Int {
        (try? File.names(in: "/proc/self/task").count) ?? 0
    }

    /// The number of open descriptors of the process.
    public static var openDescriptorCount: Int {
        // Listing the directory opens one itself.
        (try? File.names(in: "/proc/self/fd").count - 1) ?? 0
    }
}

/// Limits that the kernel sets the process.
public enum ResourceLimits {
    /// Raises the limit of open files to `wanted`, or as far as it goes, and returns what it is
    /// then. It is never lowered. Only a privileged process gets beyond its hard limit.
    public static func raiseOpenFiles(to wanted: Int) throws(SystemError) -> Int {
        var limit = rlimit()
        try SystemCall.check("getrlimit") { redwing_get_open_files_limit(&limit) }
        let current = Int(clamping: limit.rlim_cur)
        guard current < wanted else { return current }
        var raised = rlimit(
            rlim_cur: rlim_t(wanted), rlim_max: max(limit.rlim_max, rlim_t(wanted)))
        if redwing_set_open_files_limit(&raised) == 0 { return wanted }
        raised = rlimit(
            rlim_cur: min(limit.rlim_max, rlim_t(wanted)), rlim_max: limit.rlim_max)
        guard redwing_set_open_files_limit(&raised) == 0 else { return current }
        return Int(clamping: raised.rlim_cur)
    }
}
