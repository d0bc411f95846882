// The passing of time: entries that are due go, items move down the levels. Everything works item
// by item within the caller's budget, and can stop anywhere.

extension DeadlineIndex {
    /// Brings the index to `now` (Unix time in milliseconds) and calls `expire` for each entry
    /// that is due, in the order of their deadlines, as far as `budget` goes: a unit for each item
    /// looked at and each step of time. Returns whether work for this moment is left.
    ///
    /// `expire` gets the hash and position of an entry and takes it out of the table, or schedules
    /// it as new; the index forgets it. It may schedule other entries, not destroy the index.
    /// `table` is the one whose entries were scheduled.
    public func advance(
        to now: Int64, budget: inout Int, in table: HashTable,
        expire: (_ hash: UInt64, _ position: TablePosition) -> Void
    ) -> Bool {
        let time = enter(now)
        while true {
            if state.pointee.sweptStart <= state.pointee.current {
                guard drainSwept(&budget, in: table) else { return true }
            }
            guard cascade(&budget, in: table), openTick(&budget, in: table),
                fire(until: time, &budget, in: table, expire)
            else { return true }
            let target = time >> DeadlineIndex.tickShift
            guard state.pointee.current < target else { return false }
            guard budget > 0 else { return true }
            budget -= 1
            move(to: min(target, nextTick() ?? target))
        }
    }

    /// The next moment, in Unix milliseconds, at which `advance` may have something to do: no
    /// deadline lies before it, though it may turn out that none lies there. Nil without any.
    public func nextDue() -> Int64? {
        guard itemCount > 0 else { return nil }
        let current = state.pointee.current
        let tick: Int
        var millisecond = 0
        if hasWorkNow {
            tick = current
        } else if state.pointee.millis != 0 {
            tick = current
            millisecond = state.pointee.millis.trailingZeroBitCount
        } else {
            tick = nextTick() ?? current
        }
        return Int64(tick << DeadlineIndex.tickShift + millisecond - state.pointee.offset)
    }

    /// Whether items wait to be filed that may be due at the current tick.
    private var hasWorkNow: Bool {
        let roots = state.pointee.roots
        let swept = roots[Root.swept] != nil && state.pointee.sweptStart <= state.pointee.current
        return swept || roots[Root.cascading] != nil
            || occupied(0, from: state.pointee.current & 255) == state.pointee.current & 255
    }

    /// The wheel's time for a clock that says `now`.
    private func enter(_ now: Int64) -> Int {
        let start = state.pointee.current << DeadlineIndex.tickShift
        let time = Int(DeadlineIndex.clamped(now)) + state.pointee.offset
        guard time < start else { return time }
        state.pointee.offset += start - time
        return start
    }

    /// The next tick behind the current one at which a bucket begins that has items.
    private func nextTick() -> Int? {
        let current = state.pointee.current
        var next: Int?
        for level in 0..<4 where next == nil {
            if let digit = occupied(level, from: (current >> (level * 8)) & 255 + 1) {
                next = firstTick(level, digit)
            }
        }
        if next == nil, state.pointee.roots[Root.overflow] != nil {
            next = firstOverflowTick
        }
        guard state.pointee.roots[Root.swept] != nil else { return next }
        return min(next ?? .max, state.pointee.sweptStart)
    }

    /// Moves the current tick forward, over empty buckets only, to the beginning of one or into
    /// an empty one.
    private func move(to tick: Int) {
        let difference = tick ^ state.pointee.current
        state.pointee.current = tick
        let level = (63 - (difference | 1).leadingZeroBitCount) >> 3
        let roots = state.pointee.roots
        if level > 3 {
            roots[Root.cascading] = roots[Root.overflow]
            roots[Root.overflow] = nil
            state.pointee.cascadesOverflow = true
        } else if level > 0 {
            roots[Root.cascading] = detach(level, (tick >> (level * 8)) & 255)
            state.pointee.cascadesOverflow = false
        }
    }

    /// Files the items of the bucket that time has entered; returns false when out of budget.
    private func cascade(_ budget: inout Int, in table: HashTable) -> Bool {
        let cell = state.pointee.roots + Root.cascading
        if state.pointee.cascadesOverflow {
            return refile(cell, &budget, in: table, lead: 0)
        }
        let base = state.pointee.current & ~DeadlineIndex.itemTickMask
        while cell.pointee != nil {
            guard budget > 0 else { return false }
            budget -= 1
            let item = pop(cell)
            place(item, base | DeadlineIndex.tickBits(item))
        }
        return true
    }

