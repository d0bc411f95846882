// A stream as a `LargeValue`: freed block by block, copied, loaded and checked. The parts of a
// snapshot are described in `StreamCapture.swift`.
import RedwingContainers

extension StreamValue: LargeValue {
    /// What there is to free: entries, and what is pending in groups.
    var count: Int {
        let groups = state.value.groups
        return (0..<groups.count).reduce(length) { $0 + StreamGroup(groups[$1]).pending.count + 1 }
    }

    private static let blocksOfSlice = 32

    func drain(_ engine: Engine) -> Bool {
        for _ in 0..<StreamValue.blocksOfSlice {
            guard let position = state.value.blocks.lastPosition else { return drainGroups() }
            block(at: position).free(in: memory)
            state.value.blocks.remove(at: position, in: memory)
        }
        return true
    }

    private func drainGroups() -> Bool {
        let groups = state.value.groups
        guard groups.count > 0 else { return false }
        let group = StreamGroup(groups[groups.count - 1])
        for _ in 0..<StreamValue.blocksOfSlice {
            guard let entry = group.state.value.consumers.removeLast(in: memory) else { break }
            let consumer = StreamConsumer(address: entry.word)
            consumer.state.value.pending.removeAll(in: memory)
            consumer.state.free(in: memory)
            entry.free(in: memory)
        }
        if group.consumers.count > 0 { return true }
        if group.state.value.pending.drain(leaves: StreamValue.blocksOfSlice, in: memory) {
            return true
        }
        if let entry = state.value.groups.removeLast(in: memory) { free(StreamGroup(entry)) }
        return true
    }

    func copy(for engine: Engine) -> (address: UInt64, shared: Int) {
        let copy = StreamValue(memory: memory)
        let before = memory.usedBytes
        var next = state.value.blocks.firstPosition
        while let position = next {
            let block = block(at: position).copy(in: memory)
            block.mark = 0
            copy.state.value.blocks.insert(block.base, block.address, in: memory)
            copy.state.value.tail = block.address
            next = state.value.blocks.position(after: position)
        }
        copy.state.value.length = length
        copy.state.value.lastID = lastID
        copy.state.value.maxDeletedID = state.value.maxDeletedID
        copy.state.value.entriesAdded = state.value.entriesAdded
        for index in 0..<state.value.groups.count {
            copyGroup(StreamGroup(state.value.groups[index]), to: copy)
        }
        copy.state.value.bytes = memory.usedBytes &- before
        return (copy.address, 0)
    }

    private func copyGroup(_ group: StreamGroup, to stream: StreamValue) {
        let new = stream.makeGroup(
            group.name, lastID: group.lastID, entriesRead: group.state.value.entriesRead)
        new.state.value.nextConsumer = group.state.value.nextConsumer
        for index in 0..<group.consumers.count {
            let consumer = StreamConsumer(address: group.consumers[index].word)
            let copy = stream.makeConsumer(
                consumer.name, in: new, number: consumer.state.value.number,
                seenTime: consumer.state.value.seenTime)
            copy.state.value.activeTime = consumer.state.value.activeTime
            copy.state.value.pending = consumer.pending.copy(in: memory)
        }
        let pending = group.pending.copy(in: memory)
        new.state.value.pending = pending
        pending.forEach { entry in
            let owner = StreamConsumer(address: entry.consumer)
            entry.consumer = new.consumers.find(owner.name)?.word ?? 0
            return true
        }
    }
}

// Loading.
extension StreamValue {
    static func makeForLoading(_ engine: Engine) -> StreamValue {
        StreamValue(memory: engine.memory)
    }

    func load(_ reader: inout RecordReader, _ owner: LoadedOwner) throws(SnapshotRecordError) {
        let before = memory.usedBytes
        defer { state.value.bytes &+= memory.usedBytes &- before }
        switch reader.byte() {
        case StreamPart.numbers:
            state.value.lastID = try reader.streamID()
            state.value.maxDeletedID = try reader.streamID()
            state.value.entriesAdded = try reader.time()
        case StreamPart.block: try loadBlock(&reader)
        case StreamPart.group: try loadGroup(&reader)
        case StreamPart.consumers: try loadConsumers(&reader)
        case StreamPart.pending: try loadPending(&reader)
        default: throw SnapshotRecordError(description: "a part of a stream is unknown")
        }
    }

    private func loadBlock(_ reader: inout RecordReader) throws(SnapshotRecordError) {
        guard let length = reader.length(), let image = reader.run(length) else { throw .cut }
        guard let block = StreamBlock.make(image: image, in: memory) else {
            throw SnapshotRecordError(description: "a block of a stream is not sound")
        }
        let blocks = state.value.blocks
        let before = blocks.floor(block.base)
        let behind = before.map { blocks.position(after: $0) } ?? blocks.firstPosition
        guard before.map({ self.block(at: $0).last.id < block.base }) ?? true,
            behind.map({ block.last.id < blocks.id(at: $0) }) ?? true
        else {
            block.free(in: memory)
            throw SnapshotRecordError(description: "blocks of a stream overlap")
        }
        state.value.blocks.insert(block.base, block.address, in: memory)
        if behind == nil { state.value.tail = block.address }
        state.value.length += block.count
    }

    private func loadGroup(_ reader: inout RecordReader) throws(SnapshotRecordError) {
        guard let number = reader.length(), let nameCount = reader.length() else { throw .cut }
        let lastID = try reader.streamID()
        let entriesRead = try reader.time()
        guard let name = reader.run(nameCount) else { throw .cut }
        guard let number = UInt32(exactly: number), number < .max, group(name) == nil,
            group(number: number) == nil
        else { throw SnapshotRecordError(description: "a consumer group occurs twice") }
        makeGroup(name, GroupState(number: number, lastID: lastID, entriesRead: entriesRead))
        state.value.nextGroup = max(state.value.nextGroup, number + 1)
    }

