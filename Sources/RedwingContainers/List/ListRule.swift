// When a list's node is full. The rules and sizes are those of the quicklist that clients can see
// through OBJECT ENCODING: nodes are weighed as listpacks, whatever they take here, so that lists
// are cut and change their encoding at the same elements as there. Source: experiments with Valkey
// 9.1.2, DEBUG LISTPACK and the documentation of `list-max-listpack-size`.

/// The limits of a list's nodes.
@frozen
public struct ListRule {
    /// The most that a node weighs.
    public let sizeLimit: Int
    /// The most elements that a node holds.
    public let countLimit: Int
    /// An element of this length has a node of its own.
    public let largeFrom: Int

    /// What a node that is limited by its elements weighs at most.
    @usableFromInline static let safeSize = 8192
    /// Longer elements are never packed: it would help nobody to move them with others.
    @usableFromInline static let longestPacked = 65536

    /// What `list-max-listpack-size` is limited to.
    @inlinable
    public static func clamped(fill: Int) -> Int { Swift.min(Swift.max(fill, -5), 32767) }

    /// The limits for a value of `list-max-listpack-size`. `largeFrom` says from which length on
    /// an element has a node of its own; 0 leaves that to the size of nodes.
    @inlinable @inline(__always)
    public init(fill: Int, largeFrom: Int) {
        let fill = ListRule.clamped(fill: fill)
        if fill < 0 {
            sizeLimit = 2048 &<< Swift.max(-fill, 1)
            countLimit = .max
        } else {
            sizeLimit = ListRule.safeSize
            countLimit = Swift.max(fill, 1)
        }
        let longest = ListRule.longestPacked + 1
        self.largeFrom = largeFrom > 0 ? Swift.min(largeFrom, longest) : sizeLimit &+ 1
    }

    /// Whether a node of this weight and count is over the limits.
    @inlinable @inline(__always)
    public func isExceeded(size: Int, count: Int) -> Bool { size > sizeLimit || count > countLimit }

    /// Whether a single node is small enough for the compact encoding after elements went.
    @inlinable @inline(__always)
    public func allowsCompact(size: Int, count: Int, shrinking: Bool) -> Bool {
        let part = shrinking ? 2 : 1
        return countLimit == .max ? size <= sizeLimit / part : count <= countLimit / part
    }
}

/// What elements weigh in a listpack: their encoding there and the link back behind it.
@usableFromInline
enum ListpackSize {
    /// Head and end of a listpack without elements.
    @usableFromInline static let empty = 7

    /// The bytes of a text of this length.
    @inlinable @inline(__always)
    static func text(_ count: Int) -> Int {
        if count < 64 { return count &+ 2 }
        return longText(count)
    }

    @inlinable
    static func longText(_ count: Int) -> Int {
        let encoded = count &+ (count < 4096 ? 2 : 5)
        return encoded &+ (encoded <= 127 ? 1 : encoded < 16383 ? 2 : encoded < 2_097_151 ? 3 : 4)
    }

    /// The bytes of an integer.
    @inlinable
    static func integer(_ value: Int64) -> Int {
        if value >= 0, value < 128 { return 2 }
        if value >= -4096, value < 4096 { return 3 }
        if value >= -32768, value < 32768 { return 4 }
        if value >= -8_388_608, value < 8_388_608 { return 5 }
        return value >= -2_147_483_648 && value < 2_147_483_648 ? 6 : 10
    }

    /// The bytes of an element on its way into a node.
    @inlinable @inline(__always)
    static func of(_ element: PackedEncoding) -> Int {
        let tag = Int(element.tag)
        if tag < PackedTag.smallInteger || tag == PackedTag.longText {
            return text(element.text.count)
        }
        if tag < PackedTag.longText { return 2 }
        return integer(Int64(bitPattern: element.word))
    }

    /// The bytes of the element at `place`.
    @inlinable @inline(__always)
    static func at(_ place: UnsafeRawPointer) -> Int {
        let tag = Int(place.load(as: UInt8.self))
        return tag < 64 ? tag &+ 2 : slow(at: place)
    }

    @usableFromInline
    static func slow(at place: UnsafeRawPointer) -> Int {
        let element = PackedElement(at: place)
        if let integer = element.integer { return self.integer(integer) }
        return text(element.byteCount)
    }
}
