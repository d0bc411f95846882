// Changing sets: members come and go, and a set takes the form that its members ask for. The rules
// of which form that is are those that OBJECT ENCODING makes visible, found with Valkey 9.1.2:
// a set never goes back to a smaller form by losing members.
import RedwingContainers

extension Engine {
    /// No packed set grows beyond this, whatever the configuration allows.
    private static let maxPackedBytes = 1 << 28

    /// The most members of a set of integers.
    @inline(__always)
    private var maxIntegers: Int { min(configuration.setMaxIntsetEntries, IntSet.maxCount) }

    /// An empty set of the form that suits `count` members, of which `first` is one.
    func makeSet(first: Bytes, count: Int) -> SetValue {
        if count <= configuration.setMaxIntsetEntries, first.parseInteger() != nil {
            return makeIntegerSet()
        }
        return count <= configuration.setMaxListpackEntries ? makePackedSet() : makeTableSet()
    }

    /// An empty set of integers.
    func makeIntegerSet() -> SetValue { SetValue(.integerSet, IntSet.make(in: memory).address) }

    /// An empty packed set.
    func makePackedSet() -> SetValue { SetValue(.packedSet, PackedList.make(in: memory).address) }

    /// An empty set in a table.
    func makeTableSet() -> SetValue {
        SetValue(.tableSet, TableSet(seed: seed, memory: memory).address)
    }

    /// Prepares a set for getting `count` members at once: many make it a table beforehand.
    @inline(__always)
    func prepare(_ set: inout SetValue, for count: Int) {
        if set.isTable { return }
        let most =
            set.isPacked ? configuration.setMaxListpackEntries : configuration.setMaxIntsetEntries
        if count > most { makeTable(&set) }
    }

    /// Puts a member in; returns whether it was not there before.
    @inline(__always)
    func add(_ member: Bytes, to set: inout SetValue) -> Bool {
        if set.isTable { return set.table.add(member) }
        return set.isPacked ? addPacked(member, to: &set) : addToIntegers(member, to: &set)
    }

    /// Puts a member of another set in.
    func add(_ member: SetMember, to set: inout SetValue) -> Bool {
        if set.isIntegers, let integer = member.integer { return add(integer, to: &set) }
        return member.withBytes { add($0, to: &set) }
    }

    private func addPacked(_ member: Bytes, to set: inout SetValue) -> Bool {
        guard set.list.find(member) == nil else { return false }
        guard set.list.count < configuration.setMaxListpackEntries,
            member.count <= configuration.setMaxListpackValue,
            set.list.usedBytes &+ member.count <= Engine.maxPackedBytes
        else {
            makeTable(&set)
            return set.table.add(member)
        }
        set.list.append(member, in: memory)
        return true
    }

    private func add(_ integer: Int64, to set: inout SetValue) -> Bool {
        guard set.integers.insert(integer, in: memory) else { return false }
        if set.integers.count > maxIntegers { makeTable(&set) }
        return true
    }

    private func addToIntegers(_ member: Bytes, to set: inout SetValue) -> Bool {
        if let integer = member.parseInteger() { return add(integer, to: &set) }
        let integers = set.integers
        let longest = integers.longestText
        if integers.count < configuration.setMaxListpackEntries,
            max(member.count, longest) <= configuration.setMaxListpackValue,
            integers.count &* (longest &+ 1) &+ member.count <= Engine.maxPackedBytes
        {
            makePacked(&set)
            set.list.append(member, in: memory)
            return true
        }
        makeTable(&set)
        return set.table.add(member)
    }

    /// Takes a member out; returns whether it was there.
    @inline(__always)
    func remove(_ member: Bytes, from set: inout SetValue) -> Bool {
        if set.isTable { return set.table.remove(member) }
        if set.isPacked {
            guard let cursor = set.list.find(member) else { return false }
            set.list.remove(at: cursor, in: memory)
            return true
        }
        guard let integer = member.parseInteger() else { return false }
        return set.integers.remove(integer, in: memory)
    }
}

// Forms.
extension Engine {
    /// Makes a set of integers a packed one.
    private func makePacked(_ set: inout SetValue) {
        var packed = makePackedSet()
        for integer in set.integers { packed.list.append(integer: integer, in: memory) }
        set.integers.free(in: memory)
        set = packed
    }

    /// Makes a packed set or one of integers a table.
    private func makeTable(_ set: inout SetValue) {
        let table = makeTableSet()
        set.forEachMember { member in _ = member.withBytes { table.table.add($0) } }
        release(set)
        set = table
    }

    /// Makes a set, all of whose members spell integers, one of integers, if it is not too large.
    func makeIntegers(_ set: inout SetValue) {
        guard !set.isIntegers, set.count <= maxIntegers else { return }
        var integers = makeIntegerSet()
        set.forEachMember { member in
            if let integer = member.integer { _ = integers.integers.insert(integer, in: memory) }
        }
        release(set)
        set = integers
    }

    /// Frees a set that belongs to no key. Returns the bytes that are not yet free.
    @discardableResult
    func release(_ set: SetValue) -> Int {
        if set.isTable { return bury(LargeValueRef(.tableSet, set.word)) }
        if set.isPacked { set.list.free(in: memory) } else { set.integers.free(in: memory) }
        return 0
    }

    /// Lets a key's entry, which holds a set, hold this one, which the old one has become.
    @inline(__always)
    func store(_ set: SetValue, in entry: Entry) {
        entry.kind = set.kind
        entry.word = set.word
    }

    /// Gives the slot a set in place of what it holds.
    func setSet(_ slot: inout Slot, _ set: SetValue) {
        let kind: ValueKind =
            set.isTable ? .tableSet : set.isPacked ? .packedSet : .integerSet
        setWord(&slot, kind, set.word)
    }
}

extension IntSet {
    /// The most bytes that the text of one of the integers takes; 0 when there are none.
    fileprivate var longestText: Int {
        guard count > 0 else { return 0 }
        let (first, last) = (self[0], self[count - 1])
        let firstCount = digitCount(first.magnitude) + (first < 0 ? 1 : 0)
        let lastCount = digitCount(last.magnitude) + (last < 0 ? 1 : 0)
        return Swift.max(firstCount, lastCount)
    }
}
