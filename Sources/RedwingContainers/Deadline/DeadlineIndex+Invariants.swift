// What must hold of a deadline index between two calls. Tests run this after operations.

extension DeadlineIndex {
    /// The first violated invariant in words, or nil when the index is sound. `table` is the one
    /// whose entries were scheduled.
    public func checkInvariants(in table: HashTable) -> String? {
        // For each hash and tick bits that an item has, the earliest tick.
        var filed: [UInt64: Int] = [:]
        var items = 0
        var bytes = MemoryLayout<State>.stride + Root.count * 8
        for level in 0..<4 where state.pointee.levels[level] != nil { bytes += 256 * 8 }
        for number in 0..<(DeadlineIndex.levelCells + Root.count) {
            guard let cell = cell(number) else { continue }
            if let broken = check(cell, number, &items, &bytes, &filed) { return broken }
        }
        guard items == itemCount else { return "counts \(itemCount) items, not \(items)" }
        guard bytes == self.bytes else { return "counts \(self.bytes) bytes, not \(bytes)" }
        var broken: String?
        var cursor: UInt64 = 0
        repeat {
            cursor = table.scan(cursor) { broken = check($0, filed, table) ?? broken }
        } while cursor != 0
        return broken
    }

    private func check(_ entry: Entry, _ filed: [UInt64: Int], _ table: HashTable) -> String? {
        guard let word = state.pointee.place.word(of: entry)?.pointee, !word.isUnfiled else {
            return nil
        }
        let due = max(tick(of: Int(word.deadline)), state.pointee.current)
        let key = filedKey(DeadlineIndex.item(table.hash(entry.key), tick: word.anchor))
        guard let first = filed[key] else { return "\(entry.key.string) has no item" }
        return first > due ? "\(entry.key.string) is filed \(first - due) ticks late" : nil
    }

    private func filedKey(_ item: UInt64) -> UInt64 {
        item & ~UInt64(DeadlineIndex.itemTickMask & ~DeadlineWord.anchorMask)
    }

    private func check(
        _ cell: DeadlineCell, _ number: Int, _ items: inout Int, _ bytes: inout Int,
        _ filed: inout [UInt64: Int]
    ) -> String? {
        let isRoot = number >= DeadlineIndex.levelCells
        let level = number >> 8
        if !isRoot, (cell.pointee != nil) != (occupied(level, from: number & 255) == number & 255) {
            return "occupied bit of cell \(number) is wrong"
        }
        if number < DeadlineIndex.levelCells + 16, isRoot, cell.pointee != nil,
            state.pointee.millis & (1 << UInt32(number - DeadlineIndex.levelCells)) == 0
        {
            return "millisecond \(number - DeadlineIndex.levelCells) has no bit"
        }
        var chunks = 0
        var cursor = cell.pointee
        var tail = cell.pointee
        while let raw = cursor {
            let chunk = DeadlineChunk(raw)
            guard chunk.count > 0, chunk.count <= Int(chunk.header.pointee.capacity) else {
                return "a chunk of cell \(number) has \(chunk.count) items"
            }
            chunks += 1
            items += chunk.count
            bytes += chunk.size
            for index in 0..<chunk.count {
                let item = chunk.items[index]
                guard let tick = earliestTick(item, number) else {
                    return "an item lies in the wrong cell \(number)"
                }
                filed[filedKey(item)] = min(filed[filedKey(item)] ?? .max, tick)
            }
            tail = raw
            cursor = chunk.header.pointee.next
        }
        guard let head = cell.pointee else { return nil }
        let header = DeadlineChunk(head).header.pointee
        guard header.tail == tail else { return "cell \(number) has a wrong tail" }
        guard Int(header.chunks) == chunks else {
            return "cell \(number) counts \(header.chunks) chunks, not \(chunks)"
        }
        return nil
    }

    /// The tick at which an item of a cell will come up at the latest, nil when it cannot be there.
    private func earliestTick(_ item: UInt64, _ number: Int) -> Int? {
        let current = state.pointee.current
        let bits = DeadlineIndex.tickBits(item)
        switch number - DeadlineIndex.levelCells {
        case Root.overflow: return firstOverflowTick
        case Root.cascading:
            if state.pointee.cascadesOverflow { return current }
            let tick = current & ~DeadlineIndex.itemTickMask | bits
            return tick >= current ? tick : nil
        case Root.swept: return max(current, state.pointee.sweptStart)
        case 0..<16: return bits == current & DeadlineIndex.itemTickMask ? current : nil
        default:
            let shift = (number >> 8) * 8
            let bucket = firstTick(number >> 8, number & 255)
            let tick = bucket & ~DeadlineIndex.itemTickMask | bits
            guard tick >> shift == bucket >> shift, tick >= current else { return nil }
            return tick
        }
    }
}
