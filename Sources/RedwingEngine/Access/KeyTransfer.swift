// Moving a key to another name or database, and copying it. A moved value changes hands by its
// word, so that the size of a collection does not matter; a copy shares long strings and makes
// everything else anew.
import RedwingContainers

extension Engine {
    /// Takes the key of `slot` out of its database; its entry, with the value, is the caller's.
    func detach(_ slot: inout Slot) -> Entry? {
        guard let position = slot.position else { return nil }
        let entry = position.entry
        slot.database.value.table.remove(slot.hash, at: position)
        slot.position = nil
        if entry.has(Entry.Flag.deadline) { slot.database.value.deadlineCount &-= 1 }
        unfileFields(slot, entry)
        return entry
    }

    /// Gives the key of `slot` the value, deadline and bookkeeping of a detached entry, which is
    /// used up. What the slot held goes.
    func attach(_ entry: Entry, to slot: inout Slot) {
        remove(&slot)
        replaceEntry(&slot, transferShape(entry)) { new in
            if entry.has(Entry.Flag.word) {
                new.word = entry.word
            } else {
                new.setValue(entry.value)
            }
        }
        copyDeadline(of: entry, to: &slot)
        entry.free(in: memory)
    }

    /// Gives the key of `slot` a copy of the value and deadline of `entry`, which belongs to
    /// another key. What the slot held goes.
    func copy(_ entry: Entry, to slot: inout Slot) {
        remove(&slot)
        let database = slot.database
        replaceEntry(&slot, transferShape(entry)) { new in
            if entry.has(Entry.Flag.word) {
                new.word = copyWord(of: entry, for: database)
            } else {
                new.setValue(entry.value)
            }
        }
        copyDeadline(of: entry, to: &slot)
    }

    /// What an entry of another key with the same value looks like, before it has a deadline.
    private func transferShape(_ entry: Entry) -> Entry.Shape {
        Entry.Shape(
            kind: entry.kind, flags: entry.header & 0xff00 & ~Entry.Flag.deadline,
            access: entry.access, valueCount: entry.valueCount)
    }

    private func copyDeadline(of entry: Entry, to slot: inout Slot) {
        guard entry.has(Entry.Flag.deadline) else { return }
        setDeadline(&slot, DeadlineWord(bits: entry.deadlineWord).deadline)
    }
}
