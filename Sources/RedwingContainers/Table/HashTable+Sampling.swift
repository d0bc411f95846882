// Samples of a table: a bucket and what lies in it. Home buckets follow from a keyed hash, so the
// entries of one are as good a sample as entries picked one by one, for one access to memory
// instead of seven. A position in hash order picks the bucket; random ones pick at random.
import CLinux

extension HashTable {
    /// Asks the CPU to fetch the entries of the bucket at a position, which should have arrived.
    @inlinable @inline(__always)
    public func prefetchBucketEntries(_ hash: UInt64) {
        let word = self.word(hash)
        let bucket = word.segment.bucket(word.home(hash))
        for place in 1...TableLayout.slots where bucket[place] != 0 {
            redwing_prefetch(entryOfSlot(bucket[place]).raw)
        }
    }

    /// Visits the entries that lie in the bucket at a position, whatever their home; `visit` must
    /// not change the table.
    @inlinable @inline(__always)
    public func visitBucket(_ hash: UInt64, _ visit: (Entry) -> Void) {
        let word = self.word(hash)
        let bucket = word.segment.bucket(word.home(hash))
        for place in 1...TableLayout.slots where bucket[place] != 0 {
            visit(entryOfSlot(bucket[place]))
        }
    }

    /// The position of the entry whose key has this very hash and that `accept` takes, or nil.
    @inlinable
    public func position(exactly hash: UInt64, where accept: (Entry) -> Bool) -> TablePosition? {
        position(prefix: hash, bits: 64) { self.hash($0.key) == hash && accept($0) }
    }
}
