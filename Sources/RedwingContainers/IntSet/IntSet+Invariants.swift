// What must hold of an integer set, checked with care: for tests after each operation, and for
// images that come from outside and cannot be trusted.
import CLinux

extension IntSet {
    /// The first violated invariant in words, or nil when the set is sound.
    public func checkInvariants() -> String? { IntSet.firstFault(of: image) }

    /// A set from an image that `image` gave and that may have been damaged since; nil when it is
    /// not what a set writes.
    public static func make(image: Bytes, in memory: SlabAllocator) -> IntSet? {
        guard firstFault(of: image) == nil else { return nil }
        let set = IntSet(raw: memory.allocate(image.count))
        image.copy(to: set.raw)
        return set
    }

    private static func firstFault(of image: Bytes) -> String? {
        guard image.count >= headSize else { return "shorter than its head" }
        let base = UnsafeRawPointer(image.base)
        let count = Int(base.loadUnaligned(as: UInt32.self))
        let width = Int(base.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        guard width == 2 || width == 4 || width == 8 else { return "width \(width)" }
        guard count <= maxCount, image.count == offset(count, width) else {
            return "\(count) integers of \(width) bytes in \(image.count)"
        }
        var last: Int64?
        for index in 0..<count {
            let value = value(at: base + offset(index, width), width)
            if let last, last >= value { return "\(value) behind \(last)" }
            last = value
        }
        return nil
    }

    private static func value(at place: UnsafeRawPointer, _ width: Int) -> Int64 {
        switch width {
        case 2: Int64(place.loadUnaligned(as: Int16.self))
        case 4: Int64(place.loadUnaligned(as: Int32.self))
        default: place.loadUnaligned(as: Int64.self)
        }
    }
}
