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
    /// Bytes that no key has any more and that are not yet free: what is here, and what a snapshot
    /// still has to write.
    var bytes = 0

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
            // Otherwise a reply holds it, which is the client's memory.
            if kept > 0, walk ?? lastWalk != nil { graveyard.bytes += kept }
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
        if let walk, walk.adopt(reference) {
            graveyard.bytes += bytes
            return bytes
        }
        guard value.count <= Engine.fewElements else {
            graveyard.values.append(reference)
            graveyard.bytes += bytes
            return bytes
        }
        let before = memory.usedBytes
        while value.drain(self) {}
        value.destroy()
        return bytes &- (before &- memory.usedBytes)
    }

    /// Frees an entry of a table that is buried, and so counts as buried with its value.
    private func freeEntry(_ entry: Entry) {
        let before = graveyard.bytes
        let kept = releaseValue(entry)
        // What is buried once more must not count twice, what somebody else holds not at all.
        graveyard.bytes = before - (kept - (graveyard.bytes - before))
        entry.free(in: memory)
    }

    /// Frees the values that were buried since there were `count`.
    func freeValues(beyond count: Int) {
        while graveyard.values.count > count { _ = freeSlice() }
    }

    /// Notes that so many bytes were freed which had belonged to no key.
    func noteFreed(_ bytes: Int) {
        let isOver = graveyard.isEmpty && (walk ?? lastWalk) == nil
        graveyard.bytes = isOver ? 0 : max(0, graveyard.bytes - bytes)
    }

    /// Whether `freeSlice` has something to do.
    var hasGarbage: Bool { !graveyard.isEmpty || memory.hasHugeGarbage }

    /// Frees about one segment of what is buried; returns whether more is left.
    func freeSlice() -> Bool {
        let before = memory.usedBytes
        defer { noteFreed(before &- memory.usedBytes) }
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
