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
