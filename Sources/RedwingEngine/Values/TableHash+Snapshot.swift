// A large hash as a `LargeValue`: freed field by field, captured bucket by bucket, loaded field by
// field. A part of a snapshot is one field:
//
//     a byte of flags (1: a deadline), the deadline, field length, value length, field, value
import RedwingContainers

extension TableHash: LargeValue {
    fileprivate static let hasDeadline: UInt8 = 1

    func drain(_ engine: Engine) -> Bool {
        let memory = state.value.memory
        let more = fields.drainSegment { field in
            if field.has(Entry.Flag.word) {
                LargeString(address: field.word).release(in: memory)
            }
            field.free(in: memory)
        }
        if more { return true }
        return state.value.deadlines.map { engine.freeSlice(of: $0) } ?? false
    }

    func beginCapture(epoch: UInt32, _ parts: SnapshotParts) {
        fields.beginCapture { field in
            parts.add { $0.append(field: field) }
        }
    }

    func captureNext(_ cursor: UInt64) -> UInt64 { fields.captureNext(cursor) }

    func endCapture() { fields.endCapture() }

    func copy(for engine: Engine) -> (address: UInt64, shared: Int) {
        let copy = copy(at: engine.keepsExpired ? .min : engine.now)
        return (copy.hash.address, copy.shared)
    }

    static func makeForLoading(_ engine: Engine) -> TableHash {
        TableHash(seed: engine.seed, memory: engine.memory)
    }

    func load(_ reader: inout RecordReader, _ owner: LoadedOwner) throws(SnapshotRecordError) {
        guard let flags = reader.byte() else { throw .cut }
        var deadline: Int64?
        if flags & TableHash.hasDeadline != 0 {
            guard let word = reader.word() else { throw .cut }
            deadline = Int64(bitPattern: word)
        }
        guard let fieldCount = reader.length(), let valueCount = reader.length(),
            let field = reader.run(fieldCount), let value = reader.run(valueCount)
        else { throw .cut }
        var place = open(field)
        guard place.entry == nil else {
            throw SnapshotRecordError(description: "a field occurs twice")
        }
        store(&place, value)
        guard let deadline else { return }
        setDeadline(&place, deadline, now: owner.engine.now)
        owner.engine.fileFields(self, owner.entry.key, owner.database)
    }

    func checkInvariants() -> String? {
        if let broken = fields.checkInvariants() { return broken }
        if let broken = state.value.deadlines?.checkInvariants(in: fields) { return broken }
        var deadlines = 0
        var bytes = fields.overheadBytes + (state.value.deadlines?.bytes ?? 0)
        fields.forEachEntry { field in
            bytes += SlabLayout.rounded(field.size)
            if field.has(Entry.Flag.word) { bytes += LargeString(address: field.word).size }
            if field.deadline != nil { deadlines += 1 }
        }
        guard deadlines == deadlineCount else {
            return "counts \(deadlineCount) deadlines of fields, not \(deadlines)"
        }
        return bytes == self.bytes ? nil : "counts \(self.bytes) bytes, not \(bytes)"
    }
}

extension BlockBuffer {
    /// Appends one field of a large hash.
    fileprivate func append(field entry: Entry) {
        append(entry.has(Entry.Flag.deadline) ? TableHash.hasDeadline : 0)
        if entry.has(Entry.Flag.deadline) {
            append(littleEndian: DeadlineWord(bits: entry.deadlineWord).deadline)
        }
        let field = entry.key
        append(length: field.count)
        append(length: entry.stringCount)
        append(field)
        if entry.kind == ValueKind.largeString.rawValue {
            append(large: LargeString(address: entry.word))
        } else {
            entry.withString { append($0) }
        }
    }
}
