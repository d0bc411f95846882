// Dumped streams, the writing. A stream is, in this order:
//
//     number of nodes; of each the id that it is found by (16 bytes) and a listpack
//     number of entries, last id, first id, largest deleted id, entries ever added
//     number of groups; of each name, last id, entries read, what is pending, consumers
//     pending: a number; of each id (16 bytes), time of delivery (8 bytes), deliveries
//     consumers: a number; of each name, seen and active (8 bytes each), a number, ids (16 bytes)
//
// The listpack of a node begins with the numbers of live and deleted entries, the number of the
// first entry's fields, their names and a 0. An entry is flags (1 deleted, 2 just those fields),
// its id relative to the node's, number of fields and field and value in turn, or the values only;
// at its end the number of elements that it has.
import RedwingContainers

/// The flags of an entry.
enum DumpEntryFlag {
    static let deleted: Int64 = 1
    static let sameFields: Int64 = 2
}

extension DumpWriter {
    /// A stream.
    init(_ stream: StreamValue) {
        self.init(.stream)
        let blocks = stream.state.value.blocks
        append(length: blocks.count)
        var next = blocks.firstPosition
        while let position = next {
            let block = stream.block(at: position)
            append(length: 16)
            append(key: block.base)
            append(DumpWriter.listpack(of: block))
            next = blocks.position(after: position)
        }
        append(length: stream.length)
        append(stream.lastID)
        append(stream.firstID)
        append(stream.maxDeletedID)
        append(number: UInt64(bitPattern: stream.state.value.entriesAdded))
        let groups = stream.state.value.groups
        append(length: groups.count)
        for index in 0..<groups.count { append(StreamGroup(groups[index])) }
    }

    private static func listpack(of block: StreamBlock) -> ListpackWriter {
        var listpack = ListpackWriter()
        listpack.append(Int64(block.count))
        listpack.append(Int64(block.deletedCount))
        listpack.append(Int64(block.fieldNameCount))
        block.forEachFieldName { listpack.append($0) }
        listpack.append(Int64(0))
        var offset = block.first
        while offset < block.end {
            let entry = block.entry(at: offset)
            append(entry, relativeTo: block.base, to: &listpack)
            offset = block.offset(after: entry)
        }
        return listpack
    }

    private static func append(
        _ entry: StreamEntry, relativeTo base: StreamID, to listpack: inout ListpackWriter
    ) {
        let isSame = entry.hasBlockFields
        let count = Int64(entry.fieldCount)
        var flags: Int64 = isSame ? DumpEntryFlag.sameFields : 0
        if entry.isDeleted { flags |= DumpEntryFlag.deleted }
        listpack.append(flags)
        listpack.append(Int64(bitPattern: entry.id.ms &- base.ms))
        listpack.append(Int64(bitPattern: entry.id.seq &- base.seq))
        if !isSame { listpack.append(count) }
        entry.forEachField { name, value in
            if !isSame { listpack.append(name) }
            listpack.append(value)
        }
        listpack.append(isSame ? count + 3 : 2 * count + 4)
    }

    private mutating func append(_ group: StreamGroup) {
        append(blob: group.name)
        append(group.lastID)
        append(number: UInt64(bitPattern: group.state.value.entriesRead))
        append(length: group.pending.count)
        group.pending.forEach { pending in
            append(key: pending.id)
            append(littleEndian: pending.deliveredAt)
            append(number: UInt64(bitPattern: pending.deliveryCount))
            return true
        }
        append(length: group.consumers.count)
        for index in 0..<group.consumers.count {
            let consumer = StreamConsumer(address: group.consumers[index].word)
            append(blob: consumer.name)
            append(littleEndian: consumer.state.value.seenTime)
            append(littleEndian: consumer.state.value.activeTime)
            append(length: consumer.pending.count)
            consumer.pending.forEach {
                append(key: $0.id)
                return true
            }
        }
    }
}
