// Many glob patterns made ready for the question whether any of them matches. What most patterns
// are, a literal or a literal and a star at its end, is found by walking down a tree of bytes, so
// that the cost does not grow with their number; the others are tried one after the other.
import CLinux

/// A fixed set of glob patterns; a handle, valid until `destroy()`.
///
/// Invariant of the tree: of the strings that it holds, a star taken off and a literal's end
/// counted as a symbol of its own, none is the beginning of another. So at most one of them can
/// match, and a walk that looks only at the places where they differ finds which.
@frozen
public struct PatternSet {
    /// A place at which strings of the tree differ.
    @usableFromInline
    struct Node {
        /// The position of the byte that decides.
        @usableFromInline var position: Int32
        /// The lowest symbol that leads on, and how many symbols from there have a place.
        @usableFromInline var lowest: Int32
        @usableFromInline var span: Int32
        /// Where the places of those symbols begin.
        @usableFromInline var places: Int32
    }

    /// A string, in the bytes of the set.
    @usableFromInline
    struct Text {
        @usableFromInline var start: Int
        @usableFromInline var count: Int
        /// Whether more may follow.
        @usableFromInline var isPrefix: Bool
    }

    /// A pattern that is neither literal nor literal and star.
    @usableFromInline
    struct Glob {
        @usableFromInline var start: Int
        @usableFromInline var count: Int
        /// How many bytes at its beginning stand for themselves.
        @usableFromInline var literal: Int
    }

    /// What the set consists of. Behind one pointer, so that handles are copied at no cost.
    @usableFromInline
    struct Contents {
        @usableFromInline let nodes: FixedArray<Node>
        /// Where a symbol leads: a node at 0 and above, the complement of a text below -1, -1
        /// nowhere.
        @usableFromInline let places: FixedArray<Int32>
        @usableFromInline let texts: FixedArray<Text>
        @usableFromInline let globs: FixedArray<Glob>
        @usableFromInline let bytes: FixedArray<UInt8>
        @usableFromInline let root: Int32
        /// Whether a lone star is among the patterns: it matches whatever is not empty.
        @usableFromInline let hasStar: Bool
    }

    @usableFromInline let contents: Box<Contents>

    /// The patterns of `patterns`, in the notation of `GlobPattern`.
    public init(_ patterns: [[UInt8]]) {
        var builder = PatternSetBuilder()
        for pattern in patterns { builder.add(pattern) }
        builder.finish()
        contents = Box(
            Contents(
                nodes: FixedArray(builder.nodes), places: FixedArray(builder.places),
                texts: FixedArray(builder.texts), globs: FixedArray(builder.globs),
                bytes: FixedArray(builder.bytes), root: builder.root, hasStar: builder.hasStar))
    }

    /// Frees the set's memory.
    public func destroy() {
        contents.value.nodes.destroy()
        contents.value.places.destroy()
        contents.value.texts.destroy()
        contents.value.globs.destroy()
        contents.value.bytes.destroy()
        contents.destroy()
    }

    /// No text.
    @usableFromInline static var nowhere: Int32 { -1 }

    /// Whether any of the patterns matches `string` as a whole.
    @inlinable @inline(__always)
    public func matches(_ string: Bytes) -> Bool {
        var place = contents.value.root
        while place >= 0 {
            let node = contents.value.nodes[Int(place)]
            let position = Int(node.position)
            // The end of a string is the symbol 0.
            let symbol = position < string.count ? Int32(string.base[position]) &+ 1 : 0
            let offset = symbol &- node.lowest
            guard UInt32(bitPattern: offset) < UInt32(bitPattern: node.span) else {
                return matchesRarely(string)
            }
            place = contents.value.places[Int(node.places &+ offset)]
        }
        if place != PatternSet.nowhere, holds(Int(-2 &- place), string) { return true }
        return matchesRarely(string)
    }

    @inlinable @inline(__always)
    func holds(_ index: Int, _ string: Bytes) -> Bool {
        let text = contents.value.texts[index]
        guard string.count >= text.count, text.isPrefix || string.count == text.count else {
            return false
        }
        return contents.value.bytes.lend(text.start, text.count) == string.slice(0, text.count)
    }

    /// What is left to look at when the tree has nothing.
    @usableFromInline @inline(never)
    func matchesRarely(_ string: Bytes) -> Bool {
        if contents.value.hasStar { return !string.isEmpty }
        for index in 0..<contents.value.globs.count {
            let glob = contents.value.globs[index]
            let pattern = contents.value.bytes.lend(glob.start, glob.count)
            guard string.hasPrefix(pattern.slice(0, glob.literal)) else { continue }
            if GlobPattern.matches(string, pattern: pattern) { return true }
        }
        return false
    }
}

extension FixedArray where Element == UInt8 {
    /// A view of `count` bytes from `start` on, which must lie within the array.
    @inlinable @inline(__always)
    func lend(_ start: Int, _ count: Int) -> Bytes { Bytes(base: base + start, count: count) }
}
