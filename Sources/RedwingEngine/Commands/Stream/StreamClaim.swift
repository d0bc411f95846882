// XCLAIM and XAUTOCLAIM: pending entries change hands.
import RedwingContainers
import RedwingRESP

/// What XCLAIM is asked.
private struct ClaimOptions {
    var minIdle: Int64 = 0
    var deliveredAt: Int64 = -1
    var deliveryCount: Int64 = -1
    var isForced = false
    var answersIDs = false
    var lastID = StreamID.zero
}

extension StreamCommands {
    static func xclaim(_ engine: Engine, _ call: inout Call) {
        engine.writeStream(&call, call[1], isRead: true) { slot, call, stream in
            guard let stream, let group = stream.group(call[2]) else {
                call.refuseGroup(call[1], call[2])
                return .none
            }
            guard let (ids, options) = claimOptions(&call) else { return .none }
            return stream.change {
                claim(engine, slot, &call, stream, group, ids, options)
            }
        }
    }

    private static func claimOptions(_ call: inout Call) -> ([StreamID], ClaimOptions)? {
        var options = ClaimOptions()
        guard let idle = call.integer(4, "ERR Invalid min-idle-time argument for XCLAIM") else {
            return nil
        }
        options.minIdle = max(0, idle)
        var ids: [StreamID] = []
        var index = 5
        while index < call.count, let id = StatedID(call[index]) {
            ids.append(id.id)
            index += 1
        }
        while index < call.count {
            guard readClaimOption(&call, &index, &options) else { return nil }
        }
        let now = call.now
        if options.deliveredAt < 0 || options.deliveredAt > now { options.deliveredAt = now }
        return (ids, options)
    }

    private static func readClaimOption(
        _ call: inout Call, _ index: inout Int, _ options: inout ClaimOptions
    ) -> Bool {
        let argument = call[index]
        let hasMore = index + 1 < call.count
        index += 1
        if argument.isToken("force") {
            options.isForced = true
            return true
        }
        if argument.isToken("justid") {
            options.answersIDs = true
            return true
        }
        let value = index
        index += 1
        if hasMore, argument.isToken("idle") {
            let idle = call.integer(value, "ERR Invalid IDLE option argument for XCLAIM")
            guard let idle else { return false }
            options.deliveredAt = call.now &- idle
        } else if hasMore, argument.isToken("time") {
            let time = call.integer(value, "ERR Invalid TIME option argument for XCLAIM")
            guard let time else { return false }
            options.deliveredAt = time
        } else if hasMore, argument.isToken("retrycount") {
            let count = call.integer(value, "ERR Invalid RETRYCOUNT option argument for XCLAIM")
            guard let count else { return false }
            options.deliveryCount = count
        } else if hasMore, argument.isToken("lastid") {
            guard let id = call.streamID(value) else { return false }
            options.lastID = id
        } else {
            call.reply.error(["ERR Unrecognized XCLAIM option '", argument, "'"])
            return false
        }
        return true
    }

    /// Within `change`.
    private static func claim(
        _ engine: Engine, _ slot: borrowing Slot, _ call: inout Call, _ stream: StreamValue,
        _ group: StreamGroup, _ ids: [StreamID], _ options: ClaimOptions
    ) -> Change {
        var weight = 0
        let isAhead = options.lastID > group.lastID
        if isAhead { stream.setLastID(options.lastID, of: group) }
        let consumer = consumer(engine, slot, stream, group, call[3], call.now, &weight)
        stream.touch(consumer, of: group, at: call.now, gets: false)
        let open = call.reply.open(expecting: ids.count)
        var count = 0
        var changes = 0
        for id in ids {
            guard let entry = stream.find(id) else {
                if stream.acknowledge(id, in: group) { changes += 1 }
                continue
            }
            if let known = group.pending.find(id) {
                if options.minIdle > 0, call.now &- known.deliveredAt < options.minIdle { continue }
            } else if !options.isForced {
                continue
            }
            let pending = stream.assign(id, to: consumer, of: group)
            // One that was made for FORCE counts as delivered once.
            if pending.deliveryCount == 0, pending.deliveredAt == 0 { pending.deliveryCount = 1 }
            pending.deliveredAt = options.deliveredAt
            if options.deliveryCount >= 0 {
                pending.deliveryCount = options.deliveryCount
            } else if !options.answersIDs {
                pending.deliveryCount &+= 1
            }
            answer(call.reply, entry, options.answersIDs)
            count += 1
            consumer.state.value.activeTime = call.now
        }
        call.reply.close(open, array: count)
        changes += count
        return .silent(weight: weight + (changes == 0 && isAhead ? 1 : changes))
    }

