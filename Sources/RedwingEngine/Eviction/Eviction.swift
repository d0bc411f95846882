// Evicting keys in slices. A slice ends when memory is a little below the limit, so that the next
// commands need none, or when its time is up. Large values go to the graveyard; what is there does
// not count, so that no key leaves for one that has left already, but it is freed right here when
// memory is over the limit because of it.
import RedwingContainers

extension Engine {
    /// Memory goes below the limit by a 4096th of it, at most by so many bytes.
    private static let maxReserve = 32 * 1024
    /// Steps between two looks at the clock.
    private static let stepsBetweenLooks = 16
    /// Nanoseconds of one slice of background work.
    private static let backgroundSlice = 200_000.0
    /// Nanoseconds that a command may wait at most for making the room that others have taken.
    private static let debtLimit = 2_000_000.0

    /// Ticks that commands of one turn may wait for eviction, from `maxmemory-eviction-tenacity`:
    /// 50 microseconds a step up to 10, 15 percent more for each step above, no limit at 100.
    func evictionTicks(tenacity: Int) -> UInt64 {
        guard tenacity < 100 else { return .max }
        var nanoseconds = Double(min(tenacity, 10)) * 50_000
        for _ in 0..<max(0, tenacity - 10) { nanoseconds *= 1.15 }
        return tickCount(nanoseconds)
    }

    private func tickCount(_ nanoseconds: Double) -> UInt64 {
        let ticks = nanosecondsPerTick > 0 ? nanoseconds / nanosecondsPerTick : 0
        return ticks < 0x1p62 ? UInt64(ticks) : .max
    }

    /// Evicts before a command. Once the commands of a turn have waited long enough together, each
    /// makes room only for twice what was taken since the one before: so memory comes down
    /// whatever clients do, and no turn takes long for others' sake.
    func evictForCommand() -> EvictionOutcome {
        let start = ticks()
        let spent = eviction.value.turnTicks
        let left = eviction.value.turnLimit - min(spent, eviction.value.turnLimit)
        var outcome = evict(for: left)
        if outcome == .unfinished {
            let debt = (usedBytes - eviction.value.lastBytes) * 2
            if debt > 0 { outcome = evict(for: tickCount(Engine.debtLimit), atLeast: debt) }
        }
        eviction.value.turnTicks = spent &+ (ticks() &- start)
        eviction.value.lastBytes = usedBytes
        return finishCycle(outcome, since: start)
    }

    /// Evicts in the background; returns whether more is to be done.
    func evictSlice() -> Bool {
        let start = ticks()
        let outcome = evict(for: tickCount(Engine.backgroundSlice))
        return finishCycle(outcome, since: start) == .unfinished
    }

    private func finishCycle(_ outcome: EvictionOutcome, since start: UInt64) -> EvictionOutcome {
        note(outcome)
        noteEviction("eviction-cycle", since: start)
        return outcome
    }

    /// Notes for LATENCY how long something took.
    private func noteEviction(_ event: String, since start: UInt64) {
        guard configuration.latencyMonitorThreshold > 0 else { return }
        let nanoseconds = accounting.nanoseconds(ticks() &- start)
        noteLatency(event, milliseconds: Int(nanoseconds / 1_000_000))
    }

    /// Evicts and frees until memory is below the limit, for so many ticks, or only until so many
    /// bytes have gone.
    private func evict(for limit: UInt64, atLeast wanted: Int = .max) -> EvictionOutcome {
        let ceiling = hot.value.memoryCeiling
        guard exceedsMemory, restrictions.isDisjoint(with: [.loading, .paused]) else {
            return .enough
        }
        let start = ticks()
        let first = usedBytes
        let target = ceiling &- min(ceiling >> 12, Engine.maxReserve)
        let goal = usedBytes &- uncountedBytes > ceiling ? target : ceiling
        var steps = 0
        while true {
            if usedBytes &- uncountedBytes > goal {
                switch evictOne() {
                case .evicted: break
                case .searching: break
                case .none: return .failed
                }
            } else if exceedsMemory, !graveyard.isEmpty {
                _ = freeSlice()
                steps += Engine.stepsBetweenLooks - 1
            } else {
                return .enough
            }
            steps += 1
            guard steps >= Engine.stepsBetweenLooks else { continue }
            steps = 0
            if first &- usedBytes >= wanted || ticks() &- start >= limit { return .unfinished }
        }
    }

    /// What came of trying to evict a key.
    private enum Step {
        case evicted
        /// Nothing was found in the bounded part that was searched.
        case searching
        /// There is nothing that the policy would evict.
        case none
    }

    private func evictOne() -> Step {
        guard configuration.maxMemoryPolicy != .noEviction, !restrictions.contains(.importing)
        else { return .none }
        if eviction.value.credit < samplesPerVictim, !gatherVictims() { return .none }
        while let victim = eviction.value.pool.takeBest() {
            guard victim.database < databases.count else { continue }
            let database = databases[victim.database]
            let found = database.value.table.position(exactly: victim.hash) {
                isEvictable($0) && score(of: $0) >= victim.score
            }
            guard let found else { continue }
            evict(found, victim.hash, database)
            eviction.value.credit = max(0, eviction.value.credit - samplesPerVictim)
            return .evicted
        }
        eviction.value.credit = 0
        return .searching
    }

    /// Removes a key for which there is no room any more, and tells of it.
    private func evict(_ position: TablePosition, _ hash: UInt64, _ database: Database) {
        let start = configuration.latencyMonitorThreshold > 0 ? ticks() : 0
        database.value.table.prepareWrite(hash)
        let before = memory.usedBytes
        let buried = graveyard.values.count
        // The key is told to observers after its entry has gone.
        let key = hasObservers ? position.entry.key.array : []
        var slot = Slot(key: .empty, hash: hash, database: database, position: position)
        remove(&slot)
        database.value.bytes &+= memory.usedBytes &- before
        if !configuration.lazyEviction { freeValues(beyond: buried) }
        statistics.evictedKeys &+= 1
        if hasObservers {
            key.withBytes {
                observe(database, $0, KeyspaceEvent(eventClass: .evicted, name: "evicted"))
            }
        }
        noteEviction("eviction-del", since: start)
    }
}
