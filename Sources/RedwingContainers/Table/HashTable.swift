// Extendible hashing in bounded pieces: a directory of segments, each of at most 128 buckets of
// seven slots. The home bucket follows from the top bits of the hash and is monotone in it, so a
// SCAN cursor is a position in hash order and survives every growth and split; growth touches one
// segment at a time, so no insertion pays for the whole table.
//
// Collisions go on to the next bucket of the segment; a bucket counts the entries that passed it,
// so a search knows where to stop, and a removal needs no tombstone.
//
// The table owns its segments and directory, not the entries. Not for several threads.
import CLinux

/// A hash table of entries; a handle, valid until `destroy()`.
@frozen
public struct HashTable {
    @usableFromInline
    struct State {
        @usableFromInline var directory: UnsafeMutablePointer<UInt64>
        @usableFromInline var depth: UInt64
        @usableFromInline var count: Int
        @usableFromInline var seed: HashSeed
        @usableFromInline var memory: SlabAllocator
        /// Segments whose depth is the directory's; at zero the directory halves.
        @usableFromInline var deepest: Int
        /// Whether the table takes part in a snapshot.
        @usableFromInline var isCapturing: Bool
        /// The capture mark of entries that the last snapshot has, or that came later.
        @usableFromInline var captureMark: UInt8
        /// Snapshots in a row whose walk did not get to the end.
        @usableFromInline var unfinishedCaptures: UInt8
        /// Directory words given up by a drain that is under way.
        @usableFromInline var drained: Int
        @usableFromInline var segmentBytes: Int
        @usableFromInline var capture: ((Entry) -> Void)?
    }

    @usableFromInline let state: UnsafeMutablePointer<State>

    /// An empty table whose keys are hashed with `seed`.
    public init(seed: HashSeed, memory: SlabAllocator) {
        let size = MemoryLayout<State>.stride
        state = memory.allocate(size).bindMemory(to: State.self, capacity: 1)
        let directory = memory.allocate(8).bindMemory(to: UInt64.self, capacity: 1)
        state.initialize(
            to: State(
                directory: directory, depth: 0, count: 0, seed: seed, memory: memory, deepest: 1,
                isCapturing: false, captureMark: 0, unfinishedCaptures: 0, drained: 0,
                segmentBytes: 0, capture: nil))
        let segment = makeSegment(buckets: 1, depth: 0, tagBase: 0, prefix: 0)
        directory.pointee = DirectoryWord(segment: segment, buckets: 1, depth: 0).bits
    }

    /// The table whose state is at an address that `address` gave.
    @inlinable @inline(__always)
    public init(address: UInt64) {
        // Only addresses of live tables are ever stored.
        state = UnsafeMutablePointer(bitPattern: UInt(address)).unsafelyUnwrapped
    }

    /// The address of the table's state, to be stored in an entry's word.
    @inlinable @inline(__always)
    public var address: UInt64 { UInt64(UInt(bitPattern: state)) }

    /// The number of entries.
    @inlinable @inline(__always)
    public var count: Int { state.pointee.count }

    /// The bytes of segments and directory, without the entries.
    public var overheadBytes: Int {
        state.pointee.segmentBytes + SlabLayout.rounded(8 << Int(state.pointee.depth))
            + MemoryLayout<State>.stride
    }

    /// The hash of a key in this table.
    @inlinable @inline(__always)
    public func hash(_ key: Bytes) -> UInt64 { state.pointee.seed.hash(key) }

