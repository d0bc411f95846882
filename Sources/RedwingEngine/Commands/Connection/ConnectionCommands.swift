// The table of the connection commands, one line a command; the handlers are in the files beside.
import RedwingContainers

enum ConnectionCommands {
    private static let sessionFlags: CommandFlags = [.noScript, .loading, .stale]

    static let table: [CommandSpec] = [
        CommandSpec(
            "auth", -2, [.noScript, .loading, .stale, .fast, .noAuth, .allowBusy], .connection,
            group: "connection", since: "1.0.0",
            complexity: "O(N) for a password of N bytes",
            summary: "Logs the client in.", syntax: "[username] password", handler: auth),
        CommandSpec(
            "client", -2, [], group: "connection", since: "2.4.0",
            complexity: "That of the subcommand",
            summary: "Looks at the connections of clients and changes them.",
            subcommands: clientTable, handler: Call.refuseContainer),
        CommandSpec(
            "echo", 2, [.loading, .stale, .fast], .connection, group: "connection",
            since: "1.0.0", summary: "Answers the given message.", syntax: "message",
            handler: echo),
        CommandSpec(
            "hello", -1, [.noScript, .loading, .stale, .fast, .noAuth, .allowBusy], .connection,
            group: "connection", since: "6.0.0",
            summary: "Chooses the protocol and introduces the client and the server.",
            syntax: """
                [arguments{protover:integer [auth{username password}@AUTH] [clientname@SETNAME]}]
                """, handler: hello),
        CommandSpec(
            "ping", -1, .fast, .connection, group: "connection", since: "1.0.0",
            summary: "Answers PONG, or the given message.", syntax: "[message]",
            tips: "request_policy:all_shards response_policy:all_succeeded", handler: ping),
        CommandSpec(
            "quit", -1, [.noScript, .loading, .stale, .fast, .noAuth, .allowBusy], .connection,
            group: "connection", since: "1.0.0", summary: "Ends the connection.", handler: quit),
        CommandSpec(
            "reset", 1, [.noScript, .loading, .stale, .fast, .noAuth, .allowBusy], .connection,
            group: "connection", since: "6.2.0",
            summary: "Puts the connection back into the state of a new one.", handler: reset),
        CommandSpec(
            "select", 2, [.loading, .stale, .fast, .allowBusy], .connection,
            group: "connection", since: "1.0.0", summary: "Changes the selected database.",
            syntax: "index:integer", handler: select),
    ]

