// Which entries expire when: a hierarchical timing wheel (Varghese, Lauck: "Hashed and
// Hierarchical Timing Wheels", 1987) of 8-byte items.
//
// Time runs in ticks of 16 ms. An item is filed under a tick in the level of the highest byte in
// which that tick differs from the current one; level 0 has a bucket a tick, each further one a
// bucket for 256 of the level below. When time enters a bucket of a level above 0, its items are
// filed anew further down. The current tick's items lie in 16 chains, one a millisecond.
//
// An item is 40 bits of the key's hash and 24 of its tick, never an address: entries move and go
// without telling the index. Whether an item still means something is asked when its time has
// come, of the table: is there such an entry, and is its anchor (see DeadlineWord) the item's tick?
// So what must hold is only that each filed entry has an item of its hash and anchor, filed no
// later than its deadline; items beyond that are dropped sooner or later.
//
// The wheel's time never goes back: when the clock does, an offset is added from then on, items
// filed before come up too early and are filed anew. No item needs to be found for that.

/// The deadlines of a table's entries; a handle, valid until `destroy()`.
@frozen
public struct DeadlineIndex {
    /// Times are in wheel time: milliseconds of Unix time plus `offset`, ticks of 16 of them.
    @usableFromInline
    struct State {
        var memory: SlabAllocator
        @usableFromInline var place: DeadlinePlace
        var items = 0
        var bytes = 0
        /// The tick that is being worked on; all before it are done.
        @usableFromInline var current: Int
        /// What the clock went back in all, in milliseconds.
        @usableFromInline var offset = 0
        /// The levels' cells, 256 each, made when first needed.
        var levels: InlineArray<4, DeadlineCell?> = .init(repeating: nil)
        /// A bit for each non-empty bucket, 256 a level.
        var occupied: InlineArray<16, UInt64> = .init(repeating: 0)
        /// The cells outside the levels; see `Root`.
        var roots: DeadlineCell
        /// A bit for each non-empty millisecond of the current tick.
        var millis: UInt32 = 0
        /// The cascading chain came from the overflow: only the entries know its ticks.
        var cascadesOverflow = false
        var isSweeping = false
        /// How many ticks early the sweep files: 1 and 2 in turn.
        var sweepLead = 1
        /// The cell that the sweep looks at next.
        var sweepCell = 0
        /// The first tick that the swept chain's items may have.
        var sweptStart = 0
        /// The cell from which samples are drawn, and how many of its chunks are to come.
        var sampleCell = 0
        var sampleLeft = 0
    }

    /// Cells outside the levels, behind the 16 of the current tick's milliseconds.
    enum Root {
        static let overflow = 16
        static let cascading = 17
        static let swept = 18
        static let count = 19
    }

    /// The number of cells in the levels; the numbers of the root cells follow.
    static let levelCells = 1024

    @usableFromInline let state: UnsafeMutablePointer<State>

    /// An empty index; `now` is Unix time in milliseconds, the moment from which it runs, and
    /// `place` where the deadline words of the table's entries are.
    public init(now: Int64, memory: SlabAllocator, place: DeadlinePlace = .entry) {
        let size = MemoryLayout<State>.stride
        let cells = Root.count * MemoryLayout<UnsafeMutableRawPointer?>.stride
        state = memory.allocate(size).bindMemory(to: State.self, capacity: 1)
        let roots = memory.allocate(cells)
            .bindMemory(to: UnsafeMutableRawPointer?.self, capacity: Root.count)
        roots.initialize(repeating: nil, count: Root.count)
        let tick = Int(DeadlineIndex.clamped(now)) >> DeadlineIndex.tickShift
        state.initialize(to: State(memory: memory, place: place, current: tick, roots: roots))
        state.pointee.bytes = size + cells
    }

    /// The index whose state is at an address that `address` gave.
    @inlinable @inline(__always)
    public init(address: UInt64) {
        // Only addresses of live indexes are ever stored.
        state = UnsafeMutablePointer(bitPattern: UInt(address)).unsafelyUnwrapped
    }

