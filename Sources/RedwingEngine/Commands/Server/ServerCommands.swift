// The table of the server commands, one line a command; the handlers are in the files beside.
import RedwingContainers

enum ServerCommands {
    private static let adminFlags: CommandFlags = [.admin, .loading, .stale]
    private static let lockedFlags: CommandFlags = [.admin, .noScript, .loading, .stale]
    private static let subcommandComplexity: StaticString = "That of the subcommand"
    private static let toAllNodes: StaticString =
        "request_policy:all_nodes response_policy:all_succeeded"
    private static let ofAllNodes: StaticString =
        "nondeterministic_output request_policy:all_nodes response_policy:special"
    private static let ofAllShards: StaticString =
        "nondeterministic_output request_policy:all_shards response_policy:special"
    private static let logKinds: StaticString =
        "type<slow:token@SLOW | large-request:token@LARGE-REQUEST | large-reply:token@LARGE-REPLY>"

    static let table: [CommandSpec] = [
        CommandSpec(
            "command", -1, [.loading, .stale], .connection, group: "server", since: "2.8.13",
            complexity: "O(N) for N commands",
            summary: "Describes all commands.", tips: "nondeterministic_output_order",
            subcommands: commandTable, handler: CommandCommand.all),
        container(
            "commandlog", since: "8.1.0", "Looks at remarkable commands of the past.",
            commandLogTable),
        container(
            "config", since: "2.0.0", "Looks at the configuration or changes it.", configTable),
        CommandSpec(
            "debug", -2, lockedFlags, group: "server", since: "1.0.0",
            complexity: subcommandComplexity, summary: "Helps to test the server.",
            isSystem: true, handler: DebugCommand.debug),
        CommandSpec(
            "info", -1, [.loading, .stale], .dangerous, group: "server", since: "1.0.0",
            summary: "Answers facts and figures about the server.", syntax: "[section...]",
            tips: ofAllShards, handler: info),
        container("latency", since: "2.8.13", "Looks at what took long.", latencyTable),
        CommandSpec(
            "lolwut", -1, [.readonly, .fast], group: "server", since: "5.0.0", complexity: "",
            summary: "Draws something, and tells the version.",
            syntax: "[version:integer@VERSION]", handler: Lolwut.lolwut),
        container("memory", since: "4.0.0", "Looks at what takes memory.", memoryTable),
        CommandSpec(
            "monitor", 1, lockedFlags, group: "server", since: "1.0.0",
            summary: "Shows every command that the server runs.", handler: monitor),
        container("slowlog", since: "2.2.12", "Looks at slow commands of the past.", slowLogTable),
        CommandSpec(
            "time", 1, [.loading, .stale, .fast], group: "server", since: "2.6.0",
            summary: "Answers the server's time.", tips: "nondeterministic_output",
            handler: time),
    ]

    private static let commandTable: [CommandSpec] = [
        CommandSpec(
            "count", 2, [.loading, .stale], .connection, group: "server", since: "2.8.13",
            summary: "Answers how many commands there are.", handler: CommandCommand.count),
        CommandSpec(
            "docs", -2, [.loading, .stale], .connection, group: "server", since: "7.0.0",
            complexity: "O(N) for N commands asked for",
            summary: "Answers the manual of some or all commands.", syntax: "[command-name...]",
            tips: "nondeterministic_output_order", handler: CommandCommand.docs),
        CommandSpec(
            "getkeys", -3, [.loading, .stale], .connection, group: "server", since: "2.8.13",
            complexity: "O(N) for N arguments",
            summary: "Answers which arguments of a command are keys.",
            syntax: "command [arg...]", handler: CommandCommand.getKeys),
        CommandSpec(
            "getkeysandflags", -3, [.loading, .stale], .connection, group: "server",
            since: "7.0.0", complexity: "O(N) for N arguments",
            summary: "Answers which arguments of a command are keys and what is done to them.",
            syntax: "command [arg...]", handler: CommandCommand.getKeysAndFlags),
        help(since: "5.0.0", in: .connection, CommandCommand.help),
        CommandSpec(
            "info", -2, [.loading, .stale], .connection, group: "server", since: "2.8.13",
            complexity: "O(N) for N commands asked for",
            summary: "Describes some or all commands.", syntax: "[command-name...]",
            tips: "nondeterministic_output_order", handler: CommandCommand.info),
        CommandSpec(
            "list", -2, [.loading, .stale], .connection, group: "server", since: "7.0.0",
            complexity: "O(N) for N commands",
            summary: "Answers the names of commands and subcommands.",
            syntax: """
                [filterby<module-name@MODULE | category@ACLCAT | \
                pattern:pattern@PATTERN>@FILTERBY]
                """, tips: "nondeterministic_output_order", handler: CommandCommand.list),
    ]