    private static let clientTable: [CommandSpec] = [
        client(
            "caching", 3, [.allowBusy], since: "6.0.0",
            "Sets whether the keys of the next command are tracked.",
            syntax: "mode<yes:token@YES | no:token@NO>", handler: caching),
        client(
            "capa", -3, [.allowBusy], since: "8.0.0",
            "Notes what the client is capable of.", syntax: "capability...", handler: capa),
        client(
            "getname", 2, [.allowBusy], since: "2.6.9", "Answers the connection's name.",
            handler: getName),
        client(
            "getredir", 2, [.allowBusy], since: "6.0.0",
            "Answers the connection that gets the messages about this one's cache.",
            handler: getRedirect),
        CommandSpec(
            "help", 2, [.loading, .stale], .connection, group: "connection", since: "5.0.0",
            summary: "Explains the subcommands.", handler: help),
        client(
            "id", 2, [.allowBusy], since: "5.0.0", "Answers the connection's number.",
            handler: id),
        client(
            "import-source", 3, [.allowBusy, .admin], since: "8.1.0",
            "Marks the connection as the source of an import.",
            syntax: "enabled<on:token@ON | off:token@OFF>", handler: importSource),
        client(
            "info", 2, [], since: "6.2.0", "Describes this connection.",
            tips: "nondeterministic_output", handler: info),
        client(
            "kill", -3, [.admin], since: "2.4.0", "Ends connections.",
            complexity: "O(N) for N connections",
            syntax: ClientFilter.killSyntax, handler: kill),
        client(
            "list", -2, [.admin], since: "2.4.0", "Describes the open connections.",
            complexity: "O(N) for N connections",
            syntax: ClientFilter.listSyntax, tips: "nondeterministic_output", handler: list),
        client(
            "no-evict", 3, [.admin, .allowBusy], since: "7.0.0",
            "Sets whether the connection is spared when clients are evicted.",
            syntax: "enabled<on:token@ON | off:token@OFF>", handler: noEvict),
        client(
            "no-touch", 3, [.allowBusy], since: "7.2.0",
            "Sets whether the connection's commands leave LRU and LFU of keys alone.",
            syntax: "enabled<on:token@ON | off:token@OFF>", handler: noTouch),
        client(
            "pause", -3, [.admin], since: "3.0.0",
            "Stops commands of all clients for a while.",
            syntax: "timeout:integer [mode<write:token@WRITE | all:token@ALL>]", handler: pause),
        client(
            "reply", 3, [.noMulti, .allowBusy], since: "3.2.0",
            "Sets whether the connection gets replies.",
            syntax: "action<on:token@ON | off:token@OFF | skip:token@SKIP>", handler: reply),
        client(
            "setinfo", 4, [.allowBusy], since: "7.2.0",
            "Notes the client library's name or version.",
            syntax: "attr<libname@LIB-NAME | libver@LIB-VER>",
            tips: "request_policy:all_nodes response_policy:all_succeeded", handler: setInfo),
        client(
            "setname", 3, [.allowBusy], since: "2.6.9", "Names the connection.",
            syntax: "connection-name",
            tips: "request_policy:all_nodes response_policy:all_succeeded", handler: setName),
        client(
            "tracking", -3, [], since: "6.0.0",
            "Sets whether the connection is told when keys change that it caches.",
            complexity: "O(N) for N prefixes; O(1) without",
            syntax: """
                status<on:token@ON | off:token@OFF> [client-id:integer@REDIRECT] \
                [prefix@PREFIX...@] [bcast:token@BCAST] [optin:token@OPTIN] \
                [optout:token@OPTOUT] [noloop:token@NOLOOP]
                """, handler: track),
        client(
            "trackinginfo", 2, [], since: "6.2.0",
            "Describes what the connection asked of client-side caching.",
            handler: trackingInfo),
        client(
            "unblock", -3, [.admin], since: "5.0.0",
            "Ends the waiting of another connection's blocking command.",
            complexity: "O(1)",
            syntax: "client-id:integer [unblock-type<timeout:token@TIMEOUT | error:token@ERROR>]",
            handler: unblock),
        client(
            "unpause", 2, [.admin, .allowBusy], since: "6.2.0",
            "Lets stopped clients go on.", complexity: "O(N) for N stopped clients",
            handler: unpause),
    ]

    /// A subcommand of CLIENT with the flags that almost all of them have.
    private static func client(
        _ name: StaticString, _ arity: Int, _ flags: CommandFlags, since: StaticString,
        _ summary: StaticString, complexity: StaticString = "O(1)", syntax: StaticString = "",
        tips: StaticString = "", handler: @escaping CommandHandler
    ) -> CommandSpec {
        CommandSpec(
            name, arity, flags.union(sessionFlags), .connection, group: "connection",
            since: since, complexity: complexity, summary: summary, syntax: syntax, tips: tips,
            handler: handler)
    }
}

extension ConnectionCommands {
    static func ping(_ engine: Engine, _ call: inout Call) {
        guard call.count <= 2 else {
            return call.reply.error("ERR wrong number of arguments for 'ping' command")
        }
        if call.session.flags.contains(.subscriberOnly) {
            // Formed like a message: such a client expects nothing else.
            call.reply.array(2)
            call.reply.bulk("pong")
            call.reply.bulk(call.count == 2 ? call[1] : "")
        } else if call.count == 2 {
            call.reply.bulk(call[1])
        } else {
            call.reply.simple("PONG")
        }
    }

    static func echo(_ engine: Engine, _ call: inout Call) { call.reply.bulk(call[1]) }

    static func quit(_ engine: Engine, _ call: inout Call) {
        call.reply.ok()
        call.session.close(afterReply: true)
    }

    static func select(_ engine: Engine, _ call: inout Call) {
        guard let index = call.integer(1) else { return }
        guard index >= 0, index < engine.databases.count else {
            return call.reply.error("ERR DB index is out of range")
        }
        call.session.database = engine.databases[Int(index)]
        call.database = call.session.database
        call.reply.ok()
    }
}
