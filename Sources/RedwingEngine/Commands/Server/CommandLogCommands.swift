// SLOWLOG and COMMANDLOG: the logs of remarkable commands.
import RedwingContainers

enum CommandLogCommands {
    private static var badKind: Bytes {
        "ERR type should be one of the following: slow, large-request, large-reply"
    }

    static func slowGet(_ engine: Engine, _ call: inout Call) {
        guard call.count <= 3 else { return call.badSubcommand("SLOWLOG") }
        guard let count = call.count == 3 ? count(&call, 2) : 10 else { return }
        answer(engine, &call, .slow, count)
    }

    static func slowLength(_ engine: Engine, _ call: inout Call) {
        call.reply.integer(engine.log(.slow).entries.count)
    }

    static func slowReset(_ engine: Engine, _ call: inout Call) {
        engine.clearLog(.slow)
        call.reply.ok()
    }

    static func get(_ engine: Engine, _ call: inout Call) {
        guard let kind = CommandLogKind(name: call[3]) else { return call.reply.error(badKind) }
        guard let count = count(&call, 2) else { return }
        answer(engine, &call, kind, count)
    }

    static func length(_ engine: Engine, _ call: inout Call) {
        guard let kind = CommandLogKind(name: call[2]) else { return call.reply.error(badKind) }
        call.reply.integer(engine.log(kind).entries.count)
    }

    static func reset(_ engine: Engine, _ call: inout Call) {
        guard let kind = CommandLogKind(name: call[2]) else { return call.reply.error(badKind) }
        engine.clearLog(kind)
        call.reply.ok()
    }

    /// How many entries are asked for; answers the error itself.
    private static func count(_ call: inout Call, _ index: Int) -> Int? {
        guard let count = call[index].parseInteger(), count >= -1 else {
            call.reply.error("ERR count should be greater than or equal to -1")
            return nil
        }
        return count == -1 ? Int.max : Int(count)
    }

    private static func answer(
        _ engine: Engine, _ call: inout Call, _ kind: CommandLogKind, _ count: Int
    ) {
        let entries = engine.log(kind).entries.suffix(count).reversed()
        call.reply.array(entries.count)
        for entry in entries {
            call.reply.array(6)
            call.reply.integer(entry.id)
            call.reply.integer(entry.time)
            call.reply.integer(entry.value)
            call.reply.array(entry.arguments.count)
            for argument in entry.arguments { argument.withBytes { call.reply.bulk($0) } }
            call.reply.bulk(text: entry.peer)
            entry.clientName.withBytes { call.reply.bulk($0) }
        }
    }

    static func slowHelp(_ engine: Engine, _ call: inout Call) {
        call.help(
            "SLOWLOG",
            [
                "GET [<count>]",
                "    Answer the latest <count> slow commands (default 10, -1 for all), each with",
                "    id, Unix time, microseconds, arguments, client address, client name.",
                "LEN", "    Answer how many entries there are.",
                "RESET", "    Drop all entries.",
            ])
    }

    static func help(_ engine: Engine, _ call: inout Call) {
        call.help(
            "COMMANDLOG",
            [
                "GET <count> <type>",
                "    Answer the latest <count> entries (-1 for all) of a log, each with id, Unix",
                "    time, microseconds or bytes, arguments, client address, client name. The",
                "    types are SLOW, LARGE-REQUEST and LARGE-REPLY.",
                "LEN <type>", "    Answer how many entries a log has.",
                "RESET <type>", "    Drop all entries of a log.",
            ])
    }
}

extension Engine {
    /// One of the logs.
    func log(_ kind: CommandLogKind) -> CommandLog { observability.commandLogs[kind.rawValue] }

    /// Drops all entries of a log.
    func clearLog(_ kind: CommandLogKind) {
        observability.commandLogs[kind.rawValue].removeAll()
    }
}
