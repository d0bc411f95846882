// Dumped streams, the reading; `DumpStream.swift` describes what is read. Streams of the first form
// lack first id, largest deleted id, entries added and entries read, those of the first two when a
// consumer was active.
import RedwingContainers

/// A stream that has been read.
struct DumpStream {
    struct Entry {
        let id: StreamID
        let isDeleted: Bool
        /// Whether a node begins with it.
        let startsNode: Bool
        /// Names and values in turn, as indexes of `strings`.
        let strings: Range<Int>
    }
    struct Pending {
        let id: StreamID
        let deliveredAt: Int64
        let deliveryCount: Int64
        /// The index of the consumer, -1 while it is unknown.
        var owner = -1
    }
    struct Consumer {
        let name: DumpString
        let seenTime: Int64
        let activeTime: Int64
    }
    struct Group {
        let name: DumpString
        let lastID: StreamID
        let entriesRead: Int64
        var pending: [Pending] = []
        var consumers: [Consumer] = []
    }
    var entries: [Entry] = []
    var strings: [DumpString] = []
    var lastID = StreamID.zero
    var maxDeletedID = StreamID.zero
    var entriesAdded: Int64 = 0
    var groups: [Group] = []
    /// Entries that are not deleted.
    var length = 0
}

extension DumpReader {
    mutating func stream(_ form: DumpForm) throws(DumpError) -> DumpStream {
        var stream = DumpStream()
        for _ in 0..<(try count()) {
            let key = try blob()
            guard key.count == 16 else { throw .badFormat }
            var node = StreamNodeReader(
                try Listpack.elements(try blob()), base: DumpReader.id(key))
            try node.read(into: &stream)
        }
        guard try number() == stream.length else { throw .badFormat }
        stream.lastID = try idNumbers()
        if form == .streamFirst {
            stream.entriesAdded = Int64(stream.length)
        } else {
            // The first id follows from the entries.
            _ = try idNumbers()
            stream.maxDeletedID = try idNumbers()
            stream.entriesAdded = Int64(bitPattern: try number())
        }
        guard stream.entriesAdded >= stream.length,
            stream.entries.last.map({ $0.id <= stream.lastID }) ?? true
        else { throw .badFormat }
        var names: Set<[UInt8]> = []
        for _ in 0..<(try count()) {
            let group = try group(form)
            guard names.insert(group.name.withBytes { $0.array }).inserted else {
                throw .badFormat
            }
            stream.groups.append(group)
        }
        return stream
    }

    private mutating func idNumbers() throws(DumpError) -> StreamID {
        let ms = try number()
        return StreamID(ms, try number())
    }

    private static func id(_ key: Bytes) -> StreamID {
        StreamID(
            (key.integer(UInt64.self, at: 0) ?? 0).byteSwapped,
            (key.integer(UInt64.self, at: 8) ?? 0).byteSwapped)
    }

    private mutating func group(_ form: DumpForm) throws(DumpError) -> DumpStream.Group {
        let name = try string()
        let lastID = try idNumbers()
        let read = form == .streamFirst ? -1 : Int64(bitPattern: try number())
        var group = DumpStream.Group(name: name, lastID: lastID, entriesRead: read)
        for _ in 0..<(try count()) {
            let id = DumpReader.id(try run(16))
            let deliveredAt = try time()
            let deliveries = Int64(bitPattern: try number())
            guard deliveries >= 0, group.pending.last.map({ $0.id < id }) ?? true else {
                throw .badFormat
            }
            group.pending.append(
                DumpStream.Pending(id: id, deliveredAt: deliveredAt, deliveryCount: deliveries))
        }
        var names: Set<[UInt8]> = []
        for index in 0..<(try count()) {
            let name = try string()
            guard names.insert(name.withBytes { $0.array }).inserted else { throw .badFormat }
            let seen = try time()
            let active = form == .stream ? try time() : seen
            group.consumers.append(
                DumpStream.Consumer(name: name, seenTime: seen, activeTime: active))
            for _ in 0..<(try count()) {
                try group.give(DumpReader.id(try run(16)), to: index)
            }
        }
        guard group.pending.allSatisfy({ $0.owner >= 0 }) else { throw .badFormat }
        return group
    }
}

extension DumpStream.Group {
    /// Notes whose a pending entry is: it must be one, and nobody else's.
    fileprivate mutating func give(_ id: StreamID, to owner: Int) throws(DumpError) {
        var low = 0
        var high = pending.count
        while low < high {
            let middle = (low + high) / 2
            if pending[middle].id < id { low = middle + 1 } else { high = middle }
        }
        guard low < pending.count, pending[low].id == id, pending[low].owner < 0 else {
            throw .badFormat
        }
        pending[low].owner = owner
    }
}

