// Values that change hands: what they weigh, and how each kind is copied.
import RedwingContainers

extension Engine {
    /// The memory that goes along when an entry's value changes hands.
    func valueBytes(_ entry: Entry) -> Int {
        guard entry.has(Entry.Flag.word) else { return 0 }
        switch entry.valueKind.form {
        case .inline, .word: return 0
        case .largeString: return LargeString(address: entry.word).size
        case .packed: return PackedList(address: entry.word).size
        case .integers: return IntSet(address: entry.word).size
        case .structure:
            return LargeValueRef(entry.valueKind, entry.word).value.bytes
        }
    }

    /// A copy of what the word of `entry` refers to, for a key of `database`.
    func copyWord(of entry: Entry, for database: Database) -> UInt64 {
        switch entry.valueKind.form {
        case .inline, .word: return entry.word
        case .largeString:
            // Shared until one of the keys changes its own. The gate counts what is allocated,
            // and nothing is.
            let string = LargeString(address: entry.word)
            string.retain()
            database.value.bytes &+= string.size
            return string.address
        case .packed:
            return PackedList(address: entry.word).copy(in: memory).address
        case .integers:
            return IntSet(address: entry.word).copy(in: memory).address
        case .structure:
            let copy = LargeValueRef(entry.valueKind, entry.word).value.copy(for: self)
            database.value.bytes &+= copy.shared
            return copy.address
        }
    }
}
