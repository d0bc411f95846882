// A key under mutation. Only the gate makes one; a handler changes the key through it and cannot
// reach the table otherwise.
import RedwingContainers

/// What a mutation did, for everything that follows from it.
struct Change {
    /// The class of the keyspace event, empty when nothing changed.
    var event: KeyspaceEvent?
    /// How much `dirty` grows.
    var weight: Int

    /// Nothing changed.
    static var none: Change { Change(event: nil, weight: 0) }

    /// The key's bytes changed, but not what they mean to a client: nobody is told of an event.
    static var unannounced: Change { .changed(.unannounced, "") }

    /// The key changed and no event tells of it: what consumers of a stream have got and
    /// acknowledged.
    @inline(__always)
    static func silent(weight: Int) -> Change { Change(event: nil, weight: weight) }

    /// The key changed; `name` is the keyspace event's.
    @inline(__always)
    static func changed(
        _ eventClass: KeyspaceEvent.Class, _ name: Bytes, weight: Int = 1
    ) -> Change {
        Change(event: KeyspaceEvent(eventClass: eventClass, name: name), weight: weight)
    }

    /// An event tells of it, but what clients watch is the same as before: groups of a stream, and
    /// a list that was trimmed to what it is.
    static func told(
        _ eventClass: KeyspaceEvent.Class, _ name: Bytes, weight: Int = 1
    ) -> Change {
        let event = KeyspaceEvent(eventClass: eventClass, name: name, isModification: false)
        return Change(event: event, weight: weight)
    }
}

/// Something that happened to a key.
struct KeyspaceEvent {
    /// The letters of `notify-keyspace-events`.
    enum Class: UInt8 {
        case generic = 0x67  // g
        case string = 0x24  // $
        case list = 0x6c  // l
        case set = 0x73  // s
        case hash = 0x68  // h
        case sortedSet = 0x7a  // z
        case expired = 0x78  // x
        case evicted = 0x65  // e
        case stream = 0x74  // t
        case keyMiss = 0x6d  // m
        case new = 0x6e  // n
        /// No letter: nobody can ask for it.
        case unannounced = 0
    }
    var eventClass: Class
    var name: Bytes
    /// Whether it tells of a change by itself: a miss is none, and what makes a key new is an
    /// event of its own.
    var isModification: Bool

    @inline(__always)
    init(eventClass: Class, name: Bytes) {
        self.init(
            eventClass: eventClass, name: name,
            isModification: eventClass != .keyMiss && eventClass != .new)
    }

    @inline(__always)
    init(eventClass: Class, name: Bytes, isModification: Bool) {
        self.eventClass = eventClass
        self.name = name
        self.isModification = isModification
    }
}

/// The key that a write scope works on.
struct Slot {
    let key: Bytes
    let hash: UInt64
    let database: Database
    /// Where the entry is; nil while the key does not exist.
    var position: TablePosition?

    /// The entry, or nil.
    @inline(__always)
    var entry: Entry? { position?.entry }
}
