// Making a list of fields and values in one go: one walk over what was given, one block.
import CLinux

extension PackedList {
    /// A list of `pairs` fields and values, which `element` gives by their index from 0 (a field,
    /// its value, the next field), or nil when a field occurs twice.
    @inlinable
    public static func make(
        pairs: Int, in memory: SlabAllocator, _ element: (Int) -> Bytes
    ) -> PackedList? {
        var room = headSize
        for index in 0..<(pairs &* 2) { room &+= PackedEncoding.mostBytes(element(index)) }
        let list = PackedList(raw: memory.allocate(room))
        var used = headSize
        // A bit for each field seen, by its last bytes: most fields need no search.
        var seen: UInt64 = 0
        for index in 0..<pairs {
            let field = PackedEncoding(element(index &* 2))
            let mark = list.filterBit(field)
            if seen & mark != 0 {
                list.usedBytes = used
                if list.find(field, stride: 2) != nil {
                    memory.free(list.raw, room)
                    return nil
                }
            }
            seen |= mark
            field.write(to: list.raw + used)
            used &+= field.count
            let value = PackedEncoding(element(index &* 2 &+ 1))
            value.write(to: list.raw + used)
            used &+= value.count
        }
        list.usedBytes = used
        list.count = pairs &* 2
        return list.fitted(from: room, in: memory)
    }

    @inlinable @inline(__always)
    func filterBit(_ field: PackedEncoding) -> UInt64 {
        let word = field.text.isEmpty ? field.word : lastWord(field.text)
        let mixed = (word ^ UInt64(field.tag)) &* 0x9e37_79b9_7f4a_7c15
        return 1 &<< (mixed &>> 58)
    }

    /// The list in a block that is not larger than it needs to be; `room` is what this one has.
    @inlinable
    func fitted(from room: Int, in memory: SlabAllocator) -> PackedList {
        guard SlabLayout.rounded(usedBytes) != SlabLayout.rounded(room) else { return self }
        let fitted = copy(in: memory)
        memory.free(raw, room)
        return fitted
    }
}

extension PackedList {
    /// Puts `value` behind `field`, in place when the field is there and the value takes as many
    /// bytes as the old one; otherwise both are added at the end. Returns whether the field is new.
    @inlinable
    public mutating func set(
        _ field: Bytes, _ value: Bytes, in memory: SlabAllocator
    ) -> Bool {
        guard let cursor = find(field, stride: 2) else {
            append(field, value, in: memory)
            return true
        }
        replace(at: next(after: cursor), with: value, in: memory)
        return false
    }
}
