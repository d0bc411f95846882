// All that an engine keeps for client-side caching.
import RedwingContainers

/// Who caches what.
struct TrackingRoom {
    /// What clients have read.
    var table: TrackingTable
    /// What clients hear of without having read it.
    var prefixes: PrefixTable
    /// The clients that the table may know, by their numbers.
    var readers: [UInt32: Session] = [:]
    /// The number that was given last.
    var lastNumber: UInt32 = 0
    /// Clients that have tracking switched on.
    var clientCount = 0
    /// The id of the client whose command is running, if that has tracking switched on; else 0.
    var runningID: UInt64 = 0
    /// Whether a lowered limit leaves the table with keys too many.
    var isOverfull = false

    init(seed: HashSeed, memory: SlabAllocator) {
        table = TrackingTable(seed: seed, memory: memory)
        prefixes = PrefixTable(seed: seed, memory: memory)
    }

    /// Whether changes matter to anybody.
    var isIdle: Bool { table.count == 0 && clientCount == 0 }

    /// Gives a client a number. When they begin anew after four billion, a client may get one that
    /// the table still has from another: it then hears of a key that it does not have.
    mutating func register(_ session: Session) {
        guard session.tracking.number == 0 else { return }
        repeat { lastNumber &+= 1 } while lastNumber == 0 || readers[lastNumber] != nil
        session.tracking.number = lastNumber
        readers[lastNumber] = session
    }
}

extension Engine {
    /// Switches tracking on for a client, or on again with other options.
    func startTracking(
        _ session: Session, _ options: ClientTracking.Options, redirect: UInt64,
        prefixes: [[UInt8]]
    ) {
        if !session.flags.contains(.tracking) { tracking.value.clientCount += 1 }
        session.flags.insert(.tracking)
        // What CLIENT CACHING said of the next command still holds.
        session.tracking.options = options.union(session.tracking.options.intersection(.caching))
        session.tracking.redirect = redirect
        if options.contains(.broadcast) {
            for prefix in prefixes.isEmpty ? [[]] : prefixes {
                guard !session.tracking.prefixes.contains(prefix) else { continue }
                session.tracking.prefixes.append(prefix)
                tracking.value.prefixes.add(prefix, session)
            }
        } else {
            tracking.value.register(session)
        }
        hasObservers = true
    }

    /// Switches tracking off for a client. What it has read stays remembered, for when it is
    /// switched on again.
    func stopTracking(_ session: Session) {
        guard session.flags.contains(.tracking) else { return }
        session.flags.remove(.tracking)
        for prefix in session.tracking.prefixes { tracking.value.prefixes.remove(prefix, session) }
        session.tracking.prefixes = []
        session.tracking.options = []
        session.tracking.redirect = 0
        tracking.value.clientCount -= 1
        refreshObservers()
    }

    /// A client leaves.
    func endTracking(_ session: Session) {
        stopTracking(session)
        guard session.tracking.number != 0 else { return }
        tracking.value.readers[session.tracking.number] = nil
        // With the last one that could be told goes what it was to be told of.
        if tracking.value.readers.isEmpty { forgetTrackedKeys() }
    }

    /// Empties the table of what was read; its memory is freed in slices.
    func forgetTrackedKeys() {
        guard tracking.value.table.count > 0 else { return }
        graveyard.keyTables.append(tracking.value.table.replace())
        refreshObservers()
    }
}
