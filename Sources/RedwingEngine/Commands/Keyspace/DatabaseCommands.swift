// FLUSHDB, FLUSHALL and SWAPDB: whole databases emptied or exchanged.
import RedwingContainers

extension KeyspaceCommands {
    static func flushDatabase(_ engine: Engine, _ call: inout Call) {
        guard let frees = flushMode(engine, &call) else { return }
        engine.invalidateAll()
        engine.dirty &+= engine.removeAll(call.database)
        if frees { engine.freeBuried() }
        call.reply.ok()
    }

    static func flushAll(_ engine: Engine, _ call: inout Call) {
        guard let frees = flushMode(engine, &call) else { return }
        engine.invalidateAll()
        for database in engine.databases { engine.dirty &+= engine.removeAll(database) }
        if frees { engine.freeBuried() }
        call.reply.ok()
    }

    /// Whether to free before the reply; answers the error itself when the argument is unknown.
    private static func flushMode(_ engine: Engine, _ call: inout Call) -> Bool? {
        if call.count == 1 { return !engine.configuration.lazyUserFlush }
        if call.count == 2 {
            if call[1].isToken("sync") { return true }
            if call[1].isToken("async") { return false }
        }
        call.reply.error(ReplyError.syntax)
        return nil
    }

    static func swapDatabases(_ engine: Engine, _ call: inout Call) {
        guard let first = index(&call, 1, "ERR invalid first DB index"),
            let second = index(&call, 2, "ERR invalid second DB index")
        else { return }
        let range = engine.databases.indices
        guard range.contains(first), range.contains(second) else {
            return call.reply.error("ERR DB index is out of range")
        }
        engine.exchange(engine.databases[first], engine.databases[second])
        engine.dirty &+= 1
        call.reply.ok()
    }

    private static func index(_ call: inout Call, _ argument: Int, _ error: Bytes) -> Int? {
        if let number = call[argument].parseInteger(), let index = Int32(exactly: number) {
            return Int(index)
        }
        call.reply.error(error)
        return nil
    }
}
