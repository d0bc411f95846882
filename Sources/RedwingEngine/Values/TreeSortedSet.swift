// A large sorted set: a table that finds its members by their bytes and a tree that holds the same
// entries in order. A member is stored once. Knows nothing of keys, clients or events. What changes
// a member gives the snapshot that runs its old state first.
import RedwingContainers

/// A sorted set stored as a table and a tree; a handle, valid until `destroy()`.
struct TreeSortedSet {
    /// What a large sorted set consists of.
    struct State {
        let members: HashTable
        let tree: ScoreTree
        let memory: SlabAllocator
        /// What all of this takes of the memory.
        var bytes: Int
    }

    /// The parts.
    let state: Box<State>

    /// An empty sorted set.
    init(seed: HashSeed, memory: SlabAllocator) {
        let before = memory.usedBytes
        let members = HashTable(seed: seed, memory: memory)
        let tree = ScoreTree(memory: memory)
        state = Box(
            State(
                members: members, tree: tree, memory: memory, bytes: memory.usedBytes &- before))
    }

    /// A sorted set of these members, which take `bytes`.
    private init(_ members: HashTable, bytes: Int, memory: SlabAllocator) {
        let before = memory.usedBytes
        let tree = ScoreTree(memory: memory)
        state = Box(
            State(
                members: members, tree: tree, memory: memory,
                bytes: bytes &+ memory.usedBytes &- before))
        arrange()
    }

    /// The sorted set whose address an entry's word holds.
    @inline(__always)
    init(address: UInt64) { state = Box(address: address) }

    /// The address to be stored in an entry's word.
    @inline(__always)
    var address: UInt64 { state.address }

    /// The members by their bytes, for reading.
    @inline(__always)
    var members: HashTable { state.value.members }

    /// The members in order, for reading.
    @inline(__always)
    var tree: ScoreTree { state.value.tree }

    /// The number of members.
    @inline(__always)
    var count: Int { state.value.members.count }

    /// The bytes that the sorted set takes.
    var bytes: Int { state.value.bytes }

    /// The entry of a member, or nil.
    @inline(__always)
    func find(_ member: Bytes) -> Entry? { members.find(members.hash(member), member) }

    /// Frees the table and the tree; the members must be gone.
    func destroy() {
        members.destroy()
        tree.destroy()
        state.destroy()
    }
}

// Changes.
extension TreeSortedSet {
    /// A member that may be changed: hashed and looked up once.
    struct Place {
        let member: Bytes
        let hash: UInt64
        let position: TablePosition?

        /// The member's entry; nil when there is none.
        @inline(__always)
        var entry: Entry? { position?.entry }
    }

    /// Opens a member for a change: the snapshot that runs gets its old state.
    @inline(__always)
    func open(_ member: Bytes) -> Place {
        let members = self.members
        let hash = members.hash(member)
        members.prepareWrite(hash)
        return Place(member: member, hash: hash, position: members.position(hash, member))
    }

    /// Adds a member that is not there.
    @inline(__always)
    func insert(_ place: Place, _ score: Double) {
        let memory = state.value.memory
        let before = memory.usedBytes
        let entry = Entry.makeMember(place.member, score: score, in: memory)
        members.insert(place.hash, entry)
        tree.insert(entry)
        state.value.bytes &+= memory.usedBytes &- before
    }

    /// Adds a member that comes behind all others.
    @inline(__always)
    func append(_ member: Bytes, _ score: Double) {
        let memory = state.value.memory
        let before = memory.usedBytes
        let members = self.members
        let entry = Entry.makeMember(member, score: score, in: memory)
        members.insert(members.hash(member), entry)
        tree.append(entry)
        state.value.bytes &+= memory.usedBytes &- before
    }

    /// Gives a member that was opened another score.
    @inline(__always)
    func setScore(_ entry: Entry, _ score: Double) {
        let tree = self.tree
        if tree.adjust(entry, to: score) { return }
        let memory = state.value.memory
        let before = memory.usedBytes
        tree.remove(entry)
        entry.score = score
        tree.insert(entry)
        state.value.bytes &+= memory.usedBytes &- before
    }

    /// Takes a member out and frees it.
    @inline(__always)
    func remove(_ place: Place) {
        guard let position = place.position else { return }
        let memory = state.value.memory
        let before = memory.usedBytes
        let entry = position.entry
        tree.remove(entry)
        members.remove(place.hash, at: position)
        entry.free(in: memory)
        state.value.bytes &+= memory.usedBytes &- before
    }

    /// Takes out the member that comes first or last, which there must be.
    @inline(__always)
    func removeEnd(isLast: Bool) {
        let tree = self.tree
        guard let end = isLast ? tree.last : tree.first else { return }
        let place = open(end.key)
        guard let position = place.position else { return }
        let memory = state.value.memory
        let before = memory.usedBytes
        _ = isLast ? tree.removeLast() : tree.removeFirst()
        members.remove(place.hash, at: position)
        end.free(in: memory)
        state.value.bytes &+= memory.usedBytes &- before
    }
}

// Sets that are put in order at the end.
extension TreeSortedSet {
    /// Adds a member to a sorted set that is being made, whose tree `arrange` fills in the end;
    /// returns its entry. There must be no such member.
    @inline(__always)
    func collect(_ place: Place, _ score: Double) -> Entry {
        let memory = state.value.memory
        let before = memory.usedBytes
        let entry = Entry.makeMember(place.member, score: score, in: memory)
        members.insert(place.hash, entry)
        state.value.bytes &+= memory.usedBytes &- before
        return entry
    }

    /// Puts all members, whose order is not known yet, in order.
    func arrange() {
        struct Item {
            let score: Double
            let entry: Entry
        }
        var items: [Item] = []
        items.reserveCapacity(count)
        members.forEachEntry { items.append(Item(score: $0.score, entry: $0)) }
        items.sort {
            $0.score < $1.score
                || $0.score == $1.score && $0.entry.key.compare($1.entry.key) < 0
        }
        let memory = state.value.memory
        let before = memory.usedBytes
        let tree = self.tree
        for item in items { tree.append(item.entry) }
        state.value.bytes &+= memory.usedBytes &- before
    }

    /// A copy with members of its own.
    func copy() -> TreeSortedSet {
        let memory = state.value.memory
        let before = memory.usedBytes
        let copy = members.copy { Entry.makeMember($0.key, score: $0.score, in: memory) }
        return TreeSortedSet(copy, bytes: memory.usedBytes &- before, memory: memory)
    }
}
