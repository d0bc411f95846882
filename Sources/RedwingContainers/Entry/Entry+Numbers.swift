// Entries whose inline value is a set of numbers: four bytes each, lowest first, without gaps. What
// the numbers stand for is the owner's business; most such sets have one member.
import CLinux

extension Entry {
    /// A new entry of `key` whose set has the one member `number`.
    @inlinable
    public static func make(_ key: Bytes, number: UInt32, in memory: SlabAllocator) -> Entry {
        let shape = Shape(kind: 0, flags: 0, access: 0, valueCount: 4)
        let entry = make(key, shape, in: memory)
        entry.setNumber(number, at: 0)
        return entry
    }

    /// How many numbers the set has.
    @inlinable @inline(__always)
    public var numberCount: Int { valueCount &>> 2 }

    /// The number at `index` in ascending order.
    @inlinable @inline(__always)
    public func number(at index: Int) -> UInt32 {
        assert(index >= 0 && index < numberCount)
        return UnsafeRawPointer(value.base).loadUnaligned(
            fromByteOffset: index &* 4, as: UInt32.self)
    }

    @inlinable @inline(__always)
    func setNumber(_ number: UInt32, at index: Int) {
        UnsafeMutableRawPointer(mutableValue).storeBytes(
            of: number, toByteOffset: index &* 4, as: UInt32.self)
    }

    /// The index of the first number that is not below `number`.
    @inlinable
    public func firstIndex(notBelow number: UInt32) -> Int {
        var low = 0
        var high = numberCount
        while low < high {
            let middle = (low &+ high) &>> 1
            if self.number(at: middle) < number { low = middle &+ 1 } else { high = middle }
        }
        return low
    }

    /// Whether the set has `number`.
    @inlinable @inline(__always)
    public func contains(_ number: UInt32) -> Bool {
        if numberCount == 1 { return self.number(at: 0) == number }
        let index = firstIndex(notBelow: number)
        return index < numberCount && self.number(at: index) == number
    }

    /// Adds a number that the set does not have. Returns the entry that holds the set then: this
    /// one, or a new one, and this one is freed.
    public func inserting(_ number: UInt32, in memory: SlabAllocator) -> Entry {
        let index = firstIndex(notBelow: number)
        let count = valueCount
        let after = count - index * 4
        if fits(valueCount: count + 4) {
            setShortValueCount(count + 4)
            memmove(mutableValue + (index * 4 + 4), mutableValue + index * 4, after)
            setNumber(number, at: index)
            return self
        }
        let shape = Shape(kind: 0, flags: 0, access: 0, valueCount: count + 4)
        let new = Entry.make(key, shape, in: memory)
        memcpy(new.mutableValue, mutableValue, index * 4)
        memcpy(new.mutableValue + (index * 4 + 4), mutableValue + index * 4, after)
        new.setNumber(number, at: index)
        free(in: memory)
        return new
    }
}
