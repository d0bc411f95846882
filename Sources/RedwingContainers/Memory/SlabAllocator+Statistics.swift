// Where the memory of an allocator is, size class by size class. Counted by looking at every slab:
// for reports, not for decisions.

extension SlabAllocator {
    /// What one size class has.
    public struct ClassStatistics {
        /// The size of its blocks, in bytes.
        public let blockSize: Int
        /// Slabs that serve it.
        public internal(set) var slabs = 0
        /// Blocks that are handed out.
        public internal(set) var blocks = 0
        /// Blocks that its slabs have room for.
        public var capacity: Int {
            slabs * ((SlabLayout.slabSize - SlabLayout.headerSize) / blockSize)
        }
    }

    /// What all of them together have.
    public struct Statistics {
        /// Those that have blocks handed out, in ascending order of size.
        public internal(set) var classes: [ClassStatistics] = []
        /// Slabs without any block, kept for whatever comes.
        public internal(set) var emptySlabs = 0
        /// Bytes of address space that arenas take.
        public internal(set) var mappedBytes = 0
        /// Bytes of blocks too large for slabs.
        public internal(set) var largeBytes = 0
    }

    /// Counts everything; takes time in proportion to the number of slabs.
    public var statistics: Statistics {
        var result = Statistics()
        var classes = (0..<SlabLayout.classCount).map {
            ClassStatistics(blockSize: SlabLayout.blockSize(ofClass: $0))
        }
        for (place, arena) in state.pointee.arenas.enumerated() {
            result.mappedBytes += arena.size
            var end = arena.base + arena.size
            if place == state.pointee.arenas.count - 1, let next = state.pointee.arenaNext {
                end = next
            }
            var slab = arena.base
            while slab < end {
                let head = slab.assumingMemoryBound(to: SlabHeader.self).pointee
                let index = Int(head.sizeClass)
                if head.live > 0, classes.indices.contains(index) {
                    classes[index].slabs += 1
                    classes[index].blocks += Int(head.live)
                }
                slab += SlabLayout.slabSize
            }
        }
        result.emptySlabs = state.pointee.emptyCount
        result.largeBytes = state.pointee.large
        result.classes = classes.filter { $0.slabs > 0 }
        return result
    }
}
