// RENAME, MOVE and COPY: a value under another name or in another database.
import RedwingContainers

extension KeyspaceCommands {
    static func rename(_ engine: Engine, _ call: inout Call, onlyNew: Bool) {
        let source = call[1]
        let target = call[2]
        guard let entry = engine.peek(&call, source) else {
            return call.reply.error(ReplyError.noSuchKey)
        }
        engine.touch(entry, call)
        let isTaken = source == target || onlyNew && engine.peek(&call, target) != nil
        if !isTaken {
            let database = call.database
            transfer(
                engine, &call, from: database, to: database, source, target,
                (from: "rename_from", to: "rename_to"))
        }
        if onlyNew {
            call.reply.integer(isTaken ? 0 : 1)
        } else {
            call.reply.ok()
        }
    }

    static func move(_ engine: Engine, _ call: inout Call) {
        guard let target = databaseArgument(engine, &call, 2) else { return }
        let source = call.database
        guard !(source === target) else { return call.reply.error(sameObject) }
        let key = call[1]
        guard let entry = engine.peek(&call, key) else { return call.reply.integer(0) }
        engine.touch(entry, call)
        guard !exists(engine, &call, target, key) else { return call.reply.integer(0) }
        transfer(
            engine, &call, from: source, to: target, key, key, (from: "move_from", to: "move_to"))
        call.reply.integer(1)
    }

    /// Moves an existing key. Both names are told after the value has its new place.
    private static func transfer(
        _ engine: Engine, _ call: inout Call, from source: Database, to target: Database,
        _ oldKey: Bytes, _ newKey: Bytes, _ events: (from: Bytes, to: Bytes)
    ) {
        var moved: Entry?
        let hash = call.hash(oldKey)
        engine.write(&call, source, hash, oldKey) { slot, _ in
            moved = engine.detach(&slot)
            return .none
        }
        guard let moved else { return }
        let bytes = SlabLayout.rounded(moved.size) + engine.valueBytes(moved)
        source.value.bytes &-= bytes
        target.value.bytes &+= bytes
        engine.write(&call, target, target.value.table.hash(newKey), newKey) { slot, _ in
            engine.attach(moved, to: &slot)
            engine.finish(
                Slot(key: oldKey, hash: hash, database: source, position: nil),
                KeyspaceEvent(eventClass: .generic, name: events.from))
            return .changed(.generic, events.to)
        }
    }

    static func copy(_ engine: Engine, _ call: inout Call) {
        guard let options = copyOptions(engine, &call) else { return }
        let source = call[1]
        let key = call[2]
        let target = options.target
        if call.database === target, source == key { return call.reply.error(sameObject) }
        guard let entry = engine.read(&call, source) else { return call.reply.integer(0) }
        if !options.replaces, exists(engine, &call, target, key) {
            return call.reply.integer(0)
        }
        engine.write(&call, target, target.value.table.hash(key), key) { slot, _ in
            engine.copy(entry, to: &slot)
            return .changed(.generic, "copy_to")
        }
        call.reply.integer(1)
    }

    private static func copyOptions(
        _ engine: Engine, _ call: inout Call
    ) -> (target: Database, replaces: Bool)? {
        var target = call.database
        var replaces = false
        var index = 3
        while index < call.count {
            if call[index].isToken("replace") {
                replaces = true
                index += 1
            } else if call[index].isToken("db"), index + 1 < call.count {
                guard let found = databaseArgument(engine, &call, index + 1) else { return nil }
                target = found
                index += 2
            } else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
        }
        return (target, replaces)
    }

    private static var sameObject: Bytes { "ERR source and destination objects are the same" }

    /// The database that an argument names; answers the error itself when it names none.
    private static func databaseArgument(
        _ engine: Engine, _ call: inout Call, _ index: Int
    ) -> Database? {
        guard let number = call.integer(index) else { return nil }
        guard Int32(exactly: number) != nil else {
            call.reply.error(
                "ERR value is out of range, value must between -2147483648 and 2147483647")
            return nil
        }
        guard number >= 0, number < engine.databases.count else {
            call.reply.error("ERR DB index is out of range")
            return nil
        }
        return engine.databases[Int(number)]
    }

    /// Whether a key exists in a database; lets it go when it has expired.
    private static func exists(
        _ engine: Engine, _ call: inout Call, _ database: Database, _ key: Bytes
    ) -> Bool {
        let table = database.value.table
        let hash = table.hash(key)
        guard let entry = table.find(hash, key) else { return false }
        guard engine.isExpired(entry, call.now) else { return true }
        engine.write(&call, database, hash, key) { _, _ in .none }
        return false
    }
}
