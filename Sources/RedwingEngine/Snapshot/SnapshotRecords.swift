// The records of a snapshot: how a key and its value become bytes of a block, and nothing else.
// The prose here is the specification; `SnapshotLoad.swift` reads what this file writes.
//
//   A record begins with a byte that says what follows, then a byte of flags (1: a deadline, 2: the
//   string was edited in place), the deadline as 8 bytes if there is one, and 3 bytes of access
//   bookkeeping: its upper 24 bits, in whole seconds or steps. Lengths are seven-bit groups (see
//   `BlockBuffer.append(length:)`).
//
//     1 string    key length, value length, key, value
//     2 integer   key length, 8 bytes, key
//     3 packed    type byte, key length, image length, key, image: a packed list or another value
//                 that is one block of memory, byte for byte
//     4 large     type byte, number, key length, key: a value that follows in parts
//     5 part      no flags and access: number, then a part of the large value of that number
//
//   The type byte is that of `ValueKind`. What a part holds is said where the value is:
//   `TableHash+Snapshot.swift` and its like.
//
//   The parts of a large value come behind its record, in the same database's blocks, mixed with
//   other records.
import RedwingContainers

/// The first byte of a record.
enum SnapshotRecord {
    static let string: UInt8 = 1
    static let integer: UInt8 = 2
    static let packed: UInt8 = 3
    static let large: UInt8 = 4
    static let part: UInt8 = 5

    static let hasDeadline: UInt8 = 1
    static let isEdited: UInt8 = 2

    /// The tag of blocks that hold records.
    static let blockTag: UInt8 = 1
}

extension BlockBuffer {
    /// Appends what all records but parts begin with.
    @inline(__always)
    private func appendHead(_ record: UInt8, _ entry: Entry) {
        var flags: UInt8 = entry.has(Entry.Flag.deadline) ? SnapshotRecord.hasDeadline : 0
        if entry.has(Entry.Flag.edited) { flags |= SnapshotRecord.isEdited }
        append(record)
        append(flags)
        if entry.has(Entry.Flag.deadline) {
            append(littleEndian: DeadlineWord(bits: entry.deadlineWord).deadline)
        }
        let access = entry.access >> AccessClock.fineBits
        append(UInt8(truncatingIfNeeded: access))
        append(littleEndian: UInt16(truncatingIfNeeded: access >> 8))
    }

    /// Appends the record of a key. The parts of a large value follow under `number`.
    func append(_ entry: Entry, number: Int) {
        let key = entry.key
        switch entry.valueKind.form {
        case .inline:
            appendHead(SnapshotRecord.string, entry)
            let value = entry.value
            append(length: key.count)
            append(length: value.count)
            append(key)
            append(value)
        case .word:
            appendHead(SnapshotRecord.integer, entry)
            append(length: key.count)
            append(littleEndian: entry.word)
            append(key)
        case .largeString:
            appendHead(SnapshotRecord.string, entry)
            append(length: key.count)
            append(length: LargeString(address: entry.word).count)
            append(key)
            append(large: LargeString(address: entry.word))
        case .packed:
            append(entry, image: PackedList(address: entry.word).image)
        case .integers:
            append(entry, image: IntSet(address: entry.word).image)
        case .structure:
            appendHead(SnapshotRecord.large, entry)
            append(entry.kind)
            append(length: number)
            append(length: key.count)
            append(key)
        }
        keyCount += 1
    }

    /// Appends the record of a key whose value is one block of memory.
    private func append(_ entry: Entry, image: Bytes) {
        appendHead(SnapshotRecord.packed, entry)
        append(entry.kind)
        append(length: entry.key.count)
        append(length: image.count)
        append(entry.key)
        append(image)
    }

    /// Appends what a part of the value of this number begins with.
    @inline(__always)
    func append(partOf number: Int) {
        append(SnapshotRecord.part)
        append(length: number)
    }
}
