// XREAD and XREADGROUP.
import RedwingContainers
import RedwingRESP

/// What XREAD and XREADGROUP are asked.
private struct ReadOptions {
    let isGroup: Bool
    /// Entries of each stream; 0 is no limit.
    var limit = 0
    /// How long to wait: nil not at all, nil inside for ever, else until that time.
    var until: Int64??
    /// The arguments that are keys.
    var keys = 0..<0
    /// The argument that is the group, with the consumer behind it.
    var group: Int?
    var acknowledges = false
}

extension StreamCommands {
    static func xread(_ engine: Engine, _ call: inout Call) {
        guard let options = readOptions(&call, isGroup: false) else { return }
        guard let starts = starts(engine, &call, options) else { return }
        let open = call.reply.open()
        var served = 0
        for (key, start) in zip(options.keys, starts) {
            // Looked up a second time, and counted so.
            guard let entry = engine.read(&call, call[key]),
                entry.kind == ValueKind.stream.rawValue
            else { continue }
            let stream = StreamValue(address: entry.word)
            guard stream.length > 0, stream.lastEntryID > start, let first = start.next else {
                continue
            }
            served += 1
            if call.reply.version == .resp2 { call.reply.array(2) }
            call.reply.bulk(call[key])
            call.reply.entries(stream, from: first, limit: options.limit)
        }
        finish(engine, &call, options, open, served, starts)
    }

    static func xreadgroup(_ engine: Engine, _ call: inout Call) {
        guard let options = readOptions(&call, isGroup: true) else { return }
        guard let starts = starts(engine, &call, options) else { return }
        let open = call.reply.open()
        var served = 0
        for (key, start) in zip(options.keys, starts)
        where deliver(engine, &call, options, call[key], start) {
            served += 1
        }
        finish(engine, &call, options, open, served, starts)
    }

    /// Ends the reply, or lets the client wait when there is nothing to answer.
    private static func finish(
        _ engine: Engine, _ call: inout Call, _ options: ReadOptions, _ open: OpenReply,
        _ served: Int, _ starts: [StreamID]
    ) {
        if served > 0 { return call.reply.close(open, map: served, isNested: true) }
        call.reply.cancel(open)
        guard let until = options.until, call.mayWait else { return call.reply.nullArray() }
        engine.wait(
            &call, keys: options.keys, for: .stream, until: until, onTimeout: .nullArray,
            endsWithKey: options.isGroup)
        call.session.wait?.startIDs = starts
    }

    /// Gives a consumer what there is for it; returns whether the stream is part of the reply.
    private static func deliver(
        _ engine: Engine, _ call: inout Call, _ options: ReadOptions, _ key: Bytes,
        _ start: StreamID
    ) -> Bool {
        var isServed = false
        engine.write(&call, key) { slot, call in
            engine.countRead(slot, &call)
            guard let entry = slot.entry, entry.kind == ValueKind.stream.rawValue,
                let groupIndex = options.group
            else { return .none }
            let stream = StreamValue(address: entry.word)
            guard let group = stream.group(call[groupIndex]) else { return .none }
            let isNew = start == .max
            isServed = !isNew || (stream.length > 0 && stream.lastEntryID > group.lastID)
            var weight = isServed ? 1 : 0
            stream.change {
                let consumer = consumer(
                    engine, slot, stream, group, call[groupIndex + 1], call.now, &weight)
                // Who waits on has asked already.
                if isServed || engine.served == nil {
                    stream.touch(consumer, of: group, at: call.now, gets: false)
                }
                guard isServed else { return }
                if call.reply.version == .resp2 { call.reply.array(2) }
                call.reply.bulk(key)
                if isNew {
                    deliverNew(&call, stream, group, consumer, options)
                } else {
                    deliverAgain(&call, stream, group, consumer, options, from: start)
                }
            }
            return .silent(weight: weight)
        }
        return isServed
    }

    /// The consumer with a name, made if it is not there. Within `change`.
    static func consumer(
        _ engine: Engine, _ slot: borrowing Slot, _ stream: StreamValue, _ group: StreamGroup,
        _ name: Bytes, _ now: Int64, _ weight: inout Int
    ) -> StreamConsumer {
        if let consumer = group.consumer(name) { return consumer }
        let consumer = stream.makeConsumer(name, in: group, seenTime: now)
        weight += 1
        engine.finish(
            slot,
            KeyspaceEvent(
                eventClass: .stream, name: "xgroup-createconsumer", isModification: false))
        return consumer
    }

    private static func deliverNew(
        _ call: inout Call, _ stream: StreamValue, _ group: StreamGroup,
        _ consumer: StreamConsumer, _ options: ReadOptions
    ) {
        let reply = call.reply
        let open = reply.open(expecting: min(max(options.limit, 1), stream.length))
        let now = call.now
        var count = 0
        stream.forEachEntry(from: group.lastID.next ?? .max, to: .max) { entry in
            stream.advance(group, to: entry.id)
            reply.entry(entry)
            if !options.acknowledges {
                let pending = stream.assign(entry.id, to: consumer, of: group)
                pending.deliveredAt = now
                pending.deliveryCount = 1
                consumer.state.value.activeTime = now
            }
            count &+= 1
            return count != options.limit
        }
        reply.close(open, array: count)
    }

