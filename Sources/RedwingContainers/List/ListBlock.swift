// A node of a list: elements without gaps in a block with free room at both ends, so that a push
// or a pop at either end moves nothing.
//
//     capacity 4 bytes   what the block takes
//     start    4 bytes   the offset of the first element
//     end      4 bytes   the offset behind the last
//     weight   4 bytes   what the elements would take as a listpack (see `ListRule`)
//     room, elements as PackedEncoding spells them, room
//
// A long element has a block of its own, in which the address of a large string stands for the
// elements; its weight means nothing. How many elements there are is noted in the chain.
import CLinux

/// A block of a chain; a handle.
@frozen
@usableFromInline
struct ListBlock {
    @usableFromInline let raw: UnsafeMutableRawPointer

    @usableFromInline static let headSize = 16

    @inlinable @inline(__always)
    init(raw: UnsafeMutableRawPointer) { self.raw = raw }

    /// An empty block of this capacity, which is a size that the allocator serves exactly.
    @inlinable
    static func make(capacity: Int, start: Int, in memory: SlabAllocator) -> ListBlock {
        let block = ListBlock(raw: memory.allocate(capacity))
        block.capacity = capacity
        block.start = start
        block.end = start
        block.weight = ListpackSize.empty
        return block
    }

    @inlinable @inline(__always)
    func field(_ offset: Int) -> Int { Int(raw.load(fromByteOffset: offset, as: UInt32.self)) }

    @inlinable @inline(__always)
    func setField(_ offset: Int, _ value: Int) {
        raw.storeBytes(of: UInt32(truncatingIfNeeded: value), toByteOffset: offset, as: UInt32.self)
    }

    @inlinable @inline(__always)
    var capacity: Int {
        get { field(0) }
        nonmutating set { setField(0, newValue) }
    }

    @inlinable @inline(__always)
    var start: Int {
        get { field(4) }
        nonmutating set { setField(4, newValue) }
    }

    @inlinable @inline(__always)
    var end: Int {
        get { field(8) }
        nonmutating set { setField(8, newValue) }
    }

    @inlinable @inline(__always)
    var weight: Int {
        get { field(12) }
        nonmutating set { setField(12, newValue) }
    }

    /// The bytes of the elements.
    @inlinable @inline(__always)
    var used: Int { end &- start }

    /// The large string of a block that holds one.
    @inlinable @inline(__always)
    var string: LargeString {
        LargeString(address: raw.load(fromByteOffset: ListBlock.headSize, as: UInt64.self))
    }

    /// The offset behind the element at `offset`.
    @inlinable @inline(__always)
    func next(_ offset: Int) -> Int { offset &+ PackedEncoding.count(at: raw + offset) }

    /// The offset of element `index`, of so many or more.
    @inlinable
    func offset(of index: Int) -> Int {
        var offset = start
        var left = index
        while left > 0 {
            offset = next(offset)
            left &-= 1
        }
        return offset
    }

    /// The elements between two offsets, `count` of them.
    @inlinable @inline(__always)
    func run(_ start: Int, _ end: Int, _ count: Int) -> PackedRun {
        PackedRun(place: raw + start, byteCount: end &- start, count: count)
    }

    /// Moves all elements so that they begin at `place`, within the block.
    func shift(to place: Int) {
        let count = used
        memmove(raw + place, raw + start, count)
        start = place
        end = place &+ count
    }

    /// Makes the `old` bytes at `offset` into `new` ones, whose content is the caller's to fill, by
    /// moving the shorter side; there must be room. Returns where they begin.
    func splice(_ offset: Int, _ old: Int, _ new: Int) -> Int {
        let front = offset &- start
        let back = end &- offset &- old
        let growth = new &- old
        let mayMoveFront = growth <= start &- ListBlock.headSize
        let mayMoveBack = growth <= capacity &- end
        assert(mayMoveFront || mayMoveBack)
        if mayMoveBack, back <= front || !mayMoveFront {
            memmove(raw + (offset &+ new), raw + (offset &+ old), back)
            end = end &+ growth
            return offset
        }
        memmove(raw + (start &- growth), raw + start, front)
        start = start &- growth
        return offset &- growth
    }

    /// What the elements between two offsets weigh.
    func weight(_ start: Int, _ end: Int) -> Int {
        var offset = start
        var sum = 0
        while offset < end {
            sum &+= ListpackSize.at(raw + offset)
            offset = next(offset)
        }
        return sum
    }
}

/// Elements of a packed list or a list's block that lie one behind the other, lent until the list
/// is changed.
@frozen
public struct PackedRun {
    @usableFromInline let place: UnsafeRawPointer
    /// The bytes that the elements take.
    public let byteCount: Int
    /// The number of elements.
    public let count: Int

    @inlinable @inline(__always)
    init(place: UnsafeRawPointer, byteCount: Int, count: Int) {
        self.place = place
        self.byteCount = byteCount
        self.count = count
    }

    /// The bytes as they lie; `ListChain.append(image:)` takes them back.
    @inlinable
    public var image: Bytes { Bytes(raw: place, count: byteCount) }

    /// The element at a byte offset, 0 for the first.
    @inlinable @inline(__always)
    public func element(at offset: Int) -> PackedElement { PackedElement(at: place + offset) }

    /// The byte offset behind the element at `offset`.
    @inlinable @inline(__always)
    public func next(after offset: Int) -> Int {
        offset &+ PackedEncoding.count(at: place + offset)
    }
}

extension PackedList {
    /// All elements.
    @inlinable @inline(__always)
    public var run: PackedRun {
        PackedRun(place: raw + first, byteCount: end &- first, count: count)
    }

    /// Elements in a row from index `first` on; there must be so many.
    @inlinable
    public func run(from first: Int, count elements: Int) -> PackedRun {
        let start = advance(self.first, by: first)
        let end = first &+ elements == count ? self.end : advance(start, by: elements)
        return PackedRun(place: raw + start, byteCount: end &- start, count: elements)
    }
}
