// ZRANGE and all that it replaced, and ZRANGESTORE.
import RedwingContainers
import RedwingRESP

/// Which members of a sorted set a command of the ZRANGE kind is about.
struct SortedSetRange {
    /// What the two ends of the range are.
    enum Unit {
        case rank
        case score
        case member
    }

    /// The ends.
    private enum Ends {
        case ranks(Int64, Int64)
        case scores(ScoreInterval)
        case members(MemberInterval)
    }

    private(set) var unit: Unit?
    private(set) var order: SortedSetOrder?
    private(set) var hasScores = false
    private var offset: Int64 = 0
    private var limit: Int64 = -1
    private var ends = Ends.ranks(0, -1)

    /// The range that the arguments from `first` on state; answers the error itself. What is given
    /// as unit and order cannot be stated.
    init?(
        _ call: borrowing Call, from first: Int, _ unit: Unit?, _ order: SortedSetOrder?,
        isStored: Bool
    ) {
        self.unit = unit
        self.order = order
        guard parseOptions(call, from: first &+ 2, isStored: isStored),
            parseEnds(call, from: first)
        else { return nil }
    }

    private mutating func parseOptions(
        _ call: borrowing Call, from first: Int, isStored: Bool
    ) -> Bool {
        var index = first
        while index < call.count {
            let option = call[index]
            if !isStored, option.isToken("withscores") {
                hasScores = true
            } else if option.isToken("limit"), index &+ 2 < call.count {
                guard let offset = call.integer(index &+ 1), let limit = call.integer(index &+ 2)
                else { return false }
                self.offset = offset
                self.limit = limit
                index &+= 2
            } else if order == nil, option.isToken("rev") {
                order = .descending
            } else if unit == nil, option.isToken("bylex") {
                unit = .member
            } else if unit == nil, option.isToken("byscore") {
                unit = .score
            } else {
                call.reply.error(ReplyError.syntax)
                return false
            }
            index &+= 1
        }
        if limit != -1, unit ?? .rank == .rank {
            call.reply.error(
                """
                ERR syntax error, LIMIT is only supported in combination with either BYSCORE or \
                BYLEX
                """)
            return false
        }
        if hasScores, unit == .member {
            call.reply.error(
                "ERR syntax error, WITHSCORES not supported in combination with BYLEX")
            return false
        }
        return true
    }

    private mutating func parseEnds(_ call: borrowing Call, from first: Int) -> Bool {
        // A range that is walked backwards is stated backwards, except by ranks.
        let isReversed = order == .descending
        let min = call[isReversed ? first &+ 1 : first]
        let max = call[isReversed ? first : first &+ 1]
        switch unit ?? .rank {
        case .rank:
            guard let start = call.integer(first), let stop = call.integer(first &+ 1) else {
                return false
            }
            ends = .ranks(start, stop)
        case .score:
            guard let interval = ScoreInterval(min: min, max: max) else {
                call.reply.error(ReplyError.scoreInterval)
                return false
            }
            ends = .scores(interval)
        case .member:
            guard let interval = MemberInterval(min: min, max: max) else {
                call.reply.error(ReplyError.memberInterval)
                return false
            }
            ends = .members(interval)
        }
        return true
    }

    /// The ranks from `start` to `stop`, negative ones counted from the end, of `count` members.
    static func ranks(_ start: Int64, _ stop: Int64, count: Int) -> Range<Int> {
        let count = Int64(count)
        let first = max(0, start < 0 ? start &+ count : start)
        let last = min(count &- 1, stop < 0 ? stop &+ count : stop)
        return first > last ? 0..<0 : Int(first)..<Int(last &+ 1)
    }

    /// The ranks of a sorted set, counted from the smallest, that the range covers.
    func ranks(of set: SortedSetValue) -> Range<Int> {
        let order = self.order ?? .ascending
        switch ends {
        case .ranks(let start, let stop):
            let ranks = SortedSetRange.ranks(start, stop, count: set.count)
            guard order == .descending else { return ranks }
            return set.count &- ranks.upperBound..<set.count &- ranks.lowerBound
        case .scores(let interval):
            return limited(set.ranks(in: interval), of: set)
        case .members(let interval):
            return limited(set.ranks(in: interval, order), of: set)
        }
    }