    private static func deliverAgain(
        _ call: inout Call, _ stream: StreamValue, _ group: StreamGroup,
        _ consumer: StreamConsumer, _ options: ReadOptions, from start: StreamID
    ) {
        let reply = call.reply
        let open = reply.open()
        var count = 0
        consumer.pending.forEach(from: start.next ?? .zero) { pending in
            let id = pending.id
            if let entry = stream.find(id) {
                reply.entry(entry)
                if let known = stream.edit(id, of: group) {
                    known.deliveredAt = call.now
                    known.deliveryCount &+= 1
                }
            } else {
                reply.array(2)
                reply.bulk(id)
                reply.nullArray()
            }
            count &+= 1
            return count != options.limit
        }
        reply.close(open, array: count)
    }
}

// Arguments.
extension StreamCommands {
    private static func readOptions(_ call: inout Call, isGroup: Bool) -> ReadOptions? {
        var options = ReadOptions(isGroup: isGroup)
        var index = 1
        while index < call.count {
            let left = call.count - index - 1
            let argument = call[index]
            if argument.isToken("block"), left > 0 {
                guard let until = call.timeout(milliseconds: index + 1) else { return nil }
                options.until = until
                index += 2
            } else if argument.isToken("count"), left > 0 {
                guard let count = call.integer(index + 1) else { return nil }
                options.limit = Int(max(0, count))
                index += 2
            } else if argument.isToken("streams"), left > 0 {
                guard left & 1 == 0 else {
                    refuseUnbalanced(call, isGroup)
                    return nil
                }
                options.keys = (index + 1)..<(index + 1 + left / 2)
                break
            } else if argument.isToken("group"), left >= 2 {
                guard isGroup else { return refuseOption(call, "GROUP") }
                options.group = index + 1
                index += 3
            } else if argument.isToken("noack") {
                guard isGroup else { return refuseOption(call, "NOACK") }
                options.acknowledges = true
                index += 1
            } else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
        }
        guard !options.keys.isEmpty else {
            call.reply.error(ReplyError.syntax)
            return nil
        }
        if isGroup, options.group == nil {
            call.reply.error("ERR Missing GROUP option for XREADGROUP")
            return nil
        }
        return options
    }

    private static func refuseUnbalanced(_ call: borrowing Call, _ isGroup: Bool) {
        call.reply.error(
            isGroup
                ? """
                ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' \
                must be specified.
                """
                : """
                ERR Unbalanced 'xread' list of streams: for each stream key an ID or '$' must \
                be specified.
                """)
    }

    private static func refuseOption(_ call: borrowing Call, _ option: Bytes) -> ReadOptions? {
        call.reply.error([
            "ERR The ", option,
            " option is only supported by XREADGROUP. You called XREAD instead.",
        ])
        return nil
    }

    /// The id behind which each stream is read, the largest for `>`. Looks all keys up and answers
    /// the error itself.
    private static func starts(
        _ engine: Engine, _ call: inout Call, _ options: ReadOptions
    ) -> [StreamID]? {
        let known = engine.served.flatMap { $0.session === call.session ? $0.startIDs : nil }
        var starts: [StreamID] = []
        for (place, key) in options.keys.enumerated() {
            let entry = engine.read(&call, call[key])
            if let entry, entry.kind != ValueKind.stream.rawValue {
                call.reply.error(ReplyError.wrongType)
                return nil
            }
            let stream = entry.map { StreamValue(address: $0.word) }
            if let index = options.group, stream?.group(call[index]) == nil {
                call.reply.error([
                    "NOGROUP No such key '", call[key], "' or consumer group '", call[index],
                    "' in XREADGROUP with GROUP option",
                ])
                return nil
            }
            if let known, place < known.count {
                starts.append(known[place])
                continue
            }
            let index = key + options.keys.count
            guard let start = start(call, index, stream, options) else { return nil }
            starts.append(start)
        }
        return starts
    }

    private static func refuseEnd(_ call: borrowing Call, _ id: Bytes) {
        call.reply.error([
            "ERR The ", id, " ID is meaningless in the context of XREADGROUP: you want to read ",
            "the history of this consumer by specifying a proper ID, or use the > ID to ",
            "get new messages. The ", id, " ID would just return an empty result set.",
        ])
    }

    private static func start(
        _ call: borrowing Call, _ index: Int, _ stream: StreamValue?, _ options: ReadOptions
    ) -> StreamID? {
        let text = call[index].text
        guard text.count == 1 else { return call.streamID(index) }
        switch text[0] {
        case 0x24 where options.isGroup, 0x2b where options.isGroup:
            refuseEnd(call, text)
            return nil
        case 0x24: return stream?.lastID ?? .zero
        case 0x2b:
            // The entry with the last id itself, if it is still there.
            return stream?.lastID.previous ?? .zero
        case 0x3e:
            guard options.isGroup else {
                call.reply.error(
                    """
                    ERR The > ID can be specified only when calling XREADGROUP using the GROUP \
                    <group> <consumer> option.
                    """)
                return nil
            }
            return .max
        default: return call.streamID(index)
        }
    }
}
