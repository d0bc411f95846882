// What eviction remembers from one slice to the next, and what it counts.
import RedwingContainers

/// What became of an attempt to get below the memory limit.
enum EvictionOutcome {
    /// Memory is below the limit, or will be without any key leaving.
    case enough
    /// Time was up; it goes on.
    case unfinished
    /// Nothing can be evicted.
    case failed
}

/// The state of eviction.
struct EvictionState {
    var pool = VictimPool()
    /// Keys that were sampled and not yet paid for by an eviction.
    var credit = 0
    /// The clock of LRU when the pool's scores were right.
    var poolStamp: UInt32 = 0
    /// Where the search for the last keys with a deadline goes on.
    var cursor: UInt64 = 0
    /// Ticks that commands of this turn have waited for eviction.
    var turnTicks: UInt64 = 0
    /// Ticks that commands of one turn may wait.
    var turnLimit: UInt64 = 0
    /// Bytes in use when a command was last let through.
    var lastBytes = 0
    /// Whether the last attempt failed: commands that need memory are refused.
    var hasFailed = false
    /// Bytes of all clients' buffers above which they are looked at; the maximum is never.
    var clientCeiling = Int.max
    /// Unix milliseconds since when memory is over the limit, or nil.
    var exceededSince: Int64?
    /// Milliseconds for which it was, before.
    var exceededTime: Int64 = 0
}
