// Adding members, changing scores and removing members that are named.
import RedwingContainers

extension SortedSetCommands {
    /// The options of ZADD.
    private struct AddOptions {
        var condition: ScoreCondition = []
        var countsChanges = false
        /// The first score.
        var first = 2

        /// The options from the third argument on; answers the error itself.
        @inline(__always)
        init?(_ call: borrowing Call, given: ScoreCondition = []) {
            condition = given
            // A score begins like a number, an option like a letter.
            while first < call.count, call[first].count > 0, call[first][0] & 0x40 != 0 {
                guard take(call[first]) else { break }
                first &+= 1
            }
            let rest = call.count &- first
            guard rest > 0, rest & 1 == 0 else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
            if self.condition.isEmpty { return }
            if let problem = problem(pairs: rest / 2) {
                call.reply.error(problem)
                return nil
            }
        }

        private mutating func take(_ option: Bytes) -> Bool {
            if option.isToken("nx") {
                condition.insert(.isNew)
            } else if option.isToken("xx") {
                condition.insert(.exists)
            } else if option.isToken("ch") {
                countsChanges = true
            } else if option.isToken("incr") {
                condition.insert(.adds)
            } else if option.isToken("gt") {
                condition.insert(.isGreater)
            } else if option.isToken("lt") {
                condition.insert(.isLess)
            } else {
                return false
            }
            return true
        }

        private func problem(pairs: Int) -> Bytes? {
            if condition.isSuperset(of: [.isNew, .exists]) {
                return "ERR XX and NX options at the same time are not compatible"
            }
            let exclusive = condition.intersection([.isNew, .isGreater, .isLess])
            if exclusive.rawValue.nonzeroBitCount > 1 {
                return "ERR GT, LT, and/or NX options at the same time are not compatible"
            }
            if condition.contains(.adds), pairs > 1 {
                return "ERR INCR option supports a single increment-element pair"
            }
            return nil
        }
    }

    static func zadd(_ engine: Engine, _ call: inout Call) {
        guard let options = AddOptions(call) else { return }
        add(engine, &call, options)
    }

    static func zincrby(_ engine: Engine, _ call: inout Call) {
        // Options have no place here, but are seen before the increment is found to be none.
        guard let options = AddOptions(call, given: .adds) else { return }
        add(engine, &call, options)
    }

    private static func add(_ engine: Engine, _ call: inout Call, _ options: AddOptions) {
        let pairs = (call.count &- options.first) &>> 1
        guard pairs > 1 else {
            guard let score = call.score(options.first) else { return }
            return engine.write(&call, call[1], as: .sortedSet) { slot, call in
                if options.condition.contains(.adds) {
                    return addOne(
                        engine, &slot, call, score, member: options.first &+ 1, options.condition)
                }
                return addAll(engine, &slot, call, options, score)
            }
        }
        for index in 0..<pairs where call.score(options.first &+ 2 &* index) == nil { return }
        engine.write(&call, call[1], as: .sortedSet) { slot, call in
            addAll(engine, &slot, call, options, nil)
        }
    }

    /// Adds the pairs of ZADD without INCR; all scores are sound, and `first` is the only one's.
    @inline(__always)
    private static func addAll(
        _ engine: Engine, _ slot: inout Slot, _ call: borrowing Call, _ options: AddOptions,
        _ first: Double?
    ) -> Change {
        guard slot.entry != nil || !options.condition.contains(.exists) else {
            call.reply.integer(0)
            return .none
        }
        var set = open(engine, slot, call, from: options.first)
        var added = 0
        var changed = 0
        var index = options.first
        while index < call.count {
            let score = first ?? call[index].parseDouble() ?? 0
            switch engine.setScore(score, of: call[index &+ 1], in: &set, options.condition) {
            case .added: added &+= 1
            case .changed: changed &+= 1
            case .none, .same, .notNumber: break
            }
            index &+= 2
        }
        close(engine, &slot, set)
        call.reply.integer(options.countsChanges ? added &+ changed : added)
        guard added &+ changed > 0 else { return .none }
        return .changed(.sortedSet, "zadd", weight: added &+ changed)
    }

