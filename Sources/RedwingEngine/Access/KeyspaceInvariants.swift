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
            if broken == nil, let value = LargeValueRef(entry)?.value {
                broken = (value.checkInvariants() ?? check(entry, state))
                    .map { "\(entry.key.string): \($0)" }
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

    /// What the database knows of a hash whose fields expire.
    private func check(_ entry: Entry, _ state: DatabaseState) -> String? {
        guard entry.valueKind == .tableHash else { return nil }
        let hash = TableHash(address: entry.word)
        guard hash.deadlineCount > 0 else { return nil }
        var earliest = Int64.max
        hash.fields.forEachEntry { earliest = min(earliest, $0.deadline ?? .max) }
        let marker = state.fieldOwners.find(state.fieldOwners.hash(entry.key), entry.key)
        guard let filed = marker?.deadline else { return "has deadlines but no marker" }
        return filed <= earliest ? nil : "is filed for \(filed), not \(earliest)"
    }
}
