// How the table's segments grow, split, shrink and merge. Each step touches one segment, or two
// buddies; all of them rebuild from the slots' tags and read no entry, but for a split after six
// others, when the tags run out of bits.

extension HashTable {
    func makeSegment(buckets: Int, depth: Int, tagBase: Int, prefix: UInt64) -> Segment {
        let size = Segment.size(buckets: buckets)
        let segment = Segment(raw: state.pointee.memory.allocate(size))
        segment.raw.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        segment.head.pointee = Segment.Head(
            count: 0, buckets: Int32(buckets), depth: Int32(depth), tagBase: Int32(tagBase),
            prefix: prefix)
        state.pointee.segmentBytes += SlabLayout.rounded(size)
        return segment
    }

    func freeSegment(_ segment: Segment) {
        let size = Segment.size(buckets: Int(segment.head.pointee.buckets))
        state.pointee.segmentBytes -= SlabLayout.rounded(size)
        state.pointee.memory.free(segment.raw, size)
    }

    /// Points every directory word of the segment's range at it.
    func enter(_ segment: Segment) {
        let head = segment.head.pointee
        let first = directoryIndex(head.prefix)
        let words = 1 << (Int(state.pointee.depth) - Int(head.depth))
        let word = DirectoryWord(
            segment: segment, buckets: Int(head.buckets), depth: Int(head.depth))
        for index in first..<(first + words) { state.pointee.directory[index] = word.bits }
    }

    /// Visits each slot of a segment with its fingerprint.
    @inline(__always)
    func forEachSlot(_ segment: Segment, _ body: (UInt64, UInt64) -> Void) {
        for index in 0..<Int(segment.head.pointee.buckets) {
            let bucket = segment.bucket(index)
            let marks = bucket.pointee
            for place in 0..<TableLayout.slots {
                let slot = bucket[place + 1]
                if slot != 0 { body((marks >> UInt64(place * 8)) & 0xff, slot) }
            }
        }
    }

    /// Makes room in the segment that `word` names: a quarter more buckets, or a split.
    @usableFromInline
    func grow(_ word: DirectoryWord, _ hash: UInt64) {
        let old = word.segment
        let buckets = word.bucketCount
        if buckets < TableLayout.maxBuckets {
            let larger = min(TableLayout.maxBuckets, max(buckets + 1, buckets * 5 / 4))
            rebuild(old, buckets: larger)
        } else {
            split(old)
        }
    }

    /// Fewer buckets for a segment that emptied, or one segment for it and its buddy.
    @usableFromInline
    func shrink(_ word: DirectoryWord, _ hash: UInt64) {
        let segment = word.segment
        let count = Int(segment.head.pointee.count)
        if merge(segment) { return }
        // Room for half as many again, so that a table that hovers does not rebuild all the time.
        let wanted = max(1, (count * 3 / 2 + TableLayout.slots - 1) / TableLayout.slots)
        if wanted < word.bucketCount { rebuild(segment, buckets: wanted) }
    }

    private func rebuild(_ old: Segment, buckets: Int) {
        let head = old.head.pointee
        let new = makeSegment(
            buckets: buckets, depth: Int(head.depth), tagBase: Int(head.tagBase),
            prefix: head.prefix)
        forEachSlot(old) { fingerprint, slot in
            placeSlot(new, new.home(ofSlot: slot), fingerprint, slot)
        }
        enter(new)
        freeSegment(old)
    }

    private func split(_ old: Segment) {
        refreshTags(old)
        let head = old.head.pointee
        let depth = Int(head.depth)
        precondition(depth < 48, "a keyed hash never fills a segment this deep")
        if UInt64(depth) == state.pointee.depth { doubleDirectory() }
        let bit = UInt64(1) << UInt64(63 - depth)
        let tagBit = UInt64(1) << UInt64(63 - (depth - Int(head.tagBase)))
        var highCount = 0
        forEachSlot(old) { _, slot in highCount += slot & tagBit == 0 ? 0 : 1 }
        let low = makeSegment(
            buckets: halfBuckets(for: Int(head.count) - highCount), depth: depth + 1,
            tagBase: Int(head.tagBase), prefix: head.prefix)
        let high = makeSegment(
            buckets: halfBuckets(for: highCount), depth: depth + 1, tagBase: Int(head.tagBase),
            prefix: head.prefix | bit)
        forEachSlot(old) { fingerprint, slot in
            let half = slot & tagBit == 0 ? low : high
            placeSlot(half, half.home(ofSlot: slot), fingerprint, slot)
        }
        enter(low)
        enter(high)
        if UInt64(depth + 1) == state.pointee.depth { state.pointee.deepest += 2 }
        freeSegment(old)
    }

