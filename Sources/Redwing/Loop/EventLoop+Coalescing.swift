// Moderation of wake-ups, as network cards moderate their interrupts. With many busy clients each
// request would otherwise wake a loop that has just gone to sleep, and putting a core to sleep and
// waking it costs more than a command. Under such a load, and only then, the loop lets requests
// gather for some ten microseconds before it looks again.
import RedwingEngine
import RedwingLinux

/// Counts requests by the millisecond to tell a busy loop from an idle one.
struct WakeupModeration {
    private var millisecond: Int64 = 0
    private var served = 0
    private var servedBefore = 0

    /// Fewer clients than this do not make the loop wait for more.
    private static let manyClients = 16
    /// So many ready connections a millisecond make a busy loop.
    private static let busy = 16

    /// Counts a turn that served `count` connections at `now`. Returns whether waiting would let
    /// more gather: the loop is busy, and yet few were ready.
    @inline(__always)
    mutating func note(_ count: Int, of clients: Int, at now: Int64) -> Bool {
        if now != millisecond {
            servedBefore = now &- millisecond <= 2 ? served : 0
            millisecond = now
            served = 0
        }
        served &+= count
        return clients >= WakeupModeration.manyClients && count > 0 && count &* 4 < clients
            && max(served, servedBefore) >= WakeupModeration.busy
    }
}

extension EventLoop {
    /// Lets requests gather if the load is such that it pays.
    @inline(__always)
    func moderate(_ count: Int, _ now: Int64) {
        guard moderation.note(count, of: connectionCount, at: now) else { return }
        let microseconds = engine.configuration.wakeupModeration
        if microseconds > 0, !engine.hasBackgroundWork, unread.isEmpty, !tls.hasWork {
            Clock.nap(microseconds: microseconds)
        }
    }
}