    /// What LIMIT leaves of some ranks. As in Valkey a negative offset counts from the end of the
    /// range in a large sorted set and leaves nothing in a small one.
    private func limited(_ ranks: Range<Int>, of set: SortedSetValue) -> Range<Int> {
        if offset == 0, limit < 0 { return ranks }
        let count = Int64(ranks.count)
        var start = offset
        if start < 0 {
            guard !set.isPacked, count > 0, start >= -count else { return 0..<0 }
            start += count
        }
        guard start < count else { return 0..<0 }
        let taken = Int(limit < 0 ? count - start : min(limit, count - start))
        if order == .descending {
            let upper = ranks.upperBound - Int(start)
            return upper - taken..<upper
        }
        let lower = ranks.lowerBound + Int(start)
        return lower..<lower + taken
    }
}

extension SortedSetCommands {
    static func zrange(_ engine: Engine, _ call: inout Call) {
        range(engine, &call, nil, nil)
    }

    static func zrevrange(_ engine: Engine, _ call: inout Call) {
        range(engine, &call, .rank, .descending)
    }

    static func zrangebyscore(_ engine: Engine, _ call: inout Call) {
        range(engine, &call, .score, .ascending)
    }

    static func zrevrangebyscore(_ engine: Engine, _ call: inout Call) {
        range(engine, &call, .score, .descending)
    }

    static func zrangebylex(_ engine: Engine, _ call: inout Call) {
        range(engine, &call, .member, .ascending)
    }

    static func zrevrangebylex(_ engine: Engine, _ call: inout Call) {
        range(engine, &call, .member, .descending)
    }

    private static func range(
        _ engine: Engine, _ call: inout Call, _ unit: SortedSetRange.Unit?,
        _ order: SortedSetOrder?
    ) {
        guard let range = SortedSetRange(call, from: 2, unit, order, isStored: false),
            let set = engine.readSortedSet(&call, missing: { $0.reply.array(0) })
        else { return }
        let ranks = range.ranks(of: set)
        reply(set, ranks, range.order ?? .ascending, hasScores: range.hasScores, call.reply)
    }

    /// Answers the members of some ranks.
    static func reply(
        _ set: SortedSetValue, _ ranks: Range<Int>, _ order: SortedSetOrder, hasScores: Bool,
        _ reply: ReplyWriter
    ) {
        guard hasScores else {
            reply.array(ranks.count)
            return set.forEach(ranks, order) { member, _ in reply.bulk(member) }
        }
        let isNested = reply.version == .resp3
        reply.array(isNested ? ranks.count : 2 &* ranks.count)
        set.forEach(ranks, order) { member, score in
            if isNested { reply.array(2) }
            reply.bulk(member)
            reply.double(score)
        }
    }

    static func zrangestore(_ engine: Engine, _ call: inout Call) {
        guard let range = SortedSetRange(call, from: 3, nil, nil, isStored: true) else { return }
        let source = engine.read(&call, call[2])
        if let source, source.type != .sortedSet {
            return call.reply.error(ReplyError.wrongType)
        }
        store(engine, &call, "zrangestore") {
            guard let source else { return nil }
            let set = SortedSetValue(source)
            let ranks = range.ranks(of: set)
            guard !ranks.isEmpty else { return nil }
            var result = engine.makeSortedSet(count: ranks.count, longest: 0)
            set.forEach(ranks) { member, score in
                member.withBytes { engine.append($0, score, to: &result) }
            }
            return result
        }
    }

    /// Stores what `make` makes at the command's first key and answers its size; nothing removes
    /// the key.
    static func store(
        _ engine: Engine, _ call: inout Call, _ event: Bytes, _ make: () -> SortedSetValue?
    ) {
        engine.write(&call, call[1]) { slot, call in
            if let result = make() {
                call.reply.integer(result.count)
                engine.setSortedSet(&slot, result)
                return .changed(.sortedSet, event)
            }
            call.reply.integer(0)
            guard slot.entry != nil else { return .none }
            engine.remove(&slot)
            return .changed(.generic, "del")
        }
    }
}
