// What changes a packed list. Each edit opens or closes one gap, and with it the block moves at
// most once. What is put in must not lie in the list itself.
import CLinux

extension PackedList {
    /// Makes the `old` bytes at `offset` into `new` bytes, whose content is the caller's to fill.
    @inlinable
    mutating func splice(_ offset: Int, _ old: Int, _ new: Int, in memory: SlabAllocator) {
        let used = usedBytes
        let total = used &- old &+ new
        precondition(total <= Int(UInt32.max))
        let before = SlabLayout.rounded(used)
        let after = SlabLayout.rounded(total)
        let rest = used &- offset &- old
        if before == after {
            if rest > 0 { memmove(raw + (offset &+ new), raw + (offset &+ old), rest) }
        } else {
            let block = memory.allocate(after)
            memcpy(block, raw, offset)
            if rest > 0 { memcpy(block + (offset &+ new), raw + (offset &+ old), rest) }
            memory.free(raw, before)
            self = PackedList(raw: block)
        }
        usedBytes = total
    }

    @inlinable
    mutating func insert(_ element: PackedEncoding, before cursor: Int, in memory: SlabAllocator) {
        splice(cursor, 0, element.count, in: memory)
        element.write(to: raw + cursor)
        count &+= 1
    }

    @inlinable
    mutating func replace(
        at cursor: Int, with element: PackedEncoding, in memory: SlabAllocator
    ) {
        let old = PackedEncoding.count(at: raw + cursor)
        if old != element.count { splice(cursor, old, element.count, in: memory) }
        element.write(to: raw + cursor)
    }

    /// Adds an element at the end.
    @inlinable
    public mutating func append(_ bytes: Bytes, in memory: SlabAllocator) {
        insert(PackedEncoding(bytes), before: end, in: memory)
    }

    /// Adds an integer's decimal text at the end.
    @inlinable
    public mutating func append(integer: Int64, in memory: SlabAllocator) {
        insert(PackedEncoding(integer), before: end, in: memory)
    }

    /// Adds two elements at the end, a field and its value; moves the list at most once.
    @inlinable
    public mutating func append(_ field: Bytes, _ value: Bytes, in memory: SlabAllocator) {
        insert(field, value, before: end, in: memory)
    }

    /// Adds `elements` elements at the end, which `element` gives twice by their index from 0, the
    /// same each time; moves the list at most once.
    @inlinable
    public mutating func append(
        _ elements: Int, in memory: SlabAllocator, _ element: (Int) -> Bytes
    ) {
        var total = 0
        for index in 0..<elements { total &+= PackedEncoding(element(index)).count }
        var place = end
        splice(place, 0, total, in: memory)
        for index in 0..<elements {
            let encoding = PackedEncoding(element(index))
            encoding.write(to: raw + place)
            place &+= encoding.count
        }
        count &+= elements
    }

    /// Puts an element before that at `cursor`, where it then is.
    @inlinable
    public mutating func insert(_ bytes: Bytes, before cursor: Int, in memory: SlabAllocator) {
        insert(PackedEncoding(bytes), before: cursor, in: memory)
    }

    /// Puts an integer's decimal text before the element at `cursor`, where it then is.
    @inlinable
    public mutating func insert(integer: Int64, before cursor: Int, in memory: SlabAllocator) {
        insert(PackedEncoding(integer), before: cursor, in: memory)
    }

    /// Puts two elements before that at `cursor`, where the first then is.
    @inlinable
    public mutating func insert(
        _ field: Bytes, _ value: Bytes, before cursor: Int, in memory: SlabAllocator
    ) {
        let field = PackedEncoding(field)
        let value = PackedEncoding(value)
        splice(cursor, 0, field.count &+ value.count, in: memory)
        field.write(to: raw + cursor)
        value.write(to: raw + (cursor &+ field.count))
        count &+= 2
    }

    /// Puts `bytes` in the place of the element at `cursor`, which stays its cursor. In place,
    /// when it takes as many bytes.
    @inlinable
    public mutating func replace(at cursor: Int, with bytes: Bytes, in memory: SlabAllocator) {
        replace(at: cursor, with: PackedEncoding(bytes), in: memory)
    }

    /// Puts an integer's decimal text in the place of the element at `cursor`.
    @inlinable
    public mutating func replace(at cursor: Int, integer: Int64, in memory: SlabAllocator) {
        replace(at: cursor, with: PackedEncoding(integer), in: memory)
    }

    /// Takes out `elements` elements from that at `cursor` on; there must be so many. The cursor
    /// is then that of the element behind them, or `end`.
    @inlinable
    public mutating func remove(
        at cursor: Int, count elements: Int = 1, in memory: SlabAllocator
    ) {
        let behind = advance(cursor, by: elements)
        splice(cursor, behind &- cursor, 0, in: memory)
        count &-= elements
    }

    /// Takes out the elements whose indexes, counted from 0, are in `indexes`, as far as they are.
    public mutating func removeRange(_ indexes: Range<Int>, in memory: SlabAllocator) {
        let indexes = indexes.clamped(to: 0..<count)
        guard !indexes.isEmpty else { return }
        let cursor = advance(first, by: indexes.lowerBound)
        remove(at: cursor, count: indexes.count, in: memory)
    }
}
