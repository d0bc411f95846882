// An ordered map of ids, for what a consumer group has delivered and nobody has acknowledged yet:
// the group's map says of each id when, how often and to whom, a consumer's map holds ids alone.
//
// Leaves of up to some fifty ids with their payload, in an `IDSequence` by the smallest id that
// belongs there. A leaf that has become sparse is merged into its neighbour.
//
//     leaf:  count 4 | capacity 4 | mark 4 | 0 | items of 16 or 40 bytes:
//            ms, seq, and in a map with payload: delivered at, delivery count, consumer
import CLinux

/// What is known of an id in a map with payload; a handle, valid until the map changes.
public struct PendingEntry {
    let raw: UnsafeMutableRawPointer

    /// The id.
    public var id: StreamID {
        StreamID(raw.load(as: UInt64.self), raw.load(fromByteOffset: 8, as: UInt64.self))
    }

    /// When the entry was last delivered, in Unix milliseconds.
    public var deliveredAt: Int64 {
        get { raw.load(fromByteOffset: 16, as: Int64.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 16, as: Int64.self) }
    }

    /// How often it was delivered.
    public var deliveryCount: Int64 {
        get { raw.load(fromByteOffset: 24, as: Int64.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 24, as: Int64.self) }
    }

    /// Whose it is; the owner says what the word means.
    public var consumer: UInt64 {
        get { raw.load(fromByteOffset: 32, as: UInt64.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 32, as: UInt64.self) }
    }
}

/// Some neighbouring ids of a map; a handle, valid until the map changes.
public struct PendingLeaf {
    let raw: UnsafeMutableRawPointer
    let itemSize: Int

    static let headSize = 16

    /// The number of ids.
    public internal(set) var count: Int {
        get { Int(raw.load(as: UInt32.self)) }
        nonmutating set { raw.storeBytes(of: UInt32(newValue), as: UInt32.self) }
    }

    var capacity: Int {
        get { Int(raw.load(fromByteOffset: 4, as: UInt32.self)) }
        nonmutating set {
            raw.storeBytes(of: UInt32(newValue), toByteOffset: 4, as: UInt32.self)
        }
    }

    /// A number that the owner keeps with the leaf.
    public var mark: UInt32 {
        get { raw.load(fromByteOffset: 8, as: UInt32.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 8, as: UInt32.self) }
    }

    /// The id at `index`, which is below `count`, with what is known of it.
    public subscript(index: Int) -> PendingEntry {
        assert(index >= 0 && index < count)
        return PendingEntry(raw: place(index))
    }

    func place(_ index: Int) -> UnsafeMutableRawPointer {
        raw + (PendingLeaf.headSize + index * itemSize)
    }

    func id(_ index: Int) -> StreamID { PendingEntry(raw: place(index)).id }

