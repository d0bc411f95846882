// The way back from a snapshot's records to keys. Reads what `SnapshotRecords.swift` describes and
// trusts none of it: a record that is not sound ends the loading with its cause.
import RedwingContainers

/// Takes over the records of one snapshot, block by block in the order of the file.
public final class SnapshotLoader {
    /// A record that was read and is not entered yet: its bucket is on its way into the cache.
    private struct Pending {
        var record: UInt8
        var flags: UInt8
        var deadline: Int64
        var access: UInt32
        var key: Bytes
        var value: Bytes
        var number: Int
        var type: UInt8
        var hash: UInt64
    }

    private let engine: Engine
    private var pending: [Pending] = []
    private var large: [Int: (value: any LargeValue, owner: LoadedOwner)] = [:]
    /// Keys that were entered.
    public private(set) var keyCount = 0
    /// Keys that had expired before they were read.
    public private(set) var expiredCount = 0

    /// A loader into an engine, whose databases should be empty.
    public init(_ engine: Engine) {
        self.engine = engine
        pending.reserveCapacity(SnapshotLoader.batch)
    }

    private static let batch = 16

    /// Takes over the records of one block.
    public func load(_ bytes: Bytes, database index: Int) throws(SnapshotRecordError) {
        guard index < engine.databases.count else {
            throw SnapshotRecordError(
                description: "database \(index) of the file is beyond the \(engine.databases.count)"
                    + " databases of this server (see the directive 'databases')")
        }
        let database = engine.databases[index]
        let before = engine.memory.usedBytes
        var reader = RecordReader(bytes)
        while !reader.isAtEnd {
            while !reader.isAtEnd, pending.count < SnapshotLoader.batch {
                guard let record = reader.byte() else { throw .cut }
                if record == SnapshotRecord.part {
                    try enterAll(database)
                    try readPart(&reader, database)
                } else {
                    pending.append(try read(record, &reader, database))
                }
            }
            try enterAll(database)
        }
        database.value.bytes &+= engine.memory.usedBytes &- before
    }

    private func read(
        _ record: UInt8, _ reader: inout RecordReader, _ database: Database
    ) throws(SnapshotRecordError) -> Pending {
        guard let flags = reader.byte() else { throw .cut }
        var deadline: Int64 = 0
        if flags & SnapshotRecord.hasDeadline != 0 {
            guard let word = reader.word() else { throw .cut }
            deadline = Int64(bitPattern: word)
        }
        guard let access = reader.triple() else { throw .cut }
        var item = Pending(
            record: record, flags: flags, deadline: deadline,
            access: access << AccessClock.fineBits, key: .empty,
            value: .empty, number: 0, type: 0, hash: 0)
        switch record {
        case SnapshotRecord.string:
            guard let keyCount = reader.length(), let valueCount = reader.length(),
                let key = reader.run(keyCount), let value = reader.run(valueCount)
            else { throw .cut }
            (item.key, item.value) = (key, value)
        case SnapshotRecord.integer:
            guard let keyCount = reader.length(), let value = reader.run(8),
                let key = reader.run(keyCount)
            else { throw .cut }
            (item.key, item.value) = (key, value)
        case SnapshotRecord.packed:
            guard let type = reader.byte(), let keyCount = reader.length(),
                let listCount = reader.length(), let key = reader.run(keyCount),
                let list = reader.run(listCount)
            else { throw .cut }
            (item.type, item.key, item.value) = (type, key, list)
        case SnapshotRecord.large:
            guard let type = reader.byte(), let number = reader.length(),
                let keyCount = reader.length(), let key = reader.run(keyCount)
            else { throw .cut }
            (item.type, item.number, item.key) = (type, number, key)
        default:
            throw SnapshotRecordError(description: "record type \(record) is unknown")
        }
        item.hash = database.value.table.hash(item.key)
        database.value.table.prefetchBucket(item.hash)
        return item
    }

