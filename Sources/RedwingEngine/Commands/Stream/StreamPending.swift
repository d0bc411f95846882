// XACK and XPENDING.
import RedwingContainers
import RedwingRESP

extension StreamCommands {
    static func xack(_ engine: Engine, _ call: inout Call) {
        engine.writeStream(&call, call[1], isRead: true) { _, call, stream in
            guard let stream, let group = stream.group(call[2]) else {
                call.reply.integer(0)
                return .none
            }
            guard let ids = call.streamIDs(3..<call.count) else { return .none }
            let count = stream.change { ids.count { stream.acknowledge($0, in: group) } }
            call.reply.integer(count)
            return .silent(weight: count)
        }
    }

    /// Which pending entries XPENDING is asked for.
    private struct PendingFilter {
        var minIdle: Int64 = 0
        var first = StreamID.zero
        var last = StreamID.max
        var limit: Int64 = 0
        /// The argument that is the consumer.
        var consumer: Int?
    }

    static func xpending(_ engine: Engine, _ call: inout Call) {
        guard call.count == 3 || (6...9).contains(call.count) else {
            return call.reply.error(ReplyError.syntax)
        }
        var filter: PendingFilter?
        if call.count > 3 {
            filter = pendingFilter(&call)
            if filter == nil { return }
        }
        let missing: (inout Call) -> Void = { $0.refuseGroup($0[1], $0[2]) }
        guard let stream = engine.readStream(&call, call[1], missing: missing) else { return }
        guard let group = stream.group(call[2]) else { return missing(&call) }
        if let filter {
            list(&call, group, filter)
        } else {
            summarize(call.reply, group)
        }
    }

    private static func pendingFilter(_ call: inout Call) -> PendingFilter? {
        var filter = PendingFilter()
        var index = 3
        if call[3].isToken("idle") {
            guard let idle = call.integer(4) else { return nil }
            guard call.count >= 8 else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
            filter.minIdle = idle
            index = 5
        }
        guard let limit = call.integer(index + 2), let first = call.intervalStart(index),
            let last = call.intervalEnd(index + 1)
        else { return nil }
        filter.limit = max(0, limit)
        filter.first = first
        filter.last = last
        if index + 3 < call.count { filter.consumer = index + 3 }
        return filter
    }

    private static func summarize(_ reply: ReplyWriter, _ group: StreamGroup) {
        reply.array(4)
        reply.integer(group.pending.count)
        guard let first = group.pending.first, let last = group.pending.last else {
            reply.null()
            reply.null()
            return reply.nullArray()
        }
        reply.bulk(first)
        reply.bulk(last)
        let consumers = (0..<group.consumers.count)
            .map { StreamConsumer(address: group.consumers[$0].word) }
            .filter { $0.pending.count > 0 }
        reply.array(consumers.count)
        for consumer in consumers {
            reply.array(2)
            reply.bulk(consumer.name)
            reply.bulk(integer: Int64(consumer.pending.count))
        }
    }

    private static func list(_ call: inout Call, _ group: StreamGroup, _ filter: PendingFilter) {
        let reply = call.reply
        var source = group.pending
        if let index = filter.consumer {
            guard let consumer = group.consumer(call[index]) else { return reply.array(0) }
            source = consumer.pending
        }
        let open = reply.open()
        let now = call.now
        var count: Int64 = 0
        if filter.limit > 0, filter.first <= filter.last {
            source.forEach(from: filter.first) { item in
                guard item.id <= filter.last else { return false }
                let known = filter.consumer == nil ? item : group.pending.find(item.id)
                guard let known else { return true }
                let idle = now &- known.deliveredAt
                if filter.minIdle != 0, idle < filter.minIdle { return true }
                reply.array(4)
                reply.bulk(known.id)
                reply.bulk(StreamConsumer(address: known.consumer).name)
                reply.integer(max(0, idle))
                reply.integer(known.deliveryCount)
                count += 1
                return count < filter.limit
            }
        }
        reply.close(open, array: Int(count))
    }
}