    /// The index of the first id that is at least `id`, or `count`.
    func lowerBound(_ id: StreamID) -> Int {
        var low = 0
        var high = count
        if high > 0, self.id(high - 1) < id { return high }
        while low < high {
            let middle = (low + high) / 2
            if self.id(middle) < id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    var size: Int { PendingLeaf.headSize + capacity * itemSize }

    /// Copies `count` items behind those that there are.
    func append(_ source: UnsafeMutableRawPointer, _ count: Int) {
        memcpy(place(self.count), source, count * itemSize)
        self.count += count
    }
}

/// An ordered map of ids; owns its memory, which `removeAll` or `drain` gives back.
public struct PendingMap: BitwiseCopyable {
    var leaves = IDSequence()
    /// The number of ids.
    public private(set) var count = 0
    let itemSize: UInt16
    let mostItems: UInt16

    /// An empty map, which takes no memory.
    public init(withPayload: Bool) {
        itemSize = withPayload ? 40 : 16
        mostItems = withPayload ? 48 : 126
    }

    private func leaf(at position: IDSequence.Position) -> PendingLeaf {
        // Only addresses of live leaves are in the sequence.
        let raw = UnsafeMutableRawPointer(bitPattern: UInt(leaves.word(at: position)))
        return PendingLeaf(raw: raw.unsafelyUnwrapped, itemSize: Int(itemSize))
    }

    private func position(of id: StreamID) -> IDSequence.Position? {
        leaves.floor(id) ?? leaves.firstPosition
    }

    /// The leaf in which an id is or would be put, or nil when there are none.
    public func leaf(for id: StreamID) -> PendingLeaf? { position(of: id).map { leaf(at: $0) } }

    /// The first leaf that has, or may get, ids of at least `id`, and where the next one begins.
    public func leaf(from id: StreamID) -> (leaf: PendingLeaf, next: StreamID?)? {
        guard let position = position(of: id) else { return nil }
        return (leaf(at: position), leaves.position(after: position).map { leaves.id(at: $0) })
    }

    /// What is known of an id, or nil.
    public func find(_ id: StreamID) -> PendingEntry? {
        guard let leaf = leaf(for: id) else { return nil }
        let index = leaf.lowerBound(id)
        return index < leaf.count && leaf.id(index) == id ? leaf[index] : nil
    }

    /// The first id that is at least `id`, with what is known of it.
    public func firstEntry(from id: StreamID) -> PendingEntry? {
        guard let position = position(of: id) else { return nil }
        let leaf = leaf(at: position)
        let index = leaf.lowerBound(id)
        if index < leaf.count { return leaf[index] }
        return leaves.position(after: position).map { self.leaf(at: $0)[0] }
    }

    /// The smallest id.
    public var first: StreamID? { firstEntry(from: .zero)?.id }

    /// The largest id.
    public var last: StreamID? {
        leaves.lastPosition.map {
            let leaf = leaf(at: $0)
            return leaf.id(leaf.count - 1)
        }
    }

    /// Calls `body` with the ids from `id` on, in order, until it returns false. The map must not
    /// change meanwhile.
    public func forEach(from id: StreamID = .zero, _ body: (PendingEntry) -> Bool) {
        var next = position(of: id)
        var index = next.map { leaf(at: $0).lowerBound(id) } ?? 0
        while let position = next {
            let leaf = leaf(at: position)
            while index < leaf.count {
                guard body(leaf[index]) else { return }
                index += 1
            }
            index = 0
            next = leaves.position(after: position)
        }
    }
}

// Changing.
extension PendingMap {
    private func makeLeaf(_ capacity: Int, in memory: SlabAllocator) -> PendingLeaf {
        let size = PendingLeaf.headSize + capacity * Int(itemSize)
        let leaf = PendingLeaf(raw: memory.allocate(size), itemSize: Int(itemSize))
        leaf.count = 0
        leaf.capacity = capacity
        leaf.mark = 0
        return leaf
    }

    private func address(_ leaf: PendingLeaf) -> UInt64 { UInt64(UInt(bitPattern: leaf.raw)) }

    /// Enters an id unless it is there already. The payload of a new one, if the map has any, is
    /// the caller's to fill. A leaf that is made for it gets `mark`.
    @discardableResult
    public mutating func insert(
        _ id: StreamID, mark: UInt32 = 0, in memory: SlabAllocator
    ) -> (entry: PendingEntry, isNew: Bool) {
        guard var position = position(of: id) else {
            let leaf = makeLeaf(1, in: memory)
            leaf.mark = mark
            leaves.insert(id, address(leaf), in: memory)
            return (put(id, 0, in: leaf), true)
        }
        // Only before all others.
        if id < leaves.id(at: position) { leaves.setID(id, at: position) }
        var leaf = leaf(at: position)
        var index = leaf.lowerBound(id)
        if index < leaf.count, leaf.id(index) == id { return (leaf[index], false) }
        if leaf.count == Int(mostItems) {
            if index == leaf.count, leaves.position(after: position) == nil {
                let new = makeLeaf(Int(mostItems), in: memory)
                new.mark = mark
                leaves.insert(id, address(new), in: memory)
                return (put(id, 0, in: new), true)
            }
            position = split(position, leaf, for: id, in: memory)
            leaf = self.leaf(at: position)
            index = leaf.lowerBound(id)
        } else if leaf.count == leaf.capacity {
            leaf = resize(position, leaf, to: min(Int(mostItems), leaf.count * 2), in: memory)
        }
        return (put(id, index, in: leaf), true)
    }

    private mutating func put(_ id: StreamID, _ index: Int, in leaf: PendingLeaf) -> PendingEntry {
        let place = leaf.place(index)
        memmove(place + Int(itemSize), place, (leaf.count - index) * Int(itemSize))
        place.storeBytes(of: id.ms, as: UInt64.self)
        place.storeBytes(of: id.seq, toByteOffset: 8, as: UInt64.self)
        leaf.count += 1
        count += 1
        return PendingEntry(raw: place)
    }

    /// Moves half of a full leaf to a new one; returns the place where `id` belongs.
    private mutating func split(
        _ position: IDSequence.Position, _ leaf: PendingLeaf, for id: StreamID,
        in memory: SlabAllocator
    ) -> IDSequence.Position {
        let kept = leaf.count / 2
        let new = makeLeaf(Int(mostItems), in: memory)
        new.mark = leaf.mark
        new.append(leaf.place(kept), leaf.count - kept)
        leaf.count = kept
        leaves.insert(new.id(0), address(new), in: memory)
        return self.position(of: id) ?? position
    }

    private mutating func resize(
        _ position: IDSequence.Position, _ leaf: PendingLeaf, to capacity: Int,
        in memory: SlabAllocator
    ) -> PendingLeaf {
        let new = makeLeaf(capacity, in: memory)
        new.mark = leaf.mark
        new.append(leaf.place(0), leaf.count)
        memory.free(leaf.raw, leaf.size)
        leaves.setWord(address(new), at: position)
        return new
    }

    /// Removes an id; returns whether it was there.
    @discardableResult
    public mutating func remove(_ id: StreamID, in memory: SlabAllocator) -> Bool {
        guard let position = position(of: id) else { return false }
        let leaf = leaf(at: position)
        let index = leaf.lowerBound(id)
        guard index < leaf.count, leaf.id(index) == id else { return false }
        let place = leaf.place(index)
        memmove(place, place + Int(itemSize), (leaf.count - index - 1) * Int(itemSize))
        leaf.count -= 1
        count -= 1
        if leaf.count == 0 {
            memory.free(leaf.raw, leaf.size)
            leaves.remove(at: position, in: memory)
        } else if leaf.count * 4 <= leaf.capacity {
            thin(position, leaf, in: memory)
        }
        return true
    }

    /// A leaf has become sparse: the next one takes its ids if it has room, else it gets smaller.
    /// Leaves with different marks stay apart.
    private mutating func thin(
        _ position: IDSequence.Position, _ leaf: PendingLeaf, in memory: SlabAllocator
    ) {
        if let next = leaves.position(after: position) {
            let other = self.leaf(at: next)
            if other.mark == leaf.mark, other.count + leaf.count <= Int(mostItems) / 4 * 3 {
                let merged = resize(
                    position, leaf, to: max(leaf.count + other.count, leaf.count * 2), in: memory)
                merged.append(other.place(0), other.count)
                memory.free(other.raw, other.size)
                leaves.remove(at: next, in: memory)
                return
            }
        }
        if leaf.capacity > 4 { _ = resize(position, leaf, to: leaf.count * 2, in: memory) }
    }

    /// Frees some leaves, the last ones; returns whether more are left.
    public mutating func drain(leaves most: Int, in memory: SlabAllocator) -> Bool {
        for _ in 0..<most {
            guard let position = leaves.lastPosition else { break }
            let leaf = leaf(at: position)
            count -= leaf.count
            memory.free(leaf.raw, leaf.size)
            leaves.remove(at: position, in: memory)
        }
        return !leaves.isEmpty
    }

    /// Frees everything; the map is empty then.
    public mutating func removeAll(in memory: SlabAllocator) {
        while drain(leaves: 1024, in: memory) {}
    }

    /// A map with the same ids and payload.
    public func copy(in memory: SlabAllocator) -> PendingMap {
        var copy = self
        copy.leaves = IDSequence()
        var next = leaves.firstPosition
        while let position = next {
            let leaf = leaf(at: position)
            let new = makeLeaf(leaf.count, in: memory)
            new.append(leaf.place(0), leaf.count)
            copy.leaves.insert(leaves.id(at: position), address(new), in: memory)
            next = leaves.position(after: position)
        }
        return copy
    }

    /// The bytes that the map takes.
    public var bytes: Int {
        var bytes = leaves.bytes
        var next = leaves.firstPosition
        while let position = next {
            bytes += SlabLayout.rounded(leaf(at: position).size)
            next = leaves.position(after: position)
        }
        return bytes
    }

    /// The first violated invariant in words, or nil.
    public func checkInvariants() -> String? {
        if let broken = leaves.checkInvariants() { return "leaves: \(broken)" }
        var total = 0
        var previous: StreamID?
        var next = leaves.firstPosition
        while let position = next {
            let leaf = leaf(at: position)
            guard leaf.count > 0, leaf.count <= leaf.capacity, leaf.capacity <= Int(mostItems)
            else { return "a leaf of \(leaf.count) ids, capacity \(leaf.capacity)" }
            if leaf.id(0) < leaves.id(at: position) {
                return "\(leaf.id(0)) in the leaf from \(leaves.id(at: position)) on"
            }
            for index in 0..<leaf.count {
                if let previous, previous >= leaf.id(index) {
                    return "\(leaf.id(index)) behind \(previous)"
                }
                previous = leaf.id(index)
            }
            total += leaf.count
            next = leaves.position(after: position)
        }
        return total == count ? nil : "count \(count), but \(total) ids"
    }
}
