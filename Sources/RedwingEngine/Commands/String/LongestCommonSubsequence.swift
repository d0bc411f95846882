// The longest common subsequence of two strings by dynamic programming, and LCS, which answers it.
// Only one row of lengths is kept: to walk back it is enough to know, of each cell, which of its
// two neighbours is longer, and that is one bit.
import RedwingContainers

/// A longest common subsequence of two byte strings; of several the one that Valkey finds.
struct LongestCommonSubsequence {
    /// A run of bytes that both strings have in the same order; first positions and length.
    struct Match {
        var left: Int
        var right: Int
        var count: Int
    }

    /// The length.
    let count: Int
    /// The maximal runs, the last one first; empty when only the length was asked for.
    let matches: [Match]

    /// What Valkey allocates for this: four bytes for each pair of prefixes. Nil when nobody
    /// could count that.
    static func tableSize(_ left: Int, _ right: Int) -> Int? {
        let (cells, overflow) = (left + 1).multipliedReportingOverflow(by: right + 1)
        let (bytes, tooMany) = cells.multipliedReportingOverflow(by: 4)
        return overflow || tooMany ? nil : bytes
    }

    init(_ left: Bytes, _ right: Bytes, withMatches: Bool) {
        let stride = (right.count + 63) / 64
        var lengths = [UInt32](repeating: 0, count: right.count + 1)
        // Set where the way back leads to the shorter left string.
        var ways = [UInt64](repeating: 0, count: withMatches ? left.count * stride : 0)
        for row in 0..<left.count {
            LongestCommonSubsequence.fillRow(left[row], right, &lengths) { column in
                if withMatches { ways[row * stride + column / 64] |= 1 << UInt64(column & 63) }
            }
        }
        count = Int(lengths[right.count])
        guard withMatches else {
            matches = []
            return
        }
        matches = LongestCommonSubsequence.walkBack(left, right) { row, column in
            ways[row * stride + column / 64] & 1 << UInt64(column & 63) != 0
        }
    }

    /// Turns the lengths of one row into those of the next, whose byte of the left string is
    /// `byte`, and marks the columns where the row above is better than the column before.
    @inline(__always)
    private static func fillRow(
        _ byte: UInt8, _ right: Bytes, _ lengths: inout [UInt32], _ mark: (Int) -> Void
    ) {
        var diagonal: UInt32 = 0
        for column in 0..<right.count {
            let above = lengths[column + 1]
            let before = lengths[column]
            if right[column] == byte {
                lengths[column + 1] = diagonal + 1
            } else if above > before {
                mark(column)
            } else {
                lengths[column + 1] = before
            }
            diagonal = above
        }
    }

    private static func walkBack(
        _ left: Bytes, _ right: Bytes, _ leadsUp: (Int, Int) -> Bool
    ) -> [Match] {
        var matches: [Match] = []
        var row = left.count
        var column = right.count
        var open: Match?
        while row > 0, column > 0 {
            if left[row - 1] == right[column - 1] {
                row -= 1
                column -= 1
                open = Match(left: row, right: column, count: (open?.count ?? 0) + 1)
                continue
            }
            if let match = open.take() { matches.append(match) }
            if leadsUp(row - 1, column - 1) { row -= 1 } else { column -= 1 }
        }
        if let open { matches.append(open) }
        return matches
    }
}

extension StringCommands {
    /// What LCS is asked to answer.
    private struct SubsequenceOptions {
        var answersLength = false
        var answersMatches = false
        var withLengths = false
        var minimum = 0
    }

    static func lcs(_ engine: Engine, _ call: inout Call) {
        let left = engine.read(&call, call[1])
        let right = engine.read(&call, call[2])
        guard left.map({ $0.type == .string }) ?? true, right.map({ $0.type == .string }) ?? true
        else { return call.reply.error("ERR The specified keys must contain string values") }
        guard let options = subsequenceOptions(&call) else { return }
        withText(left) { leftText in
            withText(right) { rightText in
                let limit = engine.configuration.protoMaxBulkLength
                let size = LongestCommonSubsequence.tableSize(leftText.count, rightText.count)
                guard let size, size <= limit else {
                    return call.reply.error(
                        """
                        ERR Insufficient memory, transient memory for LCS exceeds \
                        proto-max-bulk-len
                        """)
                }
                let found = LongestCommonSubsequence(
                    leftText, rightText, withMatches: !options.answersLength)
                answer(call, found, leftText, options)
            }
        }
    }

    private static func withText(_ entry: Entry?, _ body: (Bytes) -> Void) {
        if let entry { entry.withString(body) } else { body(.empty) }
    }

    private static func subsequenceOptions(_ call: inout Call) -> SubsequenceOptions? {
        var options = SubsequenceOptions()
        var index = 3
        while index < call.count {
            let option = call[index]
            index += 1
            if option.isToken("idx") {
                options.answersMatches = true
            } else if option.isToken("len") {
                options.answersLength = true
            } else if option.isToken("withmatchlen") {
                options.withLengths = true
            } else if option.isToken("minmatchlen"), index < call.count {
                guard let minimum = call.integer(index) else { return nil }
                options.minimum = Int(max(0, minimum))
                index += 1
            } else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
        }
        if options.answersLength, options.answersMatches {
            call.reply.error(
                "ERR If you want both the length and indexes, please just use IDX.")
            return nil
        }
        return options
    }

    private static func answer(
        _ call: borrowing Call, _ found: LongestCommonSubsequence, _ left: Bytes,
        _ options: SubsequenceOptions
    ) {
        let reply = call.reply
        if options.answersLength { return reply.integer(found.count) }
        guard options.answersMatches else {
            var text: [UInt8] = []
            text.reserveCapacity(found.count)
            for match in found.matches.reversed() {
                text += left.slice(match.left, match.count).array
            }
            return text.withBytes { reply.bulk($0) }
        }
        let matches = found.matches.filter { $0.count >= options.minimum }
        reply.map(2)
        reply.bulk("matches")
        reply.array(matches.count)
        for match in matches {
            reply.array(options.withLengths ? 3 : 2)
            for first in [match.left, match.right] {
                reply.array(2)
                reply.integer(first)
                reply.integer(first + match.count - 1)
            }
            if options.withLengths { reply.integer(match.count) }
        }
        reply.bulk("len")
        reply.integer(found.count)
    }
}