    private static func answer(_ reply: ReplyWriter, _ entry: StreamEntry, _ onlyID: Bool) {
        if onlyID { reply.bulk(entry.id) } else { reply.entry(entry) }
    }
}

// XAUTOCLAIM.
extension StreamCommands {
    /// What XAUTOCLAIM is asked.
    private struct AutoClaimOptions {
        var minIdle: Int64 = 0
        var start = StreamID.zero
        var limit: Int64 = 100
        var answersIDs = false
    }

    /// The largest COUNT that is an argument at all, and the largest that there is memory for.
    private static let mostCount = Int64.max / 16
    private static let mostAnswers: Int64 = 1 << 32

    static func xautoclaim(_ engine: Engine, _ call: inout Call) {
        guard let options = autoClaimOptions(&call) else { return }
        engine.writeStream(&call, call[1], isRead: true) { slot, call, stream in
            guard let stream, let group = stream.group(call[2]) else {
                call.refuseGroup(call[1], call[2])
                return .none
            }
            guard options.limit <= mostAnswers else {
                call.reply.error(
                    """
                    ERR Insufficient memory, failed allocating transient memory, COUNT too high.
                    """)
                return .none
            }
            return stream.change {
                autoClaim(engine, slot, &call, stream, group, options)
            }
        }
    }

    private static func autoClaimOptions(_ call: inout Call) -> AutoClaimOptions? {
        var options = AutoClaimOptions()
        let idle = call.integer(4, "ERR Invalid min-idle-time argument for XAUTOCLAIM")
        guard let idle, let start = call.intervalStart(5) else { return nil }
        options.minIdle = max(0, idle)
        options.start = start
        var index = 6
        while index < call.count {
            if call[index].isToken("count"), index + 1 < call.count {
                guard let count = call[index + 1].parseInteger(), count > 0, count <= mostCount
                else {
                    call.reply.error("ERR COUNT must be > 0")
                    return nil
                }
                options.limit = count
                index += 2
            } else if call[index].isToken("justid") {
                options.answersIDs = true
                index += 1
            } else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
        }
        return options
    }

    /// Within `change`.
    private static func autoClaim(
        _ engine: Engine, _ slot: borrowing Slot, _ call: inout Call, _ stream: StreamValue,
        _ group: StreamGroup, _ options: AutoClaimOptions
    ) -> Change {
        var weight = 0
        let consumer = consumer(engine, slot, stream, group, call[3], call.now, &weight)
        stream.touch(consumer, of: group, at: call.now, gets: false)
        let reply = call.reply
        // Where to go on comes before what was claimed, and is known after it.
        let scan = claimable(stream, group, options, call.now)
        reply.array(3)
        reply.bulk(scan.next)
        reply.array(scan.claimed.count)
        for id in scan.claimed {
            guard let entry = stream.find(id) else { continue }
            let pending = stream.assign(id, to: consumer, of: group)
            pending.deliveredAt = call.now
            if !options.answersIDs { pending.deliveryCount &+= 1 }
            consumer.state.value.activeTime = call.now
            answer(reply, entry, options.answersIDs)
        }
        reply.array(scan.deleted.count)
        for id in scan.deleted {
            _ = stream.acknowledge(id, in: group)
            reply.bulk(id)
        }
        return .silent(weight: weight + scan.claimed.count + scan.deleted.count)
    }

    /// What XAUTOCLAIM finds.
    private struct ClaimScan {
        var claimed: [StreamID] = []
        var deleted: [StreamID] = []
        /// The pending id behind all that were looked at, `0-0` at the end.
        var next = StreamID.zero
    }

    private static func claimable(
        _ stream: StreamValue, _ group: StreamGroup, _ options: AutoClaimOptions, _ now: Int64
    ) -> ClaimScan {
        var scan = ClaimScan()
        var left = options.limit
        var attempts = options.limit * 10
        group.pending.forEach(from: options.start) { pending in
            let id = pending.id
            guard left > 0, attempts > 0 else {
                scan.next = id
                return false
            }
            attempts -= 1
            if stream.find(id) == nil {
                scan.deleted.append(id)
                left -= 1
            } else if options.minIdle == 0 || now &- pending.deliveredAt >= options.minIdle {
                scan.claimed.append(id)
                left -= 1
            }
            return true
        }
        return scan
    }
}
