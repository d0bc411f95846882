// Keyspace notifications: what happens to keys, published as messages on channels whose names tell
// the key and the event. The gate and the readers tell of each event; nothing is done where nobody
// is subscribed to anything.
import RedwingContainers

/// Which events are published.
struct KeyspaceNotifications {
    /// The configured classes.
    var classes: KeyspaceEventClasses = []
    /// Whether events are published at all now: they are wanted, and somebody listens.
    var isOn = false
    /// Where the name of a channel is put together.
    fileprivate var channel: [UInt8] = []

    /// Whether the configuration asks for any.
    var areWanted: Bool { !classes.isDisjoint(with: [.keyspace, .keyevent]) }
}

extension KeyspaceEvent.Class {
    /// The class as the configuration knows it.
    fileprivate var option: KeyspaceEventClasses {
        switch self {
        case .generic: .generic
        case .string: .string
        case .list: .list
        case .set: .set
        case .hash: .hash
        case .sortedSet: .sortedSet
        case .expired: .expired
        case .evicted: .evicted
        case .stream: .stream
        case .keyMiss: .keyMiss
        case .new: .new
        case .unannounced: []
        }
    }
}

extension Engine {
    /// Publishes an event if its class is asked for.
    @inline(never)
    func notify(_ database: Database, _ key: Bytes, _ event: KeyspaceEvent) {
        guard notifications.classes.contains(event.eventClass.option), !event.name.isEmpty else {
            return
        }
        if notifications.classes.contains(.keyspace) {
            publish("keyspace", database, about: key, event.name)
        }
        if notifications.classes.contains(.keyevent) {
            publish("keyevent", database, about: event.name, key)
        }
    }

    private func publish(
        _ kind: StaticString, _ database: Database, about subject: Bytes, _ text: Bytes
    ) {
        var channel: [UInt8] = []
        swap(&channel, &notifications.channel)
        channel.removeAll(keepingCapacity: true)
        func append(_ bytes: Bytes) {
            for index in 0..<bytes.count { channel.append(bytes[index]) }
        }
        append("__")
        append(Bytes(kind))
        append("@")
        withIntegerText(Int64(database.value.index)) { append($0) }
        append("__:")
        append(subject)
        _ = channel.withBytes { publish($0, text) }
        swap(&channel, &notifications.channel)
    }
}
