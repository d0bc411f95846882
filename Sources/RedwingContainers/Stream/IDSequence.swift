// Handles in the order of ids: the blocks of a stream, the leaves of a map. Two levels: a directory
// of chunks, and chunks of up to 170 handles, each with the smallest id that may be found there. So
// no step moves more than one chunk, and there is never a moment at which all is copied.
//
//     chunk:  count 4 | capacity 4 | start 4 | 0 | items of 24 bytes: ms, seq, handle
//
// Items are mostly added at the end and removed at the front; `start` is where the first item is,
// so that neither moves the others. A chunk is never empty.
import CLinux

/// A sequence of words ordered by ids; owns its own memory, not what the words refer to.
public struct IDSequence: BitwiseCopyable {
    /// A place in the sequence, valid until it changes.
    public struct Position: Equatable, Sendable {
        var chunk: Int
        var slot: Int

        init(_ chunk: Int, _ slot: Int) {
            self.chunk = chunk
            self.slot = slot
        }
    }

    typealias Chunk = UnsafeMutableRawPointer

    var directory: UnsafeMutablePointer<Chunk>?
    var chunkCount: UInt32
    var chunkCapacity: UInt32
    /// The number of items.
    public internal(set) var count: Int

    static let headSize = 16
    static let itemSize = 24
    static let mostItems = 170

    /// An empty sequence; takes no memory.
    public init() {
        directory = nil
        chunkCount = 0
        chunkCapacity = 0
        count = 0
    }

    /// Whether there are no items.
    public var isEmpty: Bool { count == 0 }

    /// The place of the first item.
    public var firstPosition: Position? { count == 0 ? nil : Position(0, 0) }

    /// The place of the last item.
    public var lastPosition: Position? {
        guard count > 0 else { return nil }
        let last = Int(chunkCount) - 1
        return Position(last, items(last) - 1)
    }

    /// The place behind `position`, or nil.
    public func position(after position: Position) -> Position? {
        if position.slot + 1 < items(position.chunk) {
            return Position(position.chunk, position.slot + 1)
        }
        return position.chunk + 1 < Int(chunkCount) ? Position(position.chunk + 1, 0) : nil
    }

    /// The place before `position`, or nil.
    public func position(before position: Position) -> Position? {
        if position.slot > 0 { return Position(position.chunk, position.slot - 1) }
        guard position.chunk > 0 else { return nil }
        return Position(position.chunk - 1, items(position.chunk - 1) - 1)
    }

    /// The id at a place.
    public func id(at position: Position) -> StreamID {
        id(position.chunk, position.slot)
    }

    /// The word at a place.
    public func word(at position: Position) -> UInt64 {
        item(position.chunk, position.slot).load(fromByteOffset: 16, as: UInt64.self)
    }

    /// Puts another word at a place.
    public func setWord(_ word: UInt64, at position: Position) {
        item(position.chunk, position.slot).storeBytes(
            of: word, toByteOffset: 16, as: UInt64.self)
    }

    /// Puts another id at a place, one that leaves the order as it is.
    func setID(_ id: StreamID, at position: Position) {
        let item = item(position.chunk, position.slot)
        item.storeBytes(of: id.ms, as: UInt64.self)
        item.storeBytes(of: id.seq, toByteOffset: 8, as: UInt64.self)
    }

    /// The place of the last item whose id is at most `id`, or nil.
    public func floor(_ id: StreamID) -> Position? {
        guard count > 0, self.id(0, 0) <= id else { return nil }
        let chunk = lastIndex(Int(chunkCount)) { self.id($0, 0) <= id }
        let slot = lastIndex(items(chunk)) { self.id(chunk, $0) <= id }
        return Position(chunk, slot)
    }

    /// The place of the first item whose id is at least `id`, or nil.
    public func ceiling(_ id: StreamID) -> Position? {
        guard let position = floor(id) else { return firstPosition }
        return self.id(at: position) == id ? position : self.position(after: position)
    }

    /// The last index below `count` that `isLow` holds for; it must hold for 0.
    private func lastIndex(_ count: Int, _ isLow: (Int) -> Bool) -> Int {
        var low = 0
        var high = count
        while high - low > 1 {
            let middle = (low + high) / 2
            if isLow(middle) { low = middle } else { high = middle }
        }
        return low
    }
}

