// The names of one kind (channels, patterns, shard channels) that clients are subscribed to, and
// who is subscribed to each. A client knows its place in each audience, so that joining and leaving
// take the same time whatever the number of subscribers.
import RedwingContainers

/// Everybody who is subscribed to one name.
struct Audience {
    /// Holds the name; nil when the number is free.
    fileprivate(set) var name: Entry?
    /// In no particular order.
    fileprivate(set) var subscribers: [Session] = []
}

/// The audiences of one kind, by name and by number.
struct SubscriberTable {
    let kind: SubscriptionKind
    private let seed: HashSeed
    private let memory: SlabAllocator
    /// The word of an entry is the number of its audience. Made for the first subscriber.
    private var names: HashTable?
    private var audiences: [Audience] = []
    private var free: [Int] = []

    init(_ kind: SubscriptionKind, seed: HashSeed, memory: SlabAllocator) {
        self.kind = kind
        self.seed = seed
        self.memory = memory
    }

    /// Gives all memory back; clients must not be asked for their subscriptions any more.
    func destroy() {
        for audience in audiences { audience.name?.free(in: memory) }
        names?.destroy()
    }

    /// The number of names that somebody is subscribed to.
    var count: Int { names?.count ?? 0 }

    /// The audience of a name, or nil.
    @inline(__always)
    func find(_ name: Bytes) -> Int? {
        guard let names, let entry = names.find(names.hash(name), name) else { return nil }
        return Int(truncatingIfNeeded: entry.word)
    }

    /// Those who are subscribed.
    @inline(__always)
    func subscribers(_ audience: Int) -> [Session] { audiences[audience].subscribers }

    /// What they are subscribed to; valid until the last of them leaves.
    func name(_ audience: Int) -> Bytes { audiences[audience].name?.key ?? .empty }

    /// The numbers of all audiences.
    var numbers: [Int] { audiences.indices.filter { audiences[$0].name != nil } }

    /// Subscribes a client. Returns its audience, or nil when it was subscribed already.
    mutating func add(_ session: Session, to name: Bytes) -> (audience: Int, isNew: Bool)? {
        let known = find(name)
        if let known, session.subscriptions?.place(kind, in: known) != nil { return nil }
        let audience = known ?? makeAudience(name)
        let place = audiences[audience].subscribers.count
        audiences[audience].subscribers.append(session)
        if session.subscriptions == nil { session.subscriptions = Subscriptions() }
        session.subscriptions?.join(kind, audience, at: place, nameBytes: name.count)
        return (audience, known == nil)
    }

    private mutating func makeAudience(_ name: Bytes) -> Int {
        let names = self.names ?? HashTable(seed: seed, memory: memory)
        self.names = names
        let shape = Entry.Shape(kind: 0, flags: Entry.Flag.word, access: 0, valueCount: 0)
        let entry = Entry.make(name, shape, in: memory)
        let number = free.popLast() ?? audiences.count
        if number == audiences.count { audiences.append(Audience()) }
        entry.word = UInt64(number)
        names.insert(names.hash(name), entry)
        audiences[number].name = entry
        return number
    }

    /// Ends the subscription of a client that has one; the last one's leaving ends the audience.
    mutating func remove(_ session: Session, from audience: Int) {
        guard let place = session.subscriptions?.place(kind, in: audience) else { return }
        session.subscriptions?.leave(kind, audience, nameBytes: name(audience).count)
        let moved = audiences[audience].subscribers.removeLast()
        if place < audiences[audience].subscribers.count {
            audiences[audience].subscribers[place] = moved
            moved.subscriptions?.move(kind, audience, to: place)
        }
        if audiences[audience].subscribers.isEmpty { drop(audience) }
    }

    private mutating func drop(_ audience: Int) {
        guard let names, let entry = audiences[audience].name else { return }
        let hash = names.hash(entry.key)
        if let position = names.position(hash, entry.key) { names.remove(hash, at: position) }
        entry.free(in: memory)
        audiences[audience] = Audience()
        free.append(audience)
    }
}
