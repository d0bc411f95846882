// Which of many patterns may match a channel: only those whose beginning, as far as it stands for
// itself, is that of the channel. Patterns are kept by the hash of that beginning, and a channel
// is hashed once from left to right, with a look at each length that some pattern has. A pattern
// that begins with a wildcard is always looked at.
import RedwingContainers

/// The patterns of an engine by how they begin.
struct PatternIndex {
    /// Patterns, as numbers of audiences, by the hash of their beginning.
    private var buckets: [UInt64: [Int]] = [:]
    /// How many patterns begin with so many bytes that stand for themselves.
    private var lengths: [Int] = []
    private let seed: UInt64

    init(seed: UInt64) { self.seed = seed | 1 }

    /// Adds a pattern.
    mutating func add(_ audience: Int, _ pattern: Bytes) {
        let count = PatternIndex.literalCount(pattern)
        buckets[hash(pattern.slice(0, count)), default: []].append(audience)
        while lengths.count <= count { lengths.append(0) }
        lengths[count] += 1
    }

    /// Removes a pattern.
    mutating func remove(_ audience: Int, _ pattern: Bytes) {
        let count = PatternIndex.literalCount(pattern)
        let key = hash(pattern.slice(0, count))
        lengths[count] -= 1
        while lengths.last == 0 { lengths.removeLast() }
        guard var bucket = buckets.removeValue(forKey: key) else { return }
        if let place = bucket.firstIndex(of: audience) {
            bucket.swapAt(place, bucket.count - 1)
            bucket.removeLast()
        }
        if !bucket.isEmpty { buckets[key] = bucket }
    }

    /// The patterns that may match a channel.
    func candidates(_ channel: Bytes) -> [Int] {
        var found: [Int] = []
        var hash = seed
        for length in 0..<min(lengths.count, channel.count + 1) {
            if length > 0 { hash = step(hash, channel[length - 1]) }
            guard lengths[length] > 0, let bucket = buckets[hash] else { continue }
            if found.isEmpty { found = bucket } else { found += bucket }
        }
        return found
    }

    /// How many bytes at a pattern's beginning stand for themselves.
    private static func literalCount(_ pattern: Bytes) -> Int {
        let special: [UInt8] = [0x2a, 0x3f, 0x5b, 0x5c]  // * ? [ \
        return (0..<pattern.count).first { special.contains(pattern[$0]) } ?? pattern.count
    }

    private func hash(_ text: Bytes) -> UInt64 {
        (0..<text.count).reduce(seed) { step($0, text[$1]) }
    }

    @inline(__always)
    private func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
        let mixed = (hash ^ UInt64(byte)) &* 0x9e37_79b9_7f4a_7c15
        return mixed ^ mixed &>> 29 ^ seed
    }
}
