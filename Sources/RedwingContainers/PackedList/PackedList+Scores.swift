// Packed lists of members and scores in turn, ordered by score and then by the member's bytes:
// small sorted sets. An integral score is stored as that integer, any other as a text of nine
// bytes, the double's eight, lowest first, and a zero, which no integer's text ends with.
import CLinux

extension PackedEncoding {
    /// The spelling of a score.
    @inlinable @inline(__always)
    init(score: Double) {
        // Beyond this range a double is no shorter as an integer. Zero loses its sign.
        if score.magnitude <= 0x1p53, score == score.rounded(.towardZero) {
            self.init(Int64(score))
        } else {
            self.init(
                tag: 9, wordCount: 8, word: score.bitPattern.littleEndian,
                text: PackedEncoding.scoreEnd)
        }
    }

    @usableFromInline static var scoreEnd: Bytes { Bytes("\0") }
}

extension PackedElement {
    /// The score that the element holds. An element that is none counts as 0.
    @inlinable @inline(__always)
    public var score: Double {
        if let integer { return Double(integer) }
        guard let text = storedText, text.count == 9 else { return 0 }
        return Double(bitPattern: UInt64(littleEndian: text.word(at: 0)))
    }

    /// Whether the element is the spelling of a score.
    public var isScore: Bool {
        if integer != nil { return true }
        guard let text = storedText, text.count == 9, text[8] == 0 else { return false }
        return !score.isNaN
    }

    /// The order of the element's bytes and others: below 0, 0, above 0.
    @inlinable
    public func compare(_ bytes: Bytes) -> Int { withBytes { $0.compare(bytes) } }
}

extension PackedList {
    /// The score behind the member at `cursor`.
    @inlinable @inline(__always)
    public func score(ofMemberAt cursor: Int) -> Double {
        element(at: next(after: cursor)).score
    }

    /// The cursor of the first member that does not come before this one, or `end`; `start` is
    /// that of a member that does, or of the first.
    @inlinable
    public func lowerBound(score: Double, member: Bytes) -> Int {
        var cursor = first
        let end = self.end
        while cursor < end {
            let second = next(after: cursor)
            let other = element(at: second).score
            if other > score { break }
            if other == score, element(at: cursor).compare(member) >= 0 { break }
            cursor = next(after: second)
        }
        return cursor
    }

    /// Adds a member, which is not in the list, in its place.
    @inlinable
    public mutating func insertMember(
        _ member: Bytes, score: Double, in memory: SlabAllocator
    ) {
        insertMember(
            member, score: score, before: lowerBound(score: score, member: member), in: memory)
    }

    /// Adds a member that comes behind all others.
    @inlinable
    public mutating func appendMember(
        _ member: Bytes, score: Double, in memory: SlabAllocator
    ) {
        insertMember(member, score: score, before: end, in: memory)
    }

    @inlinable
    mutating func insertMember(
        _ member: Bytes, score: Double, before cursor: Int, in memory: SlabAllocator
    ) {
        let member = PackedEncoding(member)
        let score = PackedEncoding(score: score)
        splice(cursor, 0, member.count &+ score.count, in: memory)
        member.write(to: raw + cursor)
        score.write(to: raw + (cursor &+ member.count))
        count &+= 2
    }

    /// Gives the member at `cursor`, whose bytes are `member`, another score and its place by that.
    @inlinable
    public mutating func setScore(
        _ score: Double, ofMemberAt cursor: Int, _ member: Bytes, in memory: SlabAllocator
    ) {
        let scoreCursor = next(after: cursor)
        let behind = next(after: scoreCursor)
        if stays(cursor, before: behind, score, member) {
            replace(at: scoreCursor, with: PackedEncoding(score: score), in: memory)
        } else {
            remove(at: cursor, count: 2, in: memory)
            insertMember(member, score: score, in: memory)
        }
    }

    /// Whether the member at `cursor` keeps its place with another score. Only the neighbour behind
    /// is asked, and a score that does not fall: there is no way back to the one before.
    @inlinable
    func stays(_ cursor: Int, before behind: Int, _ score: Double, _ member: Bytes) -> Bool {
        guard score >= self.score(ofMemberAt: cursor) || cursor == first else { return false }
        guard behind < end else { return true }
        let other = self.score(ofMemberAt: behind)
        return other > score || other == score && element(at: behind).compare(member) > 0
    }
}

extension PackedList {
    /// Whether the list holds members and scores in turn and in order.
    public var isSortedSet: Bool {
        guard count & 1 == 0 else { return false }
        var cursor = first
        var last: (score: Double, member: PackedElement)?
        while cursor < end {
            let second = next(after: cursor)
            let (member, score) = (element(at: cursor), element(at: second))
            guard score.isScore else { return false }
            if let last {
                guard last.score <= score.score else { return false }
                let isBehind = member.withBytes { last.member.compare($0) < 0 }
                if last.score == score.score, !isBehind { return false }
            }
            last = (score.score, member)
            cursor = next(after: second)
        }
        return true
    }
}
