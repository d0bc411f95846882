// The best candidates for eviction among all that were seen: each sample adds to what earlier ones
// found, so that few samples a victim come close to looking at everything. Source: the
// documentation of key eviction.
import RedwingContainers

/// A key that may be evicted. It may be gone or have been used since: who takes it looks again.
struct Victim {
    /// The higher, the better to evict; what it counts depends on the policy.
    var score: UInt64
    /// The hash of the key.
    let hash: UInt64
    /// The index of the database.
    let database: Int
}

/// A bounded number of candidates, sorted. Fixed memory, no allocation.
struct VictimPool {
    /// Candidates that are kept.
    static let capacity = 24

    private var victims = InlineArray<24, Victim>(
        repeating: Victim(score: 0, hash: 0, database: 0))
    /// How many there are; the best is the last.
    private(set) var count = 0

    /// Whether a candidate of this score would be kept.
    @inline(__always)
    func takes(_ score: UInt64) -> Bool {
        count < VictimPool.capacity || score > victims[0].score
    }

    /// Adds a candidate that `takes` takes, unless it is in the pool already; the worst makes room.
    mutating func insert(_ victim: Victim) {
        for place in 0..<count where victims[place].hash == victim.hash {
            if victims[place].database == victim.database { return }
        }
        var place = count
        if count == VictimPool.capacity {
            place = 0
            while place + 1 < count, victims[place + 1].score < victim.score {
                victims[place] = victims[place + 1]
                place += 1
            }
        } else {
            while place > 0, victims[place - 1].score > victim.score {
                victims[place] = victims[place - 1]
                place -= 1
            }
            count += 1
        }
        victims[place] = victim
    }

    /// Takes the best candidate out.
    mutating func takeBest() -> Victim? {
        guard count > 0 else { return nil }
        count -= 1
        return victims[count]
    }

    /// Adds to all scores: those of time grow while candidates wait.
    mutating func age(by change: UInt64) {
        for place in 0..<count { victims[place].score &+= change }
    }

    mutating func removeAll() { count = 0 }
}
