// Reading hashes: single fields, whole hashes, their size.
import RedwingContainers

extension HashCommands {
    static func hget(_ engine: Engine, _ call: inout Call) {
        guard let hash = engine.readHash(&call, missing: { $0.reply.null() }) else { return }
        guard let value = hash.value(call[2]) else { return call.reply.null() }
        call.reply.bulk(value)
    }

    static func hmget(_ engine: Engine, _ call: inout Call) {
        let hash = engine.readHash(&call) { call in
            call.reply.array(call.count - 2)
            for _ in 2..<call.count { call.reply.null() }
        }
        guard let hash else { return }
        call.reply.array(call.count - 2)
        for index in 2..<call.count { reply(hash.value(call[index]), call) }
    }

    /// A value as a bulk, or a null.
    @inline(__always)
    static func reply(_ value: FieldValue?, _ call: borrowing Call) {
        if let value { call.reply.bulk(value) } else { call.reply.null() }
    }

    static func hgetall(_ engine: Engine, _ call: inout Call) {
        guard let hash = engine.readHash(&call, missing: { $0.reply.map(0) }) else { return }
        call.reply.map(hash.liveCount)
        if hash.isPacked {
            call.reply.bulks(hash.list)
        } else {
            let reply = call.reply
            hash.forEachField { name, value in
                reply.bulk(name)
                reply.bulk(value)
            }
        }
    }

    static func hkeys(_ engine: Engine, _ call: inout Call) {
        guard let hash = engine.readHash(&call, missing: { $0.reply.array(0) }) else { return }
        let reply = call.reply
        reply.array(hash.liveCount)
        hash.forEachField { name, _ in reply.bulk(name) }
    }

    static func hvals(_ engine: Engine, _ call: inout Call) {
        guard let hash = engine.readHash(&call, missing: { $0.reply.array(0) }) else { return }
        let reply = call.reply
        reply.array(hash.liveCount)
        hash.forEachField { _, value in reply.bulk(value) }
    }

    static func hlen(_ engine: Engine, _ call: inout Call) {
        guard let hash = engine.readHash(&call, missing: { $0.reply.integer(0) }) else { return }
        call.reply.integer(hash.count)
    }

    static func hexists(_ engine: Engine, _ call: inout Call) {
        guard let hash = engine.readHash(&call, missing: { $0.reply.integer(0) }) else { return }
        call.reply.integer(hash.value(call[2]) == nil ? 0 : 1)
    }

    static func hstrlen(_ engine: Engine, _ call: inout Call) {
        guard let hash = engine.readHash(&call, missing: { $0.reply.integer(0) }) else { return }
        call.reply.integer(hash.value(call[2])?.count ?? 0)
    }
}

extension Engine {
    /// The hash at the command's first key. Without one `missing` answers; a key of another type
    /// is answered here.
    @inline(__always)
    func readHash(_ call: inout Call, missing: (inout Call) -> Void) -> HashValue? {
        guard let entry = read(&call, call[1], as: .hash, missing: missing) else { return nil }
        return HashValue(entry: entry, time: fieldTime(call))
    }
}
