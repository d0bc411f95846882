// What must hold of a packed list, checked with care: for tests after each operation, and for
// images that come from outside and cannot be trusted.
import CLinux

extension PackedList {
    /// The first violated invariant in words, or nil when the list is sound.
    public func checkInvariants() -> String? { PackedList.firstFault(of: image) }

    /// A list from an image that `image` gave and that may have been damaged since; nil when it
    /// is not what a list writes.
    public static func make(image: Bytes, in memory: SlabAllocator) -> PackedList? {
        guard firstFault(of: image) == nil else { return nil }
        let list = PackedList(raw: memory.allocate(image.count))
        image.copy(to: list.raw)
        return list
    }

    private static func firstFault(of image: Bytes) -> String? {
        guard image.count >= headSize else { return "shorter than its head" }
        let base = UnsafeRawPointer(image.base)
        let used = Int(base.loadUnaligned(as: UInt32.self))
        guard used == image.count else { return "\(used) bytes used of \(image.count)" }
        var offset = headSize
        var elements = 0
        while offset < used {
            let rest = image.slice(offset, used - offset)
            guard let count = elementCount(rest) else { return "element \(elements) is cut" }
            if let fault = spellingFault(rest.slice(0, count)) {
                return "element \(elements): \(fault)"
            }
            offset += count
            elements += 1
        }
        let counted = Int(base.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        return elements == counted ? nil : "count \(counted) but \(elements) elements"
    }

    /// The number of elements that `image` spells, or nil when it is not what a list writes.
    static func elementCount(ofImage image: Bytes) -> Int? {
        var offset = 0
        var elements = 0
        while offset < image.count {
            let rest = image.slice(offset, image.count - offset)
            guard let count = elementCount(rest), spellingFault(rest.slice(0, count)) == nil else {
                return nil
            }
            offset += count
            elements += 1
        }
        return elements
    }

    /// The bytes of the element that `rest` begins with, or nil when they are not all there.
    static func elementCount(_ rest: Bytes) -> Int? {
        let tag = Int(rest[0])
        let head =
            switch tag {
            case PackedTag.longText: 5
            case PackedTag.mediumText..<PackedTag.smallInteger: 2
            default: 1
            }
        guard rest.count >= head else { return nil }
        let count = PackedEncoding.count(at: UnsafeRawPointer(rest.base))
        return count <= rest.count ? count : nil
    }

    /// What is wrong with the spelling of a whole element: each string has one only.
    static func spellingFault(_ element: Bytes) -> String? {
        let tag = Int(element[0])
        switch tag {
        case 0..<PackedTag.mediumText:
            return element.slice(1, tag).parseInteger() == nil ? nil : "an integer as text"
        case PackedTag.mediumText..<PackedTag.smallInteger:
            let count = element.count - 2
            return count > PackedTag.maxShortText ? nil : "a length of 2 bytes for \(count)"
        case PackedTag.smallInteger..<PackedTag.longText: return nil
        case PackedTag.longText:
            let count = element.count - 5
            return count > PackedTag.maxMediumText ? nil : "a length of 4 bytes for \(count)"
        case ...PackedTag.lastInteger:
            var value = element[element.count - 1] >= 0x80 ? Int64(-1) : 0
            for index in stride(from: element.count - 1, to: 0, by: -1) {
                value = value << 8 | Int64(element[index])
            }
            let shortest = PackedEncoding(value).count
            return shortest == element.count ? nil : "\(element.count) bytes for \(value)"
        default: return "tag \(tag)"
        }
    }
}
