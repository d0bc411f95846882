// Operations on string values: reading them whole or in part, and storing new ones in the smallest
// form. Knows slots and entries, not the protocol.
import RedwingContainers
import RedwingRESP

extension Entry {
    /// The length of a string value in bytes.
    var stringCount: Int {
        switch valueKind {
        case .inlineString: valueCount
        case .largeString: LargeString(address: word).count
        default: withIntegerText(Int64(bitPattern: word)) { $0.count }
        }
    }

    /// Lends the bytes of a string value to `body`.
    @inline(__always)
    func withString<R>(_ body: (Bytes) throws -> R) rethrows -> R {
        switch valueKind {
        case .inlineString: return try body(value)
        case .largeString: return try body(LargeString(address: word).bytes)
        default: return try withIntegerText(Int64(bitPattern: word), body)
        }
    }
}

extension ReplyWriter {
    /// A string value as a bulk.
    @inline(__always)
    func string(_ entry: Entry) {
        switch entry.valueKind {
        case .inlineString: bulk(entry.value)
        case .largeString: bulk(LargeString(address: entry.word))
        default: bulk(integer: Int64(bitPattern: entry.word))
        }
    }
}

extension Engine {
    /// The longest text that may spell an integer.
    private static let longestInteger = maxIntegerTextLength

    /// Stores `value` in the slot in its smallest form, whatever the key held. The deadline goes
    /// unless `keepsDeadline`.
    @inline(__always)
    func setString(_ slot: inout Slot, _ value: Bytes, keepsDeadline: Bool = false) {
        if let entry = slot.entry, entry.kind == ValueKind.inlineString.rawValue,
            keepsDeadline || !entry.has(Entry.Flag.deadline),
            entry.fits(valueCount: value.count), !looksLikeInteger(value)
        {
            if entry.valueCount != value.count { entry.setShortValueCount(value.count) }
            entry.setValue(value)
            entry.set(Entry.Flag.edited, false)
            stamp(entry)
            return
        }
        storeString(&slot, value, keepsDeadline: keepsDeadline)
    }

    @inline(__always)
    private func looksLikeInteger(_ value: Bytes) -> Bool {
        guard value.count > 0, value.count <= Engine.longestInteger else { return false }
        return value.parseInteger() != nil
    }

    private func storeString(_ slot: inout Slot, _ value: Bytes, keepsDeadline: Bool) {
        if value.count <= Engine.longestInteger, let integer = value.parseInteger() {
            return setInteger(&slot, integer, keepsDeadline: keepsDeadline)
        }
        if value.count > LargeString.threshold {
            let string = LargeString.make(value, in: memory)
            return setLarge(&slot, string, keepsDeadline: keepsDeadline)
        }
        let flags = keepsDeadline ? Entry.Flag.deadline : 0
        let shape = Entry.Shape(
            kind: ValueKind.inlineString.rawValue, flags: flags, access: access.stamp,
            valueCount: value.count)
        replaceEntry(&slot, shape) { $0.setValue(value) }
    }

    /// Stores an integer in the slot.
    @inline(__always)
    func setInteger(_ slot: inout Slot, _ value: Int64, keepsDeadline: Bool = false) {
        if let entry = slot.entry, entry.kind == ValueKind.integerString.rawValue,
            keepsDeadline || !entry.has(Entry.Flag.deadline)
        {
            entry.word = UInt64(bitPattern: value)
            stamp(entry)
            return
        }
        setWord(&slot, .integerString, UInt64(bitPattern: value), keepsDeadline: keepsDeadline)
    }

    /// Stores a large string in the slot, with the caller's reference.
    func setLarge(_ slot: inout Slot, _ string: LargeString, keepsDeadline: Bool = false) {
        setWord(&slot, .largeString, string.address, keepsDeadline: keepsDeadline)
    }

    /// Gives the slot a value that is a word.
    func setWord(
        _ slot: inout Slot, _ kind: ValueKind, _ word: UInt64, keepsDeadline: Bool = false
    ) {
        let flags = Entry.Flag.word | (keepsDeadline ? Entry.Flag.deadline : 0)
        let shape = Entry.Shape(
            kind: kind.rawValue, flags: flags, access: access.stamp, valueCount: 0)
        replaceEntry(&slot, shape) { $0.word = word }
    }

    @inline(__always)
    private func stamp(_ entry: Entry) { entry.access = access.stamp }
}
