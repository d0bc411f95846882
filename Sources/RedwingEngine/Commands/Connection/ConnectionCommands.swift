// The table of the connection commands, one line a command; the handlers are in the files beside.
import RedwingContainers

enum ConnectionCommands {
    static let table: [CommandSpec] = [
        CommandSpec(
            "ping", -1, [.fast], .connection, group: "connection", since: "1.0.0",
            summary: "Answers PONG, or the given message.", syntax: "[message]", handler: ping)
    ]

    static func ping(_ engine: Engine, _ call: inout Call) {
        switch call.count {
        case 1: call.reply.simple("PONG")
        case 2: call.reply.bulk(call[1])
        default: call.reply.error("ERR wrong number of arguments for 'ping' command")
        }
    }
}
