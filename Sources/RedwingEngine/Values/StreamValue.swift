// A stream: entries in blocks, the blocks in the order of their ids, and the consumer groups. Knows
// nothing of keys, clients or events. All changes are in the files `Stream*.swift` here, because
// each has to give the snapshot its pre-image first: `change` does that for the stream as such, and
// what changes a block, a group or its pending entries does it for those (`StreamCapture.swift`).
import RedwingContainers

/// A stream; a handle, valid until `destroy()`.
struct StreamValue {
    /// What a stream consists of.
    struct State {
        let memory: SlabAllocator
        /// The blocks by the id that each begins with. None is without entries.
        var blocks = IDSequence()
        /// The last block's address, or 0.
        var tail: UInt64 = 0
        /// The number of entries.
        var length = 0
        /// The largest id that an entry ever had, or that XSETID has set.
        var lastID = StreamID.zero
        /// The largest id that was deleted by name.
        var maxDeletedID = StreamID.zero
        /// How many entries were ever added.
        var entriesAdded: Int64 = 0
        /// The consumer groups by name; the word of each is the address of its `GroupState`.
        var groups = NameList()
        /// The number that the next group gets.
        var nextGroup: UInt32 = 1
        /// What all of this takes of the memory.
        var bytes = 0
        /// The snapshot that the stream takes part in.
        var capture: StreamCapture?
    }

    /// The parts.
    let state: Box<State>

    /// An empty stream.
    init(memory: SlabAllocator) { state = Box(State(memory: memory)) }

    /// The stream whose address an entry's word holds.
    @inline(__always)
    init(address: UInt64) { state = Box(address: address) }

    /// The address to be stored in an entry's word.
    @inline(__always)
    var address: UInt64 { state.address }

    /// The number of entries.
    @inline(__always)
    var length: Int { state.value.length }

    /// The largest id that an entry ever had.
    @inline(__always)
    var lastID: StreamID { state.value.lastID }

    /// The bytes that the stream takes.
    var bytes: Int { state.value.bytes }

    var memory: SlabAllocator { state.value.memory }

    /// The scope of every change: the snapshot gets the old state, the bytes are counted.
    @inline(__always)
    func change<R>(_ body: () -> R) -> R {
        if state.value.capture != nil { captureHead() }
        let before = state.value.memory.usedBytes
        let result = body()
        state.value.bytes &+= state.value.memory.usedBytes &- before
        return result
    }

    /// Removes what is in memory of the stream's own; blocks and groups must be gone.
    func destroy() {
        state.value.blocks.removeAll(in: memory)
        state.value.groups.free(in: memory)
        state.destroy()
    }
}

// Entries.
extension StreamValue {
    /// The limits of a block; 0 is none.
    struct NodeLimits {
        var bytes: Int
        var entries: Int
    }

    /// Adds an entry, whose id must be larger than `lastID`. `string` gives the fields' names and
    /// values in turn, which have `byteCount` bytes together. Within `change`.
    @inline(__always)
    func append(
        _ id: StreamID, pairs: Int, byteCount: Int, _ limits: NodeLimits, _ string: (Int) -> Bytes
    ) {
        let memory = state.value.memory
        let tail = state.value.tail
        if tail != 0,
            !StreamBlock(address: tail).isFull(
                adding: byteCount, maxBytes: limits.bytes, maxEntries: limits.entries)
        {
            var block = StreamBlock(address: tail)
            if state.value.capture != nil { prepareWrite(block) }
            block.append(id, pairs: pairs, in: memory, string)
            if block.address != tail { moveTail(block) }
        } else {
            let block = StreamBlock.make(id, pairs: pairs, in: memory, string)
            startTail(block)
        }
        state.value.length &+= 1
        state.value.lastID = id
        state.value.entriesAdded &+= 1
    }

    private func moveTail(_ block: StreamBlock) {
        state.value.tail = block.address
        guard let position = state.value.blocks.lastPosition else { return }
        state.value.blocks.setWord(block.address, at: position)
    }

    private func startTail(_ block: StreamBlock) {
        if state.value.tail != 0 {
            var full = StreamBlock(address: state.value.tail)
            full.shrink(in: memory)
            moveTail(full)
        }
        block.mark = state.value.capture?.epoch ?? 0
        state.value.blocks.insert(block.base, block.address, in: memory)
        state.value.tail = block.address
    }

    /// The block at a place.
    func block(at position: IDSequence.Position) -> StreamBlock {
        StreamBlock(address: state.value.blocks.word(at: position))
    }

    /// Calls `body` with each entry whose id is in `first ... last`, backwards if asked, until it
    /// returns false. The stream must not change meanwhile.
    @inline(__always)
    func forEachEntry(
        from first: StreamID, to last: StreamID, backwards: Bool = false,
        _ body: (StreamEntry) -> Bool
    ) {
        guard first <= last else { return }
        if backwards {
            walkBackwards(from: first, to: last, body)
        } else {
            walkForwards(from: first, to: last, body)
        }
    }

    private func walkForwards(
        from first: StreamID, to last: StreamID, _ body: (StreamEntry) -> Bool
    ) {
        let blocks = state.value.blocks
        var next = blocks.floor(first) ?? blocks.firstPosition
        var isFirst = true
        while let position = next {
            let block = block(at: position)
            var offset = isFirst ? block.firstEntry(from: first)?.offset ?? block.end : block.first
            isFirst = false
            while offset < block.end {
                let entry = block.entry(at: offset)
                if entry.id > last { return }
                if !entry.isDeleted, !body(entry) { return }
                offset = block.offset(after: entry)
            }
            next = blocks.position(after: position)
        }
    }

    private func walkBackwards(
        from first: StreamID, to last: StreamID, _ body: (StreamEntry) -> Bool
    ) {
        let blocks = state.value.blocks
        var next = blocks.floor(last)
        var isFirst = true
        while let position = next {
            let block = block(at: position)
            var offset = block.end
            if isFirst {
                offset = block.lastEntry(upTo: last).map { block.offset(after: $0) } ?? block.first
            }
            isFirst = false
            while offset > block.first {
                offset = block.offset(before: offset)
                let entry = block.entry(at: offset)
                if entry.id < first { return }
                if !entry.isDeleted, !body(entry) { return }
            }
            next = blocks.position(before: position)
        }
    }

    /// The entry with an id, or nil.
    func find(_ id: StreamID) -> StreamEntry? {
        state.value.blocks.floor(id).flatMap { block(at: $0).find(id) }
    }

    /// The first entry's id, `0-0` when there is none.
    var firstID: StreamID { edge(backwards: false) }

    /// The last entry's id, `0-0` when there is none.
    var lastEntryID: StreamID { edge(backwards: true) }

    private func edge(backwards: Bool) -> StreamID {
        var id = StreamID.zero
        forEachEntry(from: .zero, to: .max, backwards: backwards) {
            id = $0.id
            return false
        }
        return id
    }
}
