// What ACL LOG shows: logins and commands that were refused, the latest first. What is refused
// again within a minute is counted where it stands.

/// One kind of refusal.
struct AccessLogEntry {
    /// Why something was refused.
    enum Reason: String {
        case command, key, channel, database, auth
        case certificate = "tls-cert"
    }

    /// Where the refused command came from.
    enum Origin: String {
        case toplevel, multi, lua
    }

    let id: Int
    let reason: Reason
    let origin: Origin
    /// The command, key, channel or database.
    let object: [UInt8]
    let user: [UInt8]
    /// How often it has happened.
    var count = 1
    /// Unix milliseconds of the first time and of the last.
    let created: Int64
    var updated: Int64
    /// The client of the last time, as CLIENT LIST shows it.
    var client: String

    func isSame(as other: AccessLogEntry) -> Bool {
        reason == other.reason && origin == other.origin && object == other.object
            && user == other.user && abs(updated - other.updated) <= AccessLog.groupingTime
    }
}

/// The log of refusals.
struct AccessLog {
    /// Milliseconds within which what happens again is the same entry.
    static let groupingTime: Int64 = 60_000
    /// So many of the latest entries are searched for the same one.
    private static let searched = 10

    /// The latest first.
    private(set) var entries: [AccessLogEntry] = []
    private(set) var nextID = 0

    /// Notes a refusal; `entry` has the next id.
    mutating func add(_ entry: AccessLogEntry, limit: Int) {
        guard limit > 0 else { return removeAll() }
        let same = entries.prefix(Self.searched).firstIndex { $0.isSame(as: entry) }
        if let same {
            var known = entries.remove(at: same)
            known.count += 1
            known.updated = entry.updated
            known.client = entry.client
            entries.insert(known, at: 0)
            return
        }
        nextID += 1
        entries.insert(entry, at: 0)
        if entries.count > limit { entries.removeLast(entries.count - limit) }
    }

    mutating func removeAll() { entries.removeAll() }
}