    @inlinable @inline(__always)
    func directoryIndex(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: (hash &>> 1) &>> (63 &- state.pointee.depth))
    }

    @inlinable @inline(__always)
    func word(_ hash: UInt64) -> DirectoryWord {
        DirectoryWord(bits: state.pointee.directory[directoryIndex(hash)])
    }

    /// Asks the CPU to fetch what says where the home bucket of a hash is.
    @inlinable @inline(__always)
    public func prefetchDirectory(_ hash: UInt64) {
        redwing_prefetch(state.pointee.directory + directoryIndex(hash))
    }

    /// Asks the CPU to fetch the home bucket of a hash.
    @inlinable @inline(__always)
    public func prefetchBucket(_ hash: UInt64) {
        let word = self.word(hash)
        redwing_prefetch(word.segment.bucket(word.home(hash)))
    }

    /// Asks the CPU to fetch the entry that is likely that of a hash, whose home bucket should
    /// have arrived.
    @inlinable @inline(__always)
    public func prefetchEntry(_ hash: UInt64) {
        guard let entry = likelyEntry(hash) else { return }
        redwing_prefetch(entry.raw)
        redwing_prefetch(entry.raw + 64)
    }

    /// The entry that is likely that of a hash, or nil; good for no more than prefetching what it
    /// refers to.
    @inlinable @inline(__always)
    public func likelyEntry(_ hash: UInt64) -> Entry? {
        let word = self.word(hash)
        let bucket = word.segment.bucket(word.home(hash))
        let found = TableLayout.matches(bucket.pointee, TableLayout.fingerprint(hash))
        guard found != 0 else { return nil }
        let slot = bucket[found.trailingZeroBitCount &>> 3 &+ 1]
        return slot != 0 ? entryOfSlot(slot) : nil
    }

    /// The position of `key`, whose hash is `hash`, or nil.
    @inlinable
    public func position(_ hash: UInt64, _ key: Bytes) -> TablePosition? {
        let word = self.word(hash)
        let segment = word.segment
        let buckets = word.bucketCount
        let fingerprint = TableLayout.fingerprint(hash)
        var index = word.home(hash)
        for _ in 0..<buckets {
            let bucket = segment.bucket(index)
            let marks = bucket.pointee
            var found = TableLayout.matches(marks, fingerprint)
            while found != 0 {
                let slot = bucket + (found.trailingZeroBitCount &>> 3 &+ 1)
                if slot.pointee != 0, entryOfSlot(slot.pointee).key == key {
                    return TablePosition(slot: slot)
                }
                found &= found &- 1
            }
            if marks & TableLayout.overflowMask == 0 { return nil }
            index &+= 1
            if index == buckets { index = 0 }
        }
        return nil
    }

    /// The entry of `key`, whose hash is `hash`, or nil.
    @inlinable @inline(__always)
    public func find(_ hash: UInt64, _ key: Bytes) -> Entry? { position(hash, key)?.entry }

    /// Adds an entry whose key is not in the table, and returns its position. Moves others.
    @inlinable
    @discardableResult
    public func insert(_ hash: UInt64, _ entry: Entry) -> TablePosition {
        var word = self.word(hash)
        while Int(word.segment.head.pointee.count) >= TableLayout.capacity(word.bucketCount) {
            grow(word, hash)
            word = self.word(hash)
        }
        state.pointee.count &+= 1
        entry.captureMark = state.pointee.captureMark
        return place(word.segment, word.home(hash), hash, entry)
    }

    @inlinable @inline(__always)
    func place(_ segment: Segment, _ home: Int, _ hash: UInt64, _ entry: Entry) -> TablePosition {
        let shifted = hash &<< UInt64(truncatingIfNeeded: segment.head.pointee.tagBase)
        let slot = (shifted &>> 48) &<< 48 | UInt64(UInt(bitPattern: entry.raw))
        return placeSlot(segment, home, TableLayout.fingerprint(hash), slot)
    }

    @inlinable
    @discardableResult
    func placeSlot(_ segment: Segment, _ home: Int, _ fingerprint: UInt64, _ slot: UInt64)
        -> TablePosition
    {
        let buckets = Int(segment.head.pointee.buckets)
        var index = home
        while true {
            let bucket = segment.bucket(index)
            let free = TableLayout.matches(bucket.pointee, 0)
            if free != 0 {
                let place = free.trailingZeroBitCount &>> 3
                bucket.pointee |= fingerprint &<< UInt64(truncatingIfNeeded: place &* 8)
                bucket[place &+ 1] = slot
                segment.head.pointee.count &+= 1
                return TablePosition(slot: bucket + (place &+ 1))
            }
            if bucket.pointee & TableLayout.overflowMask != TableLayout.overflowMask {
                bucket.pointee &+= TableLayout.overflowOne
            }
            index &+= 1
            if index == buckets { index = 0 }
        }
    }

    /// Takes the entry at `position` out of the table; the entry is the caller's to free.
    @inlinable
    public func remove(_ hash: UInt64, at position: TablePosition) {
        let word = self.word(hash)
        let segment = word.segment
        var index = word.home(hash)
        let offset = UnsafeMutableRawPointer(position.slot) - segment.raw &- 64
        let last = offset &>> 6
        while index != last {
            let bucket = segment.bucket(index)
            if bucket.pointee & TableLayout.overflowMask != TableLayout.overflowMask {
                bucket.pointee &-= TableLayout.overflowOne
            }
            index &+= 1
            if index == word.bucketCount { index = 0 }
        }
        let bucket = segment.bucket(last)
        let place = UInt64(truncatingIfNeeded: (offset & 63) &- 8)
        bucket.pointee &= ~(0xff &<< place)
        position.slot.pointee = 0
        segment.head.pointee.count &-= 1
        state.pointee.count &-= 1
        let count = Int(segment.head.pointee.count)
        if word.bucketCount > 1, count &* 3 < TableLayout.capacity(word.bucketCount) {
            shrink(word, hash)
        }
    }

    /// Gives back the table's own memory; the entries must be gone or be owned by somebody else.
    public func destroy() {
        var index = state.pointee.drained
        let words = 1 << Int(state.pointee.depth)
        while index < words {
            let word = DirectoryWord(bits: state.pointee.directory[index])
            freeSegment(word.segment)
            index += 1 << Int(state.pointee.depth - word.depth)
        }
        let memory = state.pointee.memory
        memory.free(state.pointee.directory, 8 << Int(state.pointee.depth))
        state.deinitialize(count: 1)
        memory.free(state, MemoryLayout<State>.stride)
    }
}
