// Named things in the order of their names: the consumer groups of a stream, the consumers of a
// group. Each is an entry whose key is the name and whose word is the thing's. They are few, so a
// sorted array does.
//
//     count 4 | capacity 4 | entries, 8 bytes each
import CLinux

/// A sorted list of named entries; owns the array, not the entries.
public struct NameList: BitwiseCopyable {
    private var raw: UnsafeMutableRawPointer?

    /// An empty list, which takes no memory.
    public init() { raw = nil }

    /// The number of names.
    public var count: Int { raw.map { Int($0.load(as: UInt32.self)) } ?? 0 }

    private var capacity: Int {
        raw.map { Int($0.load(fromByteOffset: 4, as: UInt32.self)) } ?? 0
    }

    private static func size(_ capacity: Int) -> Int { 8 + 8 * capacity }

    private func place(_ index: Int) -> UnsafeMutableRawPointer {
        // There is a block when there is an index.
        raw.unsafelyUnwrapped + (8 + 8 * index)
    }

    /// The entry at `index`, which is below `count`.
    public subscript(index: Int) -> Entry {
        assert(index >= 0 && index < count)
        return Entry(raw: place(index).load(as: UnsafeMutableRawPointer.self))
    }

    /// Where a name is, or where it belongs.
    private func search(_ name: Bytes) -> (index: Int, isFound: Bool) {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let order = self[middle].key.compare(name)
            if order == 0 { return (middle, true) }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return (low, false)
    }

    /// The entry with a name, or nil.
    public func find(_ name: Bytes) -> Entry? {
        let (index, isFound) = search(name)
        return isFound ? self[index] : nil
    }

    /// Adds an entry, whose name must be new, and returns its index.
    public mutating func insert(_ entry: Entry, in memory: SlabAllocator) {
        let (index, isFound) = search(entry.key)
        assert(!isFound)
        let count = self.count
        if count == capacity {
            let larger = max(1, count * 2)
            let block = memory.allocate(NameList.size(larger))
            block.storeBytes(of: UInt32(larger), toByteOffset: 4, as: UInt32.self)
            if let raw {
                memcpy(block + 8, raw + 8, 8 * count)
                memory.free(raw, NameList.size(count))
            }
            raw = block
        }
        memmove(place(index + 1), place(index), 8 * (count - index))
        place(index).storeBytes(of: entry.raw, as: UnsafeMutableRawPointer.self)
        setCount(count + 1)
    }

    /// Takes a name out and returns its entry, which is the caller's then.
    public mutating func remove(_ name: Bytes, in memory: SlabAllocator) -> Entry? {
        let (index, isFound) = search(name)
        guard isFound else { return nil }
        let entry = self[index]
        let left = count - 1
        memmove(place(index), place(index + 1), 8 * (left - index))
        setCount(left)
        if left == 0 { free(in: memory) }
        return entry
    }

    /// Takes the last name out and returns its entry, or nil when there are none.
    public mutating func removeLast(in memory: SlabAllocator) -> Entry? {
        let left = count - 1
        guard left >= 0 else { return nil }
        let entry = self[left]
        setCount(left)
        if left == 0 { free(in: memory) }
        return entry
    }

    private func setCount(_ count: Int) {
        raw?.storeBytes(of: UInt32(count), as: UInt32.self)
    }

    /// Frees the array; the list is empty then.
    public mutating func free(in memory: SlabAllocator) {
        if let raw { memory.free(raw, NameList.size(capacity)) }
        raw = nil
    }

    /// The bytes that the array takes.
    public var bytes: Int { raw == nil ? 0 : SlabLayout.rounded(NameList.size(capacity)) }

    /// The first violated invariant in words, or nil.
    public func checkInvariants() -> String? {
        guard count <= capacity else { return "\(count) names, capacity \(capacity)" }
        for index in 1..<max(1, count) where self[index - 1].key.compare(self[index].key) >= 0 {
            return "\(self[index].key.string) behind \(self[index - 1].key.string)"
        }
        return nil
    }
}
