// A cell like `Box` whose memory comes from an instance's own allocator, so that it is counted, for
// values that need no destruction.

/// A cell that holds one trivial value; a handle, valid until `free(in:)`.
@frozen
public struct SlabBox<Value: BitwiseCopyable> {
    @usableFromInline let cell: UnsafeMutablePointer<Value>

    /// A new cell with `value` in it.
    @inlinable
    public init(_ value: Value, in memory: SlabAllocator) {
        cell = memory.allocate(MemoryLayout<Value>.size).assumingMemoryBound(to: Value.self)
        cell.initialize(to: value)
    }

    /// The cell whose address `address` gave.
    @inlinable @inline(__always)
    public init(address: UInt64) {
        // Only addresses of live cells are ever stored.
        cell = UnsafeMutablePointer(bitPattern: UInt(address)).unsafelyUnwrapped
    }

    /// The cell's address, to be stored in a word.
    @inlinable @inline(__always)
    public var address: UInt64 { UInt64(UInt(bitPattern: cell)) }

    /// The value, read and changed in place.
    @inlinable @inline(__always)
    public var value: Value {
        @_transparent unsafeAddress { UnsafePointer(cell) }
        @_transparent nonmutating unsafeMutableAddress { cell }
    }

    /// Whether both are handles of the same cell.
    @inlinable @inline(__always)
    public static func === (left: SlabBox, right: SlabBox) -> Bool { left.cell == right.cell }

    /// What a cell takes.
    @inlinable
    public static var size: Int { SlabLayout.rounded(MemoryLayout<Value>.size) }

    /// Gives the cell back.
    @inlinable
    public func free(in memory: SlabAllocator) { memory.free(cell, MemoryLayout<Value>.size) }
}
