// Changing an inline value in place, when its block has the room (`fits(valueCount:)`), and
// filling a new one from pieces.
import CLinux

extension Entry {
    /// Copies `bytes` into the inline value from `offset` on; they must fit its length.
    @inlinable @inline(__always)
    public func overwrite(at offset: Int, with bytes: Bytes) {
        assert(offset >= 0 && offset + bytes.count <= valueCount)
        bytes.copy(to: mutableValue + offset)
    }

    /// Makes the inline value's bytes from `offset` on zero, `count` of them.
    @inlinable
    public func clear(from offset: Int, count: Int) {
        assert(offset >= 0 && count >= 0 && offset + count <= valueCount)
        memset(mutableValue + offset, 0, count)
    }

    /// A copy of the entry with or without a deadline word.
    func copy(withDeadline: Bool, in memory: SlabAllocator) -> Entry {
        let flags = header & 0xff00
        let shape = Shape(
            kind: kind,
            flags: withDeadline ? flags | Flag.deadline : flags & ~Flag.deadline,
            access: access, valueCount: valueCount)
        let new = Entry.make(key, shape, in: memory)
        if has(Flag.word) {
            new.word = word
        } else {
            new.setValue(value)
        }
        return new
    }
}
