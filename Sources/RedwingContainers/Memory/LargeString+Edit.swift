// Changing a large string in place. Only the one that `unique(capacity:in:)` has just returned may
// be changed: nobody else holds a reference to it, and it has the room.
import CLinux

extension LargeString {
    /// Writes `bytes` from `offset` on, which may lie behind the end: what is between becomes
    /// zero, and the string grows as far as needed within its capacity.
    public func overwrite(at offset: Int, with bytes: Bytes) {
        let old = count
        let end = offset + bytes.count
        assert(!isShared && offset >= 0 && end <= capacity)
        if offset > old { memset(start + old, 0, offset - old) }
        bytes.copy(to: start + offset)
        if end > old { count = end }
    }

    /// Cuts the string to `newCount` bytes, or lengthens it with zeros within the capacity.
    public func setCount(_ newCount: Int) {
        let old = count
        assert(!isShared && newCount >= 0 && newCount <= capacity)
        if newCount > old { memset(start + old, 0, newCount - old) }
        count = newCount
    }

    /// Adds `bytes` at the end, within the capacity.
    public func append(_ bytes: Bytes) { overwrite(at: count, with: bytes) }

    /// A string that holds a copy of `bytes` and has room for `capacity` bytes.
    public static func make(
        capacity: Int, _ bytes: Bytes, in memory: SlabAllocator
    ) -> LargeString {
        let string = make(capacity: max(capacity, bytes.count), in: memory)
        string.append(bytes)
        return string
    }
}
