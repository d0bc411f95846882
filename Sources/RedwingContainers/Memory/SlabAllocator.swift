// The memory of one server instance. Blocks carry no header: whoever frees one says how large it
// was, which an entry, a node or a table segment knows anyway. One thread at a time, no locks.
//
// Layout: arenas of 4 to 64 MiB are cut into slabs of 256 KiB, aligned to their size, so that a
// block's slab header is found by masking the block's address. A slab serves one size class.
// Blocks above `maxSlabBlock` come from the system's allocator, counted like all others.
import CLinux
import Glibc

/// Size classes and limits; all sizes are bytes.
public enum SlabLayout {
    /// The size and alignment of a slab.
    public static let slabSize = 256 * 1024
    /// What a slab's header takes; a multiple of a cache line keeps 64-byte blocks aligned.
    public static let headerSize = 64
    /// The largest block that a slab serves.
    public static let maxSlabBlock = 8320
    /// The number of size classes: steps of 8 to 512, of 16 to 1024, of 64 above.
    public static let classCount = 64 + 32 + (maxSlabBlock - 1024) / 64

    /// The class that serves blocks of `size`, which is in `1 ... maxSlabBlock`.
    @inlinable @inline(__always)
    public static func sizeClass(_ size: Int) -> Int {
        if size <= 512 { return (size &+ 7) &>> 3 &- 1 }
        if size <= 1024 { return 64 &+ (size &- 513) &>> 4 }
        return 96 &+ (size &- 1025) &>> 6
    }

    /// The size of the blocks of a class.
    @inlinable @inline(__always)
    public static func blockSize(ofClass index: Int) -> Int {
        if index < 64 { return (index &+ 1) &<< 3 }
        if index < 96 { return 512 &+ (index &- 63) &<< 4 }
        return 1024 &+ (index &- 95) &<< 6
    }

    /// What a request for `size` bytes really takes.
    @inlinable @inline(__always)
    public static func rounded(_ size: Int) -> Int {
        size <= maxSlabBlock ? blockSize(ofClass: sizeClass(size)) : (size &+ 15) & ~15
    }
}

/// The head of a slab, at its first byte.
@frozen
@usableFromInline
struct SlabHeader {
    /// The neighbours in the class's list of slabs with free blocks; nil at the ends.
    @usableFromInline var next: UnsafeMutablePointer<SlabHeader>?
    @usableFromInline var previous: UnsafeMutablePointer<SlabHeader>?
    /// The first block of the free list; each free block holds the address of the next.
    @usableFromInline var free: UnsafeMutableRawPointer?
    /// Where never used blocks begin, from the slab's start.
    @usableFromInline var fresh: Int32
    /// Blocks handed out.
    @usableFromInline var live: Int32
    @usableFromInline var blockSize: Int32
    @usableFromInline var sizeClass: Int16
    /// Whether the slab is in its class's list.
    @usableFromInline var listed: Bool
}

/// The allocator of one instance; a handle, copied freely, valid until `destroy()`.
@frozen
public struct SlabAllocator {
    @usableFromInline
    struct State {
        @usableFromInline var partial: UnsafeMutablePointer<UnsafeMutablePointer<SlabHeader>?>
        @usableFromInline var used = 0
        @usableFromInline var large = 0
        @usableFromInline var foreign = 0
        @usableFromInline var empty: UnsafeMutablePointer<SlabHeader>?
        @usableFromInline var emptyCount = 0
        @usableFromInline var resident = 0
        /// Huge blocks that were given back, as far as the system does not have them yet.
        @usableFromInline var dying: [(block: UnsafeMutableRawPointer, size: Int)] = []
        @usableFromInline var arenas: [(base: UnsafeMutableRawPointer, size: Int)] = []
        @usableFromInline var arenaNext: UnsafeMutableRawPointer?
        @usableFromInline var arenaEnd: UnsafeMutableRawPointer?
    }

    @usableFromInline let state: UnsafeMutablePointer<State>

    /// An allocator without any memory yet.
    public init() {
        let count = SlabLayout.classCount
        let lists = UnsafeMutablePointer<UnsafeMutablePointer<SlabHeader>?>.allocate(
            capacity: count)
        lists.initialize(repeating: nil, count: count)
        state = .allocate(capacity: 1)
        state.initialize(to: State(partial: lists))
    }

