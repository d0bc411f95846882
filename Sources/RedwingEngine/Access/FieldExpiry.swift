// Fields of hashes leave when their time comes, like keys. A large hash knows which of its fields
// are due; the database knows which hashes have any: for each of them it has a marker, an entry
// with the hash's key and the time of its first field as deadline, in a table and an index of
// their own. The gate files a hash after each change that brought an earlier time or another key.
import RedwingContainers

extension Engine {
    /// Fields that one hash may lose before others have their turn.
    private static let fieldSlice = 64
    /// Units of work that one slice of field expiry may take.
    private static let fieldExpirySlice = 400
    /// Hashes that are looked at before the slice's work is counted anew.
    private static let hashSlice = 8

    /// The place of a key, as a hash remembers where it was filed.
    @inline(__always)
    private func placeMark(_ hash: UInt64, _ database: Database) -> UInt64 {
        hash ^ database.value.fieldOwners.address
    }

    /// What follows from every change of a large hash: its database knows when the first field
    /// expires, and has no longer what left it.
    @inline(__always)
    func settleFields(_ slot: borrowing Slot, _ fields: TableHash) {
        settleBytes(fields, slot.database)
        guard fields.deadlineCount > 0 else { return }
        fileFields(fields, slot.hash, slot.key, slot.database)
    }

    @inline(__always)
    private func settleBytes(_ fields: TableHash, _ database: Database) {
        guard fields.state.value.keptBytes != 0 else { return }
        database.value.bytes &-= fields.state.value.keptBytes
        fields.state.value.keptBytes = 0
    }

    /// Files a hash that is entered without the gate.
    func fileFields(_ fields: TableHash, _ key: Bytes, _ database: Database) {
        fileFields(fields, database.value.table.hash(key), key, database)
    }

    private func fileFields(
        _ fields: TableHash, _ hash: UInt64, _ key: Bytes, _ database: Database
    ) {
        let mark = placeMark(hash, database)
        let earliest = fields.state.value.earliest
        guard fields.state.value.filedUnder != mark || earliest < fields.state.value.filedFor else {
            return
        }
        fields.state.value.filedUnder = mark
        fields.state.value.filedFor = earliest
        let owners = database.value.fieldOwners
        let known = owners.find(hash, key)
        let marker = known ?? makeMarker(key)
        if known == nil { owners.insert(hash, marker) }
        database.value.fieldDeadlines.schedule(hash, marker, earliest, isNew: known == nil)
    }

    private func makeMarker(_ key: Bytes) -> Entry {
        let shape = Entry.Shape(kind: 0, flags: Entry.Flag.deadline, access: 0, valueCount: 0)
        return Entry.make(key, shape, in: memory)
    }

    /// Forgets a hash that leaves its key; `entry` is the one that held it.
    @inline(__always)
    func unfileFields(_ slot: borrowing Slot, _ entry: Entry) {
        guard entry.kind == ValueKind.tableHash.rawValue else { return }
        unfileFields(TableHash(address: entry.word), slot.hash, entry.key, slot.database)
    }

    private func unfileFields(
        _ fields: TableHash, _ hash: UInt64, _ key: Bytes, _ database: Database
    ) {
        guard fields.state.value.filedUnder == placeMark(hash, database) else { return }
        fields.state.value.filedUnder = 0
        fields.state.value.filedFor = .max
        let owners = database.value.fieldOwners
        if let position = owners.position(hash, key) { removeMarker(hash, position, database) }
    }

    private func removeMarker(_ hash: UInt64, _ position: TablePosition, _ database: Database) {
        let marker = position.entry
        database.value.fieldOwners.remove(hash, at: position)
        marker.free(in: memory)
    }

    /// Lets go of fields that are due, up to a bounded number; returns whether more are.
    func expireFields(in database: Database) -> Bool {
        let owners = database.value.fieldOwners
        let before = memory.usedBytes
        defer { database.value.bytes &+= memory.usedBytes &- before }
        var work = 0
        var more = true
        while more, work < Engine.fieldExpirySlice {
            var budget = Engine.hashSlice
            more = database.value.fieldDeadlines.advance(
                to: now, budget: &budget, in: owners,
                expire: { work += expireFields($0, $1, in: database) })
            work += Engine.hashSlice - budget
        }
        var budget = Engine.fieldExpirySlice
        _ = database.value.fieldDeadlines.sweep(live: owners.count, budget: &budget, in: owners)
        return more
    }

    /// A marker is due: expires fields of its hash, and files it anew if there are more to come.
    /// Returns how many fields went.
    private func expireFields(
        _ hash: UInt64, _ marker: TablePosition, in database: Database
    ) -> Int {
        let table = database.value.table
        guard let position = table.position(hash, marker.entry.key),
            position.entry.kind == ValueKind.tableHash.rawValue
        else {
            removeMarker(hash, marker, database)
            return 0
        }
        // Opens the hash for a snapshot that has not come by yet.
        table.prepareWrite(hash)
        let fields = TableHash(address: position.entry.word)
        let (removed, next) = fields.expire(at: now, limit: Engine.fieldSlice)
        settleBytes(fields, database)
        statistics.expiredFields &+= removed
        dirty &+= removed
        fields.state.value.filedFor = next ?? .max
        if let next {
            database.value.fieldDeadlines.schedule(hash, marker.entry, next, isNew: true)
        } else {
            fields.state.value.filedUnder = 0
            removeMarker(hash, marker, database)
        }
        if removed > 0 { finishExpiry(hash, position, database) }
        return removed
    }

    /// What follows when fields of a hash have expired: its events, and its end if none are left.
    private func finishExpiry(_ hash: UInt64, _ position: TablePosition, _ database: Database) {
        let key = hasObservers ? position.entry.key.array : []
        var slot = Slot(key: .empty, hash: hash, database: database, position: position)
        let isEmpty = isEmptyCollection(position.entry)
        if isEmpty { remove(&slot) }
        guard hasObservers else { return }
        key.withBytes {
            observe(database, $0, KeyspaceEvent(eventClass: .hash, name: "hexpired"))
            if isEmpty { observe(database, $0, KeyspaceEvent(eventClass: .generic, name: "del")) }
        }
    }
}
