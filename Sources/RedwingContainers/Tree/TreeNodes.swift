// The byte layouts of the score tree's nodes. Nothing here knows what the order is.
//
//     leaf    512 bytes    next 8 | previous 8 | count 8 | 61 entry addresses
//     branch  1024 bytes   count 16 | 36 entry counts, 4 bytes each | 36 scores | 36 entries |
//                          36 children
//
// Score and entry of a branch's place are those of the first entry below its child. Those of place
// 0 are never looked at and may be stale: whoever comes from above knows them already.
import CLinux

/// A run of entries in order, with its neighbours.
@frozen
@usableFromInline
struct TreeLeaf {
    @usableFromInline let raw: UnsafeMutableRawPointer

    @usableFromInline static let size = 512
    @usableFromInline static let capacity = (size - 24) / 8

    @inlinable @inline(__always)
    init(raw: UnsafeMutableRawPointer) { self.raw = raw }

    @inlinable @inline(__always)
    var next: TreeLeaf? {
        get { raw.load(as: UnsafeMutableRawPointer?.self).map { TreeLeaf(raw: $0) } }
        nonmutating set { raw.storeBytes(of: newValue?.raw, as: UnsafeMutableRawPointer?.self) }
    }

    @inlinable @inline(__always)
    var previous: TreeLeaf? {
        get {
            raw.load(fromByteOffset: 8, as: UnsafeMutableRawPointer?.self)
                .map { TreeLeaf(raw: $0) }
        }
        nonmutating set {
            raw.storeBytes(
                of: newValue?.raw, toByteOffset: 8, as: UnsafeMutableRawPointer?.self)
        }
    }

    @inlinable @inline(__always)
    var count: Int {
        get { raw.load(fromByteOffset: 16, as: Int.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 16, as: Int.self) }
    }

    @inlinable @inline(__always)
    var entries: UnsafeMutablePointer<Entry> { (raw + 24).assumingMemoryBound(to: Entry.self) }

    /// The place of an entry that is in this leaf, or nil.
    @inlinable @inline(__always)
    func place(of entry: Entry) -> Int? {
        let entries = self.entries
        for place in 0..<count where entries[place].raw == entry.raw { return place }
        return nil
    }
}

/// An inner node.
@frozen
@usableFromInline
struct TreeBranch {
    @usableFromInline let raw: UnsafeMutableRawPointer

    @usableFromInline static let size = 1024
    @usableFromInline static let capacity = (size - 16) / 28

    @inlinable @inline(__always)
    init(raw: UnsafeMutableRawPointer) { self.raw = raw }

    @inlinable @inline(__always)
    var count: Int {
        get { raw.load(as: Int.self) }
        nonmutating set { raw.storeBytes(of: newValue, as: Int.self) }
    }

    /// How many entries are below each child.
    @inlinable @inline(__always)
    var counts: UnsafeMutablePointer<UInt32> {
        (raw + 16).assumingMemoryBound(to: UInt32.self)
    }

    @inlinable @inline(__always)
    var scores: UnsafeMutablePointer<Double> {
        (raw + (16 &+ 4 &* TreeBranch.capacity)).assumingMemoryBound(to: Double.self)
    }

    @inlinable @inline(__always)
    var entries: UnsafeMutablePointer<Entry> {
        (raw + (16 &+ 12 &* TreeBranch.capacity)).assumingMemoryBound(to: Entry.self)
    }

    @inlinable @inline(__always)
    var children: UnsafeMutablePointer<UnsafeMutableRawPointer> {
        (raw + (16 &+ 20 &* TreeBranch.capacity))
            .assumingMemoryBound(to: UnsafeMutableRawPointer.self)
    }

    /// The entries below the children before `place`.
    @inlinable @inline(__always)
    func entries(before place: Int) -> Int {
        let counts = self.counts
        var sum: UInt32 = 0
        for index in 0..<place { sum &+= counts[index] }
        return Int(sum)
    }

    /// The entries below all children.
    @inlinable @inline(__always)
    var entryCount: Int { entries(before: count) }

    /// Says that `entry` is the first below the child at `place`.
    @inlinable @inline(__always)
    func setFirst(_ place: Int, _ entry: Entry) {
        scores[place] = entry.score
        entries[place] = entry
    }

    /// Copies `items` places of `source` from `from` on to `to`.
    func take(_ items: Int, from source: TreeBranch, at from: Int, to: Int) {
        (counts + to).update(from: source.counts + from, count: items)
        (scores + to).update(from: source.scores + from, count: items)
        (entries + to).update(from: source.entries + from, count: items)
        (children + to).update(from: source.children + from, count: items)
    }

    /// Moves the places from `from` on so that the first of them is at `to`.
    func shift(from: Int, to: Int) {
        take(count - from, from: self, at: from, to: to)
    }
}
