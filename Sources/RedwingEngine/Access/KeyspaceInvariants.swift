// What must hold of the databases between two commands. Tests run this after operations.
import RedwingContainers

extension Engine {
    /// The first violated invariant in words, or nil when all databases are sound. Walks through
    /// everything.
    func checkKeyspaceInvariants() -> String? {
        for (index, database) in databases.enumerated() {
            if let broken = check(database.value, index) { return "database \(index): \(broken)" }
        }
        return nil
    }

    private func check(_ state: DatabaseState, _ index: Int) -> String? {
        guard state.index == index else { return "calls itself \(state.index)" }
        if let broken = state.table.checkInvariants() { return broken }
        if let broken = state.deadlines.checkInvariants(in: state.table) { return broken }
        if let broken = state.fieldOwners.checkInvariants() { return broken }
        if let broken = state.fieldDeadlines.checkInvariants(in: state.fieldOwners) {
            return broken
        }
        var deadlineCount = 0
        var bytes = state.table.overheadBytes + state.deadlines.bytes + fieldFileBytes(state)
        var broken: String?
        state.table.forEachEntry { entry in
            if entry.has(Entry.Flag.deadline) { deadlineCount += 1 }
            bytes += SlabLayout.rounded(entry.size) + valueBytes(entry)
            if broken == nil, entry.valueKind == .tableHash {
                broken = check(entry, state).map { "\(entry.key.string): \($0)" }
            }
        }
        if let broken { return broken }
        guard deadlineCount == state.deadlineCount else {
            return "counts \(state.deadlineCount) deadlines, not \(deadlineCount)"
        }
        guard bytes == state.bytes else { return "counts \(state.bytes) bytes, not \(bytes)" }
        return nil
    }

    /// What knowing of fields with deadlines takes.
    private func fieldFileBytes(_ state: DatabaseState) -> Int {
        var bytes = state.fieldOwners.overheadBytes + state.fieldDeadlines.bytes
        state.fieldOwners.forEachEntry { bytes += SlabLayout.rounded($0.size) }
        return bytes
    }

    private func check(_ entry: Entry, _ state: DatabaseState) -> String? {
        let hash = TableHash(address: entry.word)
        if let broken = hash.fields.checkInvariants() { return broken }
        if let broken = hash.state.value.deadlines?.checkInvariants(in: hash.fields) {
            return broken
        }
        var deadlineCount = 0
        var earliest = Int64.max
        var bytes = hash.fields.overheadBytes + (hash.state.value.deadlines?.bytes ?? 0)
        hash.fields.forEachEntry { field in
            bytes += SlabLayout.rounded(field.size) + valueBytes(field)
            guard let deadline = field.deadline else { return }
            deadlineCount += 1
            earliest = min(earliest, deadline)
        }
        guard deadlineCount == hash.deadlineCount else {
            return "counts \(hash.deadlineCount) deadlines of fields, not \(deadlineCount)"
        }
        guard bytes == hash.bytes else { return "counts \(hash.bytes) bytes, not \(bytes)" }
        guard deadlineCount > 0 else { return nil }
        let marker = state.fieldOwners.find(state.fieldOwners.hash(entry.key), entry.key)
        guard let filed = marker?.deadline else { return "has deadlines but no marker" }
        return filed <= earliest ? nil : "is filed for \(filed), not \(earliest)"
    }
}
