// What a large hash weighs, kept right by the gate: what a write added to the server's memory and
// not to the key's entry or to the indexes, it added to the hash. So a hash of any size can leave
// its database, by MOVE or into the graveyard, and its bytes with it.
import RedwingContainers

/// The large hash that a slot held before a write.
struct HeldHash {
    /// Its address, or 0 when the slot held something else.
    private let address: UInt64
    /// All of the server's memory but the hash.
    private let others: Int

    /// Remembers what `slot` holds.
    @inline(__always)
    init(_ slot: borrowing Slot, _ memory: SlabAllocator) {
        guard let entry = slot.entry, entry.kind == ValueKind.tableHash.rawValue else {
            address = 0
            others = 0
            return
        }
        address = entry.word
        others =
            HeldHash.apart(from: entry, slot.database, memory) &- TableHash(address: address).bytes
    }

    /// Gives the hash that `slot` holds now its weight.
    @inline(__always)
    func settle(_ slot: borrowing Slot, _ memory: SlabAllocator) {
        guard let entry = slot.entry, entry.kind == ValueKind.tableHash.rawValue else { return }
        let hash = TableHash(address: entry.word)
        if entry.word == address {
            hash.bytes = HeldHash.apart(from: entry, slot.database, memory) &- others
        } else if hash.bytes == 0 {
            hash.bytes = hash.measure()
        }
    }

    /// The server's memory without an entry and the indexes of its database.
    private static func apart(
        from entry: Entry, _ database: Database, _ memory: SlabAllocator
    ) -> Int {
        memory.usedBytes &- SlabLayout.rounded(entry.size)
            &- database.value.deadlines.bytes &- database.value.fieldDeadlines.bytes
    }
}
