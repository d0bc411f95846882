// A large set: a table whose entries are the members. Knows nothing of keys, clients or events.
// What changes a member gives the snapshot that runs its old state first.
import RedwingContainers

/// A set stored as a table; a handle, valid until `destroy()`.
struct TableSet {
    /// What a large set consists of.
    struct State {
        let members: HashTable
        let memory: SlabAllocator
        /// What all of this takes of the memory.
        var bytes: Int
    }

    /// The parts.
    let state: Box<State>

    /// An empty set.
    init(seed: HashSeed, memory: SlabAllocator) {
        let before = memory.usedBytes
        let members = HashTable(seed: seed, memory: memory)
        self.init(members, bytes: memory.usedBytes &- before, memory: memory)
    }

    private init(_ members: HashTable, bytes: Int, memory: SlabAllocator) {
        state = Box(State(members: members, memory: memory, bytes: bytes))
    }

    /// The set whose address an entry's word holds.
    @inline(__always)
    init(address: UInt64) { state = Box(address: address) }

    /// The address to be stored in an entry's word.
    @inline(__always)
    var address: UInt64 { state.address }

    /// The members, for reading.
    @inline(__always)
    var members: HashTable { state.value.members }

    /// The number of members.
    @inline(__always)
    var count: Int { state.value.members.count }

    /// The bytes that the set takes.
    var bytes: Int { state.value.bytes }

    /// Whether `member` is in the set.
    @inline(__always)
    func contains(_ member: Bytes) -> Bool {
        members.find(members.hash(member), member) != nil
    }

    /// Puts a member in; returns whether it was not there before.
    @inline(__always)
    func add(_ member: Bytes) -> Bool {
        let members = self.members
        let hash = members.hash(member)
        guard members.position(hash, member) == nil else { return false }
        members.prepareWrite(hash)
        let memory = state.value.memory
        let before = memory.usedBytes
        members.insert(hash, Entry.makeMember(member, in: memory))
        state.value.bytes &+= memory.usedBytes &- before
        return true
    }

    /// Takes a member out; returns whether it was there.
    @inline(__always)
    func remove(_ member: Bytes) -> Bool {
        let members = self.members
        let hash = members.hash(member)
        guard let position = members.position(hash, member) else { return false }
        remove(hash, position)
        return true
    }

    /// Takes out the member at a position that was just found; its bytes may not be used again.
    @inline(__always)
    func remove(_ hash: UInt64, _ position: TablePosition) {
        let members = self.members
        members.prepareWrite(hash)
        let memory = state.value.memory
        let before = memory.usedBytes
        let entry = position.entry
        members.remove(hash, at: position)
        entry.free(in: memory)
        state.value.bytes &+= memory.usedBytes &- before
    }

    /// Frees the table; the members must be gone.
    func destroy() {
        members.destroy()
        state.destroy()
    }
}

extension TableSet {
    /// A copy with members of its own.
    func copy() -> TableSet {
        let memory = state.value.memory
        let before = memory.usedBytes
        let copy = members.copy { Entry.makeMember($0.key, in: memory) }
        return TableSet(copy, bytes: memory.usedBytes &- before, memory: memory)
    }
}
