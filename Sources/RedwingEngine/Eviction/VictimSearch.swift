// Where candidates for eviction come from: buckets of the keyspace at random positions, several at
// a time, so that the waits for their memory overlap. Where few keys have a deadline and only those
// count, samples of the deadline index instead.
import RedwingContainers

extension Engine {
    /// Buckets that are sampled at a time.
    private static let bucketGroup = 8
    /// Samples that are drawn of the deadline index at a time.
    private static let indexGroup = 16
    /// Home buckets that one step searches when samples find nothing.
    private static let searchGroup = 64
    /// Keys with a deadline are sampled with all others if they are at least one of so many.
    private static let deadlineShare = 8

    /// Keys to be looked at for each one that is evicted. With a random policy one is enough; where
    /// time orders keys, twice as many as asked for, which cost little as they come by the bucket,
    /// find nearly always what a complete order would. More do not make LFU any better.
    var samplesPerVictim: Int {
        switch configuration.maxMemoryPolicy {
        case .allKeysRandom, .volatileRandom, .noEviction: 1
        case .allKeysLFU, .volatileLFU: configuration.maxMemorySamples
        case .allKeysLRU, .volatileLRU, .volatileTTL: configuration.maxMemorySamples * 2
        }
    }

    /// Whether the policy may take an entry.
    @inline(__always)
    func isEvictable(_ entry: Entry) -> Bool {
        !configuration.maxMemoryPolicy.isVolatile || entry.has(Entry.Flag.deadline)
    }

    /// How well an entry is evicted: time since its use, want of use, or nearness of its deadline.
    @inline(__always)
    func score(of entry: Entry) -> UInt64 {
        switch configuration.maxMemoryPolicy {
        case .allKeysLRU, .volatileLRU: UInt64(access.fineIdleTime(of: entry))
        case .allKeysLFU, .volatileLFU:
            UInt64(AccessClock.maxCount - access.frequency(of: entry))
        case .volatileTTL: UInt64(Int64.max - (entry.deadline ?? .max))
        case .allKeysRandom, .volatileRandom, .noEviction: 0
        }
    }

    /// Adds candidates to the pool; returns false when no key can be one.
    func gatherVictims() -> Bool {
        guard let database = databaseToSample() else { return false }
        agePool()
        let state = database.value
        if configuration.maxMemoryPolicy.isVolatile,
            state.deadlineCount * Engine.deadlineShare < state.table.count
        {
            gatherFromIndex(database)
        } else {
            gatherFromBuckets(database)
        }
        if eviction.value.pool.count == 0 { searchOn(database) }
        return true
    }

    /// The scores of waiting candidates grow with time as those of all others do.
    private func agePool() {
        guard !access.isLFU else { return }
        let stamp = access.stamp
        guard stamp != eviction.value.poolStamp else { return }
        switch configuration.maxMemoryPolicy {
        case .allKeysLRU, .volatileLRU:
            let change = (stamp &- eviction.value.poolStamp) & Entry.accessMask
            eviction.value.pool.age(by: UInt64(change))
        default: break
        }
        eviction.value.poolStamp = stamp
    }

    /// A database, as likely as it has keys that the policy may take; nil when none has.
    private func databaseToSample() -> Database? {
        let isVolatile = configuration.maxMemoryPolicy.isVolatile
        func weight(_ database: Database) -> Int {
            isVolatile ? database.value.deadlineCount : database.value.table.count
        }
        var total = 0
        for database in databases { total += weight(database) }
        guard total > 0 else { return nil }
        if weight(databases[0]) == total { return databases[0] }
        var pick = Int(truncatingIfNeeded: random.next() % UInt64(total))
        for database in databases {
            pick -= weight(database)
            if pick < 0 { return database }
        }
        return nil
    }

    private func gatherFromBuckets(_ database: Database) {
        let table = database.value.table
        var places = InlineArray<8, UInt64>(repeating: 0)
        for index in 0..<Engine.bucketGroup {
            places[index] = random.next()
            table.prefetchDirectory(places[index])
        }
        for index in 0..<Engine.bucketGroup { table.prefetchBucket(places[index]) }
        for index in 0..<Engine.bucketGroup { table.prefetchBucketEntries(places[index]) }
        for index in 0..<Engine.bucketGroup {
            table.visitBucket(places[index]) { consider($0, in: database) }
        }
    }

    private func gatherFromIndex(_ database: Database) {
        let table = database.value.table
        for _ in 0..<Engine.indexGroup {
            guard let found = database.value.deadlines.sample({ random.next() }, in: table) else {
                return
            }
            consider(found.entry, in: database)
        }
    }

    /// Searches on in hash order where samples find nothing: few keys of a sparse table, deadlines
    /// that are in no index because they are too far off.
    private func searchOn(_ database: Database) {
        for _ in 0..<Engine.searchGroup {
            eviction.value.cursor = database.value.table.scan(eviction.value.cursor) {
                consider($0, in: database)
            }
            if eviction.value.pool.count > 0 { return }
        }
    }

    /// Takes an entry into the pool if it is good enough.
    @inline(__always)
    private func consider(_ entry: Entry, in database: Database) {
        guard isEvictable(entry) else { return }
        eviction.value.credit &+= 1
        let score = self.score(of: entry)
        guard eviction.value.pool.takes(score) else { return }
        let hash = database.value.table.hash(entry.key)
        eviction.value.pool.insert(
            Victim(score: score, hash: hash, database: database.value.index))
    }
}