    private static let configTable: [CommandSpec] = [
        CommandSpec(
            "get", -3, lockedFlags, group: "server", since: "2.0.0",
            complexity: "O(N) for N parameters",
            summary: "Answers directives and their values.", syntax: "parameter...",
            handler: ConfigCommands.get),
        help(since: "5.0.0", ConfigCommands.help),
        CommandSpec(
            "resetstat", 2, lockedFlags, group: "server", since: "2.0.0",
            summary: "Sets the counters of INFO back to zero.", tips: toAllNodes,
            handler: ConfigCommands.resetStat),
        CommandSpec(
            "rewrite", 2, lockedFlags, group: "server", since: "2.8.0",
            summary: "Writes the present configuration to its file.", tips: toAllNodes,
            handler: ConfigCommands.rewrite),
        CommandSpec(
            "set", -4, lockedFlags, group: "server", since: "2.0.0",
            complexity: "O(N) for N parameters",
            summary: "Changes directives, all of them or none.",
            syntax: "data{parameter value}...", tips: toAllNodes, handler: ConfigCommands.set),
    ]

    private static let slowLogTable: [CommandSpec] = [
        CommandSpec(
            "get", -2, adminFlags, group: "server", since: "2.2.12",
            complexity: "O(N) for N entries answered",
            summary: "Answers the latest slow commands.", syntax: "[count:integer]",
            tips: "request_policy:all_nodes nondeterministic_output",
            handler: CommandLogCommands.slowGet),
        help(since: "6.2.0", CommandLogCommands.slowHelp),
        CommandSpec(
            "len", 2, adminFlags, group: "server", since: "2.2.12",
            summary: "Answers how many slow commands are kept.",
            tips: "request_policy:all_nodes response_policy:agg_sum nondeterministic_output",
            handler: CommandLogCommands.slowLength),
        CommandSpec(
            "reset", 2, adminFlags, group: "server", since: "2.2.12",
            complexity: "O(N) for N entries",
            summary: "Forgets all slow commands.", tips: toAllNodes,
            handler: CommandLogCommands.slowReset),
    ]

    private static let commandLogTable: [CommandSpec] = [
        CommandSpec(
            "get", 4, adminFlags, group: "server", since: "8.1.0",
            complexity: "O(N) for N entries answered",
            summary: "Answers the latest entries of a log of commands.",
            syntax: """
                count:integer type<slow:token@SLOW | large-request:token@LARGE-REQUEST | \
                large-reply:token@LARGE-REPLY>
                """, tips: "request_policy:all_nodes nondeterministic_output",
            handler: CommandLogCommands.get),
        help(since: "8.1.0", CommandLogCommands.help),
        CommandSpec(
            "len", 3, adminFlags, group: "server", since: "8.1.0",
            summary: "Answers how many entries a log of commands has.", syntax: logKinds,
            tips: "request_policy:all_nodes response_policy:agg_sum nondeterministic_output",
            handler: CommandLogCommands.length),
        CommandSpec(
            "reset", 3, adminFlags, group: "server", since: "8.1.0",
            complexity: "O(N) for N entries",
            summary: "Forgets all entries of a log of commands.", syntax: logKinds,
            tips: toAllNodes, handler: CommandLogCommands.reset),
    ]

