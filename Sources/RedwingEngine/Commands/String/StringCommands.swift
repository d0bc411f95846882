// The table of the string commands, one line a command; the handlers are in the files beside it.
import RedwingContainers

enum StringCommands {
    static let table: [CommandSpec] = [
        CommandSpec(
            "get", 2, [.readonly, .fast], .string, keys: [.key(1, [.readOnly, .access])],
            group: "string", since: "1.0.0", summary: "Returns the string value of a key.",
            syntax: "key:key", handler: get),
        CommandSpec(
            "set", -3, [.write, .denyOOM], .string,
            keys: [.key(1, [.readWrite, .access, .update, .variable])],
            group: "string", since: "1.0.0",
            summary: "Sets the string value of a key, whatever it held.",
            syntax: "key:key value", handler: set),
    ]

    static func get(_ engine: Engine, _ call: inout Call) {
        guard let entry = engine.read(&call, call[1]) else { return call.reply.null() }
        guard entry.type == .string else { return call.reply.error(ReplyError.wrongType) }
        call.reply.string(entry)
    }

    static func set(_ engine: Engine, _ call: inout Call) {
        engine.write(&call, call[1]) { slot, call in
            engine.setString(&slot, call[2])
            return .changed(.string, "set")
        }
        call.reply.ok()
    }
}
