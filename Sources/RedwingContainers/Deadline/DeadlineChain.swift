// The buckets of the deadline index: chains of chunks full of items.
//
//     next 8 | tail 8 | count 2 | capacity 2 | chunks 4 | items, 8 bytes each
//
// A bucket's cell points at the chunk that takes the next item. The first chunk of a bucket has 64
// bytes, further ones twice as many up to 512, so that sparse buckets cost little and dense ones
// little more than their items. `tail` (the last chunk) and `chunks` (how many) hold in the first
// chunk only; they let a chain be turned round, which is how samples reach all of it.

/// What a bucket's cell holds: the first chunk, nil when the bucket is empty.
typealias DeadlineCell = UnsafeMutablePointer<UnsafeMutableRawPointer?>

/// A handle to one chunk.
struct DeadlineChunk {
    let raw: UnsafeMutableRawPointer

    static let headerSize = 24
    static let smallestSize = 64
    static let largestSize = 512
    /// The most items that a chunk holds.
    static let maxCapacity = (largestSize - headerSize) / 8

    struct Header {
        var next: UnsafeMutableRawPointer?
        var tail: UnsafeMutableRawPointer
        var count: UInt16
        var capacity: UInt16
        var chunks: UInt32
    }

    @inline(__always)
    init(_ raw: UnsafeMutableRawPointer) { self.raw = raw }

    @inline(__always)
    var header: UnsafeMutablePointer<Header> { raw.assumingMemoryBound(to: Header.self) }

    @inline(__always)
    var items: UnsafeMutablePointer<UInt64> {
        (raw + DeadlineChunk.headerSize).assumingMemoryBound(to: UInt64.self)
    }

    @inline(__always)
    var count: Int { Int(header.pointee.count) }

    @inline(__always)
    var isFull: Bool { header.pointee.count == header.pointee.capacity }

    /// The bytes asked of the allocator.
    @inline(__always)
    var size: Int { DeadlineChunk.headerSize &+ Int(header.pointee.capacity) &* 8 }
}

extension DeadlineIndex {
    /// Adds an item to the chain of a cell.
    @inline(__always)
    func push(_ item: UInt64, to cell: DeadlineCell) {
        if let head = cell.pointee, !DeadlineChunk(head).isFull {
            append(item, to: DeadlineChunk(head))
        } else {
            append(item, to: addChunk(cell))
        }
    }

    @inline(__always)
    private func append(_ item: UInt64, to chunk: DeadlineChunk) {
        chunk.items[chunk.count] = item
        chunk.header.pointee.count &+= 1
        state.pointee.items &+= 1
    }

    /// Takes out the item that `cell`'s chain gives first; the chain must not be empty.
    @inline(__always)
    func pop(_ cell: DeadlineCell) -> UInt64 {
        // The caller has seen that the cell holds a chunk, and none is ever empty.
        let chunk = DeadlineChunk(cell.pointee.unsafelyUnwrapped)
        chunk.header.pointee.count &-= 1
        state.pointee.items &-= 1
        let item = chunk.items[chunk.count]
        if chunk.count == 0 { dropChunk(cell) }
        return item
    }

    private func addChunk(_ cell: DeadlineCell) -> DeadlineChunk {
        var size = DeadlineChunk.smallestSize
        if let head = cell.pointee {
            size = min(DeadlineChunk.largestSize, DeadlineChunk(head).size * 2)
        }
        let chunk = DeadlineChunk(state.pointee.memory.allocate(size))
        state.pointee.bytes += size
        let old = cell.pointee.map { DeadlineChunk($0).header.pointee }
        chunk.header.initialize(
            to: DeadlineChunk.Header(
                next: cell.pointee, tail: old?.tail ?? chunk.raw, count: 0,
                capacity: UInt16((size - DeadlineChunk.headerSize) / 8),
                chunks: (old?.chunks ?? 0) + 1))
        cell.pointee = chunk.raw
        return chunk
    }

    /// Frees the first chunk of a chain.
    func dropChunk(_ cell: DeadlineCell) {
        guard let head = cell.pointee else { return }
        let chunk = DeadlineChunk(head)
        let header = chunk.header.pointee
        if let next = header.next {
            let follower = DeadlineChunk(next).header
            follower.pointee.tail = header.tail
            follower.pointee.chunks = header.chunks - 1
        }
        cell.pointee = header.next
        let size = chunk.size
        state.pointee.bytes -= size
        state.pointee.memory.free(head, size)
    }

    /// Moves a chain's second chunk to its end and returns it; the first one when it is alone.
    func turn(_ head: UnsafeMutableRawPointer) -> DeadlineChunk {
        let first = DeadlineChunk(head).header
        guard let second = first.pointee.next, let third = DeadlineChunk(second).header.pointee.next
        else { return DeadlineChunk(first.pointee.next ?? head) }
        first.pointee.next = third
        DeadlineChunk(first.pointee.tail).header.pointee.next = second
        DeadlineChunk(second).header.pointee.next = nil
        first.pointee.tail = second
        return DeadlineChunk(second)
    }
}
