// Strings whose bytes commands change where they lie: bit strings and HyperLogLogs. Works on slots
// that hold a string or nothing; the callers have looked at the type.
import RedwingContainers

extension Engine {
    /// The key's string with a length of `count` for changing in place, valid until the next
    /// operation on the slot. What it lacks becomes zero, what is too much goes; the deadline
    /// stays.
    func editString(_ slot: inout Slot, count: Int) -> MutableBytes {
        guard let entry = slot.entry else {
            create(&slot, .empty, at: count)
            return editable(slot)
        }
        if entry.valueKind == .largeString {
            resizeLarge(slot, entry, count)
        } else if entry.valueKind == .inlineString, entry.valueCount == count {
            entry.set(Entry.Flag.edited, true)
        } else if entry.valueKind == .inlineString, entry.fits(valueCount: count) {
            let old = entry.valueCount
            entry.setShortValueCount(count)
            if count > old { entry.clear(from: old, count: count - old) }
            entry.set(Entry.Flag.edited, true)
        } else {
            rebuild(&slot, entry, count)
        }
        return editable(slot)
    }

    /// Sets or clears a bit of the key's string, answers what it was and returns whether anything
    /// changed, which a longer string is, too.
    func setBit(
        _ slot: inout Slot, at offset: Int, _ value: Bool
    ) -> (old: Bool, hasChanged: Bool) {
        let needed = offset >> 3 + 1
        guard let entry = slot.entry, entry.stringCount >= needed else {
            editString(&slot, count: needed).setBit(at: offset, value)
            return (false, true)
        }
        let old = entry.withString { $0.bit(at: offset) }
        // A shared string is not copied for nothing.
        guard old != value else {
            markEdited(&slot, entry)
            return (old, false)
        }
        editString(&slot, count: entry.stringCount).setBit(at: offset, value)
        return (old, true)
    }

    /// Gives the string the form that a change leaves behind, without a change of its bytes.
    func markEdited(_ slot: inout Slot, _ entry: Entry) {
        switch entry.valueKind {
        case .inlineString: entry.set(Entry.Flag.edited, true)
        case .integerString: _ = editString(&slot, count: entry.stringCount)
        default: break
        }
    }

    private func editable(_ slot: borrowing Slot) -> MutableBytes {
        guard let entry = slot.entry, entry.valueKind == .largeString else {
            return slot.entry?.editableValue ?? .none
        }
        return LargeString(address: entry.word).editable
    }

    private func resizeLarge(_ slot: borrowing Slot, _ entry: Entry, _ count: Int) {
        let old = LargeString(address: entry.word)
        // Somebody else keeps the old block: it leaves the keyspace without being freed.
        if old.isShared { slot.database.value.bytes &-= old.size }
        let string = old.unique(capacity: max(count, old.count), in: memory)
        string.setCount(count)
        entry.word = string.address
    }

    /// Makes a string of another form or size class out of one that is stored otherwise.
    private func rebuild(_ slot: inout Slot, _ entry: Entry, _ count: Int) {
        let kept = min(count, entry.stringCount)
        guard count <= LargeString.threshold else {
            let string = entry.withString {
                LargeString.make(capacity: count, $0.slice(0, kept), in: memory)
            }
            string.setCount(count)
            return setLarge(&slot, string, keepsDeadline: true)
        }
        let shape = Entry.Shape(
            kind: ValueKind.inlineString.rawValue, flags: Entry.Flag.edited | Entry.Flag.deadline,
            access: entry.access, valueCount: count)
        replaceEntry(&slot, shape) { new in
            entry.withString { new.overwrite(at: 0, with: $0.slice(0, kept)) }
            new.clear(from: kept, count: count - kept)
        }
    }

    /// Stores a new string of `count` bytes in the slot, whatever the key held; `fill` has to write
    /// all of them. The deadline goes.
    func setBytes(_ slot: inout Slot, count: Int, _ fill: (MutableBytes) -> Void) {
        guard count <= LargeString.threshold else {
            let string = LargeString.make(unwritten: count, in: memory)
            fill(string.editable)
            return setLarge(&slot, string)
        }
        let shape = Entry.Shape(
            kind: ValueKind.inlineString.rawValue, flags: Entry.Flag.edited,
            access: slot.entry?.access ?? access.stamp, valueCount: count)
        replaceEntry(&slot, shape) { fill($0.editableValue) }
    }
}
