// Values that change hands: what they weigh, and how each kind is copied.
import RedwingContainers

extension Engine {
    /// The memory that goes along when an entry's value changes hands.
    func valueBytes(_ entry: Entry) -> Int {
        guard entry.has(Entry.Flag.word) else { return 0 }
        switch entry.valueKind {
        case .inlineString, .integerString: return 0
        case .largeString: return LargeString(address: entry.word).size
        case .packedHash: return PackedList(address: entry.word).size
        case .tableHash: return TableHash(address: entry.word).bytes
        }
    }

    /// A copy of what the word of `entry` refers to, for a key of `database`.
    func copyWord(of entry: Entry, for database: Database) -> UInt64 {
        switch entry.valueKind {
        case .inlineString, .integerString: return entry.word
        case .largeString:
            // Shared until one of the keys changes its own. The gate counts what is allocated,
            // and nothing is.
            let string = LargeString(address: entry.word)
            string.retain()
            database.value.bytes &+= string.size
            return string.address
        case .packedHash:
            return PackedList(address: entry.word).copy(in: memory).address
        case .tableHash:
            return copyTable(TableHash(address: entry.word), for: database).address
        }
    }

    private func copyTable(_ hash: TableHash, for database: Database) -> TableHash {
        let before = memory.usedBytes
        let copy = TableHash(seed: seed, memory: memory)
        var shared = 0
        hash.fields.forEach { shared &+= copyField($0, to: copy) }
        database.value.bytes &+= shared
        copy.bytes = memory.usedBytes &- before &+ shared
        return copy
    }

    /// Gives `copy` a field like `field`. Returns the bytes of the value if both share it.
    private func copyField(_ field: Entry, to copy: TableHash) -> Int {
        let shape = Entry.Shape(
            kind: field.kind, flags: field.header & 0xff00, access: field.access,
            valueCount: field.valueCount)
        let new = Entry.make(field.key, shape, in: memory)
        var shared = 0
        if field.has(Entry.Flag.word) {
            new.word = field.word
            if field.kind == ValueKind.largeString.rawValue {
                let string = LargeString(address: field.word)
                string.retain()
                shared = string.size
            }
        } else {
            new.setValue(field.value)
        }
        let hash = copy.fields.hash(field.key)
        copy.fields.insert(hash, new)
        if field.has(Entry.Flag.deadline) {
            let index = copy.deadlines ?? DeadlineIndex(now: now, memory: memory)
            copy.deadlines = index
            copy.deadlineCount &+= 1
            index.schedule(
                hash, new, DeadlineWord(bits: field.deadlineWord).deadline, isNew: true)
        }
        return shared
    }
}
