// XADD, XTRIM, XLEN and XSETID.
import RedwingContainers

/// What the options of XADD and XTRIM say.
private struct AppendOptions {
    /// The argument that is the id, for XADD.
    var idIndex = 0
    /// The id that is stated, if it is.
    var id: StatedID?
    var makesStream = true
    var trim: StreamTrim?
    var references: StreamValue.References?
    var limit: Int64 = 0
    var hasLimit = false
}

extension StreamCommands {
    static func xadd(_ engine: Engine, _ call: inout Call) {
        guard let options = appendOptions(engine, &call, isAdd: true) else { return }
        let first = options.idIndex + 1
        let count = call.count - first
        guard count >= 2, count & 1 == 0 else {
            return call.reply.error("ERR wrong number of arguments for 'xadd' command")
        }
        if let id = options.id, !id.takesNextSequence, id.id == .zero {
            return call.reply.error("ERR The ID specified in XADD must be greater than 0-0")
        }
        var byteCount = 0
        for index in first..<call.count { byteCount &+= call[index].count }
        engine.write(&call, call[1]) { slot, call in
            var stream: StreamValue?
            if let entry = slot.entry {
                guard entry.kind == ValueKind.stream.rawValue else {
                    call.reply.error(ReplyError.wrongType)
                    return .none
                }
                engine.touch(entry, call)
                stream = StreamValue(address: entry.word)
            } else if !options.makesStream {
                call.reply.null()
                return .none
            }
            guard let id = nextID(stream?.lastID ?? .zero, options.id, &call) else { return .none }
            guard byteCount <= StreamBlock.mostNodeBytes else {
                call.reply.error("ERR Elements are too large to be stored")
                return .none
            }
            let target = stream ?? engine.makeStream(&slot)
            let arguments = call.arguments
            target.change {
                target.append(
                    id, pairs: count / 2, byteCount: byteCount, engine.streamNodeLimits
                ) { arguments[first &+ $0] }
            }
            call.reply.bulk(id)
            return options.trim == nil
                ? .changed(.stream, "xadd") : trimAfter(engine, slot, target, options)
        }
    }

    /// The id of a new entry behind `last`; answers the error itself when there is none.
    @inline(__always)
    private static func nextID(
        _ last: StreamID, _ stated: StatedID?, _ call: inout Call
    ) -> StreamID? {
        guard last != .max else {
            call.reply.error(
                """
                ERR The stream has exhausted the last possible ID, unable to add more items
                """)
            return nil
        }
        guard let stated else {
            let now = UInt64(max(0, call.now))
            return now > last.ms ? StreamID(now, 0) : last.next
        }
        var id = stated.id
        if stated.takesNextSequence, id.ms == last.ms {
            id.seq = last.seq == .max ? 0 : last.seq + 1
        }
        guard id > last else {
            call.reply.error(
                """
                ERR The ID specified in XADD is equal or smaller than the target stream top item
                """)
            return nil
        }
        return id
    }

    private static func trimAfter(
        _ engine: Engine, _ slot: borrowing Slot, _ stream: StreamValue, _ options: AppendOptions
    ) -> Change {
        guard let trim = options.trim else { return .changed(.stream, "xadd") }
        let deleted = stream.change { stream.trim(trim, options.references ?? .keep) }
        guard deleted > 0 else { return .changed(.stream, "xadd") }
        engine.finish(slot, KeyspaceEvent(eventClass: .stream, name: "xadd"))
        return .changed(.stream, "xtrim")
    }

    static func xtrim(_ engine: Engine, _ call: inout Call) {
        guard let options = appendOptions(engine, &call, isAdd: false), let trim = options.trim
        else { return }
        engine.writeStream(&call, call[1]) { _, call, stream in
            guard let stream else {
                call.reply.integer(0)
                return .none
            }
            let deleted = stream.change { stream.trim(trim, options.references ?? .keep) }
            call.reply.integer(deleted)
            return deleted == 0 ? .none : .changed(.stream, "xtrim", weight: deleted)
        }
    }

    /// Reads the options from the third argument on, for XADD up to the id. Answers the error
    /// itself and returns nil when they are wrong.
    @inline(__always)
    private static func appendOptions(
        _ engine: Engine, _ call: inout Call, isAdd: Bool
    ) -> AppendOptions? {
        let argument = call[2]
        if isAdd, argument.count == 1, argument[0] == 0x2a { return AppendOptions(idIndex: 2) }
        return readAppendOptions(engine, &call, isAdd: isAdd)
    }

    private static func readAppendOptions(
        _ engine: Engine, _ call: inout Call, isAdd: Bool
    ) -> AppendOptions? {
        var options = AppendOptions()
        var index = 2
        while index < call.count {
            let hasMore = index + 1 < call.count
            let argument = call[index]
            if isAdd, argument.text.count == 1, argument[0] == 0x2a {
                break
            } else if hasMore, argument.isToken("maxlen") || argument.isToken("minid") {
                guard readThreshold(&call, &index, &options) else { return nil }
            } else if hasMore, argument.isToken("limit") {
                guard let limit = call.integer(index + 1) else { return nil }
                guard limit >= 0 else {
                    call.reply.error("ERR The LIMIT argument must be >= 0.")
                    return nil
                }
                options.limit = limit
                options.hasLimit = true
                index += 2
            } else if isAdd, argument.isToken("nomkstream") {
                options.makesStream = false
                index += 1
            } else if options.references == nil, let references = references(argument) {
                options.references = references
                index += 1
            } else if isAdd {
                guard let id = StatedID(argument, allowsNext: true) else {
                    call.reply.error(ReplyError.streamID)
                    return nil
                }
                options.id = id
                break
            } else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
        }
        options.idIndex = index
        return settle(options, engine, call, isAdd: isAdd)
    }