    /// ZINCRBY and ZADD with INCR: answers the new score, or a null if the condition did not hold.
    private static func addOne(
        _ engine: Engine, _ slot: inout Slot, _ call: borrowing Call, _ increment: Double,
        member: Int, _ condition: ScoreCondition
    ) -> Change {
        guard slot.entry != nil || !condition.contains(.exists) else {
            call.reply.null()
            return .none
        }
        var set = open(engine, slot, call, from: member - 1)
        let change = engine.setScore(increment, of: call[member], in: &set, condition)
        close(engine, &slot, set)
        switch change {
        case .none:
            call.reply.null()
        case .notNumber:
            call.reply.error("ERR resulting score is not a number (NaN)")
        case .same(let score):
            call.reply.double(score)
        case .changed(let score), .added(let score):
            call.reply.double(score)
            return .changed(.sortedSet, "zincr")
        }
        return .none
    }

    /// The slot's sorted set, or a new one for the pairs of the arguments from `first` on.
    @inline(__always)
    private static func open(
        _ engine: Engine, _ slot: borrowing Slot, _ call: borrowing Call, from first: Int
    ) -> SortedSetValue {
        let pairs = (call.count &- first) &>> 1
        if let entry = slot.entry {
            var set = SortedSetValue(entry)
            engine.prepare(&set, for: pairs)
            return set
        }
        var longest = 0
        var index = first &+ 1
        while index < call.count {
            longest = max(longest, call[index].count)
            index &+= 2
        }
        return engine.makeSortedSet(count: pairs, longest: longest)
    }

    @inline(__always)
    private static func close(_ engine: Engine, _ slot: inout Slot, _ set: SortedSetValue) {
        if let entry = slot.entry {
            engine.store(set, in: entry)
        } else {
            engine.setSortedSet(&slot, set)
        }
    }

    static func zrem(_ engine: Engine, _ call: inout Call) {
        engine.write(&call, call[1], as: .sortedSet) { slot, call in
            guard let entry = slot.entry else {
                call.reply.integer(0)
                return .none
            }
            var set = SortedSetValue(entry)
            var removed = 0
            for index in 2..<call.count where engine.remove(call[index], from: &set) {
                removed &+= 1
                if set.count == 0 { break }
            }
            engine.store(set, in: entry)
            call.reply.integer(removed)
            return removed == 0 ? .none : .changed(.sortedSet, "zrem", weight: removed)
        }
    }

    static func zremrangebyrank(_ engine: Engine, _ call: inout Call) {
        guard let start = call.integer(2), let stop = call.integer(3) else { return }
        removeRange(engine, &call, "zremrangebyrank") {
            SortedSetRange.ranks(start, stop, count: $0.count)
        }
    }

    static func zremrangebyscore(_ engine: Engine, _ call: inout Call) {
        guard let interval = ScoreInterval(min: call[2], max: call[3]) else {
            return call.reply.error(ReplyError.scoreInterval)
        }
        removeRange(engine, &call, "zremrangebyscore") { $0.ranks(in: interval) }
    }

    static func zremrangebylex(_ engine: Engine, _ call: inout Call) {
        guard let interval = MemberInterval(min: call[2], max: call[3]) else {
            return call.reply.error(ReplyError.memberInterval)
        }
        removeRange(engine, &call, "zremrangebylex") { $0.ranks(in: interval, .ascending) }
    }

    private static func removeRange(
        _ engine: Engine, _ call: inout Call, _ event: Bytes,
        _ choose: (SortedSetValue) -> Range<Int>
    ) {
        engine.write(&call, call[1], as: .sortedSet) { slot, call in
            guard let entry = slot.entry else {
                call.reply.integer(0)
                return .none
            }
            var set = SortedSetValue(entry)
            let ranks = choose(set)
            call.reply.integer(ranks.count)
            guard !ranks.isEmpty else { return .none }
            engine.remove(ranks, from: &set)
            engine.store(set, in: entry)
            return .changed(.sortedSet, event, weight: ranks.count)
        }
    }
}

extension Call {
    /// An argument as a score; answers the error itself and returns nil when it is none.
    @inline(__always)
    func score(_ index: Int) -> Double? {
        if let score = arguments[index].parseDouble() { return score }
        reply.error(ReplyError.notFloat)
        return nil
    }
}

extension ReplyError {
    static var scoreInterval: Bytes { "ERR min or max is not a float" }
    static var memberInterval: Bytes { "ERR min or max not valid string range item" }
}
