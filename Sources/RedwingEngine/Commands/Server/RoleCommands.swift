// What a server without replicas and modules says of both: ROLE, REPLICAOF, MODULE LIST.
import RedwingContainers
import RedwingRESP

enum RoleCommands {
    private static let replicaFlags: CommandFlags = [.admin, .noScript, .stale, .noAsyncLoading]
    private static let replicaSyntax: StaticString = """
        args<host-port{host port:integer} | no-one{no:token@NO one:token@ONE}>
        """

    static let table: [CommandSpec] = [
        CommandSpec(
            "module", -2, [], group: "server", since: "4.0.0",
            complexity: "That of the subcommand", summary: "Looks at loaded modules.",
            subcommands: [
                CommandSpec(
                    "help", 2, [.loading, .stale], group: "server", since: "5.0.0",
                    summary: "Explains the subcommands.", handler: moduleHelp),
                CommandSpec(
                    "list", 2, [.admin, .noScript], group: "server", since: "4.0.0",
                    complexity: "O(N) for N modules", summary: "Answers the loaded modules.",
                    tips: "nondeterministic_output_order", handler: moduleList),
            ], handler: Call.refuseContainer),
        CommandSpec(
            "replicaof", 3, replicaFlags, group: "server", since: "5.0.0",
            summary: "Makes the server a replica of another one, or a primary.",
            syntax: replicaSyntax, handler: replicaOf),
        CommandSpec(
            "role", 1, [.noScript, .loading, .stale, .fast], [.admin, .dangerous],
            group: "server", since: "2.8.12", summary: "Answers the server's part in replication.",
            handler: role),
        CommandSpec(
            "slaveof", 3, replicaFlags, group: "server", since: "1.0.0",
            summary: "Makes the server a replica of another one, or a primary.",
            syntax: replicaSyntax, handler: replicaOf),
    ]

    /// Modules cannot be loaded.
    private static func moduleList(_ engine: Engine, _ call: inout Call) { call.reply.array(0) }

    private static func moduleHelp(_ engine: Engine, _ call: inout Call) {
        call.help("MODULE", ["LIST", "    Answer the loaded modules: none, there are no modules."])
    }

    /// `REPLICAOF NO ONE` is what the server is already; it cannot follow another one.
    private static func replicaOf(_ engine: Engine, _ call: inout Call) {
        if call[1].isToken("no"), call[2].isToken("one") { return call.reply.ok() }
        guard let port = call[2].parseInteger(), (0...65_535).contains(port) else {
            return call.reply.error("ERR Invalid master port")
        }
        call.reply.error("ERR Replication is not part of this build")
    }

    private static func role(_ engine: Engine, _ call: inout Call) {
        call.reply.array(3)
        call.reply.bulk("master")
        call.reply.integer(0)
        call.reply.array(0)
    }
}
