// Huge blocks go back to the system in slices: to unmap half a gigabyte takes it tens of
// milliseconds, in which nobody would be served.
import Glibc

extension SlabAllocator {
    /// A block of at least this size is not freed at once.
    static let hugeBlock = 4 << 20
    /// What one slice frees.
    private static let slice = 2 << 20

    /// Whether huge blocks wait for `freeSlice`.
    public var hasHugeGarbage: Bool { !state.pointee.dying.isEmpty }

    /// Gives a piece of a huge block back to the system; returns whether more is left.
    @discardableResult
    public func freeSlice() -> Bool {
        guard let (block, size) = state.pointee.dying.popLast() else { return false }
        let rest = size - SlabAllocator.slice
        // A block that shrinks stays where it is, but the system is free to move it.
        if rest > 0, let shrunk = realloc(block, rest) {
            state.pointee.large &-= SlabAllocator.slice
            state.pointee.dying.append((shrunk, rest))
        } else {
            state.pointee.large &-= size
            Glibc.free(block)
        }
        return hasHugeGarbage
    }
}
