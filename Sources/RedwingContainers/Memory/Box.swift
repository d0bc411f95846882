// Heap cells without reference counting. The engine's hot state lives in them: reading a field is
// one load, copying the handle costs nothing, and who owns the cell frees it.

/// A cell that holds one value; a handle, valid until `destroy()`.
@frozen
@dynamicMemberLookup
public struct Box<Value> {
    @usableFromInline let cell: UnsafeMutablePointer<Value>

    /// A new cell with `value` in it.
    @inlinable
    public init(_ value: Value) {
        cell = .allocate(capacity: 1)
        cell.initialize(to: value)
    }

    /// The cell whose address `address` gave.
    @inlinable @inline(__always)
    public init(address: UInt64) {
        // Only addresses of live cells are ever stored.
        cell = UnsafeMutablePointer(bitPattern: UInt(address)).unsafelyUnwrapped
    }

    /// The cell's address, to be stored in an entry's word.
    @inlinable @inline(__always)
    public var address: UInt64 { UInt64(UInt(bitPattern: cell)) }

    /// The value, read and changed in place.
    @inlinable @inline(__always)
    public var value: Value {
        @_transparent unsafeAddress { UnsafePointer(cell) }
        @_transparent nonmutating unsafeMutableAddress { cell }
    }

    /// A field of the value.
    @inlinable @inline(__always)
    public subscript<Field>(dynamicMember path: WritableKeyPath<Value, Field>) -> Field {
        @inline(__always) get { cell.pointee[keyPath: path] }
        @inline(__always) nonmutating set { cell.pointee[keyPath: path] = newValue }
    }

    /// Whether both are handles of the same cell.
    @inlinable @inline(__always)
    public static func === (left: Box, right: Box) -> Bool { left.cell == right.cell }

    /// Destroys the value and frees the cell.
    @inlinable
    public func destroy() {
        cell.deinitialize(count: 1)
        cell.deallocate()
    }
}

/// An array of fixed length whose elements are read in place; a handle, valid until `destroy()`.
@frozen
public struct FixedArray<Element> {
    @usableFromInline let base: UnsafeMutablePointer<Element>
    /// The number of elements.
    public let count: Int

    /// An array of the elements of `elements`.
    @inlinable
    public init(_ elements: some Collection<Element>) {
        count = elements.count
        base = .allocate(capacity: max(1, elements.count))
        var place = base
        for element in elements {
            place.initialize(to: element)
            place += 1
        }
    }

    /// The element at `index`, read and changed in place.
    @inlinable @inline(__always)
    public subscript(index: Int) -> Element {
        @_transparent unsafeAddress {
            assert(index >= 0 && index < count)
            return UnsafePointer(base + index)
        }
        @_transparent nonmutating unsafeMutableAddress {
            assert(index >= 0 && index < count)
            return base + index
        }
    }

    /// Destroys the elements and frees their memory.
    @inlinable
    public func destroy() {
        base.deinitialize(count: count)
        base.deallocate()
    }
}
