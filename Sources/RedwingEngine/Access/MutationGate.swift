// The one gate through which every change to a key passes. It does, in this order and for every
// handler alike: the snapshot's pre-image, expiry, the change itself, deletion of a collection
// that became empty, byte accounting, the memory limit, the dirty count, watchers and keyspace
// events. Whatever else has to happen to each write (journal, client-side caching) belongs here and
// nowhere else.
import RedwingContainers

extension Engine {
    /// Opens the key for writing, runs `body`, and does what follows from the change it returns.
    @inline(__always)
    func write(
        _ call: inout Call, _ key: Bytes, _ body: (inout Slot, inout Call) -> Change
    ) {
        let hash = call.hash(key)
        write(&call, call.database, hash, key, body)
    }

    /// The same in a given database, for commands that reach others than the selected one.
    @inline(__always)
    func write(
        _ call: inout Call, _ database: Database, _ hash: UInt64, _ key: Bytes,
        _ body: (inout Slot, inout Call) -> Change
    ) {
        database.value.table.prepareWrite(hash)
        let before = memory.usedBytes
        var slot = Slot(
            key: key, hash: hash, database: database,
            position: database.value.table.position(hash, key))
        if let entry = slot.entry, isExpired(entry, call.now) {
            expireOnAccess(&slot)
        }
        let change = body(&slot, &call)
        dirty &+= change.weight
        if let event = change.event {
            if let entry = slot.entry, entry.kind == ValueKind.tableHash.rawValue {
                settleFields(slot, TableHash(address: entry.word))
            }
            if let entry = slot.entry, entry.kind & 0x0f != 0, isEmptyCollection(entry) {
                finish(slot, event)
                remove(&slot)
                finish(slot, KeyspaceEvent(eventClass: .generic, name: "del"))
            } else {
                finish(slot, event)
            }
        }
        database.value.bytes &+= memory.usedBytes &- before
        noticeMemory()
    }

    /// What follows from every change of a key.
    @inline(__always)
    func finish(_ slot: borrowing Slot, _ event: KeyspaceEvent) {
        if hasObservers { observe(slot.database, slot.key, event) }
    }

    /// Whether a key's time has come.
    @inline(__always)
    func isExpired(_ entry: Entry, _ now: Int64) -> Bool {
        entry.has(Entry.Flag.deadline) && DeadlineWord(bits: entry.deadlineWord).deadline <= now
            && !keepsExpired
    }

    /// Removes a key that a command found expired.
    func expireOnAccess(_ slot: inout Slot) {
        remove(&slot)
        statistics.expiredKeys &+= 1
        finish(slot, KeyspaceEvent(eventClass: .expired, name: "expired"))
    }

    /// Takes the key out and frees what it holds, large values in slices.
    func remove(_ slot: inout Slot) {
        guard let position = slot.position else { return }
        let entry = position.entry
        slot.database.value.table.remove(slot.hash, at: position)
        slot.position = nil
        if entry.has(Entry.Flag.deadline) { slot.database.value.deadlineCount &-= 1 }
        unfileFields(slot, entry)
        slot.database.value.bytes &-= releaseValue(entry)
        entry.free(in: memory)
    }
}

extension Engine {
    /// Gives the key a new entry of `shape`, which `fill` gives its value or word, in place of the
    /// old one, whose value is released. A deadline is kept if the shape has the flag and the old
    /// entry had one. Returns the new entry.
    @discardableResult
    func replaceEntry(
        _ slot: inout Slot, _ shape: Entry.Shape, _ fill: (Entry) -> Void
    ) -> Entry {
        var shape = shape
        let table = slot.database.value.table
        guard let position = slot.position else {
            shape.flags &= ~Entry.Flag.deadline
            let entry = Entry.make(slot.key, shape, in: memory)
            fill(entry)
            slot.position = table.insert(slot.hash, entry)
            finish(slot, KeyspaceEvent(eventClass: .new, name: "new"))
            return entry
        }
        let old = position.entry
        let hadDeadline = old.has(Entry.Flag.deadline)
        let keepsDeadline = hadDeadline && shape.flags & Entry.Flag.deadline != 0
        if !keepsDeadline { shape.flags &= ~Entry.Flag.deadline }
        let new = Entry.make(old.key, shape, in: memory)
        // The new value may be a view of the old one.
        fill(new)
        if keepsDeadline { new.deadlineWord = old.deadlineWord }
        if hadDeadline, !keepsDeadline { slot.database.value.deadlineCount &-= 1 }
        position.replace(with: new)
        unfileFields(slot, old)
        slot.database.value.bytes &-= releaseValue(old)
        old.free(in: memory)
        return new
    }

    /// Sets or removes the key's deadline, in Unix milliseconds.
    func setDeadline(_ slot: inout Slot, _ deadline: Int64?) {
        guard let position = slot.position else { return }
        let entry = position.entry
        let had = entry.has(Entry.Flag.deadline)
        guard let deadline else {
            if had { position.relayout(withDeadline: false, in: memory) }
            if had { slot.database.value.deadlineCount &-= 1 }
            return
        }
        var target = entry
        if !had {
            target = position.relayout(withDeadline: true, in: memory)
            slot.database.value.deadlineCount &+= 1
        }
        slot.database.value.deadlines.schedule(
            slot.hash, target, deadline, isNew: !had)
    }
}
