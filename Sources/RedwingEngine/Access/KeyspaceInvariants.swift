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
        var bytes =
            state.table.overheadBytes + state.deadlines.bytes + state.fieldDeadlines.bytes
            + state.fieldOwners.overheadBytes
        state.fieldOwners.forEach { bytes += SlabLayout.rounded($0.size) }
        var broken: String?
        state.table.forEach { entry in
            if entry.has(Entry.Flag.deadline) { deadlineCount += 1 }
            bytes += SlabLayout.rounded(entry.size) + valueBytes(entry)
            if broken == nil, entry.valueKind == .tableHash {
                broken = check(TableHash(address: entry.word)).map { "\(entry.key.string): \($0)" }
            }
        }
        if let broken { return broken }
        if let broken = checkFieldOwners(state) { return broken }
        guard deadlineCount == state.deadlineCount else {
            return "counts \(state.deadlineCount) deadlines, not \(deadlineCount)"
        }
        guard bytes == state.bytes else { return "counts \(state.bytes) bytes, not \(bytes)" }
        return nil
    }

    /// Each hash with deadlines is filed, and no later than its first field expires.
    private func checkFieldOwners(_ state: DatabaseState) -> String? {
        if let broken = state.fieldOwners.checkInvariants() { return broken }
        if let broken = state.fieldDeadlines.checkInvariants(in: state.fieldOwners) {
            return broken
        }
        var broken: String?
        state.table.forEach { entry in
            guard entry.valueKind == .tableHash else { return }
            guard let first = TableHash(address: entry.word).firstDeadline else { return }
            let marker = state.fieldOwners.find(state.table.hash(entry.key), entry.key)
            let filed = marker.map { DeadlineWord(bits: $0.deadlineWord).deadline }
            if filed.map({ $0 > first }) ?? true {
                broken = "\(entry.key.string) expires at \(first) but is filed for \(filed ?? -1)"
            }
        }
        return broken
    }

    private func check(_ hash: TableHash) -> String? {
        if let broken = hash.fields.checkInvariants() { return broken }
        let index = hash.state.value.deadlines
        if let broken = index?.checkInvariants(in: hash.fields) { return broken }
        var deadlineCount = 0
        var bytes = hash.fields.overheadBytes + (index?.bytes ?? 0)
        hash.fields.forEach { field in
            if field.has(Entry.Flag.deadline) { deadlineCount += 1 }
            bytes += SlabLayout.rounded(field.size) + valueBytes(field)
        }
        guard deadlineCount == hash.deadlineCount else {
            return "counts \(hash.deadlineCount) deadlines of fields, not \(deadlineCount)"
        }
        guard bytes == hash.bytes else { return "counts \(hash.bytes) bytes, not \(bytes)" }
        return nil
    }
}

extension TableHash {
    /// When the first field expires, in Unix milliseconds, found by looking at all.
    fileprivate var firstDeadline: Int64? {
        var first: Int64?
        fields.forEach { field in
            guard let deadline = field.fieldDeadline else { return }
            first = min(first ?? deadline, deadline)
        }
        return first
    }
}
