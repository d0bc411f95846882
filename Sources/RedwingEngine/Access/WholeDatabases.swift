// Changes to whole databases: emptying and exchanging them. Beside the gate for single keys, the
// only place where a table is replaced. A running snapshot keeps what it has not yet copied.
import RedwingContainers

extension Engine {
    /// Removes all keys of `database` in constant time; `freeSlice` frees them. Returns how many
    /// there were.
    @discardableResult
    func removeAll(_ database: Database) -> Int {
        let old = database.value
        guard old.table.count > 0 else { return 0 }
        noteAllChanged(database)
        database.value = makeContents(old.index)
        noteAllReady(database)
        graveyard.bytes += old.bytes
        if let walk, walk.adopt(old.table) {
            // The walk gives the table back at its end.
        } else {
            graveyard.keyTables.append(old.table)
        }
        graveyard.keyTables.append(old.fieldOwners)
        graveyard.indexes.append(old.deadlines)
        graveyard.indexes.append(old.fieldDeadlines)
        return old.table.count
    }

    /// Exchanges the contents of two databases; whoever has selected one sees the other's keys.
    func exchange(_ first: Database, _ second: Database) {
        guard !(first === second) else { return }
        noteAllChanged(first, replacedBy: second)
        noteAllChanged(second, replacedBy: first)
        let moved = first.value
        first.value = second.value
        second.value = moved
        second.value.index = first.value.index
        first.value.index = moved.index
        noteAllReady(first)
        noteAllReady(second)
    }

    /// Frees everything that waits to be freed.
    func freeBuried() {
        while freeSlice() {}
    }
}
