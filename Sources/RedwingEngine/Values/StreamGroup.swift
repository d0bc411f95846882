// Consumer groups of a stream: how far each has read, what it was given and has not acknowledged,
// and its consumers.
import RedwingContainers

/// What a consumer group consists of.
struct GroupState: BitwiseCopyable {
    /// The number that parts of a snapshot know it by.
    let number: UInt32
    /// The last id that was delivered.
    var lastID: StreamID
    /// How many entries of the stream were delivered, -1 when that is not known.
    var entriesRead: Int64
    /// Delivered and not acknowledged; the consumer's word is the address of its `ConsumerState`.
    var pending = PendingMap(withPayload: true)
    /// The consumers by name; the word of each is the address of its `ConsumerState`.
    var consumers = NameList()
    var nextConsumer: UInt32 = 0
    /// The last snapshot that has the group and its consumers, and that which has all its pending
    /// entries too; how far the walk has come with these.
    var headMark: UInt32 = 0
    var pendingMark: UInt32 = 0
    var pendingCursor = StreamID.zero
}

/// What is known of a consumer.
struct ConsumerState: BitwiseCopyable {
    /// The number that parts of a snapshot know it by.
    let number: UInt32
    /// The entry with the name.
    let entry: Entry
    /// When it last asked for something, in Unix milliseconds.
    var seenTime: Int64
    /// When it last got something, -1 when it never did.
    var activeTime: Int64 = -1
    /// The ids of what it was given and nobody has acknowledged.
    var pending = PendingMap(withPayload: false)
}

/// A consumer group; a handle, valid until it is removed.
struct StreamGroup {
    /// The entry with the name.
    let entry: Entry
    let state: SlabBox<GroupState>

    /// The group of an entry of the stream's list.
    init(_ entry: Entry) {
        self.entry = entry
        state = SlabBox(address: entry.word)
    }

    var name: Bytes { entry.key }
    var lastID: StreamID { state.value.lastID }
    var pending: PendingMap { state.value.pending }
    var consumers: NameList { state.value.consumers }

    /// The consumer with a name, or nil.
    func consumer(_ name: Bytes) -> StreamConsumer? {
        consumers.find(name).map { StreamConsumer(address: $0.word) }
    }
}

/// A consumer; a handle, valid until it is removed.
struct StreamConsumer {
    let state: SlabBox<ConsumerState>

    /// The consumer whose address a pending entry or the group's list holds.
    init(address: UInt64) { state = SlabBox(address: address) }

    var name: Bytes { state.value.entry.key }
    var pending: PendingMap { state.value.pending }
}

// Groups and consumers that come and go. All of this within `change`.
extension StreamValue {
    private static let named = Entry.Shape(
        kind: 0, flags: Entry.Flag.word, access: 0, valueCount: 0)

    /// The group with a name, or nil.
    func group(_ name: Bytes) -> StreamGroup? {
        state.value.groups.find(name).map { StreamGroup($0) }
    }

    /// A new group, whose name must be new.
    @discardableResult
    func makeGroup(_ name: Bytes, _ contents: GroupState) -> StreamGroup {
        let entry = Entry.make(name, StreamValue.named, in: memory)
        entry.word = SlabBox(contents, in: memory).address
        state.value.groups.insert(entry, in: memory)
        return StreamGroup(entry)
    }

    /// A new group that has read up to an id.
    @discardableResult
    func makeGroup(_ name: Bytes, lastID: StreamID, entriesRead: Int64) -> StreamGroup {
        var contents = GroupState(
            number: state.value.nextGroup, lastID: lastID, entriesRead: entriesRead)
        state.value.nextGroup += 1
        if let capture = state.value.capture {
            contents.headMark = capture.epoch
            contents.pendingMark = capture.epoch
        }
        return makeGroup(name, contents)
    }

    /// Removes a group with all that it knows.
    func removeGroup(_ group: StreamGroup) {
        captureAll(of: group)
        guard let entry = state.value.groups.remove(group.name, in: memory) else { return }
        free(StreamGroup(entry))
    }

    /// Frees a group that is not in the list any more.
    func free(_ group: StreamGroup) {
        while let entry = group.state.value.consumers.removeLast(in: memory) {
            free(StreamConsumer(address: entry.word))
        }
        group.state.value.pending.removeAll(in: memory)
        group.state.free(in: memory)
        group.entry.free(in: memory)
    }

    private func free(_ consumer: StreamConsumer) {
        consumer.state.value.pending.removeAll(in: memory)
        let entry = consumer.state.value.entry
        consumer.state.free(in: memory)
        entry.free(in: memory)
    }

    /// A new consumer, whose name must be new in the group.
    @discardableResult
    func makeConsumer(_ name: Bytes, in group: StreamGroup, seenTime: Int64) -> StreamConsumer {
        prepareWrite(group)
        let number = group.state.value.nextConsumer
        group.state.value.nextConsumer += 1
        return makeConsumer(name, in: group, number: number, seenTime: seenTime)
    }

