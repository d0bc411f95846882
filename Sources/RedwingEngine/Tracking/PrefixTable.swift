// The prefixes whose keys clients hear of without having read them, and the keys that have changed
// since these clients were last told. They are told once a turn, all at once.
import RedwingContainers

/// A prefix with the clients that asked for it.
final class TrackedPrefix {
    let prefix: [UInt8]
    /// By their ids.
    var sessions: [UInt64: Session] = [:]
    /// Changed keys, each with the id of the client that changed it last, or 0, as its word.
    private var changed: HashTable?
    fileprivate let place: Int

    fileprivate init(_ prefix: [UInt8], place: Int) {
        self.prefix = prefix
        self.place = place
    }

    /// Notes a change; returns whether it is the first since the clients were told.
    fileprivate func note(
        _ key: Bytes, by id: UInt64, _ seed: HashSeed, _ memory: SlabAllocator
    ) -> Bool {
        let isFirst = changed == nil
        let table = changed ?? HashTable(seed: seed, memory: memory)
        changed = table
        let hash = table.hash(key)
        if let entry = table.find(hash, key) {
            entry.word = id
            return false
        }
        let shape = Entry.Shape(kind: 0, flags: Entry.Flag.word, access: 0, valueCount: 0)
        let entry = Entry.make(key, shape, in: memory)
        entry.word = id
        table.insert(hash, entry)
        return isFirst
    }

    /// Lends the changed keys in their order to `body` and forgets them.
    func takeChanged(_ memory: SlabAllocator, _ body: ([Entry]) -> Void) {
        guard let table = changed else { return }
        changed = nil
        var entries: [Entry] = []
        entries.reserveCapacity(table.count)
        table.forEachEntry { entries.append($0) }
        entries.sort { $0.key.compare($1.key) < 0 }
        body(entries)
        while table.drainSegment({ $0.free(in: memory) }) {}
        table.destroy()
    }
}

/// All prefixes.
struct PrefixTable {
    /// From a prefix to its place.
    private let index: HashTable
    private var places: [TrackedPrefix?] = []
    private var freePlaces: [Int] = []
    /// How many prefixes there are of each length.
    private var lengths: [Int: Int] = [:]
    /// The lengths that occur, in order: so many prefixes may match a key.
    private var sortedLengths: [Int] = []
    /// Those with changes that their clients have not been told of.
    private var changed: [TrackedPrefix] = []
    private let seed: HashSeed
    private let memory: SlabAllocator

    init(seed: HashSeed, memory: SlabAllocator) {
        self.seed = seed
        self.memory = memory
        index = HashTable(seed: seed, memory: memory)
    }

    /// The number of prefixes.
    var count: Int { index.count }

    /// Whether clients have to be told of changes.
    var hasChanges: Bool { !changed.isEmpty }

    /// A client asks for a prefix.
    mutating func add(_ prefix: [UInt8], _ session: Session) {
        (find(prefix) ?? make(prefix)).sessions[session.id] = session
    }

    /// A client no longer asks for a prefix.
    mutating func remove(_ prefix: [UInt8], _ session: Session) {
        guard let tracked = find(prefix) else { return }
        tracked.sessions[session.id] = nil
        if tracked.sessions.isEmpty { drop(tracked) }
    }

    /// Notes a change of a key by the client of that id; 0 is nobody.
    mutating func note(_ key: Bytes, by id: UInt64) {
        for length in sortedLengths {
            guard length <= key.count else { return }
            let start = key.slice(0, length)
            guard let entry = index.find(index.hash(start), start),
                let tracked = places[Int(entry.word)]
            else { continue }
            if tracked.note(key, by: id, seed, memory) { changed.append(tracked) }
        }
    }

    /// The prefixes with changes since the last call, in their order.
    mutating func takeChanged() -> [TrackedPrefix] {
        defer { changed.removeAll(keepingCapacity: true) }
        return changed.sorted { $0.prefix.lexicographicallyPrecedes($1.prefix) }
    }

    private func find(_ prefix: [UInt8]) -> TrackedPrefix? {
        prefix.withBytes { bytes in
            index.find(index.hash(bytes), bytes).flatMap { places[Int($0.word)] }
        }
    }

    private mutating func make(_ prefix: [UInt8]) -> TrackedPrefix {
        let place = freePlaces.popLast() ?? places.count
        if place == places.count { places.append(nil) }
        let tracked = TrackedPrefix(prefix, place: place)
        places[place] = tracked
        prefix.withBytes { bytes in
            let shape = Entry.Shape(kind: 0, flags: Entry.Flag.word, access: 0, valueCount: 0)
            let entry = Entry.make(bytes, shape, in: memory)
            entry.word = UInt64(place)
            index.insert(index.hash(bytes), entry)
        }
        lengths[prefix.count, default: 0] += 1
        if lengths[prefix.count] == 1 { sortedLengths = lengths.keys.sorted() }
        return tracked
    }

    private mutating func drop(_ tracked: TrackedPrefix) {
        // Nobody is left who wants to know.
        tracked.takeChanged(memory) { _ in }
        changed.removeAll { $0 === tracked }
        places[tracked.place] = nil
        freePlaces.append(tracked.place)
        tracked.prefix.withBytes { bytes in
            let hash = index.hash(bytes)
            guard let position = index.position(hash, bytes) else { return }
            let entry = position.entry
            index.remove(hash, at: position)
            entry.free(in: memory)
        }
        let count = tracked.prefix.count
        lengths[count] = lengths[count].flatMap { $0 > 1 ? $0 - 1 : nil }
        if lengths[count] == nil { sortedLengths = lengths.keys.sorted() }
    }
}
