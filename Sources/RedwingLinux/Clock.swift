// The clocks of the system. Only hosts read them; the engine is told the time.
import CLinux
import Glibc

/// The clocks of the system.
public enum Clock {
    /// Unix time in milliseconds.
    @inlinable @inline(__always)
    public static var realtimeMilliseconds: Int64 { read(CLOCK_REALTIME) / 1_000_000 }

    /// Unix time in microseconds.
    @inlinable @inline(__always)
    public static var realtimeMicroseconds: Int64 { read(CLOCK_REALTIME) / 1000 }

    /// Nanoseconds since some moment of the past; never goes back.
    @inlinable @inline(__always)
    public static var monotonicNanoseconds: Int64 { read(CLOCK_MONOTONIC) }

    /// Nanoseconds of CPU that the calling thread has used.
    public static var threadCPUNanoseconds: Int64 { read(CLOCK_THREAD_CPUTIME_ID) }

    @inlinable @inline(__always)
    static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // Cannot fail for these clocks.
        _ = clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    /// A running count, the cheapest to read there is; `nanosecondsPerTick` says what it is worth.
    public static var ticks: @convention(c) () -> UInt64 { redwing_ticks }

    /// What one tick is worth, in nanoseconds: both clocks are watched for about a millisecond.
    public static func measureNanosecondsPerTick() -> Double {
        let startTicks = redwing_ticks()
        let start = monotonicNanoseconds
        while true {
            let elapsed = monotonicNanoseconds &- start
            guard elapsed >= 1_000_000 else { continue }
            let ticks = redwing_ticks() &- startTicks
            return ticks > 0 ? Double(elapsed) / Double(ticks) : 1
        }
    }
}
