// The keys that commands name most often. A few batches are looked at, picked at random, and their
// keys counted in a table of fixed size: a key that is not in it takes the place of the least
// counted and inherits its count, so that what is frequent stays. What it inherited is its
// possible error. Source: "Efficient Computation of Frequent and Top-k Elements in Data Streams"
// (Space-Saving), Metwally, Agrawal and El Abbadi 2005.
import RedwingContainers

/// Counts sampled keys over spans of some seconds.
struct HotKeys {
    /// A key that was named often.
    struct Finding: Equatable {
        var database: Int
        /// The key; cut after `maxKeyBytes`.
        var key: [UInt8]
        /// How often commands named it, about, a second.
        var perSecond: Double
    }

    private struct Candidate {
        var database: Int
        var count: Int
        /// What it inherited of `count`.
        var inherited: Int
        /// Copied when it is seen for the second time: with keys that do not repeat never.
        var key: [UInt8]?
    }

    /// What the last whole span came to, the most frequent first.
    private(set) var findings: [Finding] = []
    private var identities: [UInt64] = []
    private var candidates: [Candidate] = []
    private var spanStart: Int64
    /// A batch in so many is looked at, on average.
    private var period = 1
    /// Batches that were looked at since the last `tend`.
    private var batches = 0
    private var random: UInt64

    static let capacity = 64
    static let maxKeyBytes = 256
    /// Milliseconds of a span.
    private static let span: Int64 = 5000
    /// Batches that are looked at between two `tend`, as many as suffice.
    private static let enough = 40
    /// Fewer sightings than this may be chance.
    private static let leastSightings = 3

    init(now: Int64, seed: UInt64) {
        spanStart = now
        random = seed | 1
    }

    /// The number of batches until the next that is to be looked at.
    mutating func nextCountdown() -> Int {
        // Evenly spread up to twice the period: clients that take turns must not fall into step.
        // A xorshift will do: who guesses it escapes being counted, no more.
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        return 1 + Int(truncatingIfNeeded: random % UInt64(2 * period - 1))
    }

    /// Begins with a batch.
    mutating func beginBatch() { batches += 1 }

    /// Counts a key with this hash, which a command of the batch named.
    mutating func note(_ hash: UInt64, _ key: Bytes, database: Int) {
        let identity = hash ^ UInt64(truncatingIfNeeded: database) &* 0x9e37_79b9_7f4a_7c15
        if let place = identities.firstIndex(of: identity) {
            candidates[place].count += period
            if candidates[place].key == nil {
                candidates[place].key = key.slice(0, min(key.count, HotKeys.maxKeyBytes)).array
            }
            return
        }
        var new = Candidate(database: database, count: period, inherited: 0)
        guard candidates.count == HotKeys.capacity else {
            identities.append(identity)
            return candidates.append(new)
        }
        var least = 0
        for place in candidates.indices where candidates[place].count < candidates[least].count {
            least = place
        }
        new.inherited = candidates[least].count
        new.count += new.inherited
        identities[least] = identity
        candidates[least] = new
    }

    /// To be called about ten times a second: ends spans, and looks at more or fewer batches.
    mutating func tend(now: Int64) {
        if batches > HotKeys.enough, period < 1 << 16 { period *= 2 }
        if batches < HotKeys.enough / 4, period > 1 { period /= 2 }
        batches = 0
        guard now - spanStart >= HotKeys.span else { return }
        let seconds = Double(now - spanStart) / 1000
        findings = candidates.compactMap { candidate in
            let sure = candidate.count - candidate.inherited
            guard let key = candidate.key, sure >= HotKeys.leastSightings * period else {
                return nil
            }
            return Finding(
                database: candidate.database, key: key, perSecond: Double(sure) / seconds)
        }
        findings.sort { $0.perSecond > $1.perSecond }
        identities.removeAll(keepingCapacity: true)
        candidates.removeAll(keepingCapacity: true)
        spanStart = now
    }
}
