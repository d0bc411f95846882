// The clocks of the system. Only hosts read them; the engine is told the time.
import CLinux
import Glibc

/// The system's clocks.
public enum Clock {
    /// Unix time in microseconds.
    public static func microseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }

    /// Unix time in milliseconds.
    public static func milliseconds() -> Int64 { microseconds() / 1000 }

    /// Nanoseconds since some moment in the past; never goes back.
    public static func monotonic() -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }

    /// Nanoseconds of CPU that the calling thread has used.
    public static func threadCPU() -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }

    /// Holds the calling thread for so long.
    public static func sleep(nanoseconds: Int64) {
        var wanted = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var left = timespec()
        while nanosleep(&wanted, &left) == -1, redwing_errno() == EINTR { wanted = left }
    }

    /// A time of Unix milliseconds as logs show it, in the zone of the machine:
    /// `21 Nov 2026 10:20:26.123`.
    public static func logStamp(_ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        func padded(_ number: some BinaryInteger, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = "\(padded(parts.tm_mday, 2)) \(months[Int(parts.tm_mon)])"
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded($0, 2) }
        return "\(date) \(Int(parts.tm_year) + 1900) \(clock.joined(separator: ":"))"
            + ".\(padded(milliseconds % 1000, 3))"
    }

    /// Waits a few microseconds, for a thread that polls.
    public static func pause() {
        var time = timespec(tv_sec: 0, tv_nsec: 20_000)
        nanosleep(&time, nil)
    }

    /// Sleeps that long, to the microsecond as far as the kernel can.
    public static func nap(microseconds: Int) {
        redwing_sharp_timers()
        var time = timespec(tv_sec: 0, tv_nsec: microseconds * 1000)
        nanosleep(&time, nil)
    }

    /// A running count that is cheap to read.
    public static func ticks() -> UInt64 { redwing_ticks() }

    /// What one tick is worth in nanoseconds, measured over about a millisecond.
    public static func nanosecondsPerTick() -> Double {
        let ticks = redwing_ticks()
        let start = monotonic()
        var now = start
        while now &- start < 500_000 { now = monotonic() }
        return Double(now &- start) / Double(max(1, redwing_ticks() &- ticks))
    }
}
