// Search by the upper bits of a hash, for those who remember less than a key: the deadline index
// keeps 40 bits of it. The slots' tags tell most entries apart; the caller's predicate decides.
import CLinux

extension HashTable {
    /// The position of the first entry that `accept` takes among those whose hash seems to begin
    /// with the upper `bits` bits of `hash`; nil when there is none. `bits` is at least 32.
    ///
    /// A tag holds 10 to 16 bits behind those that a segment shares, so that `accept` also sees
    /// strangers now and then. It must not change the table.
    @inlinable
    public func position(
        prefix hash: UInt64, bits: Int, where accept: (Entry) -> Bool
    ) -> TablePosition? {
        let word = self.word(hash)
        let segment = word.segment
        let buckets = word.bucketCount
        let (tag, shift) = segment.tag(prefix: hash, bits: bits)
        var index = word.home(hash)
        for _ in 0..<buckets {
            let bucket = segment.bucket(index)
            for place in 1...TableLayout.slots {
                let slot = bucket[place]
                if slot &>> shift == tag, slot != 0, accept(entryOfSlot(slot)) {
                    return TablePosition(slot: bucket + place)
                }
            }
            if bucket.pointee & TableLayout.overflowMask == 0 { return nil }
            index &+= 1
            if index == buckets { index = 0 }
        }
        return nil
    }

    /// Asks the CPU to fetch the entry that is likely the one of a prefix, whose home bucket
    /// should have arrived.
    @inlinable @inline(__always)
    public func prefetchEntry(prefix hash: UInt64, bits: Int) {
        let word = self.word(hash)
        let bucket = word.segment.bucket(word.home(hash))
        let (tag, shift) = word.segment.tag(prefix: hash, bits: bits)
        for place in 1...TableLayout.slots where bucket[place] &>> shift == tag {
            if bucket[place] != 0 { redwing_prefetch(entryOfSlot(bucket[place]).raw) }
        }
    }
}

extension Segment {
    /// What the slot of an entry with these upper hash bits gives when shifted right by `shift`.
    @inlinable @inline(__always)
    func tag(prefix hash: UInt64, bits: Int) -> (tag: UInt64, shift: UInt64) {
        let base = UInt64(truncatingIfNeeded: head.pointee.tagBase)
        // Tags of tables too deep for the prefix are compared as far as it goes.
        let unknown = max(0, Int(base) &+ 16 &- bits)
        let shift = UInt64(truncatingIfNeeded: 48 &+ unknown)
        return ((hash &<< base) &>> shift, shift)
    }
}
