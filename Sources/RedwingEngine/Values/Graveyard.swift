// Values that nobody can reach any more and that are too large to be freed at once. The loop frees
// a slice of them in each turn.
import RedwingContainers

/// What waits to be freed.
struct Graveyard {
    /// Tables of whole databases, whose entries may hold values of their own.
    var keyTables: [HashTable] = []
    /// Tables of hashes, whose entries are plain.
    var fieldTables: [TableHash] = []

    var isEmpty: Bool { keyTables.isEmpty && fieldTables.isEmpty }
    var count: Int { keyTables.count + fieldTables.count }
}

extension Engine {
    /// A table with at most this many entries is freed at once.
    private static let smallTable = 64

    /// Frees what an entry's word refers to; the entry itself is the caller's.
    @inline(__always)
    func releaseValue(_ entry: Entry) {
        if entry.has(Entry.Flag.word) { releaseWord(entry) }
    }

    private func releaseWord(_ entry: Entry) {
        switch entry.valueKind {
        case .integerString, .inlineString: break
        case .largeString: LargeString(address: entry.word).release(in: memory)
        case .packedHash: PackedList(address: entry.word).free(in: memory)
        case .tableHash: bury(TableHash(address: entry.word))
        }
    }

    func bury(_ hash: TableHash) {
        if let walk, walk.adopt(hash) { return }
        if hash.count <= Engine.smallTable {
            while hash.fields.drainSegment({ freeField($0) }) {}
            hash.destroy(in: memory)
        } else {
            graveyard.fieldTables.append(hash)
        }
    }

    func freeField(_ entry: Entry) {
        releaseValue(entry)
        entry.free(in: memory)
    }

    /// Frees about one segment of what is buried; returns whether more is left.
    func freeSlice() -> Bool {
        if let hash = graveyard.fieldTables.last {
            if !hash.fields.drainSegment({ freeField($0) }) {
                hash.destroy(in: memory)
                graveyard.fieldTables.removeLast()
            }
        } else if let table = graveyard.keyTables.last {
            if !table.drainSegment({ freeField($0) }) {
                table.destroy()
                graveyard.keyTables.removeLast()
            }
        }
        return !graveyard.isEmpty
    }
}