    /// The same with a number that a snapshot gave.
    @discardableResult
    func makeConsumer(
        _ name: Bytes, in group: StreamGroup, number: UInt32, seenTime: Int64
    ) -> StreamConsumer {
        let entry = Entry.make(name, StreamValue.named, in: memory)
        let contents = ConsumerState(number: number, entry: entry, seenTime: seenTime)
        entry.word = SlabBox(contents, in: memory).address
        group.state.value.consumers.insert(entry, in: memory)
        return StreamConsumer(address: entry.word)
    }

    /// Removes a consumer; what it has not acknowledged is pending no more.
    func removeConsumer(_ consumer: StreamConsumer, of group: StreamGroup) {
        prepareWrite(group)
        consumer.pending.forEach { pending in
            prepareWrite(pending.id, of: group)
            group.state.value.pending.remove(pending.id, in: memory)
            return true
        }
        _ = group.state.value.consumers.remove(consumer.name, in: memory)
        free(consumer)
    }
}

// What consumers are given. All of this within `change`.
extension StreamValue {
    /// Notes that a consumer asked for something, and whether it got it.
    func touch(_ consumer: StreamConsumer, of group: StreamGroup, at time: Int64, gets: Bool) {
        prepareWrite(group)
        consumer.state.value.seenTime = time
        if gets { consumer.state.value.activeTime = time }
    }

    /// Takes an id out of what is pending in a group; returns whether it was.
    func acknowledge(_ id: StreamID, in group: StreamGroup) -> Bool {
        guard let pending = group.pending.find(id) else { return false }
        let owner = StreamConsumer(address: pending.consumer)
        prepareWrite(id, of: group)
        group.state.value.pending.remove(id, in: memory)
        owner.state.value.pending.remove(id, in: memory)
        return true
    }

    /// Makes an id pending for a consumer, whoever had it before; returns what is known of it. The
    /// count of deliveries is 0 for one that is new.
    func assign(
        _ id: StreamID, to consumer: StreamConsumer, of group: StreamGroup
    ) -> PendingEntry {
        prepareWrite(id, of: group)
        let (pending, isNew) = group.state.value.pending.insert(
            id, mark: state.value.capture?.epoch ?? 0, in: memory)
        if isNew {
            pending.deliveryCount = 0
            pending.deliveredAt = 0
            pending.consumer = consumer.state.address
            consumer.state.value.pending.insert(id, in: memory)
            return pending
        }
        let owner = StreamConsumer(address: pending.consumer)
        if owner.state.address != consumer.state.address {
            owner.state.value.pending.remove(id, in: memory)
            consumer.state.value.pending.insert(id, in: memory)
            pending.consumer = consumer.state.address
        }
        return pending
    }

    /// Opens what is known of a pending id for a change; nil when it is not pending.
    func edit(_ id: StreamID, of group: StreamGroup) -> PendingEntry? {
        prepareWrite(id, of: group)
        return group.pending.find(id)
    }

    /// Notes that a group was given an entry whose id is larger than all before.
    func advance(_ group: StreamGroup, to id: StreamID) {
        prepareWrite(group)
        let read = group.state.value.entriesRead
        if read != -1, group.lastID >= firstID, !mayHaveGaps(from: group.lastID) {
            group.state.value.entriesRead = read &+ 1
        } else if state.value.entriesAdded != 0 {
            group.state.value.entriesRead = estimatedEntriesRead(upTo: id) ?? -1
        }
        group.state.value.lastID = id
    }

    /// Sets how far a group has read.
    func setLastID(_ id: StreamID, entriesRead: Int64? = nil, of group: StreamGroup) {
        prepareWrite(group)
        group.state.value.lastID = id
        if let entriesRead { group.state.value.entriesRead = entriesRead }
    }
}

// How far a group is behind.
extension StreamValue {
    /// Whether entries with ids from `id` on may have been deleted by name.
    private func mayHaveGaps(from id: StreamID) -> Bool {
        length > 0 && state.value.maxDeletedID != .zero && id <= state.value.maxDeletedID
    }

    /// How many entries were added up to an id, or nil where deletions make that unknown.
    func estimatedEntriesRead(upTo id: StreamID) -> Int64? {
        let added = state.value.entriesAdded
        if added == 0 { return 0 }
        if length == 0, id <= lastID { return added }
        let deleted = state.value.maxDeletedID
        if id != .zero, id < deleted { return nil }
        if id == lastID { return added }
        if id > lastID { return nil }
        let first = firstID
        guard deleted == .zero || deleted < first else { return nil }
        if id < first { return added &- Int64(length) }
        return id == first ? added &- Int64(length) &+ 1 : nil
    }

    /// How many entries a group has not got yet, or nil when that is not known.
    func lag(of group: StreamGroup) -> Int64? {
        let added = state.value.entriesAdded
        if added == 0 { return 0 }
        let read = group.state.value.entriesRead
        if read != -1, !mayHaveGaps(from: group.lastID) { return added &- read }
        return estimatedEntriesRead(upTo: group.lastID).map { added &- $0 }
    }
}
