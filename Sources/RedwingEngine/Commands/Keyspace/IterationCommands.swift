// KEYS, SCAN, RANDOMKEY and DBSIZE: going through the keys of a database. Nothing is changed while
// the table is being visited; expired keys that were met go afterwards.
import RedwingContainers

extension KeyspaceCommands {
    static func databaseSize(_ engine: Engine, _ call: inout Call) {
        call.reply.integer(call.database.count)
    }

    static func keys(_ engine: Engine, _ call: inout Call) {
        let pattern = call[1]
        let table = call.database.value.table
        var found: [Entry] = []
        if pattern.isLiteralPattern {
            if let entry = table.find(table.hash(pattern), pattern) { found.append(entry) }
        } else {
            let takesAll = pattern == "*"
            found.reserveCapacity(table.count)
            table.forEachEntry { found.append($0) }
            found.filterAhead {
                takesAll || GlobPattern.matches($0.key, pattern: pattern)
            }
        }
        found.filterAhead { !engine.isExpired($0, call.now) }
        call.reply.array(found.count)
        found.filterAhead { entry in
            call.reply.bulk(entry.key)
            return true
        }
    }

    /// What SCAN was asked for.
    private struct ScanOptions {
        var pattern: Bytes?
        var count = 10
        var type: ValueType?

        /// Whether the options let a key through.
        func take(_ entry: Entry) -> Bool {
            if let type, entry.type != type { return false }
            guard let pattern else { return true }
            return GlobPattern.matches(entry.key, pattern: pattern)
        }
    }

    static func scan(_ engine: Engine, _ call: inout Call) {
        guard let cursor = call[1].parseCursor() else {
            return call.reply.error("ERR invalid cursor")
        }
        guard let options = scanOptions(&call) else { return }
        var found: [Entry] = []
        var expired: [Entry] = []
        let rounds = options.count.multipliedReportingOverflow(by: 10)
        var left = rounds.overflow ? Int.max : rounds.partialValue
        var next = cursor
        repeat {
            left -= 1
            next = call.database.value.table.scan(next) { found.append($0) }
        } while next != 0 && found.count < options.count && left > 0
        found.filterAhead { entry in
            guard engine.isExpired(entry, call.now) else { return options.take(entry) }
            expired.append(entry)
            return false
        }
        call.reply.array(2)
        call.reply.bulk(integer: Int64(bitPattern: next))
        call.reply.array(found.count)
        for entry in found { call.reply.bulk(entry.key) }
        for entry in expired { removeExpired(entry, engine, &call) }
    }

    private static func scanOptions(_ call: inout Call) -> ScanOptions? {
        var options = ScanOptions()
        var index = 2
        while index < call.count {
            let option = call[index]
            if option.isToken("count"), index + 1 < call.count {
                guard let count = call.integer(index + 1) else { return nil }
                guard count > 0 else { return refuse(&call, ReplyError.syntax) }
                options.count = Int(count)
                index += 2
            } else if option.isToken("match"), index + 1 < call.count {
                options.pattern = call[index + 1] == "*" ? nil : call[index + 1]
                index += 2
            } else if option.isToken("type"), index + 1 < call.count {
                let name = call[index + 1]
                guard let type = ValueType(name: name) else {
                    call.reply.error(["ERR unknown type name '", name, "'"])
                    return nil
                }
                options.type = type
                index += 2
            } else if option.isToken("novalues") {
                return refuse(&call, "ERR NOVALUES option can only be used in HSCAN")
            } else if option.isToken("noscores") {
                return refuse(&call, "ERR NOSCORES option can only be used in ZSCAN")
            } else {
                return refuse(&call, ReplyError.syntax)
            }
        }
        return options
    }

    private static func refuse(_ call: inout Call, _ error: Bytes) -> ScanOptions? {
        call.reply.error(error)
        return nil
    }

    static func randomKey(_ engine: Engine, _ call: inout Call) {
        while let entry = call.database.value.table.randomEntry({ engine.random.next() }) {
            guard engine.isExpired(entry, call.now) else { return call.reply.bulk(entry.key) }
            removeExpired(entry, engine, &call)
        }
        call.reply.null()
    }

    /// Lets a key go that was found expired.
    private static func removeExpired(_ entry: Entry, _ engine: Engine, _ call: inout Call) {
        // The key outlives its entry, for those who hear of it.
        entry.key.array.withBytes { key in
            let hash = call.database.value.table.hash(key)
            engine.write(&call, call.database, hash, key) { _, _ in .none }
        }
    }
}

extension [Entry] {
    /// Keeps the entries that `keep` lets through, in their order. Entries lie anywhere in memory:
    /// those to come are fetched while the current one is looked at.
    fileprivate mutating func filterAhead(_ keep: (Entry) -> Bool) {
        var kept = 0
        for index in indices {
            if index + 16 < count { self[index + 16].prefetch() }
            guard keep(self[index]) else { continue }
            self[kept] = self[index]
            kept += 1
        }
        removeLast(count - kept)
    }
}

extension Bytes {
    /// Whether a pattern matches nothing but itself.
    fileprivate var isLiteralPattern: Bool {
        for index in 0..<count {
            switch self[index] {
            case 0x2a, 0x3f, 0x5b, 0x5c: return false
            default: continue
            }
        }
        return true
    }

    /// A cursor as SCAN takes it: what C's `strtoull` reads up to the end or a zero byte, a plain
    /// negative number excepted. Nil when it is none.
    func parseCursor() -> UInt64? {
        if let plain = parseUnsigned() { return plain }
        if let plain = parseInteger(), plain < 0 { return nil }
        var index = 0
        while index < count, self[index] == 0x20 || self[index] &- 9 < 5 { index += 1 }
        var negative = false
        if index < count, self[index] == 0x2b || self[index] == 0x2d {
            negative = self[index] == 0x2d
            index += 1
        }
        let start = index
        var value: UInt64 = 0
        while index < count, self[index] &- 0x30 < 10 {
            let (scaled, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = scaled.addingReportingOverflow(UInt64(self[index] &- 0x30))
            guard !overflowed, !carried else { return nil }
            value = sum
            index += 1
        }
        guard index > start, index == count || self[index] == 0 else { return nil }
        return negative ? 0 &- value : value
    }
}
