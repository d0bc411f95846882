// Values that nobody can reach any more and that are too large to be freed at once. The loop frees
// a slice of them in each turn.
import RedwingContainers

/// What waits to be freed.
struct Graveyard {
    /// Tables of whole databases, whose entries may hold values of their own.
    var keyTables: [HashTable] = []
    /// Tables of hashes, whose entries are plain.
    var fieldTables: [TableHash] = []
    /// Deadlines of whole databases.
    var indexes: [DeadlineIndex] = []

    var isEmpty: Bool { keyTables.isEmpty && fieldTables.isEmpty && indexes.isEmpty }
    var count: Int { keyTables.count + fieldTables.count + indexes.count }
}

extension Engine {
    /// A table with at most this many entries is freed at once.
    private static let smallTable = 64

    /// Chunks of an index that are freed at a time.
    private static let indexSlice = 128

    /// Frees what an entry's word refers to; the entry itself is the caller's. Returns the bytes
    /// that are not yet free, because they wait for it or somebody else holds them: they are no
    /// longer the caller's.
    @inline(__always)
    @discardableResult
    func releaseValue(_ entry: Entry) -> Int {
        entry.has(Entry.Flag.word) ? releaseWord(entry) : 0
    }

    private func releaseWord(_ entry: Entry) -> Int {
        switch entry.valueKind {
        case .integerString, .inlineString: return 0
        case .largeString:
            let string = LargeString(address: entry.word)
            let kept = string.isShared ? string.size : 0
            string.release(in: memory)
            return kept
        case .packedHash:
            PackedList(address: entry.word).free(in: memory)
            return 0
        case .tableHash: return bury(TableHash(address: entry.word))
        }
    }

    /// Frees a hash, in slices when it is large. Returns the bytes that are not yet free.
    @discardableResult
    func bury(_ hash: TableHash) -> Int {
        let bytes = hash.bytes
        if let walk, walk.adopt(hash) { return bytes }
        guard hash.count <= Engine.smallTable else {
            graveyard.fieldTables.append(hash)
            return bytes
        }
        var kept = 0
        while hash.fields.drainSegment({ kept += freeField($0) }) {}
        hash.destroy()
        return kept
    }

    @discardableResult
    private func freeField(_ entry: Entry) -> Int {
        let kept = releaseValue(entry)
        entry.free(in: memory)
        return kept
    }

    /// Whether `freeSlice` has something to do.
    var hasGarbage: Bool { !graveyard.isEmpty || memory.hasHugeGarbage }

    /// Frees about one segment of what is buried; returns whether more is left.
    func freeSlice() -> Bool {
        if let hash = graveyard.fieldTables.last {
            if !freeSlice(of: hash) {
                hash.destroy()
                graveyard.fieldTables.removeLast()
            }
        } else if let table = graveyard.keyTables.last {
            if !table.drainSegment({ freeField($0) }) {
                table.destroy()
                graveyard.keyTables.removeLast()
            }
        } else if let index = graveyard.indexes.last {
            if !freeSlice(of: index) {
                index.destroy()
                graveyard.indexes.removeLast()
            }
        } else {
            memory.freeSlice()
        }
        return hasGarbage
    }

    private func freeSlice(of hash: TableHash) -> Bool {
        if hash.fields.drainSegment({ freeField($0) }) { return true }
        return hash.state.value.deadlines.map { freeSlice(of: $0) } ?? false
    }

    private func freeSlice(of index: DeadlineIndex) -> Bool {
        var budget = Engine.indexSlice
        return index.drain(budget: &budget)
    }
}
