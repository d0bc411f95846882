// Which clients have read which keys since these last changed. Knows numbers of clients and nothing
// else of them; keys of all databases are one, as for the clients that cache them.
import RedwingContainers

/// The keys that clients may have cached.
struct TrackingTable {
    /// Entries whose values are sets of clients' numbers.
    private var keys: HashTable
    /// Pairs of a key and a client.
    private(set) var itemCount = 0
    private let seed: HashSeed
    private let memory: SlabAllocator

    init(seed: HashSeed, memory: SlabAllocator) {
        self.seed = seed
        self.memory = memory
        keys = HashTable(seed: seed, memory: memory)
    }

    /// The number of keys.
    @inline(__always)
    var count: Int { keys.count }

    /// The hash of a key, which is that of any database of the engine.
    @inline(__always)
    func hash(_ key: Bytes) -> UInt64 { keys.hash(key) }

    /// Notes that a client has read a key.
    @inline(__always)
    mutating func remember(_ hash: UInt64, _ key: Bytes, _ number: UInt32) {
        guard let position = keys.position(hash, key) else {
            keys.insert(hash, Entry.make(key, number: number, in: memory))
            itemCount &+= 1
            return
        }
        guard !position.entry.contains(number) else { return }
        position.replace(with: position.entry.inserting(number, in: memory))
        itemCount &+= 1
    }

    /// Takes a key out and returns its entry, which the caller frees.
    mutating func take(_ hash: UInt64, _ key: Bytes) -> Entry? {
        guard let position = keys.position(hash, key) else { return nil }
        let entry = position.entry
        keys.remove(hash, at: position)
        itemCount &-= entry.numberCount
        return entry
    }

    /// Takes a key out that is picked at random.
    mutating func takeRandom(_ random: () -> UInt64) -> Entry? {
        guard let key = keys.randomEntry(random)?.key else { return nil }
        return take(keys.hash(key), key)
    }

    /// Begins anew; the old table is the caller's to free.
    mutating func replace() -> HashTable {
        let old = keys
        keys = HashTable(seed: seed, memory: memory)
        itemCount = 0
        return old
    }
}
