// What HSCAN, SSCAN and ZSCAN have in common: their options, and how far a call goes.
import RedwingContainers
import RedwingRESP

/// The options of a scan through the elements of one key.
struct ScanArguments {
    /// What an element must match; nil lets all through.
    private(set) var pattern: Bytes?
    /// About how many elements a call visits.
    private(set) var count: Int64 = 10
    /// Whether values are answered with the fields of a hash.
    private(set) var hasValues = true
    /// Whether scores are answered with the members of a sorted set.
    private(set) var hasScores = true

    /// The options behind the cursor, for the scan of a type; answers the error itself.
    init?(_ call: inout Call, of type: ValueType) {
        var index = 3
        while index < call.count {
            let hasNext = index + 1 < call.count
            if call[index].isToken("count"), hasNext {
                guard let count = call.integer(index + 1) else { return nil }
                guard count > 0 else {
                    call.reply.error(ReplyError.syntax)
                    return nil
                }
                self.count = count
                index += 1
            } else if call[index].isToken("match"), hasNext {
                pattern = call[index + 1] == "*" ? nil : call[index + 1]
                index += 1
            } else if call[index].isToken("novalues") {
                guard type == .hash else {
                    call.reply.error("ERR NOVALUES option can only be used in HSCAN")
                    return nil
                }
                hasValues = false
            } else if call[index].isToken("noscores") {
                guard type == .sortedSet else {
                    call.reply.error("ERR NOSCORES option can only be used in ZSCAN")
                    return nil
                }
                hasScores = false
            } else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
            index += 1
        }
    }

    /// Whether the pattern lets an element through.
    func take(_ element: Bytes) -> Bool {
        guard let pattern else { return true }
        return GlobPattern.matches(element, pattern: pattern)
    }

    /// Visits the entries of a table from a cursor on, as many as one call should; returns the next
    /// cursor, 0 at the end.
    func scan(_ table: HashTable, from cursor: UInt64, _ visit: (Entry) -> Void) -> UInt64 {
        var visited: Int64 = 0
        // Sparse tables must not make a call endless.
        let rounds = count.multipliedReportingOverflow(by: 10)
        var left = rounds.overflow ? Int64.max : rounds.partialValue
        var next = cursor
        repeat {
            left -= 1
            next = table.scan(next) { entry in
                visited += 1
                visit(entry)
            }
        } while next != 0 && visited < count && left > 0
        return next
    }
}