    /// Bytes handed out, rounded to their classes: what `used_memory` reports for the data.
    @inlinable
    public var usedBytes: Int { state.pointee.used }

    /// Bytes of other memory that counts for this instance, as `countForeign` was told: buffers of
    /// clients, which come and go with traffic and belong to no key.
    @inlinable
    public var foreignBytes: Int { state.pointee.foreign }

    /// Counts memory that does not come from here, by how much there is more or less of it.
    @inlinable
    public func countForeign(_ change: Int) { state.pointee.foreign &+= change }

    /// Bytes of slabs in use and of large blocks: `usedBytes`, the slabs' free blocks, and what
    /// `freeSlice` has yet to free.
    @inlinable
    public var committedBytes: Int {
        state.pointee.resident &* SlabLayout.slabSize &+ state.pointee.large
    }

    /// A block of at least `size` bytes, which must be above 0, aligned to 8 (to 64 when the size
    /// is a multiple of 64). Ends the process when the system has no memory left.
    @inlinable
    public func allocate(_ size: Int) -> UnsafeMutableRawPointer {
        guard size <= SlabLayout.maxSlabBlock else { return allocateLarge(size) }
        let index = SlabLayout.sizeClass(size)
        guard let slab = state.pointee.partial[index] else { return allocateSlow(index) }
        return take(from: slab)
    }

    /// Gives back a block that was asked for with `size` bytes.
    @inlinable
    public func free(_ block: UnsafeMutableRawPointer, _ size: Int) {
        guard size <= SlabLayout.maxSlabBlock else { return freeLarge(block, size) }
        let mask = UInt(SlabLayout.slabSize &- 1)
        let address = UInt(bitPattern: block) & ~mask
        // A block lies behind its slab's header, so the masked address is never zero.
        let slab = UnsafeMutablePointer<SlabHeader>(bitPattern: address).unsafelyUnwrapped
        block.storeBytes(of: slab.pointee.free, as: UnsafeMutableRawPointer?.self)
        slab.pointee.free = block
        slab.pointee.live &-= 1
        state.pointee.used &-= Int(slab.pointee.blockSize)
        if slab.pointee.live == 0 || !slab.pointee.listed { settle(slab) }
    }

    @inlinable @inline(__always)
    func take(from slab: UnsafeMutablePointer<SlabHeader>) -> UnsafeMutableRawPointer {
        slab.pointee.live &+= 1
        state.pointee.used &+= Int(slab.pointee.blockSize)
        let block: UnsafeMutableRawPointer
        if let recycled = slab.pointee.free {
            block = recycled
            slab.pointee.free = recycled.load(as: UnsafeMutableRawPointer?.self)
        } else {
            block = UnsafeMutableRawPointer(slab) + Int(slab.pointee.fresh)
            slab.pointee.fresh &+= slab.pointee.blockSize
        }
        if slab.pointee.free == nil,
            Int(slab.pointee.fresh) &+ Int(slab.pointee.blockSize) > SlabLayout.slabSize
        {
            unlist(slab)
        }
        return block
    }

    /// Frees everything at once, blocks that are still handed out included.
    public func destroy() {
        while freeSlice() {}
        for arena in state.pointee.arenas { munmap(arena.base, arena.size) }
        state.pointee.partial.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }
}

extension SlabAllocator {
    @usableFromInline
    func allocateSlow(_ index: Int) -> UnsafeMutableRawPointer {
        let slab = freshSlab()
        slab.initialize(
            to: SlabHeader(
                next: nil, previous: nil, free: nil, fresh: Int32(SlabLayout.headerSize), live: 0,
                blockSize: Int32(SlabLayout.blockSize(ofClass: index)), sizeClass: Int16(index),
                listed: false))
        state.pointee.resident += 1
        list(slab)
        return take(from: slab)
    }

    @usableFromInline
    func allocateLarge(_ size: Int) -> UnsafeMutableRawPointer {
        let rounded = SlabLayout.rounded(size)
        state.pointee.used &+= rounded
        state.pointee.large &+= rounded
        guard let block = malloc(rounded) else { outOfMemory(rounded) }
        return block
    }

