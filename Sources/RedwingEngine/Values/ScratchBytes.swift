// Bytes that a command gathers for itself while it runs: in one growing block, without an
// allocation for each piece.
import RedwingContainers

/// Bytes gathered one behind the other; whoever made them gives them back with `release`.
struct ScratchBytes {
    private var block: LargeString
    private let memory: SlabAllocator

    /// No bytes yet, with room for `capacity`.
    init(capacity: Int, in memory: SlabAllocator) {
        block = LargeString.make(capacity: capacity, in: memory)
        self.memory = memory
    }

    /// All bytes, lent until the next one is added.
    var bytes: Bytes { block.bytes }

    /// Adds `bytes`, which must lie elsewhere, and returns where they begin.
    @discardableResult
    mutating func append(_ bytes: Bytes) -> Int {
        let start = block.count
        block = block.unique(capacity: start + bytes.count, in: memory)
        block.append(bytes)
        return start
    }

    /// Forgets the bytes and keeps the room.
    mutating func removeAll() { block.setCount(0) }

    /// Gives the room back.
    func release() { block.release(in: memory) }
}
