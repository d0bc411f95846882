// A copy of a large hash, for COPY.
import RedwingContainers

extension TableHash {
    /// A copy without the fields that have expired at `time`. Large values are shared: the bytes
    /// of these count for the copy, though no memory was taken.
    func copy(at time: Int64) -> (hash: TableHash, shared: Int) {
        let memory = state.value.memory
        let before = memory.usedBytes
        var shared = 0
        var deadlineCount = 0
        var earliest = Int64.max
        var expired: [Entry] = []
        let fields = self.fields.copy { field in
            let new = copy(of: field, &shared)
            if let deadline = new.fieldDeadline {
                deadlineCount += 1
                earliest = min(earliest, deadline)
                if deadline <= time { expired.append(new) }
            }
            return new
        }
        let result = TableHash(
            fields, bytes: memory.usedBytes &- before &+ shared, memory: memory)
        result.state.value.time = state.value.time
        result.state.value.deadlineCount = deadlineCount
        result.state.value.earliest = earliest
        for field in expired {
            var place = result.open(field.key)
            result.remove(&place)
        }
        let unindexed = memory.usedBytes
        if result.deadlineCount > 0 { result.indexIfLarge() }
        result.state.value.bytes &+= memory.usedBytes &- unindexed
        // A shared value that went again with its field was never the copy's.
        let kept = result.state.value.keptBytes
        result.state.value.keptBytes = 0
        return (result, shared - kept)
    }

    /// A field like `field`, with its deadline, if it has one, not yet filed. Adds the bytes of a
    /// value that both share to `shared`.
    private func copy(of field: Entry, _ shared: inout Int) -> Entry {
        let shape = Entry.Shape(
            kind: field.kind, flags: field.header & (Entry.Flag.word | Entry.Flag.deadline),
            access: 0, valueCount: field.valueCount)
        let new = Entry.make(field.key, shape, in: state.value.memory)
        if let deadline = field.fieldDeadline {
            new.deadlineWord = DeadlineWord(unfiled: deadline).bits
        }
        if field.has(Entry.Flag.word) {
            let string = LargeString(address: field.word)
            string.retain()
            new.word = field.word
            shared &+= string.size
        } else {
            new.setValue(field.value)
        }
        return new
    }
}