    @usableFromInline
    func freeLarge(_ block: UnsafeMutableRawPointer, _ size: Int) {
        let rounded = SlabLayout.rounded(size)
        state.pointee.used &-= rounded
        guard rounded < SlabAllocator.hugeBlock else {
            state.pointee.dying.append((block, rounded))
            return
        }
        state.pointee.large &-= rounded
        Glibc.free(block)
    }

    /// After a block came back: a slab that was full is listed again, an empty one given up.
    @usableFromInline
    func settle(_ slab: UnsafeMutablePointer<SlabHeader>) {
        if !slab.pointee.listed { list(slab) }
        guard slab.pointee.live == 0 else { return }
        // Even the last slab of a class goes: a list that grows passes through all classes once.
        // Some empty slabs keep their pages, so that a key which comes and goes maps nothing anew.
        unlist(slab)
        state.pointee.resident -= 1
        if state.pointee.emptyCount >= 4 {
            madvise(slab, SlabLayout.slabSize, MADV_DONTNEED)
        }
        slab.pointee.next = state.pointee.empty
        state.pointee.empty = slab
        state.pointee.emptyCount += 1
    }

    /// Gives the pages of all empty slabs back to the system.
    public func releaseEmptySlabs() {
        var cursor = state.pointee.empty
        while let slab = cursor {
            let next = slab.pointee.next
            madvise(slab, SlabLayout.slabSize, MADV_DONTNEED)
            slab.pointee.next = next
            cursor = next
        }
    }

    @usableFromInline
    func list(_ slab: UnsafeMutablePointer<SlabHeader>) {
        let index = Int(slab.pointee.sizeClass)
        let head = state.pointee.partial[index]
        slab.pointee.previous = nil
        slab.pointee.next = head
        head?.pointee.previous = slab
        state.pointee.partial[index] = slab
        slab.pointee.listed = true
    }

    @usableFromInline
    func unlist(_ slab: UnsafeMutablePointer<SlabHeader>) {
        let next = slab.pointee.next
        let previous = slab.pointee.previous
        next?.pointee.previous = previous
        if let previous {
            previous.pointee.next = next
        } else {
            state.pointee.partial[Int(slab.pointee.sizeClass)] = next
        }
        slab.pointee.next = nil
        slab.pointee.previous = nil
        slab.pointee.listed = false
    }

    private func freshSlab() -> UnsafeMutablePointer<SlabHeader> {
        if let slab = state.pointee.empty {
            state.pointee.empty = slab.pointee.next
            state.pointee.emptyCount -= 1
            return slab
        }
        if state.pointee.arenaNext == state.pointee.arenaEnd { mapArena() }
        guard let next = state.pointee.arenaNext else { outOfMemory(SlabLayout.slabSize) }
        state.pointee.arenaNext = next + SlabLayout.slabSize
        return next.bindMemory(to: SlabHeader.self, capacity: 1)
    }

    /// The first arena is small and of small pages, so that a test's instance costs little; later
    /// ones ask for huge pages, which spare the random reads of a large keyspace most TLB misses.
    private func mapArena() {
        let first = state.pointee.arenas.isEmpty
        let size = (first ? 4 : state.pointee.arenas.count == 1 ? 16 : 64) << 20
        let alignment = 2 << 20
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        let mapped = mmap(nil, size + alignment, PROT_READ | PROT_WRITE, flags, -1, 0)
        guard let mapped, mapped != MAP_FAILED else { outOfMemory(size) }
        let address = UInt(bitPattern: mapped)
        let aligned = (address + UInt(alignment) - 1) & ~UInt(alignment - 1)
        let lead = Int(aligned - address)
        if lead > 0 { munmap(mapped, lead) }
        let base = mapped + lead
        let tail = alignment - lead
        if tail > 0 { munmap(base + size, tail) }
        if !first { madvise(base, size, 14 /* MADV_HUGEPAGE */) }
        state.pointee.arenas.append((base, size))
        state.pointee.arenaNext = base
        state.pointee.arenaEnd = base + size
    }
}

/// The system refused memory: nothing sensible can go on, as in every peer.
func outOfMemory(_ size: Int) -> Never {
    let text = "Out of memory allocating \(size) bytes\n"
    _ = text.withCString { write(2, $0, strlen($0)) }
    abort()
}
