// Interim form of the packed list.
public struct PackedList {
    public init(address: UInt64) {}
    public var count: Int { 0 }
    public func free(in memory: SlabAllocator) {}
}
