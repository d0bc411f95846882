// Values that nobody can reach any more and that are too large to be freed at once. The loop frees
// a slice of them in each turn.
import RedwingContainers

/// What waits to be freed.
struct Graveyard {
    /// Tables of whole databases, whose entries may hold values of their own.
    var keyTables: [HashTable] = []
    /// Large values.
    var values: [LargeValueRef] = []
    /// Deadlines of whole databases.
    var indexes: [DeadlineIndex] = []

    var isEmpty: Bool { keyTables.isEmpty && values.isEmpty && indexes.isEmpty }
    var count: Int { keyTables.count + values.count + indexes.count }
}

extension Engine {
    /// A value with at most this many elements is freed at once.
    private static let fewElements = 64

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
        switch entry.valueKind.form {
        case .inline, .word: return 0
        case .largeString:
            let string = LargeString(address: entry.word)
            let kept = string.isShared ? string.size : 0
            string.release(in: memory)
            return kept
        case .packed:
            PackedList(address: entry.word).free(in: memory)
            return 0
        case .integers:
            IntSet(address: entry.word).free(in: memory)
            return 0
        case .structure: return bury(LargeValueRef(entry.valueKind, entry.word))
        }
    }

    /// Frees a large value, in slices when it has many elements. Returns the bytes that are not yet
    /// free.
    @discardableResult
    func bury(_ reference: LargeValueRef) -> Int {
        let value = reference.value
        let bytes = value.bytes
        if let walk, walk.adopt(reference) { return bytes }
        guard value.count <= Engine.fewElements else {
            graveyard.values.append(reference)
            return bytes
        }
        let before = memory.usedBytes
        while value.drain(self) {}
        value.destroy()
        return bytes &- (before &- memory.usedBytes)
    }

    @discardableResult
    private func freeEntry(_ entry: Entry) -> Int {
        let kept = releaseValue(entry)
        entry.free(in: memory)
        return kept
    }

    /// Whether `freeSlice` has something to do.
    var hasGarbage: Bool { !graveyard.isEmpty || memory.hasHugeGarbage }

    /// Frees about one segment of what is buried; returns whether more is left.
    func freeSlice() -> Bool {
        if let value = graveyard.values.last?.value {
            if !value.drain(self) {
                value.destroy()
                graveyard.values.removeLast()
            }
        } else if let table = graveyard.keyTables.last {
            if !table.drainSegment({ freeEntry($0) }) {
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

    /// Frees a bounded part of an index; returns whether more is left.
    func freeSlice(of index: DeadlineIndex) -> Bool {
        var budget = Engine.indexSlice
        return index.drain(budget: &budget)
    }
}
