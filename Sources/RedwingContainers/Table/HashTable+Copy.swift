// A copy of a whole table: its segments as they are, with other entries in the slots. Nothing is
// hashed or searched, and memory is read in the order in which it lies.
import CLinux

extension HashTable {
    /// A table of the same seed and shape, each of whose entries `copyEntry` makes of one of this
    /// table's, with the same key. It must not change this table.
    public func copy(_ copyEntry: (Entry) -> Entry) -> HashTable {
        let old = state.pointee
        let copy = HashTable(seed: old.seed, memory: old.memory)
        copy.freeSegment(copy.word(0).segment)
        let words = 1 << Int(old.depth)
        old.memory.free(copy.state.pointee.directory, 8)
        copy.state.pointee.directory = old.memory.allocate(words * 8)
            .bindMemory(to: UInt64.self, capacity: words)
        copy.state.pointee.depth = old.depth
        copy.state.pointee.deepest = old.deepest
        copy.state.pointee.count = old.count
        var index = 0
        while index < words {
            let word = DirectoryWord(bits: old.directory[index])
            copy.enter(copy.copySegment(word.segment, copyEntry))
            index += 1 << Int(old.depth - word.depth)
        }
        return copy
    }

    private func copySegment(_ source: Segment, _ copyEntry: (Entry) -> Entry) -> Segment {
        let head = source.head.pointee
        let buckets = Int(head.buckets)
        let segment = makeSegment(
            buckets: buckets, depth: Int(head.depth), tagBase: Int(head.tagBase),
            prefix: head.prefix)
        segment.head.pointee.count = head.count
        for index in 0..<buckets {
            if index + 2 < buckets { prefetchEntries(source.bucket(index + 2)) }
            let from = source.bucket(index)
            let to = segment.bucket(index)
            to[0] = from[0]
            for place in 1...TableLayout.slots where from[place] != 0 {
                let entry = copyEntry(entryOfSlot(from[place]))
                entry.captureMark = 0
                to[place] =
                    from[place] & ~TableLayout.addressMask
                    | UInt64(UInt(bitPattern: entry.raw))
            }
        }
        return segment
    }

    private func prefetchEntries(_ bucket: UnsafeMutablePointer<UInt64>) {
        for place in 1...TableLayout.slots where bucket[place] != 0 {
            entryOfSlot(bucket[place]).prefetch()
        }
    }
}
