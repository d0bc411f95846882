// The keys that take the most memory. A walk through all databases goes on in small steps and
// keeps the largest that it has met; what it found in the pass before is shown beside that.
import RedwingContainers

/// The largest keys that a walk has met.
struct LargestKeys {
    /// A large key.
    struct Finding: Equatable {
        var database: Int
        /// The key; cut after `maxKeyBytes`.
        var key: [UInt8]
        /// Bytes with its value.
        var bytes: Int
    }

    /// Where the walk is.
    var database = 0
    var cursor: UInt64 = 0
    /// When the next pass may begin, in Unix milliseconds.
    private(set) var nextPass: Int64 = 0
    private(set) var former: [Finding] = []
    /// The largest first.
    private(set) var current: [Finding] = []
    private let limit: Int

    static let maxKeyBytes = 512
    /// Milliseconds between the end of a pass and the next.
    private static let rest: Int64 = 1000

    /// Keeps up to `limit` keys.
    init(limit: Int) { self.limit = limit }

    /// Notes a key that takes so many bytes.
    mutating func note(_ entry: Entry, bytes: Int, database: Int) {
        guard current.count < limit || bytes > current[current.count - 1].bytes else { return }
        let key = entry.key
        let kept = key.slice(0, min(key.count, LargestKeys.maxKeyBytes)).array
        // A table that grows may show an entry twice.
        if current.contains(where: { $0.database == database && $0.key == kept }) { return }
        let place = current.firstIndex { $0.bytes < bytes } ?? current.count
        current.insert(Finding(database: database, key: kept, bytes: bytes), at: place)
        if current.count > limit { current.removeLast() }
    }

    /// Begins again from the first database.
    mutating func endPass(now: Int64) {
        former = current
        current = []
        database = 0
        cursor = 0
        nextPass = now + LargestKeys.rest
    }
}
