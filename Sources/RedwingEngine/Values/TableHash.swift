// A large hash: a table of fields, each an entry with its value inside. Knows nothing of keys,
// clients or events. All changes of fields are here and in `TableHash+Deadlines.swift`, because
// each has to give the snapshot its pre-image first: `open` does that, and what changes a field
// takes a place that was opened.
import RedwingContainers

/// A hash stored as a table; a handle, valid until `destroy()`.
struct TableHash {
    /// What a large hash consists of.
    struct State {
        let fields: HashTable
        let memory: SlabAllocator
        /// Which fields expire when; nil while the fields are so few that they are looked through.
        var deadlines: DeadlineIndex?
        /// Fields that have a deadline.
        var deadlineCount = 0
        /// No field expires before this.
        var earliest = Int64.max
        /// The last time that a deadline was set or fields were expired; an index begins here.
        var time: Int64 = 0
        /// Where and for when the database has filed the hash; see `FieldExpiry.swift`.
        var filedUnder: UInt64 = 0
        var filedFor = Int64.max
        /// What all of this takes of the memory.
        var bytes: Int
        /// Bytes that left the hash and are not free, because somebody else holds them.
        var keptBytes = 0
    }

    /// The parts.
    let state: Box<State>

    /// An empty hash.
    init(seed: HashSeed, memory: SlabAllocator) {
        let before = memory.usedBytes
        let fields = HashTable(seed: seed, memory: memory)
        state = Box(
            State(fields: fields, memory: memory, bytes: memory.usedBytes &- before))
    }

    /// A hash of these fields, none of which has a deadline; `bytes` is what they take.
    init(_ fields: HashTable, bytes: Int, memory: SlabAllocator) {
        state = Box(State(fields: fields, memory: memory, bytes: bytes))
    }

    /// The hash whose address an entry's word holds.
    @inline(__always)
    init(address: UInt64) { state = Box(address: address) }

    /// The address to be stored in an entry's word.
    @inline(__always)
    var address: UInt64 { state.address }

    /// The fields, for reading.
    @inline(__always)
    var fields: HashTable { state.value.fields }

    /// The number of fields, those included whose time has come and which are not yet removed.
    @inline(__always)
    var count: Int { state.value.fields.count }

    /// Fields that have a deadline.
    @inline(__always)
    var deadlineCount: Int { state.value.deadlineCount }

    /// The bytes that the hash takes.
    var bytes: Int { state.value.bytes }

    /// Frees the table and the index; the fields must be gone.
    func destroy() {
        fields.destroy()
        state.value.deadlines?.destroy()
        state.destroy()
    }
}

extension Entry {
    /// Whether a field has expired at `time`.
    @inline(__always)
    func isExpiredField(at time: Int64) -> Bool {
        has(Entry.Flag.deadline) && DeadlineWord(bits: deadlineWord).deadline <= time
    }

    /// When a field expires, in Unix milliseconds, or nil.
    @inline(__always)
    var fieldDeadline: Int64? {
        has(Entry.Flag.deadline) ? DeadlineWord(bits: deadlineWord).deadline : nil
    }
}

extension TableHash {
    /// A field that may be changed: hashed and looked up once.
    struct Place {
        let field: Bytes
        let hash: UInt64
        var position: TablePosition?

        /// The field's entry, expired or not; nil when there is none.
        @inline(__always)
        var entry: Entry? { position?.entry }
    }

    /// The entry of a field that has not expired at `time`.
    @inline(__always)
    func find(_ field: Bytes, at time: Int64) -> Entry? {
        guard let entry = fields.find(fields.hash(field), field), !entry.isExpiredField(at: time)
        else { return nil }
        return entry
    }

    /// Opens a field for a change: the snapshot that runs gets its old state.
    @inline(__always)
    func open(_ field: Bytes) -> Place {
        let hash = fields.hash(field)
        fields.prepareWrite(hash)
        return Place(field: field, hash: hash, position: fields.position(hash, field))
    }

    /// Stores a value in a field, new or not; its deadline goes unless it is to be kept.
    @inline(__always)
    func store(_ place: inout Place, _ value: Bytes, keepsDeadline: Bool = false) {
        guard let position = place.position else { return insert(&place, value) }
        let entry = position.entry
        if entry.kind == ValueKind.inlineString.rawValue, entry.fits(valueCount: value.count),
            keepsDeadline || !entry.has(Entry.Flag.deadline)
        {
            if entry.valueCount != value.count { entry.setShortValueCount(value.count) }
            entry.setValue(value)
            return
        }
        replace(&place, position, value, keepsDeadline: keepsDeadline)
    }

    private func insert(_ place: inout Place, _ value: Bytes) {
        let before = state.value.memory.usedBytes
        let entry = make(place.field, value, flags: 0)
        place.position = fields.insert(place.hash, entry)
        if state.value.deadlineCount > 0 { indexIfLarge() }
        state.value.bytes &+= state.value.memory.usedBytes &- before
    }

    private func replace(
        _ place: inout Place, _ position: TablePosition, _ value: Bytes, keepsDeadline: Bool
    ) {
        let before = state.value.memory.usedBytes
        let old = position.entry
        let hadDeadline = old.has(Entry.Flag.deadline)
        let flags = hadDeadline && keepsDeadline ? Entry.Flag.deadline : 0
        let new = make(old.key, value, flags: flags)
        if hadDeadline {
            if keepsDeadline {
                new.deadlineWord = old.deadlineWord
            } else {
                forgetDeadline()
            }
        }
        position.replace(with: new)
        free(old)
        state.value.bytes &+= state.value.memory.usedBytes &- before
    }

    private func make(_ field: Bytes, _ value: Bytes, flags: UInt64) -> Entry {
        let memory = state.value.memory
        if value.count > LargeString.threshold {
            let shape = Entry.Shape(
                kind: ValueKind.largeString.rawValue, flags: flags | Entry.Flag.word, access: 0,
                valueCount: 0)
            let entry = Entry.make(field, shape, in: memory)
            entry.word = LargeString.make(value, in: memory).address
            return entry
        }
        let shape = Entry.Shape(
            kind: ValueKind.inlineString.rawValue, flags: flags, access: 0,
            valueCount: value.count)
        let entry = Entry.make(field, shape, in: memory)
        entry.setValue(value)
        return entry
    }

    /// Takes a field out and frees it.
    func remove(_ place: inout Place) {
        guard let position = place.position else { return }
        let before = state.value.memory.usedBytes
        let entry = position.entry
        fields.remove(place.hash, at: position)
        place.position = nil
        if entry.has(Entry.Flag.deadline) { forgetDeadline() }
        free(entry)
        state.value.bytes &+= state.value.memory.usedBytes &- before
    }

    /// Frees a field that is in the table no more.
    private func free(_ entry: Entry) {
        let memory = state.value.memory
        if entry.has(Entry.Flag.word) {
            let string = LargeString(address: entry.word)
            if string.isShared {
                state.value.bytes &-= string.size
                state.value.keptBytes &+= string.size
            }
            string.release(in: memory)
        }
        entry.free(in: memory)
    }
}
