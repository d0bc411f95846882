// Changing hashes: fields are set and removed, and a hash takes the form that its size asks for.
// Works on slots that hold a hash or nothing; the callers have looked at the type.
import RedwingContainers
import RedwingRESP

/// What setting fields did.
struct FieldChanges {
    /// Fields that were not there, or had expired.
    var created = 0
    /// Fields that had expired and were still in their place.
    var revived = 0
}

/// What becomes of the deadline of a field that gets a value.
enum FieldDeadline {
    case none
    case keep
    case at(Int64)
}

extension Engine {
    /// No packed list grows beyond this, whatever the configuration allows.
    private static let maxPackedBytes = 1 << 28

    /// The slot's hash, or nil while there is none.
    @inline(__always)
    func hash(_ slot: borrowing Slot, at time: Int64) -> HashValue? {
        slot.entry.map { HashValue(entry: $0, time: time) }
    }

    /// Sets the fields that the arguments from `first` on give, each with its value behind it, for
    /// good: deadlines go.
    @inline(__always)
    func setFields(
        _ slot: inout Slot, _ arguments: Arguments, from first: Int, at time: Int64
    ) -> FieldChanges {
        let isSmall = mayBePacked(arguments, from: first)
        guard let entry = slot.entry else {
            return createHash(&slot, arguments, from: first, isPacked: isSmall)
        }
        if entry.kind == ValueKind.packedHash.rawValue {
            if isSmall { return setPacked(entry, arguments, from: first, at: time) }
            unpack(entry)
        }
        return setFields(TableHash(address: entry.word), arguments, from: first, at: time)
    }

    /// Whether the sizes of these fields and values allow a packed hash.
    @inline(__always)
    private func mayBePacked(_ arguments: Arguments, from first: Int) -> Bool {
        let longest = configuration.hashMaxListpackValue
        var total = 0
        for index in first..<arguments.count {
            let count = arguments[index].count
            if count > longest { return false }
            total &+= count
        }
        return (arguments.count &- first) &>> 1 <= configuration.hashMaxListpackEntries
            && total <= Engine.maxPackedBytes
    }

    @inline(__always)
    private func setPacked(
        _ entry: Entry, _ arguments: Arguments, from first: Int, at time: Int64
    ) -> FieldChanges {
        var changes = FieldChanges()
        var list = PackedList(address: entry.word)
        var index = first
        while index < arguments.count {
            let isNew = list.set(arguments[index], arguments[index &+ 1], in: memory)
            index &+= 2
            guard isNew else { continue }
            changes.created &+= 1
            if isTooLarge(list) {
                entry.word = list.address
                unpack(entry)
                let rest = setFields(
                    TableHash(address: entry.word), arguments, from: index, at: time)
                changes.created &+= rest.created
                return changes
            }
        }
        entry.word = list.address
        return changes
    }

    @inline(__always)
    private func isTooLarge(_ list: PackedList) -> Bool {
        list.count > 2 &* configuration.hashMaxListpackEntries
            || list.usedBytes > Engine.maxPackedBytes
    }

    private func createHash(
        _ slot: inout Slot, _ arguments: Arguments, from first: Int, isPacked: Bool
    ) -> FieldChanges {
        let pairs = (arguments.count - first) / 2
        if isPacked {
            let list = PackedList.make(pairs: pairs, in: memory) { arguments[first &+ $0] }
            if let list {
                setWord(&slot, .packedHash, list.address)
                return FieldChanges(created: pairs)
            }
        }
        // A field is named twice, or there is too much for a packed list.
        let entry = makeHash(&slot, isPacked: isPacked)
        return isPacked
            ? setPacked(entry, arguments, from: first, at: .min)
            : setFields(TableHash(address: entry.word), arguments, from: first, at: .min)
    }

    private func setFields(
        _ hash: TableHash, _ arguments: Arguments, from first: Int, at time: Int64
    ) -> FieldChanges {
        var changes = FieldChanges()
        var index = first
        while index < arguments.count {
            var place = hash.open(arguments[index])
            set(hash, &place, arguments[index &+ 1], .none, at: time, &changes)
            index &+= 2
        }
        return changes
    }

