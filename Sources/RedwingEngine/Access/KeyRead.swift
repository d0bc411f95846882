// Reading a key: expiry, hit and miss counts, and the bookkeeping of LRU and LFU.
import RedwingContainers

extension Engine {
    /// The entry of a key that a command reads, or nil. Counts a hit or a miss and notes the
    /// access. The entry is valid until the next write.
    @inline(__always)
    func read(_ call: inout Call, _ key: Bytes) -> Entry? {
        let hash = call.hash(key)
        guard let entry = call.database.value.table.find(hash, key) else {
            miss(&call, key)
            return nil
        }
        if entry.has(Entry.Flag.deadline), isExpired(entry, call.now) {
            expire(&call, hash, key)
            miss(&call, key)
            return nil
        }
        statistics.hits &+= 1
        touch(entry, call)
        return entry
    }

    /// The same without counting or noting anything, for commands that only inspect.
    @inline(__always)
    func peek(_ call: inout Call, _ key: Bytes) -> Entry? {
        let hash = call.hash(key)
        guard let entry = call.database.value.table.find(hash, key) else { return nil }
        if isExpired(entry, call.now) {
            expire(&call, hash, key)
            return nil
        }
        return entry
    }

    /// The same without noting the access, for commands that ask about a key and not for its value.
    /// A miss is no event when `isSilent`.
    @inline(__always)
    func inspect(_ call: inout Call, _ key: Bytes, isSilent: Bool = false) -> Entry? {
        guard let entry = peek(&call, key) else {
            if isSilent { statistics.misses &+= 1 } else { miss(&call, key) }
            return nil
        }
        statistics.hits &+= 1
        return entry
    }

    /// Counts the lookup of a command that reads the key it has opened for writing, and notes the
    /// access.
    @inline(__always)
    func countRead(_ slot: borrowing Slot, _ call: inout Call) {
        guard let entry = slot.entry else { return miss(&call, slot.key) }
        statistics.hits &+= 1
        touch(entry, call)
    }

    /// Notes that a command changes a key's value or replaces it, before it does.
    @inline(__always)
    func touchBeforeWrite(_ slot: borrowing Slot, _ call: borrowing Call) {
        // In the plain case the new value is stamped when it is stored.
        if !access.isPlain, let entry = slot.entry { touch(entry, call) }
    }

    @inline(never)
    private func miss(_ call: inout Call, _ key: Bytes) {
        statistics.misses &+= 1
        if hasObservers {
            observe(call.database, key, KeyspaceEvent(eventClass: .keyMiss, name: "keymiss"))
        }
    }

    /// A reader found the key expired: it goes, as if the timer had come first.
    @inline(never)
    private func expire(_ call: inout Call, _ hash: UInt64, _ key: Bytes) {
        guard !keepsWhatIsDue else { return }
        write(&call, call.database, hash, key) { _, _ in .none }
    }

    /// Notes that a key was used.
    @inline(__always)
    func touch(_ entry: Entry, _ call: borrowing Call) {
        if access.isPlain {
            entry.access = access.stamp
        } else {
            access.touch(entry, noTouch: call.session.flags.contains(.noTouch), &random)
        }
    }
}
