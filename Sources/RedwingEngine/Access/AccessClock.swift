// The 27 bits that each entry has for eviction: with LRU the time of the last access in eighths of a
// second, with LFU minutes of the last decay (16 bits) and a logarithmic counter (8 bits and 3 of a
// fraction, after Morris). Source: the documentation of key eviction. Without their lowest three
// bits they are what clients know: seconds, and whole steps of the counter.
//
// The finer time makes recency tell keys apart that come and go within a second. The fraction lets
// the counter grow a little at each access where it would otherwise grow by a whole step at few of
// them: the same growth on average, with much less chance in it.
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
    /// Bits of time or counter that clients do not see.
    static let fineBits: UInt32 = 3
    /// What a step or a second is divided into.
    private static let fineParts = 8.0
    /// The counter's maximum, in parts.
    static let maxCount: UInt32 = 0x7ff
    /// Bits of the counter and its fraction.
    private static let countBits: UInt32 = 11

    /// Takes over the time and the policy.
    mutating func update(now: Int64, isLFU: Bool, logFactor: Int, decayMinutes: Int) {
        self.isLFU = isLFU
        self.logFactor = logFactor
        self.decayMinutes = decayMinutes
        minutes = UInt32(truncatingIfNeeded: now / 60000) & 0xffff
        stamp =
            isLFU
            ? lfuBits(AccessClock.initialCount << AccessClock.fineBits)
            : UInt32(truncatingIfNeeded: now * 8 / 1000) & Entry.accessMask
        isPlain = !isLFU && untouchable == 0
    }

    /// Counts the clients with NO-TOUCH.
    mutating func countUntouchable(_ change: Int) {
        untouchable += change
        isPlain = !isLFU && untouchable == 0
    }

    /// The bits of an entry whose counter has just been brought up to date.
    private func lfuBits(_ count: UInt32) -> UInt32 { minutes << AccessClock.countBits | count }

    /// The careful form of a touch.
    func touch(_ entry: Entry, noTouch: Bool, _ random: inout RandomSource) {
        if noTouch { return }
        guard isLFU else {
            entry.access = stamp
            return
        }
        let count = fineFrequency(of: entry)
        entry.access = lfuBits(min(AccessClock.maxCount, count + growth(from: count, &random)))
    }

    /// By how many parts an access lets a counter grow: those of a step / (steps above the initial
    /// count * factor + 1), rounded by chance.
    private func growth(from count: UInt32, _ random: inout RandomSource) -> UInt32 {
        let initial = AccessClock.initialCount << AccessClock.fineBits
        guard count > initial, logFactor > 0 else { return 1 << AccessClock.fineBits }
        let steps = Double(count - initial) / AccessClock.fineParts
        let growth = AccessClock.fineParts / (steps * Double(logFactor) + 1)
        return UInt32(growth + random.unit())
    }

    /// The counter of an entry after the decay that is due, in parts of a step.
    func fineFrequency(of entry: Entry) -> UInt32 {
        let access = entry.access
        let count = access & AccessClock.maxCount
        guard decayMinutes > 0 else { return count }
        let elapsed = (minutes &- (access >> AccessClock.countBits)) & 0xffff
        let periods = elapsed / UInt32(decayMinutes)
        return periods << AccessClock.fineBits > count
            ? 0 : count - periods << AccessClock.fineBits
    }

    /// The counter of an entry after the decay that is due.
    func frequency(of entry: Entry) -> UInt32 {
        fineFrequency(of: entry) >> AccessClock.fineBits
    }

    /// Gives an entry the use that it had elsewhere, as far as the policy keeps account of it.
    func restore(_ entry: Entry, idleSeconds: Int64?, frequency: Int64?) {
        if isLFU {
            guard let frequency else { return }
            let count = UInt32(truncatingIfNeeded: frequency) & 0xff
            entry.access = lfuBits(count << AccessClock.fineBits)
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