    /// The buckets of a half that gets so many entries at once. They come in hash order when they
    /// come from a table of the same seed, and then all fall into one half.
    private func halfBuckets(for count: Int) -> Int {
        var buckets = TableLayout.halfBuckets
        while buckets < TableLayout.maxBuckets, TableLayout.capacity(buckets) <= count {
            buckets += 8
        }
        return buckets
    }

    /// Makes sure that the tags still reach ten bits beyond a split; reads the entries if not.
    private func refreshTags(_ segment: Segment) {
        let head = segment.head
        guard head.pointee.depth + 1 - head.pointee.tagBase > 6 else { return }
        for index in 0..<Int(head.pointee.buckets) {
            let bucket = segment.bucket(index)
            for place in 1...TableLayout.slots where bucket[place] != 0 {
                let hash = self.hash(entryOfSlot(bucket[place]).key)
                let tag = (hash << UInt64(head.pointee.depth)) >> 48
                bucket[place] = bucket[place] & TableLayout.addressMask | tag << 48
            }
        }
        head.pointee.tagBase = head.pointee.depth
    }

    private func doubleDirectory() {
        let words = 1 << Int(state.pointee.depth)
        let memory = state.pointee.memory
        let old = state.pointee.directory
        let new = memory.allocate(words * 16).bindMemory(to: UInt64.self, capacity: words * 2)
        for index in 0..<words {
            new[index * 2] = old[index]
            new[index * 2 + 1] = old[index]
        }
        memory.free(old, words * 8)
        state.pointee.directory = new
        state.pointee.depth += 1
        state.pointee.deepest = 0
    }

    /// Halves the directory while no segment needs its last bit.
    private func halveDirectory() {
        while state.pointee.deepest == 0, state.pointee.depth > 0 {
            let words = 1 << Int(state.pointee.depth)
            let memory = state.pointee.memory
            let old = state.pointee.directory
            let new = memory.allocate(words * 4).bindMemory(to: UInt64.self, capacity: words / 2)
            state.pointee.depth -= 1
            var deepest = 0
            for index in 0..<(words / 2) {
                new[index] = old[index * 2]
                if DirectoryWord(bits: new[index]).depth == state.pointee.depth { deepest += 1 }
            }
            memory.free(old, words * 8)
            state.pointee.directory = new
            state.pointee.deepest = deepest
        }
    }

    /// Joins the segment with its buddy when both fit one of moderate fill.
    private func merge(_ segment: Segment) -> Bool {
        let head = segment.head.pointee
        guard head.depth > 0 else { return false }
        let depth = Int(head.depth)
        let bit = UInt64(1) << UInt64(64 - depth)
        let buddyWord = self.word(head.prefix ^ bit)
        let buddy = buddyWord.segment
        let total = Int(head.count + buddy.head.pointee.count)
        guard Int(buddyWord.depth) == depth, total <= TableLayout.capacity(64) else { return false }
        // A tag that starts at the segment's depth lacks the bit that told the buddies apart.
        let base = min(
            depth - 1, Int(min(head.tagBase, buddy.head.pointee.tagBase)))
        let joined = makeSegment(
            buckets: max(1, (total * 3 / 2 + 6) / TableLayout.slots), depth: depth - 1,
            tagBase: base, prefix: head.prefix & ~bit)
        for part in [segment, buddy] {
            let gap = UInt64(Int(part.head.pointee.tagBase) - base)
            let lead = gap == 0 ? 0 : (part.head.pointee.prefix << UInt64(base)) >> (64 - gap)
            forEachSlot(part) { fingerprint, slot in
                let tag = (slot >> 48) >> gap | (gap == 0 ? 0 : lead << (16 - gap))
                let moved = slot & TableLayout.addressMask | tag << 48
                placeSlot(joined, joined.home(ofSlot: moved), fingerprint, moved)
            }
        }
        enter(joined)
        freeSegment(segment)
        freeSegment(buddy)
        if UInt64(depth) == state.pointee.depth {
            state.pointee.deepest -= 2
            halveDirectory()
        }
        return true
    }
}
