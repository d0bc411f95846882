// Figures of a stream that come from how others store it.
import RedwingContainers

extension StreamValue {
    /// The largest id that was deleted by name.
    var maxDeletedID: StreamID { state.value.maxDeletedID }

    /// Sets what XSETID sets. Within `change`.
    func setLastID(_ id: StreamID, entriesAdded: Int64?, maxDeletedID: StreamID) {
        state.value.lastID = id
        if let entriesAdded { state.value.entriesAdded = entriesAdded }
        if maxDeletedID != .zero { state.value.maxDeletedID = maxDeletedID }
    }

    /// The nodes of a radix tree with the blocks' first ids as keys of 16 bytes, in which a run of
    /// bytes without a branch is one node: the leaves, the branches, and the runs between them.
    var radixNodeCount: Int {
        let blocks = state.value.blocks
        guard var position = blocks.firstPosition else { return 1 }
        var nodes = blocks.count
        var depths: [Int] = []
        var previous = blocks.id(at: position)
        var before = -1
        while let next = blocks.position(after: position) {
            let id = blocks.id(at: next)
            let common = StreamValue.commonBytes(previous, id)
            // The leaf of `previous` hangs on the deeper of its two neighbours' branches.
            if max(before, common) < 15 { nodes += 1 }
            nodes += StreamValue.close(&depths, above: common)
            if depths.last != common {
                depths.append(common)
                nodes += 1
            }
            (position, previous, before) = (next, id, common)
        }
        if before < 15 { nodes += 1 }
        nodes += StreamValue.close(&depths, above: -1)
        return nodes
    }

    /// Leaves the branches that are deeper; returns the runs of bytes that lead to them.
    private static func close(_ depths: inout [Int], above depth: Int) -> Int {
        var runs = 0
        while let last = depths.last, last > depth {
            depths.removeLast()
            let parent = max(depth, depths.last ?? -1)
            // The byte that is chosen at the parent belongs to the parent.
            if last - parent - 1 > 0 { runs += 1 }
        }
        return runs
    }

    /// The bytes that two ids have in common at their beginning, as big-endian numbers.
    private static func commonBytes(_ first: StreamID, _ second: StreamID) -> Int {
        let ms = first.ms ^ second.ms
        if ms != 0 { return ms.leadingZeroBitCount / 8 }
        return 8 + (first.seq ^ second.seq).leadingZeroBitCount / 8
    }
}
