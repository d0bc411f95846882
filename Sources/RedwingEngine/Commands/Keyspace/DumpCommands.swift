// DUMP and RESTORE: a value as bytes that another server understands, and back.
import RedwingContainers

extension KeyspaceCommands {
    static let dumps: [CommandSpec] = [
        CommandSpec(
            "dump", 2, .readonly, .keyspace, keys: [.key(1, [.readOnly, .access])],
            group: "generic", since: "2.6.0",
            complexity: "O(N) for a value of N elements or bytes.",
            summary: "Shows a value as bytes that RESTORE takes back.", syntax: "key:key",
            tips: "nondeterministic_output", handler: dump),
        CommandSpec(
            "restore", -4, [.write, .denyOOM], [.keyspace, .dangerous],
            keys: [.key(1, [.overwrite, .update])], group: "generic", since: "2.6.0",
            complexity: "O(N) for a value of N elements, O(N*log(N)) for a sorted set.",
            summary: "Gives a key the value that DUMP has shown as bytes.",
            syntax: """
                key:key ttl:integer serialized-value:string [replace:token@REPLACE] \
                [absttl:token@ABSTTL] [seconds:integer@IDLETIME] [frequency:integer@FREQ]
                """,
            handler: restore),
    ]

    private static func dump(_ engine: Engine, _ call: inout Call) {
        guard let entry = engine.read(&call, call[1]) else { return call.reply.null() }
        engine.dump(entry).withBytes { call.reply.bulk($0) }
    }

    private struct RestoreOptions {
        var replaces = false
        var isAbsolute = false
        var idleSeconds: Int64?
        var frequency: Int64?
    }

    private static func restore(_ engine: Engine, _ call: inout Call) {
        guard let options = restoreOptions(&call) else { return }
        let key = call[1]
        if !options.replaces, engine.peek(&call, key) != nil {
            return call.reply.error("BUSYKEY Target key name already exists.")
        }
        guard let lifetime = call.integer(2) else { return }
        guard lifetime >= 0 else {
            return call.reply.error("ERR Invalid TTL value, must be >= 0")
        }
        guard let (body, version) = DumpFooter.open(call[3]) else {
            return call.reply.error("ERR DUMP payload version or checksum are wrong")
        }
        var reader = DumpReader(body, in: engine.memory)
        defer { reader.release() }
        let value: DumpValue
        do throws(DumpError) {
            value = try reader.value(isForeign: DumpFooter.foreign.contains(version))
        } catch {
            return call.reply.error(badFormat)
        }
        // A time beyond the largest wraps around and lies in the past.
        let deadline =
            lifetime == 0 ? nil : options.isAbsolute ? lifetime : lifetime &+ call.now
        let isSound = restore(engine, &call, value, deadline, options)
        if isSound { call.reply.ok() } else { call.reply.error(badFormat) }
    }

    private static var badFormat: Bytes { "ERR Bad data format" }

    /// Stores a value; returns whether it was sound.
    private static func restore(
        _ engine: Engine, _ call: inout Call, _ value: DumpValue, _ deadline: Int64?,
        _ options: RestoreOptions
    ) -> Bool {
        var isSound = true
        engine.write(&call, call[1]) { slot, call in
            let existed = slot.entry != nil
            if let deadline, deadline <= call.now {
                isSound = !value.hasDuplicates
                guard isSound else { return .none }
                engine.remove(&slot)
                return existed ? .changed(.generic, "del") : .none
            }
            isSound = engine.restore(value, to: &slot)
            guard isSound else { return .none }
            if let deadline { engine.setDeadline(&slot, deadline) }
            if let entry = slot.entry {
                engine.access.restore(
                    entry, idleSeconds: options.idleSeconds, frequency: options.frequency)
            }
            return .changed(.generic, "restore")
        }
        return isSound
    }

    private static func restoreOptions(_ call: inout Call) -> RestoreOptions? {
        var options = RestoreOptions()
        var index = 4
        while index < call.count {
            let option = call[index]
            let hasMore = index + 1 < call.count
            if option.isToken("replace") {
                options.replaces = true
            } else if option.isToken("absttl") {
                options.isAbsolute = true
            } else if option.isToken("idletime"), hasMore, options.frequency == nil {
                index += 1
                guard let seconds = call.integer(index) else { return nil }
                guard seconds >= 0 else {
                    call.reply.error("ERR Invalid IDLETIME value, must be >= 0")
                    return nil
                }
                options.idleSeconds = seconds
            } else if option.isToken("freq"), hasMore, options.idleSeconds == nil {
                index += 1
                guard let frequency = call.integer(index) else { return nil }
                guard frequency >= 0, frequency <= 255 else {
                    call.reply.error("ERR Invalid FREQ value, must be >= 0 and <= 255")
                    return nil
                }
                options.frequency = frequency
            } else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
            index += 1
        }
        return options
    }
}