    /// The address of the index's state, to be stored in a word.
    @inlinable @inline(__always)
    public var address: UInt64 { UInt64(UInt(bitPattern: state)) }

    /// The number of items filed, stale ones included.
    public var itemCount: Int { state.pointee.items }

    /// The bytes that the index takes.
    public var bytes: Int { state.pointee.bytes }

    /// A tick is 2 to this many milliseconds.
    @usableFromInline static let tickShift = 4
    /// The first deadline that is too far to be filed.
    @usableFromInline static let horizon = 1 << Int(DeadlineWord.deadlineBits)
    /// The hash bits of an item.
    static let hashBits = 40
    static let itemTickBits: UInt64 = 24
    static let itemTickMask = (1 << Int(itemTickBits)) - 1

    @inlinable @inline(__always)
    static func clamped(_ time: Int64) -> Int64 { min(max(0, time), Int64(horizon)) }

    /// Sets when `entry` expires, in Unix milliseconds, and sees to it that `advance` will tell.
    ///
    /// `hash` is that of the entry's key; `entry` has a deadline word. With `isNew` nothing is
    /// known of an earlier deadline. Without it the word must be unfiled, or one that this index
    /// made for an entry of this key, though it may have been copied to another block: then to
    /// move a deadline back costs no item. A time before 1970 counts as 1970.
    @inlinable
    public func schedule(_ hash: UInt64, _ entry: Entry, _ deadline: Int64, isNew: Bool) {
        guard let place = state.pointee.place.word(of: entry) else {
            assertionFailure("an entry without a deadline word")
            return
        }
        guard deadline < Int64(DeadlineIndex.horizon) else {
            place.pointee = DeadlineWord(unfiled: deadline)
            return
        }
        let deadline = Int(max(0, deadline))
        if !isNew {
            let old = place.pointee
            if !old.isUnfiled {
                let before = tick(of: Int(old.deadline))
                let anchor = before &- (before &- old.anchor) & DeadlineWord.anchorMask
                let tick = tick(of: deadline)
                // Within the current tick an item counts by the millisecond.
                let isEarlier = deadline < Int(old.deadline) && tick == state.pointee.current
                if anchor <= tick, !isEarlier {
                    place.pointee = old.moved(to: deadline)
                    return
                }
            }
        }
        file(hash, place, deadline)
    }

    /// The tick of a deadline.
    @inlinable @inline(__always)
    func tick(of deadline: Int) -> Int {
        (deadline &+ state.pointee.offset) &>> DeadlineIndex.tickShift
    }

    /// Gives the index's memory back.
    public func destroy() {
        var budget = Int.max
        _ = drain(budget: &budget)
        let memory = state.pointee.memory
        for level in 0..<4 {
            if let cells = state.pointee.levels[level] { memory.free(cells, 256 * 8) }
        }
        memory.free(state.pointee.roots, Root.count * 8)
        state.deinitialize(count: 1)
        memory.free(state, MemoryLayout<State>.stride)
    }

    /// Drops items, a unit of `budget` for a chunk of them; returns whether more are left. Once
    /// begun the index is good for nothing but this and `destroy()`.
    public func drain(budget: inout Int) -> Bool {
        for number in 0..<(DeadlineIndex.levelCells + Root.count) {
            guard let cell = cell(number) else { continue }
            while let head = cell.pointee {
                guard budget > 0 else { return true }
                budget -= 1
                state.pointee.items -= DeadlineChunk(head).count
                dropChunk(cell)
            }
        }
        return false
    }
}

// Filing.
extension DeadlineIndex {
    @inline(__always)
    static func item(_ hash: UInt64, tick: Int) -> UInt64 {
        (hash &>> itemTickBits) &<< itemTickBits
            | UInt64(truncatingIfNeeded: tick & itemTickMask)
    }

    @inline(__always)
    static func tickBits(_ item: UInt64) -> Int {
        Int(truncatingIfNeeded: item) & itemTickMask
    }

