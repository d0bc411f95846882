// The 27 bits that each entry has for eviction: with LRU the time of the last access in eighths of
// a second, with LFU minutes of the last decay (16 bits) and a logarithmic counter (8 bits, as
// Morris describes it). Source: the documentation of key eviction. Their lowest three bits nobody
// sees: time in whole seconds is what clients know, but recency is to tell keys apart that come and
// go within one.
import RedwingContainers

/// Stamps entries as they are used. A value that the engine renews once a turn of the loop.
struct AccessClock {
    /// What a freshly used entry gets under LRU, or a new one under LFU.
    private(set) var stamp: UInt32 = 0
    /// Whether a touch is nothing but writing `stamp`: LRU, and no client with NO-TOUCH.
    private(set) var isPlain = true
    private(set) var isLFU = false
    private var minutes: UInt32 = 0
    private var logFactor = 10
    private var decayMinutes = 1
    private var untouchable = 0

    /// The counter of a new key, so that it is not evicted at once.
    static let initialCount: UInt32 = 5
    /// Bits that clients do not see: parts of a second, nothing with LFU.
    static let fineBits: UInt32 = 3
    /// The counter's maximum.
    static let maxCount: UInt32 = 255
    /// Where the minutes begin.
    private static let minuteShift: UInt32 = 11

    /// Takes over the time and the policy.
    mutating func update(now: Int64, isLFU: Bool, logFactor: Int, decayMinutes: Int) {
        self.isLFU = isLFU
        self.logFactor = logFactor
        self.decayMinutes = decayMinutes
        minutes = UInt32(truncatingIfNeeded: now / 60000) & 0xffff
        stamp =
            isLFU
            ? lfuBits(AccessClock.initialCount)
            : UInt32(truncatingIfNeeded: now * 8 / 1000) & Entry.accessMask
        isPlain = !isLFU && untouchable == 0
    }

    /// Counts the clients with NO-TOUCH.
    mutating func countUntouchable(_ change: Int) {
        untouchable += change
        isPlain = !isLFU && untouchable == 0
    }

    /// The bits of an entry whose counter has just been brought up to date.
    private func lfuBits(_ count: UInt32) -> UInt32 {
        minutes << AccessClock.minuteShift | count << AccessClock.fineBits
    }

    /// The careful form of a touch.
    func touch(_ entry: Entry, noTouch: Bool, _ random: inout RandomSource) {
        if noTouch { return }
        guard isLFU else {
            entry.access = stamp
            return
        }
        var count = frequency(of: entry)
        if count < AccessClock.maxCount {
            let steps = Double(
                count > AccessClock.initialCount ? count - AccessClock.initialCount : 0)
            if random.unit() < 1 / (steps * Double(logFactor) + 1) { count += 1 }
        }
        entry.access = lfuBits(count)
    }

    /// The counter of an entry after the decay that is due.
    func frequency(of entry: Entry) -> UInt32 {
        let access = entry.access
        let count = access >> AccessClock.fineBits & AccessClock.maxCount
        guard decayMinutes > 0 else { return count }
        let elapsed = (minutes &- access >> AccessClock.minuteShift) & 0xffff
        let periods = elapsed / UInt32(decayMinutes)
        return periods > count ? 0 : count - periods
    }

    /// Gives an entry the use that it had elsewhere, as far as the policy keeps account of it.
    func restore(_ entry: Entry, idleSeconds: Int64?, frequency: Int64?) {
        if isLFU {
            guard let frequency else { return }
            entry.access = lfuBits(UInt32(truncatingIfNeeded: frequency) & AccessClock.maxCount)
        } else if let idleSeconds {
            let idle = UInt32(truncatingIfNeeded: idleSeconds) << AccessClock.fineBits
            entry.access = (stamp &- idle) & Entry.accessMask
        }
    }

    /// Eighths of a second since the entry was used, under LRU.
    @inline(__always)
    func fineIdleTime(of entry: Entry) -> UInt32 { (stamp &- entry.access) & Entry.accessMask }

    /// Seconds since the entry was used, under LRU.
    func idleSeconds(of entry: Entry, now: Int64) -> Int64 {
        let current = UInt32(truncatingIfNeeded: now / 1000) & 0xff_ffff
        return Int64((current &- entry.access >> AccessClock.fineBits) & 0xff_ffff)
    }
}
