// Operations that change a string in dependence on what it holds: counters, additions at the end,
// pieces overwritten. They keep the deadline, and tell failures apart without knowing their texts.
import RedwingContainers

/// Why an operation on a string was not done.
enum StringFailure: Error {
    /// The key holds another type.
    case wrongType
    /// The value is not an integer.
    case notInteger
    /// The sum leaves the range of 64 bits.
    case overflow
    /// The value or the increment is not a number.
    case notFloat
    /// The sum is NaN or infinite.
    case notFinite
    /// The string would be longer than allowed.
    case tooLong
}

extension Engine {
    /// Adds `delta` to the integer that the key holds, 0 when there is none.
    @inline(__always)
    func increment(_ slot: inout Slot, by delta: Int64) throws(StringFailure) -> Int64 {
        let (sum, overflow) = try integerValue(slot.entry).addingReportingOverflow(delta)
        guard !overflow else { throw .overflow }
        setInteger(&slot, sum, keepsDeadline: true)
        return sum
    }

    @inline(__always)
    private func integerValue(_ entry: Entry?) throws(StringFailure) -> Int64 {
        guard let entry else { return 0 }
        if entry.kind == ValueKind.integerString.rawValue { return Int64(bitPattern: entry.word) }
        guard entry.type == .string else { throw .wrongType }
        guard let value = entry.withString({ $0.parseInteger() }) else { throw .notInteger }
        return value
    }

    /// Adds the number that `increment` spells to the one that the key holds, 0 when there is
    /// none, and lends the sum's text to `body`.
    func incrementFloat(
        _ slot: inout Slot, by increment: Bytes, _ body: (Bytes) -> Void
    ) throws(StringFailure) {
        guard let entry = slot.entry else { return try addFloat(&slot, "0", increment, body) }
        guard entry.type == .string else { throw .wrongType }
        let result = entry.withString { current -> Result<Void, StringFailure> in
            Result { () throws(StringFailure) in try addFloat(&slot, current, increment, body) }
        }
        try result.get()
    }

    private func addFloat(
        _ slot: inout Slot, _ current: Bytes, _ increment: Bytes, _ body: (Bytes) -> Void
    ) throws(StringFailure) {
        do throws(LongDoubleError) {
            try withLongDoubleSum(current, increment) { sum in
                body(sum)
                setText(&slot, sum, keepsDeadline: true)
            }
        } catch {
            throw error == .notNumber ? .notFloat : .notFinite
        }
    }

    /// Adds `bytes` at the end of the key's string and returns its new length.
    @inline(__always)
    func append(
        _ slot: inout Slot, _ bytes: Bytes, limit: Int
    ) throws(StringFailure) -> Int {
        guard let entry = slot.entry else {
            setString(&slot, bytes)
            return bytes.count
        }
        guard entry.type == .string else { throw .wrongType }
        let old = entry.stringCount
        guard old + bytes.count <= limit else { throw .tooLong }
        write(&slot, entry, bytes, at: old, oldCount: old)
        return old + bytes.count
    }

    /// Overwrites the key's string with `bytes`, which are not empty, from `offset` on; what is
    /// missing before becomes zero. Returns the new length.
    func setRange(
        _ slot: inout Slot, _ offset: Int, _ bytes: Bytes, limit: Int
    ) throws(StringFailure) -> Int {
        if let entry = slot.entry, entry.type != .string { throw .wrongType }
        let (end, overflow) = offset.addingReportingOverflow(bytes.count)
        guard !overflow, end <= limit else { throw .tooLong }
        guard let entry = slot.entry else {
            create(&slot, bytes, at: offset)
            return end
        }
        let old = entry.stringCount
        write(&slot, entry, bytes, at: offset, oldCount: old)
        return max(old, end)
    }

    /// A new string of zeros and `bytes` behind them.
    func create(_ slot: inout Slot, _ bytes: Bytes, at offset: Int) {
        let count = offset + bytes.count
        guard count <= LargeString.threshold else {
            let string = LargeString.make(capacity: count, in: memory)
            string.overwrite(at: offset, with: bytes)
            return setLarge(&slot, string)
        }
        let shape = Entry.Shape(
            kind: ValueKind.inlineString.rawValue, flags: Entry.Flag.edited, access: access.stamp,
            valueCount: count)
        replaceEntry(&slot, shape) { entry in
            entry.clear(from: 0, count: offset)
            entry.overwrite(at: offset, with: bytes)
        }
    }

    /// Writes `bytes` into the string that `entry` holds, in place as far as that is possible.
    @inline(__always)
    private func write(
        _ slot: inout Slot, _ entry: Entry, _ bytes: Bytes, at offset: Int, oldCount: Int
    ) {
        let count = max(oldCount, offset + bytes.count)
        if entry.valueKind == .inlineString, entry.fits(valueCount: count) {
            entry.setShortValueCount(count)
            if offset > oldCount { entry.clear(from: oldCount, count: offset - oldCount) }
            entry.overwrite(at: offset, with: bytes)
            entry.set(Entry.Flag.edited, true)
        } else if entry.valueKind == .largeString {
            writeLarge(slot, entry, bytes, at: offset, count)
        } else if count > LargeString.threshold {
            let string = entry.withString { LargeString.make(capacity: 2 * count, $0, in: memory) }
            string.overwrite(at: offset, with: bytes)
            setLarge(&slot, string, keepsDeadline: true)
        } else {
            let shape = Entry.Shape(
                kind: ValueKind.inlineString.rawValue,
                flags: Entry.Flag.edited | Entry.Flag.deadline, access: entry.access,
                valueCount: count)
            replaceEntry(&slot, shape) { new in
                entry.withString { new.overwrite(at: 0, with: $0) }
                if offset > oldCount { new.clear(from: oldCount, count: offset - oldCount) }
                new.overwrite(at: offset, with: bytes)
            }
        }
    }

    private func writeLarge(
        _ slot: borrowing Slot, _ entry: Entry, _ bytes: Bytes, at offset: Int, _ count: Int
    ) {
        let old = LargeString(address: entry.word)
        // Somebody else keeps the old block: it leaves the keyspace without being freed.
        if old.isShared { slot.database.value.bytes &-= old.size }
        let string = old.unique(capacity: count, in: memory)
        string.overwrite(at: offset, with: bytes)
        entry.word = string.address
    }
}