/// Takes the listpack of a node apart.
private struct StreamNodeReader {
    private let elements: [DumpString]
    private let base: StreamID
    private var position = 0

    init(_ elements: [DumpString], base: StreamID) {
        self.elements = elements
        self.base = base
    }

    private mutating func string() throws(DumpError) -> DumpString {
        guard position < elements.count else { throw .badFormat }
        position += 1
        return elements[position - 1]
    }

    private mutating func integer() throws(DumpError) -> Int64 {
        guard case .integer(let integer) = try string() else { throw .badFormat }
        return integer
    }

    private mutating func count() throws(DumpError) -> Int {
        guard let count = Int(exactly: try integer()), count >= 0, count <= elements.count else {
            throw .badFormat
        }
        return count
    }

    /// Adds the node's entries to a stream, behind those that it has.
    mutating func read(into stream: inout DumpStream) throws(DumpError) {
        let live = try count()
        let deleted = try count()
        var names: [DumpString] = []
        for _ in 0..<(try count()) { names.append(try string()) }
        guard try integer() == 0, live + deleted > 0 else { throw .badFormat }
        var deletedSeen = 0
        for index in 0..<(live + deleted) {
            let start = position
            let flags = try integer()
            let ms = UInt64(bitPattern: try integer())
            let seq = UInt64(bitPattern: try integer())
            let id = StreamID(base.ms &+ ms, base.seq &+ seq)
            guard flags >= 0, flags <= 3, id >= base, id > (stream.entries.last?.id ?? .zero)
            else { throw .badFormat }
            let first = stream.strings.count
            if flags & DumpEntryFlag.sameFields != 0 {
                for name in names {
                    stream.strings.append(name)
                    stream.strings.append(try string())
                }
            } else {
                for _ in 0..<(2 * (try count())) { stream.strings.append(try string()) }
            }
            guard stream.strings.count > first, try integer() == position - start - 1 else {
                throw .badFormat
            }
            let isDeleted = flags & DumpEntryFlag.deleted != 0
            deletedSeen += isDeleted ? 1 : 0
            stream.entries.append(
                DumpStream.Entry(
                    id: id, isDeleted: isDeleted, startsNode: index == 0,
                    strings: first..<stream.strings.count))
        }
        guard position == elements.count, deletedSeen == deleted else { throw .badFormat }
        stream.length += live
    }
}

extension Engine {
    /// A stream of what has been read.
    func makeStream(_ source: DumpStream) -> StreamValue {
        let stream = StreamValue(memory: memory)
        stream.change {
            fill(stream, source)
            stream.state.value.lastID = source.lastID
            stream.state.value.maxDeletedID = source.maxDeletedID
            stream.state.value.entriesAdded = source.entriesAdded
            for group in source.groups { add(group, to: stream) }
        }
        return stream
    }

    private func fill(_ stream: StreamValue, _ source: DumpStream) {
        var scratch = ScratchBytes(capacity: 256, in: memory)
        var offsets: [Int] = []
        for entry in source.entries {
            scratch.removeAll()
            offsets.removeAll(keepingCapacity: true)
            for string in source.strings[entry.strings] {
                offsets.append(string.withBytes { scratch.append($0) })
            }
            let bytes = scratch.bytes
            offsets.append(bytes.count)
            // A node of one entry is full: the next begins where it began.
            let limits = StreamValue.NodeLimits(bytes: 0, entries: entry.startsNode ? 1 : 0)
            stream.append(
                entry.id, pairs: entry.strings.count / 2, byteCount: bytes.count, limits
            ) { bytes.slice(offsets[$0], offsets[$0 + 1] - offsets[$0]) }
        }
        scratch.release()
        for entry in source.entries where entry.isDeleted { _ = stream.delete(entry.id) }
    }

    private func add(_ source: DumpStream.Group, to stream: StreamValue) {
        let group = source.name.withBytes {
            stream.makeGroup($0, lastID: source.lastID, entriesRead: source.entriesRead)
        }
        let consumers = source.consumers.map { consumer in
            let new = consumer.name.withBytes {
                stream.makeConsumer($0, in: group, seenTime: consumer.seenTime)
            }
            new.state.value.activeTime = consumer.activeTime
            return new
        }
        for pending in source.pending {
            let entry = stream.assign(pending.id, to: consumers[pending.owner], of: group)
            entry.deliveredAt = pending.deliveredAt
            entry.deliveryCount = pending.deliveryCount
        }
    }
}
