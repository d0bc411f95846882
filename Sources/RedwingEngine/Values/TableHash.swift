// A large hash: a table of fields, each an entry with its value inside, and the index of the
// fields' deadlines once there is one. Knows nothing of keys, clients or events.
import RedwingContainers

/// A hash stored as a table; a handle, valid until `destroy(in:)`.
struct TableHash {
    /// What a large hash consists of.
    struct State {
        var fields: HashTable
        var deadlines: DeadlineIndex?
        /// Fields that have a deadline.
        var deadlineCount = 0
        /// What all of this takes, as the gate has counted it; 0 before it has.
        var bytes = 0
    }

    private let box: Box<State>

    /// An empty hash.
    init(seed: HashSeed, memory: SlabAllocator) {
        box = Box(State(fields: HashTable(seed: seed, memory: memory)))
    }

    /// The hash whose address an entry's word holds.
    @inline(__always)
    init(address: UInt64) { box = Box(address: address) }

    /// The address to be stored in an entry's word.
    @inline(__always)
    var address: UInt64 { box.address }

    /// The fields.
    @inline(__always)
    var fields: HashTable { box.value.fields }

    /// The number of fields, those included whose time has come and which are not yet removed.
    @inline(__always)
    var count: Int { box.value.fields.count }

    var deadlines: DeadlineIndex? {
        get { box.value.deadlines }
        nonmutating set { box.value.deadlines = newValue }
    }

    var deadlineCount: Int {
        get { box.value.deadlineCount }
        nonmutating set { box.value.deadlineCount = newValue }
    }

    /// The bytes that the hash takes, as the gate has counted them; 0 before it has.
    var bytes: Int {
        get { box.value.bytes }
        nonmutating set { box.value.bytes = newValue }
    }

    /// The bytes that the hash takes, counted field by field.
    func measure() -> Int {
        var bytes = fields.overheadBytes + (deadlines?.bytes ?? 0)
        fields.forEach { field in
            bytes += SlabLayout.rounded(field.size)
            if field.kind == ValueKind.largeString.rawValue {
                bytes += LargeString(address: field.word).size
            }
        }
        return bytes
    }

    /// Frees the table and the index; the fields must be gone.
    func destroy(in memory: SlabAllocator) {
        fields.destroy()
        deadlines?.destroy()
        box.destroy()
    }
}
