// Blocks that change their size. Large ones are left to the system's allocator, which moves pages
// instead of bytes, so that a string of hundreds of megabytes grows without being copied each time.
import CLinux
import Glibc

extension SlabAllocator {
    /// Gives back a block of at least `size` bytes that begins with what `block`, of `oldSize`
    /// bytes, held; `block` itself may be gone. `size` must not be below `oldSize`.
    public func grow(
        _ block: UnsafeMutableRawPointer, from oldSize: Int, to size: Int
    ) -> UnsafeMutableRawPointer {
        assert(size >= oldSize)
        return resize(block, from: oldSize, to: size)
    }

    /// Gives back a block of at least `size` bytes that begins with what `block`, of `oldSize`
    /// bytes, held, as far as it fits; `block` itself may be gone.
    public func resize(
        _ block: UnsafeMutableRawPointer, from oldSize: Int, to size: Int
    ) -> UnsafeMutableRawPointer {
        guard min(oldSize, size) > SlabLayout.maxSlabBlock else {
            let new = allocate(size)
            memcpy(new, block, min(oldSize, size))
            free(block, oldSize)
            return new
        }
        let rounded = SlabLayout.rounded(size)
        let change = rounded &- SlabLayout.rounded(oldSize)
        guard let new = realloc(block, rounded) else { outOfMemory(rounded) }
        state.pointee.used &+= change
        state.pointee.large &+= change
        return new
    }
}
