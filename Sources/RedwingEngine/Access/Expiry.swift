// Keys leave when their time comes, whether anybody looks at them or not. The deadline indexes say
// which are due; a slice of them goes in each turn.
import RedwingContainers

extension Engine {
    /// Units of work that one slice of expiry may take of an index.
    private static let expirySlice = 200

    /// When the next key or field may be due, in Unix milliseconds, or nil.
    func nextExpiry() -> Int64? {
        guard expiresActively, !keepsExpired, !keepsWhatIsDue else { return nil }
        var next: Int64?
        for database in databases {
            if database.value.deadlines.itemCount > 0, let due = database.value.deadlines.nextDue()
            {
                next = min(next ?? due, due)
            }
            if database.value.fieldDeadlines.itemCount > 0,
                let due = database.value.fieldDeadlines.nextDue()
            {
                next = min(next ?? due, due)
            }
        }
        return next
    }

    /// Lets go of keys and fields that are due, up to a bounded number; returns whether more are.
    func expireSlice() -> Bool {
        guard expiresActively, !keepsExpired, !keepsWhatIsDue else { return false }
        var more = false
        for database in databases where database.value.deadlines.itemCount > 0 {
            var budget = Engine.expirySlice
            let table = database.value.table
            let before = memory.usedBytes
            if database.value.deadlines.advance(
                to: now, budget: &budget, in: table,
                expire: { expire($0, $1, in: database) })
            {
                more = true
            }
            let live = database.value.deadlineCount
            _ = database.value.deadlines.sweep(live: live, budget: &budget, in: table)
            database.value.bytes &+= memory.usedBytes &- before
        }
        for database in databases where database.value.fieldDeadlines.itemCount > 0 {
            if expireFields(in: database) { more = true }
        }
        return more
    }

    /// Removes a key that the index found due.
    private func expire(_ hash: UInt64, _ position: TablePosition, in database: Database) {
        database.value.table.prepareWrite(hash)
        let entry = position.entry
        if let deadline = entry.deadline { noteExpiry(deadline) }
        // The key is told to observers after its entry has gone.
        let key = hasObservers ? entry.key.array : []
        var slot = Slot(key: .empty, hash: hash, database: database, position: position)
        remove(&slot)
        statistics.expiredKeys &+= 1
        dirty &+= 1
        if hasObservers {
            key.withBytes {
                observe(database, $0, KeyspaceEvent(eventClass: .expired, name: "expired"))
            }
        }
    }

    /// Counts how late a key goes that was due at `deadline`.
    func noteExpiry(_ deadline: Int64) {
        observability.expiryLag.add(UInt64(max(0, now &- deadline)))
    }
}