    private static let latencyTable: [CommandSpec] = [
        latency(
            "doctor", 2, since: "2.8.13", "Says in words what was slow.", LatencyCommands.doctor),
        latency(
            "graph", 3, since: "2.8.13", "Draws the samples of an event.", syntax: "event",
            LatencyCommands.graph),
        help(since: "2.8.13", LatencyCommands.help),
        latency(
            "histogram", -2, since: "7.0.0",
            complexity: "O(N) for N commands answered", "Answers how many calls took how long.",
            syntax: "[command...]",
            LatencyCommands.histogram),
        latency(
            "history", 3, since: "2.8.13", "Answers the samples of an event.", syntax: "event",
            LatencyCommands.history),
        latency(
            "latest", 2, since: "2.8.13", "Answers the latest sample of each event.",
            LatencyCommands.latest),
        latency(
            "reset", -2, since: "2.8.13", "Forgets some or all events.", syntax: "[event...]",
            tips: "request_policy:all_nodes response_policy:agg_sum", LatencyCommands.reset),
    ]

    private static let memoryTable: [CommandSpec] = [
        CommandSpec(
            "doctor", 2, [], group: "server", since: "4.0.0",
            summary: "Says in words what is wrong with the memory.", tips: ofAllShards,
            handler: MemoryCommands.doctor),
        help(since: "4.0.0", MemoryCommands.help),
        CommandSpec(
            "malloc-stats", 2, .loading, group: "server", since: "4.0.0",
            complexity: "O(N) for N slabs", summary: "Shows what the allocator has.",
            tips: ofAllShards, handler: MemoryCommands.mallocStats),
        CommandSpec(
            "purge", 2, .loading, group: "server", since: "4.0.0",
            complexity: "O(N) for N unused slabs",
            summary: "Gives memory that is not used back to the system.",
            tips: "request_policy:all_shards response_policy:all_succeeded",
            handler: MemoryCommands.purge),
        CommandSpec(
            "stats", 2, [], group: "server", since: "4.0.0",
            summary: "Answers where the memory goes.", tips: ofAllShards,
            handler: MemoryCommands.stats),
        CommandSpec(
            "usage", -3, .readonly, keys: [.key(2, .readOnly)], group: "server", since: "4.0.0",
            complexity: "O(N) for N samples",
            summary: "Answers the bytes that a key takes with its value.",
            syntax: "key:key [count:integer@SAMPLES]", handler: MemoryCommands.usage),
    ]
}

extension ServerCommands {
    private static func container(
        _ name: StaticString, since: StaticString, _ summary: StaticString,
        _ subcommands: [CommandSpec]
    ) -> CommandSpec {
        CommandSpec(
            name, -2, [], group: "server", since: since, complexity: subcommandComplexity,
            summary: summary, subcommands: subcommands, handler: Call.refuseContainer)
    }

    private static func help(
        since: StaticString, in categories: CommandCategories = [],
        _ handler: @escaping CommandHandler
    ) -> CommandSpec {
        CommandSpec(
            "help", 2, [.loading, .stale], categories, group: "server", since: since,
            summary: "Explains the subcommands.", handler: handler)
    }

    private static func latency(
        _ name: StaticString, _ arity: Int, since: StaticString,
        complexity: StaticString = "O(1)", _ summary: StaticString, syntax: StaticString = "",
        tips: StaticString = ofAllNodes, _ handler: @escaping CommandHandler
    ) -> CommandSpec {
        CommandSpec(
            name, arity, lockedFlags, group: "server", since: since, complexity: complexity,
            summary: summary, syntax: syntax, tips: tips, handler: handler)
    }

    static func info(_ engine: Engine, _ call: inout Call) {
        let words = (1..<call.count).map { call[$0].string.lowercased() }
        engine.info(InfoSection.named(words)).withBytes { call.reply.verbatim($0) }
    }

    static func monitor(_ engine: Engine, _ call: inout Call) {
        // Lines need somebody who takes them.
        guard call.session.flags.isDisjoint(with: [.neverWaits, .cannotSubscribe]) else {
            return call.reply.error("ERR MONITOR isn't allowed for DENY BLOCKING client")
        }
        // Who watches already is not answered.
        guard !call.session.flags.contains(.monitor) else { return }
        engine.beginMonitoring(call.session)
        call.reply.ok()
    }

    static func time(_ engine: Engine, _ call: inout Call) {
        call.reply.array(2)
        call.reply.bulk(integer: call.now / 1000)
        call.reply.bulk(integer: call.now % 1000 * 1000)
    }
}
