// What changes an integer set. Each edit moves the block at most once.
import CLinux

extension IntSet {
    /// Puts `value` in; returns whether it was not there before.
    @inlinable
    public mutating func insert(_ value: Int64, in memory: SlabAllocator) -> Bool {
        let count = self.count
        guard IntSet.width(of: value) <= width else {
            widen(adding: value, in: memory)
            return true
        }
        let width = self.width
        let index = lowerBound(value)
        if index < count, load(index, width) == value { return false }
        resize(to: IntSet.offset(count &+ 1, width), in: memory)
        let place = raw + IntSet.offset(index, width)
        memmove(place + width, place, (count &- index) &* width)
        store(value, index, width)
        setHead(count: count &+ 1, width: width)
        return true
    }

    /// Takes `value` out; returns whether it was there.
    @inlinable
    public mutating func remove(_ value: Int64, in memory: SlabAllocator) -> Bool {
        guard IntSet.width(of: value) <= width else { return false }
        let index = lowerBound(value)
        guard index < count, load(index, width) == value else { return false }
        remove(at: index, in: memory)
        return true
    }

    /// Takes out the integer at `index`; there must be so many.
    @inlinable
    public mutating func remove(at index: Int, in memory: SlabAllocator) {
        let count = self.count
        let width = self.width
        assert(index >= 0 && index < count)
        let place = raw + IntSet.offset(index, width)
        memmove(place, place + width, (count &- index &- 1) &* width)
        resize(to: IntSet.offset(count &- 1, width), in: memory)
        setHead(count: count &- 1, width: width)
    }

    /// Moves the set into a block for `newUsed` bytes; both sizes' common part is kept.
    @inlinable
    mutating func resize(to newUsed: Int, in memory: SlabAllocator) {
        let before = size
        let after = SlabLayout.rounded(newUsed)
        guard before != after else { return }
        self = IntSet(raw: memory.resize(raw, from: before, to: after))
    }

    /// Puts a value in that needs wider integers, and so belongs before or behind all others.
    @usableFromInline
    mutating func widen(adding value: Int64, in memory: SlabAllocator) {
        let count = self.count
        let width = IntSet.width(of: value)
        let wide = IntSet(raw: memory.allocate(IntSet.offset(count + 1, width)))
        let shift = value < 0 ? 1 : 0
        for index in 0..<count { wide.store(self[index], index + shift, width) }
        wide.store(value, value < 0 ? 0 : count, width)
        wide.setHead(count: count + 1, width: width)
        free(in: memory)
        self = wide
    }
}
