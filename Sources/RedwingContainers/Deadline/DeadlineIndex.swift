// Interim form of the deadline index: keeps deadlines in the entries only.
public struct DeadlineWord {
    public let word: UInt64
    @inlinable public init(_ word: UInt64) { self.word = word }
    @inlinable public var deadline: Int64 { Int64(bitPattern: word) }
}
public struct DeadlineIndex {
    public init(memory: SlabAllocator, now: Int64) {}
    public func schedule(hash: UInt64, entry: Entry, deadline: Int64, isNew: Bool) {
        entry.deadlineWord = UInt64(bitPattern: deadline)
    }
    public func destroy() {}
}
