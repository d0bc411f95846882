// Reading sorted sets: scores and ranks of members, sizes, and scanning.
import RedwingContainers

extension SortedSetCommands {
    static func zcard(_ engine: Engine, _ call: inout Call) {
        let set = engine.readSortedSet(&call, missing: { $0.reply.integer(0) })
        guard let set else { return }
        call.reply.integer(set.count)
    }

    static func zscore(_ engine: Engine, _ call: inout Call) {
        guard let set = engine.readSortedSet(&call, missing: { $0.reply.null() }) else { return }
        reply(set.score(call[2]), call)
    }

    static func zmscore(_ engine: Engine, _ call: inout Call) {
        let set = engine.readSortedSet(&call) { call in
            call.reply.array(call.count - 2)
            for _ in 2..<call.count { call.reply.null() }
        }
        guard let set else { return }
        call.reply.array(call.count - 2)
        for index in 2..<call.count { reply(set.score(call[index]), call) }
    }

    @inline(__always)
    private static func reply(_ score: Double?, _ call: borrowing Call) {
        if let score { call.reply.double(score) } else { call.reply.null() }
    }

    static func zrank(_ engine: Engine, _ call: inout Call) { rank(engine, &call, .ascending) }

    static func zrevrank(_ engine: Engine, _ call: inout Call) { rank(engine, &call, .descending) }

    private static func rank(_ engine: Engine, _ call: inout Call, _ order: SortedSetOrder) {
        guard call.count <= 4 else { return refuseArity(engine, &call) }
        let hasScore = call.count == 4
        guard !hasScore || call[3].isToken("withscore") else {
            return call.reply.error(ReplyError.syntax)
        }
        let set = engine.readSortedSet(&call) { call in
            if hasScore { call.reply.nullArray() } else { call.reply.null() }
        }
        guard let set else { return }
        guard let (rank, score) = set.rank(call[2]) else {
            return hasScore ? call.reply.nullArray() : call.reply.null()
        }
        if hasScore { call.reply.array(2) }
        call.reply.integer(order == .ascending ? rank : set.count &- 1 &- rank)
        if hasScore { call.reply.double(score) }
    }

    private static func refuseArity(_ engine: Engine, _ call: inout Call) {
        let name = engine.table.fullName(call.command)
        call.reply.error(text: "ERR wrong number of arguments for '\(name)' command")
    }

    static func zcount(_ engine: Engine, _ call: inout Call) {
        guard let interval = ScoreInterval(min: call[2], max: call[3]) else {
            return call.reply.error(ReplyError.scoreInterval)
        }
        let set = engine.readSortedSet(&call, missing: { $0.reply.integer(0) })
        guard let set else { return }
        call.reply.integer(set.ranks(in: interval).count)
    }

    static func zlexcount(_ engine: Engine, _ call: inout Call) {
        guard let interval = MemberInterval(min: call[2], max: call[3]) else {
            return call.reply.error(ReplyError.memberInterval)
        }
        let set = engine.readSortedSet(&call, missing: { $0.reply.integer(0) })
        guard let set else { return }
        call.reply.integer(set.ranks(in: interval, .ascending).count)
    }

    static func zscan(_ engine: Engine, _ call: inout Call) {
        guard let cursor = call[2].parseCursor() else {
            return call.reply.error("ERR invalid cursor")
        }
        let set = engine.readSortedSet(&call) { call in
            call.reply.array(2)
            call.reply.bulk("0")
            call.reply.array(0)
        }
        guard let set, let arguments = ScanArguments(&call, of: .sortedSet) else { return }
        guard !set.isPacked else { return scanPacked(set, arguments, call) }
        var found: [Entry] = []
        let next = arguments.scan(set.tree.members, from: cursor) { entry in
            if arguments.take(entry.key) { found.append(entry) }
        }
        call.reply.array(2)
        call.reply.bulk(integer: Int64(bitPattern: next))
        call.reply.array(arguments.hasScores ? 2 * found.count : found.count)
        for entry in found {
            call.reply.bulk(entry.key)
            if arguments.hasScores { withDoubleText(entry.score) { call.reply.bulk($0) } }
        }
    }

    /// A packed sorted set comes all at once.
    private static func scanPacked(
        _ set: SortedSetValue, _ arguments: ScanArguments, _ call: borrowing Call
    ) {
        let reply = call.reply
        var taken = 0
        set.forEach { member, _ in
            if member.withBytes({ arguments.take($0) }) { taken += 1 }
        }
        reply.array(2)
        reply.bulk("0")
        reply.array(arguments.hasScores ? 2 * taken : taken)
        set.forEach { member, score in
            guard member.withBytes({ arguments.take($0) }) else { return }
            reply.bulk(member)
            if arguments.hasScores { withDoubleText(score) { reply.bulk($0) } }
        }
    }
}

extension Engine {
    /// The sorted set at the command's first key. Without one `missing` answers; a key of another
    /// type is answered here.
    @inline(__always)
    func readSortedSet(_ call: inout Call, missing: (inout Call) -> Void) -> SortedSetValue? {
        read(&call, call[1], as: .sortedSet, missing: missing).map { SortedSetValue($0) }
    }
}