    @inline(__always)
    private func set(
        _ hash: TableHash, _ place: inout TableHash.Place, _ value: Bytes,
        _ deadline: FieldDeadline, at time: Int64, _ changes: inout FieldChanges
    ) {
        var isExpired = false
        if let entry = place.entry {
            isExpired = entry.isExpiredField(at: time)
            if isExpired { changes.revived &+= 1 }
        }
        if isExpired || place.entry == nil { changes.created &+= 1 }
        switch deadline {
        case .none: hash.store(&place, value)
        case .keep: hash.store(&place, value, keepsDeadline: !isExpired)
        case .at(let deadline):
            hash.store(&place, value, keepsDeadline: true)
            hash.setDeadline(&place, deadline, now: now)
        }
    }

    /// Sets one field of the slot's hash, which is made if there is none.
    func setField(
        _ slot: inout Slot, _ field: Bytes, _ value: Bytes, _ deadline: FieldDeadline,
        at time: Int64
    ) -> FieldChanges {
        var changes = FieldChanges()
        var needsTable = max(field.count, value.count) > configuration.hashMaxListpackValue
        if case .at = deadline { needsTable = true }
        let entry = slot.entry ?? makeHash(&slot, isPacked: !needsTable)
        if entry.kind == ValueKind.packedHash.rawValue {
            guard needsTable else {
                var list = PackedList(address: entry.word)
                if list.set(field, value, in: memory) { changes.created = 1 }
                entry.word = list.address
                if isTooLarge(list) { unpack(entry) }
                return changes
            }
            unpack(entry)
        }
        let hash = TableHash(address: entry.word)
        var place = hash.open(field)
        set(hash, &place, value, deadline, at: time, &changes)
        return changes
    }

    /// Gives the slot, which holds nothing, a hash without fields.
    @discardableResult
    func makeHash(_ slot: inout Slot, isPacked: Bool) -> Entry {
        if isPacked {
            setWord(&slot, .packedHash, PackedList.make(in: memory).address)
        } else {
            setWord(&slot, .tableHash, TableHash(seed: seed, memory: memory).address)
        }
    }

    /// Makes a packed hash a table.
    func unpack(_ entry: Entry) {
        let list = PackedList(address: entry.word)
        let hash = TableHash(seed: seed, memory: memory)
        list.forEachPair { field, value in
            field.withBytes { field in
                var place = hash.open(field)
                value.withBytes { hash.store(&place, $0) }
            }
        }
        list.free(in: memory)
        entry.kind = ValueKind.tableHash.rawValue
        entry.word = hash.address
    }

    /// Removes a field; returns whether it was there. An expired one is left to its timer unless
    /// `time` is the smallest there is.
    @inline(__always)
    func removeField(_ entry: Entry, _ field: Bytes, at time: Int64) -> Bool {
        if entry.kind == ValueKind.packedHash.rawValue {
            var list = PackedList(address: entry.word)
            guard let cursor = list.find(field, stride: 2) else { return false }
            list.remove(at: cursor, count: 2, in: memory)
            entry.word = list.address
            return true
        }
        let hash = TableHash(address: entry.word)
        var place = hash.open(field)
        guard let found = place.entry, !found.isExpiredField(at: time) else { return false }
        hash.remove(&place)
        return true
    }
}

// Deadlines of fields.
extension Engine {
    /// Sets when a field, which is there, expires. A packed hash becomes a table.
    func setFieldDeadline(_ entry: Entry, _ field: Bytes, _ deadline: Int64) {
        if entry.kind == ValueKind.packedHash.rawValue { unpack(entry) }
        let hash = TableHash(address: entry.word)
        var place = hash.open(field)
        hash.setDeadline(&place, deadline, now: now)
    }

    /// Lets a field with a deadline stay for good.
    func clearFieldDeadline(_ entry: Entry, _ field: Bytes) {
        guard entry.kind == ValueKind.tableHash.rawValue else { return }
        let hash = TableHash(address: entry.word)
        var place = hash.open(field)
        hash.clearDeadline(&place)
    }
}
