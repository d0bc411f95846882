// Reading lists: length, single elements, ranges and searches.
import RedwingContainers

extension ListCommands {
    static func llen(_ engine: Engine, _ call: inout Call) {
        guard let list = engine.readList(&call, missing: { $0.reply.integer(0) }) else { return }
        call.reply.integer(list.count)
    }

    static func lindex(_ engine: Engine, _ call: inout Call) {
        guard let list = engine.readList(&call, missing: { $0.reply.null() }) else { return }
        guard let index = call.integer(2) else { return }
        guard let position = list.position(index) else { return call.reply.null() }
        call.reply.bulk(list.element(at: position))
    }

    static func lrange(_ engine: Engine, _ call: inout Call) {
        guard let first = call.integer(2), let last = call.integer(3) else { return }
        guard let list = engine.readList(&call, missing: { $0.reply.array(0) }) else { return }
        call.reply.elements(list, list.positions(first, last))
    }

    /// The options of LPOS.
    private struct PositionOptions {
        var rank: Int64 = 1
        /// Nil when a single index is asked for.
        var count: Int64?
        var longest: Int64 = 0
    }

    static func lpos(_ engine: Engine, _ call: inout Call) {
        guard let options = positionOptions(&call) else { return }
        let list = engine.readList(&call) { call in
            if options.count == nil { call.reply.null() } else { call.reply.array(0) }
        }
        guard let list else { return }
        var skipped = options.rank.magnitude - 1
        // None is asked for as 0, which means all.
        let wanted = options.count.map { $0 == 0 ? .max : $0 } ?? 1
        var found: [Int] = []
        list.forEachMatch(
            call[2], from: options.rank < 0 ? .tail : .head,
            limit: options.longest == 0 ? .max : Int(options.longest)
        ) { index in
            if skipped > 0 {
                skipped -= 1
                return true
            }
            found.append(index)
            return found.count < wanted
        }
        guard options.count != nil else {
            return found.isEmpty ? call.reply.null() : call.reply.integer(found[0])
        }
        call.reply.array(found.count)
        for index in found { call.reply.integer(index) }
    }

    private static func positionOptions(_ call: inout Call) -> PositionOptions? {
        var options = PositionOptions()
        var index = 3
        while index < call.count {
            guard index + 1 < call.count else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
            let value = index + 1
            if call[index].isToken("rank") {
                guard let rank = call.negatableInteger(value) else { return nil }
                guard rank != 0 else {
                    call.reply.error(rankZero)
                    return nil
                }
                options.rank = rank
            } else if call[index].isToken("count") {
                let error: Bytes = "ERR COUNT can't be negative"
                guard let count = call.integer(value, in: 0...Int64.max, error) else { return nil }
                options.count = count
            } else if call[index].isToken("maxlen") {
                let error: Bytes = "ERR MAXLEN can't be negative"
                guard let longest = call.integer(value, in: 0...Int64.max, error) else {
                    return nil
                }
                options.longest = longest
            } else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
            index += 2
        }
        return options
    }

    private static var rankZero: Bytes {
        """
        ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use \
        negative to start from the end of the list
        """
    }
}