    /// Files a new item for an entry and writes its deadline word.
    @usableFromInline
    func file(_ hash: UInt64, _ word: UnsafeMutablePointer<DeadlineWord>, _ deadline: Int) {
        file(hash, word, deadline, at: tick(of: deadline))
    }

    /// Files a new item under `tick`, which is not behind the deadline's, or the current one.
    func file(
        _ hash: UInt64, _ word: UnsafeMutablePointer<DeadlineWord>, _ deadline: Int, at tick: Int
    ) {
        let tick = max(tick, state.pointee.current)
        word.pointee = DeadlineWord(deadline: deadline, tick: tick)
        let item = DeadlineIndex.item(hash, tick: tick)
        if tick == state.pointee.current {
            pushMillisecond(item, deadline)
        } else {
            place(item, tick)
        }
    }

    /// Puts an item of the current tick in its millisecond's chain.
    @inline(__always)
    func pushMillisecond(_ item: UInt64, _ deadline: Int) {
        let start = state.pointee.current &<< DeadlineIndex.tickShift
        let index = min(15, max(0, deadline &+ state.pointee.offset &- start))
        push(item, to: state.pointee.roots + index)
        state.pointee.millis |= 1 &<< UInt32(truncatingIfNeeded: index)
    }

    /// Puts an item in the bucket of its tick, which is not in the past.
    func place(_ item: UInt64, _ tick: Int) {
        let difference = tick ^ state.pointee.current
        let level = (63 &- (difference | 1).leadingZeroBitCount) &>> 3
        guard level < 4 else {
            push(item, to: state.pointee.roots + Root.overflow)
            return
        }
        let digit = (tick &>> (level &* 8)) & 255
        let cells = state.pointee.levels[level] ?? makeLevel(level)
        push(item, to: cells + digit)
        state.pointee.occupied[level &* 4 &+ digit &>> 6] |=
            1 &<< UInt64(truncatingIfNeeded: digit & 63)
    }

    private func makeLevel(_ level: Int) -> DeadlineCell {
        let cells = state.pointee.memory.allocate(256 * 8)
            .bindMemory(to: UnsafeMutableRawPointer?.self, capacity: 256)
        cells.initialize(repeating: nil, count: 256)
        state.pointee.levels[level] = cells
        state.pointee.bytes += 256 * 8
        return cells
    }

    /// The cell of a number: level times 256 plus digit, then the roots; nil when not made yet.
    func cell(_ number: Int) -> DeadlineCell? {
        guard number < DeadlineIndex.levelCells else {
            return state.pointee.roots + (number - DeadlineIndex.levelCells)
        }
        return state.pointee.levels[number >> 8].map { $0 + (number & 255) }
    }

    /// The first non-empty bucket of a level whose digit is at least `digit`.
    func occupied(_ level: Int, from digit: Int) -> Int? {
        guard digit < 256 else { return nil }
        var index = digit >> 6
        var word = state.pointee.occupied[level * 4 + index] >> UInt64(digit & 63)
        if word != 0 { return digit + word.trailingZeroBitCount }
        while index < 3 {
            index += 1
            word = state.pointee.occupied[level * 4 + index]
            if word != 0 { return index << 6 + word.trailingZeroBitCount }
        }
        return nil
    }

    /// The first tick of a bucket of the levels.
    func firstTick(_ level: Int, _ digit: Int) -> Int {
        let shift = level * 8
        return ((state.pointee.current >> (shift + 8)) << 8 | digit) << shift
    }

    /// The first tick that an item of the overflow may have.
    var firstOverflowTick: Int { (state.pointee.current >> 32 + 1) << 32 }

    /// Notes that a bucket is empty.
    func clearOccupied(_ level: Int, _ digit: Int) {
        state.pointee.occupied[level * 4 + digit >> 6] &= ~(1 << UInt64(digit & 63))
    }

    /// Takes the chain out of a bucket.
    func detach(_ level: Int, _ digit: Int) -> UnsafeMutableRawPointer? {
        guard let cells = state.pointee.levels[level], let chain = cells[digit] else { return nil }
        cells[digit] = nil
        clearOccupied(level, digit)
        return chain
    }
}
