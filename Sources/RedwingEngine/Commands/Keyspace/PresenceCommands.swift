// DEL, EXISTS and others that ask whether keys are there, or see to it that they are not.
import RedwingContainers

extension KeyspaceCommands {
    static func delete(_ engine: Engine, _ call: inout Call) {
        var removed = 0
        engine.forEachKey(&call, first: 1, step: 1, count: call.count - 1) { call, index in
            engine.write(&call, call[index]) { slot, _ in
                guard slot.position != nil else { return .none }
                engine.remove(&slot)
                removed += 1
                return .changed(.generic, "del")
            }
        }
        call.reply.integer(removed)
    }

    static func exists(_ engine: Engine, _ call: inout Call) {
        var found = 0
        engine.forEachKey(&call, first: 1, step: 1, count: call.count - 1) { call, index in
            if engine.inspect(&call, call[index]) != nil { found += 1 }
        }
        call.reply.integer(found)
    }

    static func touch(_ engine: Engine, _ call: inout Call) {
        var found = 0
        engine.forEachKey(&call, first: 1, step: 1, count: call.count - 1) { call, index in
            if engine.read(&call, call[index]) != nil { found += 1 }
        }
        call.reply.integer(found)
    }

    static func type(_ engine: Engine, _ call: inout Call) {
        guard let entry = engine.inspect(&call, call[1]) else { return call.reply.simple("none") }
        call.reply.simple(Bytes(entry.type.name))
    }
}
