// XINFO: what is known of a stream, its groups and their consumers.
import RedwingContainers
import RedwingRESP

extension StreamCommands {
    static func xinfoHelp(_ engine: Engine, _ call: inout Call) {
        call.help(
            "XINFO",
            [
                "CONSUMERS <key> <groupname>",
                "    Show consumers of <groupname>.",
                "GROUPS <key>",
                "    Show the stream consumer groups.",
                "STREAM <key> [FULL [COUNT <count>]",
                "    Show information about the stream.",
            ])
    }

    private static func stream(_ engine: Engine, _ call: inout Call) -> StreamValue? {
        engine.readStream(&call, call[2]) { $0.reply.error(ReplyError.noSuchKey) }
    }

    static func xinfoConsumers(_ engine: Engine, _ call: inout Call) {
        guard let stream = stream(engine, &call) else { return }
        guard let group = stream.group(call[3]) else {
            return call.reply.error([
                "NOGROUP No such consumer group '", call[3], "' for key name '", call[2], "'",
            ])
        }
        let reply = call.reply
        reply.array(group.consumers.count)
        for index in 0..<group.consumers.count {
            let consumer = StreamConsumer(address: group.consumers[index].word)
            let active = consumer.state.value.activeTime
            reply.map(4)
            reply.field("name")
            reply.bulk(consumer.name)
            reply.field("pending")
            reply.integer(consumer.pending.count)
            reply.field("idle")
            reply.integer(max(0, call.now &- consumer.state.value.seenTime))
            reply.field("inactive")
            reply.integer(active == -1 ? -1 : call.now &- active)
        }
    }

    static func xinfoGroups(_ engine: Engine, _ call: inout Call) {
        guard let stream = stream(engine, &call) else { return }
        let groups = stream.state.value.groups
        let reply = call.reply
        reply.array(groups.count)
        for index in 0..<groups.count {
            let group = StreamGroup(groups[index])
            reply.map(6)
            reply.field("name")
            reply.bulk(group.name)
            reply.field("consumers")
            reply.integer(group.consumers.count)
            reply.field("pending")
            reply.integer(group.pending.count)
            reply.progress(of: group, stream)
        }
    }

    static func xinfoStream(_ engine: Engine, _ call: inout Call) {
        guard let stream = stream(engine, &call) else { return }
        var limit: Int64 = 10
        if call.count > 3 {
            guard call.count == 4 || call.count == 6, call[3].isToken("full"),
                call.count == 4 || call[4].isToken("count")
            else { return call.badSubcommand("XINFO") }
            if call.count == 6 {
                guard let count = call.integer(5) else { return }
                limit = count < 0 ? 10 : count
            }
        }
        let isFull = call.count > 3
        let reply = call.reply
        reply.map(isFull ? 9 : 10)
        reply.figures(of: stream)
        if isFull {
            reply.field("entries")
            reply.entries(stream, from: .zero, limit: Int(limit))
            reply.field("groups")
            let groups = stream.state.value.groups
            reply.array(groups.count)
            for index in 0..<groups.count {
                full(reply, stream, StreamGroup(groups[index]), limit: Int(limit))
            }
        } else {
            reply.field("groups")
            reply.integer(stream.state.value.groups.count)
            reply.field("first-entry")
            reply.edge(of: stream, backwards: false)
            reply.field("last-entry")
            reply.edge(of: stream, backwards: true)
        }
    }

    private static func full(
        _ reply: ReplyWriter, _ stream: StreamValue, _ group: StreamGroup, limit: Int
    ) {
        reply.map(7)
        reply.field("name")
        reply.bulk(group.name)
        reply.progress(of: group, stream)
        reply.field("pel-count")
        reply.integer(group.pending.count)
        reply.field("pending")
        reply.pending(group.pending, limit) { pending in
            reply.array(4)
            reply.bulk(pending.id)
            reply.bulk(StreamConsumer(address: pending.consumer).name)
            reply.integer(pending.deliveredAt)
            reply.integer(pending.deliveryCount)
        }
        reply.field("consumers")
        reply.array(group.consumers.count)
        for index in 0..<group.consumers.count {
            let consumer = StreamConsumer(address: group.consumers[index].word)
            reply.map(5)
            reply.field("name")
            reply.bulk(consumer.name)
            reply.field("seen-time")
            reply.integer(consumer.state.value.seenTime)
            reply.field("active-time")
            reply.integer(consumer.state.value.activeTime)
            reply.field("pel-count")
            reply.integer(consumer.pending.count)
            reply.field("pending")
            reply.pending(consumer.pending, limit) { item in
                guard let pending = group.pending.find(item.id) else { return }
                reply.array(3)
                reply.bulk(pending.id)
                reply.integer(pending.deliveredAt)
                reply.integer(pending.deliveryCount)
            }
        }
    }
}

extension ReplyWriter {
    /// The name of a field of a reply.
    fileprivate func field(_ name: Bytes) { bulk(name) }

    /// The figures that both forms of XINFO STREAM begin with.
    fileprivate func figures(of stream: StreamValue) {
        field("length")
        integer(stream.length)
        field("radix-tree-keys")
        integer(stream.state.value.blocks.count)
        field("radix-tree-nodes")
        integer(stream.radixNodeCount)
        field("last-generated-id")
        bulk(stream.lastID)
        field("max-deleted-entry-id")
        bulk(stream.maxDeletedID)
        field("entries-added")
        integer(stream.state.value.entriesAdded)
        field("recorded-first-entry-id")
        bulk(stream.firstID)
    }

    /// How far a group is.
    fileprivate func progress(of group: StreamGroup, _ stream: StreamValue) {
        field("last-delivered-id")
        bulk(group.lastID)
        field("entries-read")
        let read = group.state.value.entriesRead
        if read == -1 { null() } else { integer(read) }
        field("lag")
        if let lag = stream.lag(of: group) { integer(lag) } else { null() }
    }

    /// The first or the last entry, or a null.
    fileprivate func edge(of stream: StreamValue, backwards: Bool) {
        guard stream.length > 0 else { return null() }
        stream.forEachEntry(from: .zero, to: .max, backwards: backwards) {
            entry($0)
            return false
        }
    }

    /// At most `limit` pending entries as an array; 0 is no limit.
    fileprivate func pending(_ map: PendingMap, _ limit: Int, _ body: (PendingEntry) -> Void) {
        array(limit == 0 ? map.count : min(limit, map.count))
        var count = 0
        map.forEach {
            body($0)
            count += 1
            return count != limit
        }
    }
}
