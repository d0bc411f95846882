// WAIT and WAITAOF, for a server that has no replicas and no append-only file: nobody ever
// acknowledges a write, so whoever asks for that waits until the time is over.
import RedwingContainers

extension KeyspaceCommands {
    static let waits: [CommandSpec] = [
        CommandSpec(
            "wait", 3, .blocking, .connection, group: "generic", since: "3.0.0",
            complexity: "O(1)",
            summary: "Waits until so many replicas have acknowledged the client's writes.",
            syntax: "numreplicas:integer timeout:integer",
            tips: "request_policy:all_shards response_policy:agg_min", handler: wait),
        CommandSpec(
            "waitaof", 4, .blocking, .connection, group: "generic", since: "7.2.0",
            complexity: "O(1)",
            summary: "Waits until the client's writes are in append-only files here and there.",
            syntax: "numlocal:integer numreplicas:integer timeout:integer",
            tips: "request_policy:all_shards response_policy:agg_min", handler: waitFile),
    ]

    private static func wait(_ engine: Engine, _ call: inout Call) {
        guard let replicas = call.integer(1), let deadline = call.timeout(milliseconds: 2) else {
            return
        }
        wait(engine, &call, isDone: replicas <= 0, until: deadline, .zero)
    }

    private static func waitFile(_ engine: Engine, _ call: inout Call) {
        guard let files = call.integer(1) else { return }
        guard files == 0 || files == 1 else {
            return call.reply.error("ERR value is out of range, value must between 0 and 1")
        }
        guard let replicas = call[2].parseInteger(), replicas >= 0 else {
            return call.reply.error("ERR value is out of range, must be positive")
        }
        guard let deadline = call.timeout(milliseconds: 3) else { return }
        guard files == 0 else {
            return call.reply.error(
                "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.")
        }
        wait(engine, &call, isDone: replicas == 0, until: deadline, .zeros)
    }

    private static func wait(
        _ engine: Engine, _ call: inout Call, isDone: Bool, until deadline: Int64?,
        _ answer: TimeoutReply
    ) {
        guard !isDone, call.mayWait else { return call.reply.timeout(answer) }
        engine.wait(&call, keys: 0..<0, for: .string, until: deadline, onTimeout: answer)
    }
}
