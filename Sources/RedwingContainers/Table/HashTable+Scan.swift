// Ways through a table: by cursor in hash order, at random, and the last one, which empties it.

extension HashTable {
    /// The bits of a cursor: a position in hash order, cut so that every client's numbers hold it.
    @usableFromInline static let cursorBits: UInt64 = 48

    /// Visits the entries of one home bucket, the one at `cursor`, and returns the next cursor;
    /// 0 is the first and, as a result, the end.
    ///
    /// Entries that are in the table during a whole pass are visited at least once, whatever is
    /// inserted or removed between calls; `visit` itself must not change the table.
    @inlinable
    public func scan(_ cursor: UInt64, _ visit: (Entry) -> Void) -> UInt64 {
        let start = (cursor & ((1 &<< HashTable.cursorBits) &- 1)) &<< (64 &- HashTable.cursorBits)
        let word = self.word(start)
        let home = word.home(start)
        visitHome(word.segment, home, visit)
        return next(word, after: home) &>> (64 &- HashTable.cursorBits)
    }

    /// The hash order position behind a home bucket; 0 behind the last.
    @inlinable
    func next(_ word: DirectoryWord, after home: Int) -> UInt64 {
        let cells = 1 &<< Int(TableLayout.cellBits)
        let buckets = word.bucketCount
        let cell = ((home &+ 1) &* cells &+ buckets &- 1) / buckets
        let prefix = word.segment.head.pointee.prefix
        guard cell < cells else {
            return word.depth == 0 ? 0 : prefix &+ (1 &<< (64 &- word.depth))
        }
        let width = 64 &- word.depth &- TableLayout.cellBits
        return prefix &+ UInt64(truncatingIfNeeded: cell) &<< width
    }

    /// Visits the entries whose home is bucket `home`, wherever in the segment they went.
    @inlinable
    func visitHome(_ segment: Segment, _ home: Int, _ visit: (Entry) -> Void) {
        let buckets = Int(segment.head.pointee.buckets)
        var index = home
        for _ in 0..<buckets {
            let bucket = segment.bucket(index)
            for place in 1...TableLayout.slots {
                let slot = bucket[place]
                if slot != 0, segment.home(ofSlot: slot) == home { visit(entryOfSlot(slot)) }
            }
            if bucket.pointee & TableLayout.overflowMask == 0 { return }
            index &+= 1
            if index == buckets { index = 0 }
        }
    }

    /// Visits every entry; `visit` must not change the table.
    @inlinable
    public func forEachEntry(_ visit: (Entry) -> Void) {
        var cursor: UInt64 = 0
        repeat { cursor = scan(cursor, visit) } while cursor != 0
    }

    /// An entry picked with equal chances, or nil when there is none. `random` gives 64 fresh
    /// random bits a call.
    public func randomEntry(_ random: () -> UInt64) -> Entry? { randomPosition(random)?.entry }

    /// The position of an entry picked with equal chances, or nil when there is none. `random`
    /// gives 64 fresh random bits a call.
    public func randomPosition(_ random: () -> UInt64) -> TablePosition? {
        guard count > 0 else { return nil }
        var misses = 0
        while misses < 4096 {
            misses += 1
            let word = self.word(random())
            let pick = random()
            // A segment comes up as often as its range is wide, an entry must not.
            let excess = state.pointee.depth - word.depth
            if excess > 0, pick >> (64 - excess) != 0 { continue }
            // Every slot that a segment could have has the same chance, or small ones would win; a
            // lone segment has no rivals.
            let buckets = state.pointee.depth == 0 ? word.bucketCount : TableLayout.maxBuckets
            let index = Int(truncatingIfNeeded: pick & 0xffff_ffff) % (buckets * 7)
            guard index < word.bucketCount * 7 else { continue }
            let slot = word.segment.bucket(index / 7) + (index % 7 + 1)
            if slot.pointee != 0 { return TablePosition(slot: slot) }
        }
        return firstPosition(from: random())
    }

    /// The first entry at or behind a position of hash order, from the beginning again at the end.
    private func firstPosition(from hash: UInt64) -> TablePosition? {
        var cursor = hash >> (64 - HashTable.cursorBits)
        var found: Entry?
        for _ in 0...1 {
            repeat {
                cursor = scan(cursor) { if found == nil { found = $0 } }
                if let found { return position(self.hash(found.key), found.key) }
            } while cursor != 0
        }
        return nil
    }

    /// Takes out the entries of one segment, handing each to `body`, which owns it then. Returns
    /// whether more are left. Once begun the table is good for nothing but this and `destroy()`.
    public func drainSegment(_ body: (Entry) -> Void) -> Bool {
        let words = 1 << Int(state.pointee.depth)
        guard state.pointee.drained < words else { return false }
        let word = DirectoryWord(bits: state.pointee.directory[state.pointee.drained])
        let segment = word.segment
        state.pointee.drained += 1 << Int(state.pointee.depth - word.depth)
        state.pointee.count -= Int(segment.head.pointee.count)
        forEachSlot(segment) { _, slot in body(entryOfSlot(slot)) }
        freeSegment(segment)
        return state.pointee.drained < words
    }
}
