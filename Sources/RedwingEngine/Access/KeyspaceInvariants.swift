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
        var deadlineCount = 0
        var bytes = state.table.overheadBytes + state.deadlines.bytes + state.fieldDeadlines.bytes
        var broken: String?
        state.table.forEach { entry in
            if entry.has(Entry.Flag.deadline) { deadlineCount += 1 }
            bytes += SlabLayout.rounded(entry.size) + valueBytes(entry)
            if broken == nil, entry.valueKind == .tableHash {
                broken = check(TableHash(address: entry.word)).map { "\(entry.key.string): \($0)" }
            }
        }
        if let broken { return broken }
        guard deadlineCount == state.deadlineCount else {
            return "counts \(state.deadlineCount) deadlines, not \(deadlineCount)"
        }
        guard bytes == state.bytes else { return "counts \(state.bytes) bytes, not \(bytes)" }
        return nil
    }

    private func check(_ hash: TableHash) -> String? {
        if let broken = hash.fields.checkInvariants() { return broken }
        if let broken = hash.state.value.deadlines?.checkInvariants(in: hash.fields) { return broken }
        var deadlineCount = 0
        hash.fields.forEach { if $0.has(Entry.Flag.deadline) { deadlineCount += 1 } }
        guard deadlineCount == hash.deadlineCount else {
            return "counts \(hash.deadlineCount) deadlines of fields, not \(deadlineCount)"
        }
        return nil
    }
}