extension IDSequence {
    func chunk(_ index: Int) -> Chunk {
        assert(index >= 0 && index < Int(chunkCount))
        // There is a directory as soon as there is a chunk.
        return directory.unsafelyUnwrapped[index]
    }

    func items(_ chunk: Int) -> Int { Int(self.chunk(chunk).load(as: UInt32.self)) }

    private func capacity(_ chunk: Chunk) -> Int {
        Int(chunk.load(fromByteOffset: 4, as: UInt32.self))
    }

    private func start(_ chunk: Chunk) -> Int {
        Int(chunk.load(fromByteOffset: 8, as: UInt32.self))
    }

    private func set(_ chunk: Chunk, count: Int, start: Int) {
        chunk.storeBytes(of: UInt32(count), as: UInt32.self)
        chunk.storeBytes(of: UInt32(start), toByteOffset: 8, as: UInt32.self)
    }

    private func item(_ index: Int, _ slot: Int) -> UnsafeMutableRawPointer {
        place(chunk(index), slot)
    }

    private func place(_ chunk: Chunk, _ slot: Int) -> UnsafeMutableRawPointer {
        chunk + (IDSequence.headSize + IDSequence.itemSize * (start(chunk) + slot))
    }

    private func id(_ index: Int, _ slot: Int) -> StreamID {
        let item = item(index, slot)
        return StreamID(item.load(as: UInt64.self), item.load(fromByteOffset: 8, as: UInt64.self))
    }

    private static func size(_ capacity: Int) -> Int { headSize + itemSize * capacity }

    private func makeChunk(_ capacity: Int, in memory: SlabAllocator) -> Chunk {
        let chunk = memory.allocate(IDSequence.size(capacity))
        chunk.storeBytes(of: UInt32(capacity), toByteOffset: 4, as: UInt32.self)
        set(chunk, count: 0, start: 0)
        return chunk
    }

    private func freeChunk(_ chunk: Chunk, in memory: SlabAllocator) {
        memory.free(chunk, IDSequence.size(capacity(chunk)))
    }
}

// Changing.
extension IDSequence {
    /// Puts a word in its place. No other item may have this id.
    public mutating func insert(_ id: StreamID, _ word: UInt64, in memory: SlabAllocator) {
        var target = Position(0, 0)
        if let before = floor(id) {
            assert(self.id(at: before) != id)
            target = Position(before.chunk, before.slot + 1)
        }
        if chunkCount == 0 { insertChunk(makeChunk(1, in: memory), at: 0, in: memory) }
        if items(target.chunk) == IDSequence.mostItems {
            target = makeRoom(target, in: memory)
        }
        let chunk = openGap(target, in: memory)
        let item = place(chunk, target.slot)
        item.storeBytes(of: id.ms, as: UInt64.self)
        item.storeBytes(of: id.seq, toByteOffset: 8, as: UInt64.self)
        item.storeBytes(of: word, toByteOffset: 16, as: UInt64.self)
        count += 1
    }

    /// Splits the full chunk of a place; returns where the place is then. What is added behind the
    /// last item gets a chunk of its own, so that the others stay full.
    private mutating func makeRoom(_ target: Position, in memory: SlabAllocator) -> Position {
        let full = chunk(target.chunk)
        let kept = target.slot == IDSequence.mostItems ? target.slot : IDSequence.mostItems / 2
        let moved = IDSequence.mostItems - kept
        let isAppend = target.chunk + 1 == Int(chunkCount)
        let new = makeChunk(
            moved == 0 ? (isAppend ? IDSequence.mostItems : 8) : IDSequence.mostItems, in: memory)
        memcpy(place(new, 0), place(full, kept), moved * IDSequence.itemSize)
        set(new, count: moved, start: 0)
        set(full, count: kept, start: start(full))
        insertChunk(new, at: target.chunk + 1, in: memory)
        if target.slot < kept || (target.slot == kept && moved > 0) { return target }
        return Position(target.chunk + 1, target.slot - kept)
    }