    private func group(number: UInt32) -> StreamGroup? {
        let groups = state.value.groups
        for index in 0..<groups.count {
            let group = StreamGroup(groups[index])
            if group.state.value.number == number { return group }
        }
        return nil
    }

    private func loadedGroup(
        _ reader: inout RecordReader
    ) throws(SnapshotRecordError) -> (group: StreamGroup, count: Int) {
        guard let number = reader.length(), let count = reader.length() else { throw .cut }
        guard let number = UInt32(exactly: number), let group = group(number: number) else {
            throw SnapshotRecordError(description: "part of an unknown consumer group")
        }
        return (group, count)
    }

    private func loadConsumers(_ reader: inout RecordReader) throws(SnapshotRecordError) {
        let (group, count) = try loadedGroup(&reader)
        for _ in 0..<count {
            guard let number = reader.length(), let nameCount = reader.length() else { throw .cut }
            let seen = try reader.time()
            let active = try reader.time()
            guard let name = reader.run(nameCount) else { throw .cut }
            guard let number = UInt32(exactly: number), number < .max, group.consumer(name) == nil
            else { throw SnapshotRecordError(description: "a consumer occurs twice") }
            let consumer = makeConsumer(name, in: group, number: number, seenTime: seen)
            consumer.state.value.activeTime = active
            let next = group.state.value.nextConsumer
            group.state.value.nextConsumer = max(next, number + 1)
        }
    }

    private func loadPending(_ reader: inout RecordReader) throws(SnapshotRecordError) {
        let (group, count) = try loadedGroup(&reader)
        var owners: [UInt32: StreamConsumer] = [:]
        for index in 0..<group.consumers.count {
            let consumer = StreamConsumer(address: group.consumers[index].word)
            owners[consumer.state.value.number] = consumer
        }
        for _ in 0..<count {
            let id = try reader.streamID()
            let deliveredAt = try reader.time()
            let deliveryCount = try reader.time()
            guard let number = reader.length() else { throw .cut }
            guard let number = UInt32(exactly: number), let owner = owners[number],
                group.pending.find(id) == nil
            else { throw SnapshotRecordError(description: "a pending entry is not sound") }
            let pending = assign(id, to: owner, of: group)
            pending.deliveredAt = deliveredAt
            pending.deliveryCount = deliveryCount
        }
    }

    func finishLoading(_ owner: LoadedOwner) throws(SnapshotRecordError) {
        guard lastEntryID <= lastID else {
            throw SnapshotRecordError(description: "a stream's last id is smaller than an entry's")
        }
    }
}

extension RecordReader {
    fileprivate mutating func streamID() throws(SnapshotRecordError) -> StreamID {
        guard let ms = word(), let seq = word() else { throw .cut }
        return StreamID(ms, seq)
    }

    fileprivate mutating func time() throws(SnapshotRecordError) -> Int64 {
        guard let word = word() else { throw .cut }
        return Int64(bitPattern: word)
    }
}

// Invariants.
extension StreamValue {
    func checkInvariants() -> String? {
        let blocks = state.value.blocks
        if let broken = blocks.checkInvariants() { return "blocks: \(broken)" }
        var entries = 0
        var bytes = blocks.bytes + state.value.groups.bytes
        var last = StreamID.zero
        var next = blocks.firstPosition
        while let position = next {
            let block = block(at: position)
            if let broken = block.checkInvariants() { return "a block: \(broken)" }
            guard block.base == blocks.id(at: position), entries == 0 || block.base > last else {
                return "the block at \(block.base) is out of order"
            }
            last = block.last.id
            entries += block.count
            bytes += block.size
            next = blocks.position(after: position)
            let isTail = block.address == state.value.tail
            guard isTail == (next == nil) else { return "the last block is another" }
        }
        guard entries == length, last <= lastID else { return "\(length) entries, not \(entries)" }
        for index in 0..<state.value.groups.count {
            let group = StreamGroup(state.value.groups[index])
            if let broken = check(group, &bytes) { return "\(group.name.string): \(broken)" }
        }
        return bytes == self.bytes ? nil : "counts \(self.bytes) bytes, not \(bytes)"
    }

    private func check(_ group: StreamGroup, _ bytes: inout Int) -> String? {
        if let broken = group.consumers.checkInvariants() { return broken }
        if let broken = group.pending.checkInvariants() { return "pending: \(broken)" }
        bytes += SlabBox<GroupState>.size + SlabLayout.rounded(group.entry.size)
        bytes += group.consumers.bytes + group.pending.bytes
        var owned = 0
        for index in 0..<group.consumers.count {
            let consumer = StreamConsumer(address: group.consumers[index].word)
            if let broken = consumer.pending.checkInvariants() { return "consumer: \(broken)" }
            bytes += SlabBox<ConsumerState>.size + consumer.pending.bytes
            bytes += SlabLayout.rounded(consumer.state.value.entry.size)
            owned += consumer.pending.count
            var broken: String?
            consumer.pending.forEach { pending in
                let owner = group.pending.find(pending.id)?.consumer
                if owner != consumer.state.address { broken = "\(pending.id) is another's" }
                return broken == nil
            }
            if let broken { return broken }
        }
        return owned == group.pending.count
            ? nil : "\(group.pending.count) pending, \(owned) with consumers"
    }
}
