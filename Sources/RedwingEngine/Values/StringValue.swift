// String values: reading them whole or in part, and storing new ones in the smallest form. Knows
// slots and entries, not the protocol; changing a value in place is in `StringEdit.swift`.
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

    /// `count` bytes of a string value, from `offset` on, as a bulk.
    func string(_ entry: Entry, offset: Int, count: Int) {
        if entry.valueKind == .largeString {
            bulk(LargeString(address: entry.word), offset: offset, count: count)
        } else {
            entry.withString { bulk($0.slice(offset, count)) }
        }
    }
}

extension Engine {
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
            entry.set(Entry.Flag.edited, StringEncoding.isRawReplacement(of: entry, value.count))
            if access.isPlain { entry.access = access.stamp }
            return
        }
        storeString(&slot, value, keepsDeadline: keepsDeadline)
    }

    @inline(__always)
    private func looksLikeInteger(_ value: Bytes) -> Bool {
        guard value.count > 0, value.count <= maxIntegerTextLength else { return false }
        return value.parseInteger() != nil
    }

    private func storeString(_ slot: inout Slot, _ value: Bytes, keepsDeadline: Bool) {
        if value.count <= maxIntegerTextLength, let integer = value.parseInteger() {
            return setInteger(&slot, integer, keepsDeadline: keepsDeadline)
        }
        setText(&slot, value, keepsDeadline: keepsDeadline)
    }

    /// Stores `value` as text even when it spells an integer.
    func setText(_ slot: inout Slot, _ value: Bytes, keepsDeadline: Bool) {
        if value.count > LargeString.threshold {
            return setLarge(&slot, adopt(value, slot.database), keepsDeadline: keepsDeadline)
        }
        var flags = keepsDeadline ? Entry.Flag.deadline : 0
        if let old = slot.entry, StringEncoding.isRawReplacement(of: old, value.count) {
            flags |= Entry.Flag.edited
        }
        let shape = Entry.Shape(
            kind: ValueKind.inlineString.rawValue, flags: flags, access: accessBits(slot.entry),
            valueCount: value.count)
        replaceEntry(&slot, shape) { $0.setValue(value) }
    }

    /// A large string of these bytes: the very block they arrived in, or a copy.
    private func adopt(_ value: Bytes, _ database: Database) -> LargeString {
        guard let block = batch.takeLarge(value) else {
            return LargeString.make(value, in: memory)
        }
        // The gate counts what is allocated while it is open; this was allocated before.
        database.value.bytes &+= block.size
        return block
    }

    /// Stores an integer in the slot.
    @inline(__always)
    func setInteger(_ slot: inout Slot, _ value: Int64, keepsDeadline: Bool = false) {
        if let entry = slot.entry, entry.kind == ValueKind.integerString.rawValue,
            keepsDeadline || !entry.has(Entry.Flag.deadline)
        {
            entry.word = UInt64(bitPattern: value)
            if access.isPlain { entry.access = access.stamp }
            return
        }
        setWord(&slot, .integerString, UInt64(bitPattern: value), keepsDeadline: keepsDeadline)
    }

    /// Stores a large string in the slot, with the caller's reference.
    func setLarge(_ slot: inout Slot, _ string: LargeString, keepsDeadline: Bool = false) {
        setWord(&slot, .largeString, string.address, keepsDeadline: keepsDeadline)
    }

    /// Gives the slot a value that is a word; returns its new entry.
    @discardableResult
    func setWord(
        _ slot: inout Slot, _ kind: ValueKind, _ word: UInt64, keepsDeadline: Bool = false
    ) -> Entry {
        let flags = Entry.Flag.word | (keepsDeadline ? Entry.Flag.deadline : 0)
        let shape = Entry.Shape(
            kind: kind.rawValue, flags: flags, access: accessBits(slot.entry), valueCount: 0)
        return replaceEntry(&slot, shape) { $0.word = word }
    }

    /// The bookkeeping bits of an entry that takes the place of `old`: a use counter survives.
    @inline(__always)
    private func accessBits(_ old: Entry?) -> UInt32 {
        if access.isPlain { return access.stamp }
        return old?.access ?? access.stamp
    }
}
