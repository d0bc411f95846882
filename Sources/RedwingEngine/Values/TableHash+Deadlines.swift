// When the fields of a large hash expire. Few fields are looked through each time one is due; many
// get an index, made as soon as there are too many, which keeps what one expiry costs bounded.
import RedwingContainers

extension TableHash {
    /// More fields than this are not looked through.
    private static let scanLimit = 128

    /// Sets when a field expires, in Unix milliseconds.
    func setDeadline(_ place: inout Place, _ deadline: Int64, now: Int64) {
        guard let position = place.position else { return }
        let before = state.value.memory.usedBytes
        defer { state.value.bytes &+= state.value.memory.usedBytes &- before }
        state.value.time = now
        let isNew = !position.entry.has(Entry.Flag.deadline)
        if isNew {
            let entry = position.relayout(withDeadline: true, in: state.value.memory)
            entry.deadlineWord = DeadlineWord(unfiled: deadline).bits
            state.value.deadlineCount &+= 1
            if deadlineCount == 1 { indexIfLarge(filed: false) }
        }
        state.value.earliest = min(state.value.earliest, deadline)
        let entry = position.entry
        guard let index = state.value.deadlines else {
            entry.deadlineWord = DeadlineWord(unfiled: deadline).bits
            return
        }
        index.schedule(place.hash, entry, deadline, isNew: isNew)
        var budget = 64
        _ = index.sweep(live: deadlineCount, budget: &budget, in: fields)
    }

    /// Lets a field stay for good.
    func clearDeadline(_ place: inout Place) {
        guard let position = place.position, position.entry.has(Entry.Flag.deadline) else {
            return
        }
        let before = state.value.memory.usedBytes
        position.relayout(withDeadline: false, in: state.value.memory)
        state.value.bytes &+= state.value.memory.usedBytes &- before
        forgetDeadline()
    }

    /// Removes up to about `limit` fields that are due at `now`. Returns how many went, and when
    /// it should be called again.
    func expire(at now: Int64, limit: Int) -> (removed: Int, next: Int64?) {
        let countBefore = count
        let bytesBefore = state.value.bytes
        let usedBefore = state.value.memory.usedBytes
        var next: Int64?
        state.value.time = now
        if let index = state.value.deadlines {
            var budget = limit
            let more = index.advance(to: now, budget: &budget, in: fields) { hash, position in
                remove(hash, position)
            }
            next = more ? now : index.nextDue()
        } else {
            next = expireScanning(at: now, limit: limit)
        }
        if deadlineCount == 0 {
            next = nil
            state.value.deadlines?.destroy()
            state.value.deadlines = nil
        }
        state.value.earliest = next ?? .max
        // Each removal has counted itself, but the index has changed too.
        let kept = state.value.keptBytes
        state.value.bytes = bytesBefore &+ state.value.memory.usedBytes &- usedBefore &- kept
        return (countBefore - count, next)
    }

    private func remove(_ hash: UInt64, _ position: TablePosition) {
        fields.prepareWrite(hash)
        var place = Place(field: position.entry.key, hash: hash, position: position)
        remove(&place)
    }

    private func expireScanning(at now: Int64, limit: Int) -> Int64? {
        var due: [Entry] = []
        var next: Int64?
        fields.forEachEntry { entry in
            guard let deadline = entry.fieldDeadline else { return }
            if deadline <= now, due.count < limit {
                due.append(entry)
            } else {
                next = min(next ?? deadline, deadline)
            }
        }
        for entry in due {
            var place = open(entry.key)
            remove(&place)
        }
        return next
    }

    /// One field less has a deadline. The index stays: it may be the one that calls.
    func forgetDeadline() {
        state.value.deadlineCount &-= 1
        if deadlineCount == 0 { state.value.earliest = .max }
    }

    /// Makes the index once a hash with deadlines has grown too large to be looked through.
    /// Without `filed` no field has a deadline yet that would have to be filed.
    func indexIfLarge(filed: Bool = true) {
        guard state.value.deadlines == nil, count > TableHash.scanLimit else { return }
        let index = DeadlineIndex(now: state.value.time, memory: state.value.memory)
        state.value.deadlines = index
        guard filed else { return }
        fields.forEachEntry { entry in
            guard let deadline = entry.fieldDeadline else { return }
            index.schedule(fields.hash(entry.key), entry, deadline, isNew: true)
        }
    }
}