    /// Spreads the current tick's bucket over its milliseconds; returns false when out of budget.
    private func openTick(_ budget: inout Int, in table: HashTable) -> Bool {
        let current = state.pointee.current
        guard let cells = state.pointee.levels[0] else { return true }
        let cell = cells + (current & 255)
        while cell.pointee != nil {
            guard budget > 0 else { return false }
            budget -= 1
            let item = popAhead(cell, in: table)
            guard let found = entry(of: item, in: table) else { continue }
            let deadline = Int(found.word.pointee.deadline)
            if tick(of: deadline) <= current {
                pushMillisecond(item, deadline)
            } else {
                file(table.hash(found.position.entry.key), found.word, deadline)
            }
        }
        clearOccupied(0, current & 255)
        return true
    }

    /// Expires what is due in the current tick; returns false when out of budget.
    private func fire(
        until time: Int, _ budget: inout Int, in table: HashTable,
        _ expire: (_ hash: UInt64, _ position: TablePosition) -> Void
    ) -> Bool {
        let start = state.pointee.current << DeadlineIndex.tickShift
        while state.pointee.millis != 0 {
            let index = state.pointee.millis.trailingZeroBitCount
            guard start + index <= time else { return true }
            let cell = state.pointee.roots + index
            while cell.pointee != nil {
                guard budget > 0 else { return false }
                budget -= 1
                let item = popAhead(cell, in: table)
                guard let found = entry(of: item, in: table) else { continue }
                let hash = table.hash(found.position.entry.key)
                let deadline = Int(found.word.pointee.deadline)
                if deadline + state.pointee.offset <= start + index {
                    expire(hash, found.position)
                } else {
                    // Moved back since it was put here; it may be due all the same, but later.
                    file(hash, found.word, deadline)
                }
            }
            state.pointee.millis &= ~(1 << UInt32(index))
        }
        return true
    }
}

// Items and entries.
extension DeadlineIndex {
    /// The entry that an item stands for and its deadline word: its hash is the item's and its
    /// anchor the item's tick, as far as each is known. Nil when there is none: a stale item.
    @inline(__always)
    func entry(
        of item: UInt64, in table: HashTable
    ) -> (position: TablePosition, word: UnsafeMutablePointer<DeadlineWord>)? {
        let anchor = DeadlineIndex.tickBits(item) & DeadlineWord.anchorMask
        let place = state.pointee.place
        var word: UnsafeMutablePointer<DeadlineWord>?
        let position = table.position(prefix: item, bits: DeadlineIndex.hashBits) { entry in
            word = place.word(of: entry)
            guard let found = word?.pointee, !found.isUnfiled, found.anchor == anchor else {
                return false
            }
            // Entries of one tag and tick are common when many keys were set at once.
            return (table.hash(entry.key) ^ item) >> DeadlineIndex.itemTickBits == 0
        }
        guard let position, let word else { return nil }
        return (position, word)
    }

    /// Takes out an item and fetches what the next ones of its chunk will need.
    @inline(__always)
    func popAhead(_ cell: DeadlineCell, in table: HashTable) -> UInt64 {
        if let head = cell.pointee {
            let chunk = DeadlineChunk(head)
            let count = chunk.count
            if count > 8 { table.prefetchBucket(chunk.items[count &- 9]) }
            if count > 4 {
                table.prefetchEntry(
                    prefix: chunk.items[count &- 5], bits: DeadlineIndex.hashBits)
            }
        }
        return pop(cell)
    }

    /// Files each item of a chain `lead` ticks before its entry's own deadline and drops the stale
    /// ones; returns false when out of budget.
    func refile(
        _ cell: DeadlineCell, _ budget: inout Int, in table: HashTable, lead: Int
    ) -> Bool {
        while cell.pointee != nil {
            guard budget > 0 else { return false }
            budget -= 1
            let item = popAhead(cell, in: table)
            guard let found = entry(of: item, in: table) else { continue }
            let deadline = Int(found.word.pointee.deadline)
            let hash = table.hash(found.position.entry.key)
            file(hash, found.word, deadline, at: tick(of: deadline) - lead)
        }
        return true
    }
}
