// Building a PatternSet: sorts patterns by kind, drops those that others cover, makes the tree.

/// A PatternSet while it is being built.
struct PatternSetBuilder {
    private(set) var nodes: [PatternSet.Node] = []
    private(set) var places: [Int32] = []
    private(set) var texts: [PatternSet.Text] = []
    private(set) var globs: [PatternSet.Glob] = []
    private(set) var bytes: [UInt8] = []
    private(set) var root = PatternSet.nowhere
    private(set) var hasStar = false
    /// The strings of the tree as they were added.
    private var strings: [(bytes: [UInt8], isPrefix: Bool)] = []

    mutating func add(_ pattern: [UInt8]) {
        let special: (UInt8) -> Bool = { "*?[\\".utf8.contains($0) }
        guard let first = pattern.firstIndex(where: special) else {
            strings.append((pattern, false))
            return
        }
        if pattern[first...].allSatisfy({ $0 == UInt8(ascii: "*") }) {
            if first == 0 { hasStar = true }
            strings.append((Array(pattern[..<first]), true))
            return
        }
        globs.append(
            PatternSet.Glob(
                start: bytes.count, count: pattern.count, literal: first))
        bytes += pattern
    }

    /// Makes the tree of what was added.
    mutating func finish() {
        // A lone star is no member of the tree: it would match the empty string there.
        strings.removeAll { $0.isPrefix && $0.bytes.isEmpty }
        strings = strings.sorted { isBefore($0, $1) }
        var kept: [(bytes: [UInt8], isPrefix: Bool)] = []
        for string in strings {
            if let last = kept.last, covers(last, string) { continue }
            kept.append(string)
        }
        for string in kept {
            texts.append(
                PatternSet.Text(
                    start: bytes.count, count: string.bytes.count, isPrefix: string.isPrefix))
            bytes += string.bytes
        }
        strings = kept
        if !kept.isEmpty { build() }
    }

    /// In the order of their bytes; of two with the same bytes, the prefix comes first.
    private func isBefore(
        _ left: (bytes: [UInt8], isPrefix: Bool), _ right: (bytes: [UInt8], isPrefix: Bool)
    ) -> Bool {
        if left.bytes != right.bytes { return left.bytes.lexicographicallyPrecedes(right.bytes) }
        return left.isPrefix && !right.isPrefix
    }

    /// Whether whatever the second matches is matched by the first, too, which is not behind it.
    private func covers(
        _ first: (bytes: [UInt8], isPrefix: Bool), _ second: (bytes: [UInt8], isPrefix: Bool)
    ) -> Bool {
        first.isPrefix ? second.bytes.starts(with: first.bytes) : first.bytes == second.bytes
    }

    /// The symbol of a string at a position: a byte and one, 0 for its end.
    private func symbol(_ index: Int, _ position: Int) -> Int32 {
        let bytes = strings[index].bytes
        return position < bytes.count ? Int32(bytes[position]) + 1 : 0
    }

    /// Makes the tree of the sorted strings. Not by recursion: strings that each extend the one
    /// before make it as deep as they are many.
    private mutating func build() {
        var open = [(range: 0..<strings.count, position: 0, place: -1)]
        while let (range, start, place) = open.popLast() {
            let found = range.count == 1 ? -2 - Int32(range.lowerBound) : Int32(nodes.count)
            if place < 0 { root = found } else { places[place] = found }
            guard range.count > 1 else { continue }
            // Sorted, so the first and the last differ where any two of them do first.
            var position = start
            let last = range.upperBound - 1
            while symbol(range.lowerBound, position) == symbol(last, position) { position += 1 }
            let lowest = symbol(range.lowerBound, position)
            let span = symbol(last, position) - lowest + 1
            let base = places.count
            nodes.append(
                PatternSet.Node(
                    position: Int32(clamping: position), lowest: lowest, span: span,
                    places: Int32(clamping: base)))
            places += [Int32](repeating: PatternSet.nowhere, count: Int(span))
            var first = range.lowerBound
            while first < range.upperBound {
                let value = symbol(first, position)
                var end = first + 1
                while end < range.upperBound, symbol(end, position) == value { end += 1 }
                open.append((first..<end, position + 1, base + Int(value - lowest)))
                first = end
            }
        }
    }
}