    /// What KEEPREF and its like say.
    static func references(_ argument: Bytes) -> StreamValue.References? {
        if argument.isToken("keepref") { return .keep }
        if argument.isToken("delref") { return .delete }
        return argument.isToken("acked") ? .acknowledged : nil
    }

    /// Reads MAXLEN or MINID with its argument.
    private static func readThreshold(
        _ call: inout Call, _ index: inout Int, _ options: inout AppendOptions
    ) -> Bool {
        guard options.trim == nil else {
            call.reply.error(
                """
                ERR syntax error, MAXLEN and MINID options at the same time are not compatible
                """)
            return false
        }
        let isLength = call[index].isToken("maxlen")
        index += 1
        var isApproximate = false
        if index + 1 < call.count, call[index].text.count == 1 {
            isApproximate = call[index][0] == 0x7e
            if isApproximate || call[index][0] == 0x3d { index += 1 }
        }
        defer { index += 1 }
        if isLength {
            guard let length = call.integer(index) else { return false }
            guard length >= 0 else {
                call.reply.error("ERR The MAXLEN argument must be >= 0.")
                return false
            }
            options.trim = StreamTrim(threshold: .length(Int(length)))
        } else {
            guard let id = call.streamID(index) else { return false }
            options.trim = StreamTrim(threshold: .id(id))
        }
        options.trim?.isApproximate = isApproximate
        return true
    }

    /// Checks what can be only when all options are known.
    private static func settle(
        _ options: AppendOptions, _ engine: Engine, _ call: borrowing Call, isAdd: Bool
    ) -> AppendOptions? {
        var options = options
        if options.limit > 0, options.trim == nil {
            call.reply.error(
                """
                ERR syntax error, LIMIT cannot be used without specifying a trimming strategy
                """)
            return nil
        }
        if !isAdd, options.trim == nil {
            call.reply.error(
                "ERR syntax error, XTRIM must be called with a trimming strategy")
            return nil
        }
        let isApproximate = options.trim?.isApproximate ?? false
        if options.hasLimit, !isApproximate {
            call.reply.error(
                "ERR syntax error, LIMIT cannot be used without the special ~ option")
            return nil
        }
        guard isApproximate else { return options }
        // Without a limit of its own a command trims about a hundred blocks, so that nobody waits.
        let blocks = min(engine.configuration.streamNodeMaxEntries, 10_000) * 100
        options.trim?.limit =
            options.hasLimit ? Int(options.limit) : blocks == 0 ? 10_000 : min(blocks, 1_000_000)
        return options
    }

    static func xlen(_ engine: Engine, _ call: inout Call) {
        let stream = engine.readStream(&call, call[1]) { $0.reply.integer(0) }
        if let stream { call.reply.integer(stream.length) }
    }

    static func xsetid(_ engine: Engine, _ call: inout Call) {
        guard let id = call.streamID(2) else { return }
        var added: Int64?
        var deletedID = StreamID.zero
        var index = 3
        while index < call.count {
            if call[index].isToken("entriesadded"), index + 1 < call.count {
                guard let number = call.integer(index + 1) else { return }
                guard number >= 0 else {
                    return call.reply.error("ERR entries_added must be positive")
                }
                added = number
            } else if call[index].isToken("maxdeletedid"), index + 1 < call.count {
                guard let stated = call.streamID(index + 1) else { return }
                guard id >= stated else {
                    return call.reply.error(
                        """
                        ERR The ID specified in XSETID is smaller than the provided \
                        max_deleted_entry_id
                        """)
                }
                deletedID = stated
            } else {
                return call.reply.error(ReplyError.syntax)
            }
            index += 2
        }
        engine.writeStream(&call, call[1]) { _, call, stream in
            guard let stream else {
                call.reply.error(ReplyError.noSuchKey)
                return .none
            }
            if let error = refusal(stream, id, added) {
                call.reply.error(error)
                return .none
            }
            stream.change { stream.setLastID(id, entriesAdded: added, maxDeletedID: deletedID) }
            call.reply.ok()
            return .told(.stream, "xsetid")
        }
    }

    /// Why a stream's last id cannot become this one, or nil.
    private static func refusal(_ stream: StreamValue, _ id: StreamID, _ added: Int64?) -> Bytes? {
        if id < stream.maxDeletedID {
            return "ERR The ID specified in XSETID is smaller than current max_deleted_entry_id"
        }
        guard stream.length > 0 else { return nil }
        if id < stream.lastEntryID {
            return "ERR The ID specified in XSETID is smaller than the target stream top item"
        }
        guard let added, stream.length > added else { return nil }
        return """
            ERR The entries_added specified in XSETID is smaller than the target stream length
            """
    }
}
