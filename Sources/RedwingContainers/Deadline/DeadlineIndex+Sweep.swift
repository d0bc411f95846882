// What walks over the index apart from time: the sweep, which drops stale items when they have
// become many, and samples for eviction.

extension DeadlineIndex {
    /// Keeps stale items bounded: once there are more than twice `live` items and 4096, walks all
    /// buckets and drops what means nothing any more. `live` is the number of entries that have a
    /// deadline. A unit of `budget` is an item or a bucket; returns whether the walk goes on.
    public func sweep(live: Int, budget: inout Int, in table: HashTable) -> Bool {
        if !state.pointee.isSweeping {
            guard itemCount > 2 * live + 4096 else { return false }
            state.pointee.isSweeping = true
            state.pointee.sweepCell = 0
            state.pointee.sweepLead = 3 - state.pointee.sweepLead
        }
        while drainSwept(&budget, in: table) {
            guard budget > 0 else { return true }
            budget -= 1
            guard sweepNext() else {
                state.pointee.isSweeping = false
                return false
            }
        }
        return true
    }

    /// Files what the sweep has taken out; returns false when out of budget.
    ///
    /// Scheduling as new at one and the same deadline again and again makes items that are all
    /// valid. So the sweep files under an earlier tick, another one than the last sweep did: when
    /// it has filed an entry, the entry's other items are stale.
    func drainSwept(_ budget: inout Int, in table: HashTable) -> Bool {
        refile(
            state.pointee.roots + Root.swept, &budget, in: table, lead: state.pointee.sweepLead)
    }

    /// Takes out the next bucket; returns false when there are no more.
    private func sweepNext() -> Bool {
        let roots = state.pointee.roots
        while state.pointee.sweepCell < DeadlineIndex.levelCells {
            let level = state.pointee.sweepCell >> 8
            guard let digit = occupied(level, from: state.pointee.sweepCell & 255) else {
                state.pointee.sweepCell = (level + 1) << 8
                continue
            }
            state.pointee.sweepCell = level << 8 + digit + 1
            let start = firstTick(level, digit)
            // The current tick's own bucket is being emptied anyhow.
            if start <= state.pointee.current { continue }
            state.pointee.sweptStart = start
            roots[Root.swept] = detach(level, digit)
            return true
        }
        guard state.pointee.sweepCell == DeadlineIndex.levelCells else { return false }
        state.pointee.sweepCell += 1
        state.pointee.sweptStart = firstOverflowTick
        roots[Root.swept] = roots[Root.overflow]
        roots[Root.overflow] = nil
        return true
    }

    /// The position of an entry with a deadline that is not due at once, picked roughly with equal
    /// chances over many calls; nil when there is none, or too many items in a row were stale.
    /// `random` gives 64 fresh random bits a call.
    public func sample(_ random: () -> UInt64, in table: HashTable) -> TablePosition? {
        for _ in 0..<32 {
            guard let item = sampleItem(random) else { return nil }
            if let found = entry(of: item, in: table) { return found.position }
        }
        return nil
    }

    /// An item of the next chunks in the walk; a chunk is taken as likely as it is full.
    private func sampleItem(_ random: () -> UInt64) -> UInt64? {
        var last: UInt64?
        for _ in 0..<256 {
            guard let chunk = sampleChunk() else { return last }
            let bits = random()
            let scaled = (bits >> 32) &* UInt64(DeadlineChunk.maxCapacity)
            let place = Int(truncatingIfNeeded: scaled >> 32)
            if place < chunk.count { return chunk.items[place] }
            last = chunk.items[Int(truncatingIfNeeded: (bits & 0xffff_ffff) % UInt64(chunk.count))]
        }
        return last
    }

    /// The next chunk in a walk that goes round over all cells for ever.
    private func sampleChunk() -> DeadlineChunk? {
        if state.pointee.sampleLeft > 0, let cell = cell(state.pointee.sampleCell),
            let head = cell.pointee
        {
            state.pointee.sampleLeft -= 1
            // The first chunk stays in front; its turn is the last.
            return state.pointee.sampleLeft == 0 ? DeadlineChunk(head) : turn(head)
        }
        guard let head = nextSampleCell() else { return nil }
        let chunks = Int(DeadlineChunk(head).header.pointee.chunks)
        state.pointee.sampleLeft = chunks - 1
        return chunks == 1 ? DeadlineChunk(head) : turn(head)
    }

    /// Goes to the next cell that has a chain.
    private func nextSampleCell() -> UnsafeMutableRawPointer? {
        let last = DeadlineIndex.levelCells + Root.swept
        var number = state.pointee.sampleCell
        // Each level may be entered twice, from the middle and from its beginning.
        for _ in 0..<16 {
            number = number >= last ? 0 : number + 1
            if number < DeadlineIndex.levelCells {
                if let digit = occupied(number >> 8, from: number & 255) {
                    number = number & ~255 | digit
                } else {
                    number |= 255
                    continue
                }
            } else {
                number = max(number, DeadlineIndex.levelCells + Root.overflow)
            }
            if let head = cell(number)?.pointee {
                state.pointee.sampleCell = number
                return head
            }
        }
        return nil
    }
}