    private func enterAll(_ database: Database) throws(SnapshotRecordError) {
        for item in pending { try enter(item, database) }
        pending.removeAll(keepingCapacity: true)
    }

    private func enter(_ item: Pending, _ database: Database) throws(SnapshotRecordError) {
        let hasDeadline = item.flags & SnapshotRecord.hasDeadline != 0
        if hasDeadline, item.deadline <= engine.now, item.record != SnapshotRecord.large {
            expiredCount += 1
            return
        }
        guard database.value.table.find(item.hash, item.key) == nil else {
            throw SnapshotRecordError(description: "a key occurs twice")
        }
        let entry = try makeEntry(item, hasDeadline ? Entry.Flag.deadline : 0, database)
        entry.set(Entry.Flag.edited, item.flags & SnapshotRecord.isEdited != 0)
        database.value.table.insert(item.hash, entry)
        if hasDeadline {
            database.value.deadlineCount += 1
            database.value.deadlines.schedule(item.hash, entry, item.deadline, isNew: true)
        }
        keyCount += 1
    }

    private func makeEntry(
        _ item: Pending, _ flags: UInt64, _ database: Database
    ) throws(SnapshotRecordError) -> Entry {
        switch item.record {
        case SnapshotRecord.string:
            guard item.value.count <= LargeString.threshold else {
                let string = LargeString.make(item.value, in: engine.memory)
                return wordEntry(item, .largeString, string.address, flags)
            }
            let shape = Entry.Shape(
                kind: ValueKind.inlineString.rawValue, flags: flags, access: item.access,
                valueCount: item.value.count)
            let entry = Entry.make(item.key, shape, in: engine.memory)
            entry.setValue(item.value)
            return entry
        case SnapshotRecord.integer:
            var reader = RecordReader(item.value)
            return wordEntry(item, .integerString, reader.word() ?? 0, flags)
        case SnapshotRecord.packed:
            let kind = try kind(item)
            guard let word = engine.makeFlatValue(kind, image: item.value) else {
                throw SnapshotRecordError(description: "a packed value is not sound")
            }
            let entry = wordEntry(item, kind, word, flags)
            if kind == .packedList { engine.nameLoadedList(entry) }
            return entry
        default:
            let kind = try kind(item)
            guard let value = engine.makeLargeValue(kind) else {
                throw SnapshotRecordError(description: "value type \(item.type) is not a large one")
            }
            let entry = wordEntry(item, kind, value.address, flags)
            let owner = LoadedOwner(engine: engine, database: database, entry: entry)
            large[item.number] = (value, owner)
            return entry
        }
    }

    private func kind(_ item: Pending) throws(SnapshotRecordError) -> ValueKind {
        guard let kind = ValueKind(rawValue: item.type) else {
            throw SnapshotRecordError(description: "value type \(item.type) is unknown")
        }
        return kind
    }

    private func wordEntry(
        _ item: Pending, _ kind: ValueKind, _ word: UInt64, _ flags: UInt64
    ) -> Entry {
        let shape = Entry.Shape(
            kind: kind.rawValue, flags: flags | Entry.Flag.word, access: item.access, valueCount: 0)
        let entry = Entry.make(item.key, shape, in: engine.memory)
        entry.word = word
        return entry
    }

    private func readPart(
        _ reader: inout RecordReader, _ database: Database
    ) throws(SnapshotRecordError) {
        guard let number = reader.length() else { throw .cut }
        guard let (value, owner) = large[number] else {
            throw SnapshotRecordError(description: "part of the unknown value \(number)")
        }
        try value.load(&reader, owner)
    }

    /// To be called when all blocks have been loaded: completes the values that came in parts.
    public func finish() throws(SnapshotRecordError) {
        for (value, owner) in large.values {
            let before = engine.memory.usedBytes
            try value.finishLoading(owner)
            owner.database.value.bytes &+= engine.memory.usedBytes &- before
            guard value.count > 0 || owner.entry.type == .stream else {
                throw SnapshotRecordError(description: "a collection has no elements")
            }
        }
        large.removeAll()
    }
}