    /// Makes room for one item at a place of a chunk that is not full.
    private mutating func openGap(_ target: Position, in memory: SlabAllocator) -> Chunk {
        var chunk = self.chunk(target.chunk)
        let count = items(target.chunk)
        if count == capacity(chunk) {
            let larger = makeChunk(min(IDSequence.mostItems, count * 2), in: memory)
            memcpy(place(larger, 0), place(chunk, 0), count * IDSequence.itemSize)
            freeChunk(chunk, in: memory)
            directory.unsafelyUnwrapped[target.chunk] = larger
            chunk = larger
        }
        let start = self.start(chunk)
        set(chunk, count: count + 1, start: start)
        let isAtEnd = start + count == capacity(chunk)
        let first = isAtEnd ? 0 : start
        if isAtEnd {
            let source = place(chunk, 0)
            set(chunk, count: count + 1, start: 0)
            memmove(place(chunk, 0), source, target.slot * IDSequence.itemSize)
            memmove(
                place(chunk, target.slot + 1), source + target.slot * IDSequence.itemSize,
                (count - target.slot) * IDSequence.itemSize)
        } else {
            memmove(
                place(chunk, target.slot + 1), place(chunk, target.slot),
                (count - target.slot) * IDSequence.itemSize)
        }
        set(chunk, count: count + 1, start: first)
        return chunk
    }

    /// Takes an item out.
    public mutating func remove(at position: Position, in memory: SlabAllocator) {
        let chunk = self.chunk(position.chunk)
        let left = items(position.chunk) - 1
        count -= 1
        if left == 0 {
            freeChunk(chunk, in: memory)
            removeChunk(position.chunk, in: memory)
        } else if position.slot == 0 {
            set(chunk, count: left, start: start(chunk) + 1)
        } else {
            memmove(
                place(chunk, position.slot), place(chunk, position.slot + 1),
                (left - position.slot) * IDSequence.itemSize)
            set(chunk, count: left, start: start(chunk))
        }
    }

    private mutating func insertChunk(_ chunk: Chunk, at index: Int, in memory: SlabAllocator) {
        if chunkCount == chunkCapacity { growDirectory(in: memory) }
        let directory = directory.unsafelyUnwrapped
        memmove(directory + (index + 1), directory + index, (Int(chunkCount) - index) * 8)
        directory[index] = chunk
        chunkCount += 1
    }

    private mutating func growDirectory(in memory: SlabAllocator) {
        let capacity = max(1, Int(chunkCapacity) * 2)
        let new = memory.allocate(capacity * 8).assumingMemoryBound(to: Chunk.self)
        if let directory {
            memcpy(new, directory, Int(chunkCount) * 8)
            memory.free(directory, Int(chunkCapacity) * 8)
        }
        directory = new
        chunkCapacity = UInt32(capacity)
    }

    private mutating func removeChunk(_ index: Int, in memory: SlabAllocator) {
        chunkCount -= 1
        guard let directory else { return }
        if chunkCount == 0 {
            memory.free(directory, Int(chunkCapacity) * 8)
            self.directory = nil
            chunkCapacity = 0
        } else {
            memmove(directory + index, directory + (index + 1), (Int(chunkCount) - index) * 8)
        }
    }

    /// Frees the sequence's own memory; it is empty then.
    public mutating func removeAll(in memory: SlabAllocator) {
        for index in 0..<Int(chunkCount) { freeChunk(chunk(index), in: memory) }
        if let directory { memory.free(directory, Int(chunkCapacity) * 8) }
        self = IDSequence()
    }

    /// The bytes that the sequence takes.
    public var bytes: Int {
        guard directory != nil else { return 0 }
        return (0..<Int(chunkCount)).reduce(SlabLayout.rounded(Int(chunkCapacity) * 8)) {
            $0 + SlabLayout.rounded(IDSequence.size(capacity(chunk($1))))
        }
    }

    /// The first violated invariant in words, or nil.
    public func checkInvariants() -> String? {
        var total = 0
        var previous: StreamID?
        for index in 0..<Int(chunkCount) {
            let items = items(index)
            let chunk = chunk(index)
            guard items > 0, start(chunk) + items <= capacity(chunk),
                capacity(chunk) <= IDSequence.mostItems
            else { return "chunk \(index): \(items) items, capacity \(capacity(chunk))" }
            for slot in 0..<items {
                let id = id(index, slot)
                if let previous, previous >= id { return "id \(id) behind \(previous)" }
                previous = id
            }
            total += items
        }
        return total == count ? nil : "count \(count), but \(total) items"
    }
}
