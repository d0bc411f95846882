// Gives a key a value that was read from a payload, in the form that its size asks for here. The
// value is made before the key loses the old one, because a member that comes twice shows only
// then.
import RedwingContainers

extension Engine {
    /// Gives the slot the value in place of what it holds; false, and nothing has changed, when
    /// a member or field comes twice.
    func restore(_ value: DumpValue, to slot: inout Slot) -> Bool {
        switch value {
        case .string(let string):
            remove(&slot)
            string.withBytes { setString(&slot, $0) }
        case .list(let elements):
            remove(&slot)
            for element in elements {
                element.withBytes { push(&slot, $0, at: .tail, isCounted: true) }
            }
        case .set(let members, let isPacked): return restore(members, isPacked, to: &slot)
        case .sortedSet(let members): return restore(members, to: &slot)
        case .hash(let fields, let isTable):
            return isTable || !mayBePacked(fields)
                ? restoreTable(fields, to: &slot) : restorePacked(fields, to: &slot)
        case .stream(let stream):
            let value = makeStream(stream)
            remove(&slot)
            setWord(&slot, .stream, value.address)
        }
        return true
    }

    private func restore(_ members: [DumpString], _ isPacked: Bool, to slot: inout Slot) -> Bool {
        guard let first = members.first else { return false }
        let staysPacked = isPacked && members.count <= configuration.setMaxListpackEntries
        var set =
            staysPacked
            ? makePackedSet() : first.withBytes { makeSet(first: $0, count: members.count) }
        for member in members where !member.withBytes({ add($0, to: &set) }) {
            slot.database.value.bytes &-= release(set)
            return false
        }
        remove(&slot)
        setSet(&slot, set)
        return true
    }

    private func restore(_ members: [DumpMember], to slot: inout Slot) -> Bool {
        let longest = members.reduce(0) { max($0, $1.name.count) }
        var set = makeSortedSet(count: members.count, longest: longest)
        for member in members {
            let change = member.name.withBytes { setScore(member.score, of: $0, in: &set) }
            guard case .added = change else {
                slot.database.value.bytes &-= release(set)
                return false
            }
        }
        remove(&slot)
        setSortedSet(&slot, set)
        return true
    }

    private func mayBePacked(_ fields: [DumpField]) -> Bool {
        guard fields.count <= configuration.hashMaxListpackEntries else { return false }
        let longest = configuration.hashMaxListpackValue
        var total = 0
        for field in fields {
            let (name, value) = (field.name.count, field.value.count)
            guard max(name, value) <= longest else { return false }
            total += name + value
        }
        return total <= Engine.mostPackedBytes
    }

    /// No packed list is made larger than this, whatever the configuration allows.
    private static let mostPackedBytes = 1 << 28

    private func restorePacked(_ fields: [DumpField], to slot: inout Slot) -> Bool {
        var list = PackedList.make(in: memory)
        for field in fields {
            let isNew = field.name.withBytes { name in
                field.value.withBytes { list.set(name, $0, in: memory) }
            }
            guard isNew else {
                list.free(in: memory)
                return false
            }
        }
        remove(&slot)
        setWord(&slot, .packedHash, list.address)
        return true
    }

    private func restoreTable(_ fields: [DumpField], to slot: inout Slot) -> Bool {
        let hash = TableHash(seed: seed, memory: memory)
        for field in fields {
            let isNew = field.name.withBytes { name in
                var place = hash.open(name)
                guard place.entry == nil else { return false }
                field.value.withBytes { hash.store(&place, $0) }
                if let deadline = field.deadline { hash.setDeadline(&place, deadline, now: now) }
                return true
            }
            guard isNew else {
                slot.database.value.bytes &-= bury(LargeValueRef(.tableHash, hash.address))
                return false
            }
        }
        remove(&slot)
        setWord(&slot, .tableHash, hash.address)
        return true
    }
}
