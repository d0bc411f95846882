// Bit strings combined into one. Goes in chunks that stay in the first-level cache, one source
// after the other, so that every loop is a plain one over two arrays, which the compiler turns into
// vector instructions.
import CLinux

/// How several bit strings make one.
public enum BitCombination: Sendable {
    /// Bits that are set in all sources.
    case and
    /// Bits that are set in any source.
    case or
    /// Bits that are set in an odd number of sources.
    case xor
    /// Bits that are clear in the one source.
    case not
    /// Bits that are set in the first source and in no other.
    case diff
    /// Bits that are set in any source but the first.
    case diff1
    /// Bits that are set in the first source and in at least one other.
    case andOr
    /// Bits that are set in just one source.
    case one
}

extension MutableBytes {
    private static let chunkSize = 4096

    /// Fills these bytes with the combination of `sources`, of which there is at least one and
    /// which are taken to go on with zeros; none of them may be these bytes themselves.
    public func combine(_ combination: BitCombination, _ sources: [Bytes]) {
        var start = 0
        while start < count {
            let size = min(MutableBytes.chunkSize, count - start)
            let chunk = MutableBytes(base: base + start, count: size)
            let pieces = Pieces(sources: sources, start: start, size: size)
            switch combination {
            case .and: chunk.fold(pieces) { $0 & $1 }
            case .or: chunk.fold(pieces) { $0 | $1 }
            case .xor: chunk.fold(pieces) { $0 ^ $1 }
            case .not:
                chunk.copy(pieces[0])
                chunk.merge(.empty) { value, _ in ~value }
            case .diff: chunk.foldRest(pieces) { $0 & ~$1 }
            case .diff1: chunk.foldRest(pieces) { ~$0 & $1 }
            case .andOr: chunk.foldRest(pieces) { $0 & $1 }
            case .one: chunk.foldOnce(pieces)
            }
            start += size
        }
    }

    /// The parts of the sources that belong to one chunk.
    private struct Pieces {
        let sources: [Bytes]
        let start: Int
        let size: Int

        /// The part of a source, shorter than the chunk where the source ends.
        subscript(index: Int) -> Bytes {
            let source = sources[index]
            guard start < source.count else { return .empty }
            return source.slice(start, min(size, source.count - start))
        }
    }

    @inline(__always)
    private func fold(_ pieces: Pieces, _ body: (UInt64, UInt64) -> UInt64) {
        copy(pieces[0])
        for index in 1..<max(1, pieces.sources.count) { merge(pieces[index], body) }
    }

    /// Combines the first source with what any of the others has set.
    @inline(__always)
    private func foldRest(_ pieces: Pieces, _ body: (UInt64, UInt64) -> UInt64) {
        if pieces.sources.count > 1 { copy(pieces[1]) } else { clear() }
        for index in 2..<max(2, pieces.sources.count) { merge(pieces[index]) { $0 | $1 } }
        merge(pieces[0]) { body($1, $0) }
    }

    /// Makes these bytes those of `piece`, with zeros behind them.
    private func copy(_ piece: Bytes) {
        overwrite(at: 0, with: piece)
        memset(base + piece.count, 0, count - piece.count)
    }

    private func foldOnce(_ pieces: Pieces) {
        withUnsafeTemporaryAllocation(byteCount: count, alignment: 16) { buffer in
            // A chunk is never empty, so the buffer has a base.
            let seen = MutableBytes(
                base: buffer.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self),
                count: count)
            clear()
            seen.clear()
            // What is set here and in `seen` was set once; in `seen` alone, more often.
            for index in 0..<pieces.sources.count {
                let piece = pieces[index]
                let fresh = MutableBytes(base: base, count: piece.count)
                fresh.mergeOnce(piece, seen)
            }
        }
    }

    @inline(__always)
    private func mergeOnce(_ piece: Bytes, _ seen: MutableBytes) {
        var index = 0
        while index &+ 8 <= piece.count {
            let new = piece.word(at: index)
            let old = seen.bytes.word(at: index)
            store(new & ~old | word(at: index) & ~new, at: index)
            seen.store(old | new, at: index)
            index &+= 8
        }
        while index < piece.count {
            let new = piece[index]
            self[index] = new & ~seen[index] | self[index] & ~new
            seen[index] |= new
            index &+= 1
        }
    }

    /// Replaces every byte with what `body` makes of it and of the one of `piece`, a zero behind
    /// its end.
    @inline(__always)
    private func merge(_ piece: Bytes, _ body: (UInt64, UInt64) -> UInt64) {
        var index = 0
        while index &+ 8 <= piece.count {
            store(body(word(at: index), piece.word(at: index)), at: index)
            index &+= 8
        }
        while index < count, index < piece.count || index & 7 != 0 || index &+ 8 > count {
            let other = index < piece.count ? piece[index] : 0
            self[index] = UInt8(truncatingIfNeeded: body(UInt64(self[index]), UInt64(other)))
            index &+= 1
        }
        if index < count { finish(from: index, body) }
    }

    /// The same for the words behind the end of a source.
    private func finish(from start: Int, _ body: (UInt64, UInt64) -> UInt64) {
        var index = start
        while index &+ 8 <= count {
            store(body(word(at: index), 0), at: index)
            index &+= 8
        }
        while index < count {
            self[index] = UInt8(truncatingIfNeeded: body(UInt64(self[index]), 0))
            index &+= 1
        }
    }

    @inline(__always)
    private func word(at offset: Int) -> UInt64 { bytes.word(at: offset) }

    @inline(__always)
    private func store(_ word: UInt64, at offset: Int) {
        UnsafeMutableRawPointer(base).storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
    }
}
