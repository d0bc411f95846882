// The keys that clients watch until their next EXEC, and what fails a transaction.
import RedwingContainers

/// Who watches what.
struct WatchRoom {
    private var watchers: [AwaitedKey: [Session]] = [:]
    /// Clients that watch anything.
    private(set) var clientCount = 0

    /// Whether nobody watches anything.
    var isEmpty: Bool { watchers.isEmpty }
    /// Keys that somebody watches.
    var keyCount: Int { watchers.count }

    /// Those who watch a key.
    func sessions(_ key: AwaitedKey) -> [Session] { watchers[key] ?? [] }

    /// The watched keys of a database.
    func keys(database: UInt64) -> [AwaitedKey] {
        watchers.keys.filter { $0.database == database }
    }

    /// Adds a client that does not watch the key yet.
    mutating func add(_ session: Session, _ key: WatchedKey) {
        if session.watched.isEmpty { clientCount += 1 }
        session.watched.append(key)
        watchers[key.key, default: []].append(session)
    }

    /// A client watches nothing any more.
    mutating func removeAll(_ session: Session) {
        guard !session.watched.isEmpty else { return }
        clientCount -= 1
        for watched in session.watched {
            watchers[watched.key]?.removeAll { $0 === session }
            if watchers[watched.key]?.isEmpty == true { watchers[watched.key] = nil }
        }
        session.watched.removeAll()
    }
}

extension Engine {
    /// Has the client watch a key of its database.
    func watch(_ session: Session, _ key: Bytes) {
        let watched = AwaitedKey(database: session.database.address, key: key.array)
        guard !session.watched.contains(where: { $0.key == watched }) else { return }
        watchRoom.add(
            session, WatchedKey(key: watched, wasExpired: isExpired(watched, session.database)))
        hasObservers = true
    }

    /// The client watches nothing any more.
    func unwatchAll(_ session: Session) {
        session.flags.remove(.watchedKeyChanged)
        guard !session.watched.isEmpty else { return }
        watchRoom.removeAll(session)
        refreshObservers()
    }

    /// Whether a key is there although its time has come.
    private func isExpired(_ key: AwaitedKey, _ database: Database) -> Bool {
        key.key.withBytes { bytes in
            let found = database.value.table.find(database.value.table.hash(bytes), bytes)
            return found.map { isExpired($0, now) } ?? false
        }
    }

    private func exists(_ key: AwaitedKey, in database: Database) -> Bool {
        key.key.withBytes { bytes in
            database.value.table.find(database.value.table.hash(bytes), bytes) != nil
        }
    }

    /// Fails the transactions of those who watch a key that has changed.
    func noteChanged(_ database: Database, _ key: Bytes) {
        let changed = AwaitedKey(database: database.address, key: key.array)
        for session in watchRoom.sessions(changed) {
            guard let place = session.watched.firstIndex(where: { $0.key == changed }) else {
                continue
            }
            if session.watched[place].wasExpired {
                // Its removal changes nothing for a client that saw no key.
                session.watched[place].wasExpired = false
                if !exists(changed, in: database) { continue }
            }
            session.flags.insert(.watchedKeyChanged)
        }
    }

    /// Fails the transactions of those who watch a key of a database that is about to be emptied,
    /// or to get the keys of `other`.
    func noteAllChanged(_ database: Database, replacedBy other: Database? = nil) {
        guard !watchRoom.isEmpty else { return }
        for key in watchRoom.keys(database: database.address) {
            let isThere = exists(key, in: database)
            let comes = other.map { exists(key, in: $0) } ?? false
            guard isThere || comes else { continue }
            for session in watchRoom.sessions(key) {
                let watched = session.watched.first { $0.key == key }
                if watched?.wasExpired == true, !comes { continue }
                session.flags.insert(.watchedKeyChanged)
            }
        }
    }

    /// Whether a watched key's time has come meanwhile, though nobody has removed it yet.
    func hasExpiredWatch(_ session: Session) -> Bool {
        session.watched.contains { watched in
            guard !watched.wasExpired else { return false }
            return databases.contains {
                $0.address == watched.key.database && isExpired(watched.key, $0)
            }
        }
    }
}
