// The table of the stream commands, one line a command; the handlers are in the files beside it.
import RedwingContainers

enum StreamCommands {
    static let table = appending + removing + reading + consuming + [xgroup, xinfo]

    private static let appending: [CommandSpec] = [
        CommandSpec(
            "xadd", -5, [.write, .denyOOM, .fast], .stream,
            keys: [
                .key(
                    1, [.readWrite, .update],
                    notes: "UPDATE instead of INSERT because of the optional trimming feature")
            ],
            group: "stream", since: "5.0.0",
            complexity: "O(1) for the entry, O(N) for N entries trimmed.",
            summary: "Adds an entry to a stream, and may trim the stream.",
            syntax: """
                key:key [nomkstream:token@NOMKSTREAM] [trim{strategy<maxlen:token@MAXLEN | \
                minid:token@MINID> [operator<equal:token@= | approximately:token@~>] \
                threshold:string [count:integer@LIMIT]}] id-selector<auto-id:token@* | \
                id:string> data{field:string value:string}...
                """,
            tips: "nondeterministic_output", handler: xadd),
        CommandSpec(
            "xtrim", -4, .write, .stream, keys: [.key(1, [.readWrite, .delete])],
            group: "stream", since: "5.0.0", complexity: "O(N) for N entries removed.",
            summary: "Removes entries from the beginning of a stream.",
            syntax: """
                key:key trim{strategy<maxlen:token@MAXLEN | minid:token@MINID> \
                [operator<equal:token@= | approximately:token@~>] threshold:string \
                [count:integer@LIMIT]}
                """,
            tips: "nondeterministic_output", handler: xtrim),
        CommandSpec(
            "xsetid", -3, [.write, .denyOOM, .fast], .stream,
            keys: [.key(1, [.readWrite, .update])], group: "stream", since: "5.0.0",
            summary: "Sets the last id of a stream and what else it counts.",
            syntax: """
                key:key last-id:string [entries-added:integer@ENTRIESADDED] \
                [max-deleted-id:string@MAXDELETEDID]
                """,
            handler: xsetid),
    ]

    private static let removing: [CommandSpec] = [
        CommandSpec(
            "xdel", -3, [.write, .fast], .stream, keys: [.key(1, [.readWrite, .delete])],
            group: "stream", since: "5.0.0", complexity: "O(1) for each entry.",
            summary: "Removes entries from a stream.",
            syntax: "key:key id:string...", handler: xdel),
        CommandSpec(
            "xdelex", -5, [.write, .fast], .stream, keys: [.key(1, [.readWrite, .delete])],
            group: "stream", since: "8.2.0", complexity: "O(1) for each entry.",
            summary: "Removes entries from a stream with regard to its consumer groups.",
            syntax: """
                key:key [condition<keepref:token@KEEPREF | delref:token@DELREF | \
                acked:token@ACKED>] ids{numids:integer id:string...}@IDS
                """,
            handler: xdelex),
        CommandSpec(
            "xackdel", -6, [.write, .fast], .stream,
            keys: [.key(1, [.readWrite, .update, .delete])],
            group: "stream", since: "8.2.0", complexity: "O(1) for each entry.",
            summary: "Acknowledges entries of a consumer group and removes them.",
            syntax: """
                key:key group:string [condition<keepref:token@KEEPREF | delref:token@DELREF | \
                acked:token@ACKED>] ids{numids:integer id:string...}@IDS
                """,
            handler: xackdel),
    ]

    private static let reading: [CommandSpec] = [
        CommandSpec(
            "xlen", 2, [.readonly, .fast], .stream, keys: [.key(1, .readOnly)], group: "stream",
            since: "5.0.0", summary: "Tells the number of entries of a stream.",
            syntax: "key:key", handler: xlen),
        CommandSpec(
            "xrange", -4, .readonly, .stream, keys: [.key(1, [.readOnly, .access])],
            group: "stream", since: "5.0.0", complexity: "O(N) for N entries answered.",
            summary: "Answers the entries of a stream between two ids.",
            syntax: "key:key start:string end:string [count:integer@COUNT]", handler: xrange),
        CommandSpec(
            "xrevrange", -4, .readonly, .stream, keys: [.key(1, [.readOnly, .access])],
            group: "stream", since: "5.0.0", complexity: "O(N) for N entries answered.",
            summary: "Answers the entries of a stream between two ids, the last one first.",
            syntax: "key:key end:string start:string [count:integer@COUNT]", handler: xrevrange),
        CommandSpec(
            "xread", -4, [.readonly, .blocking, .movableKeys], .stream,
            keys: [
                KeySpec(
                    [.readOnly, .access], .keyword("STREAMS", from: 1),
                    .range(last: -1, step: 1, limit: 2))
            ],
            group: "stream", since: "5.0.0", complexity: "O(N) for N entries answered.",
            summary: "Answers entries of streams behind given ids, and may wait for some.",
            syntax: """
                [count:integer@COUNT] [milliseconds:integer@BLOCK] streams{key:key... \
                id:string...}@STREAMS
                """,
            handler: xread),
    ]

    private static let consuming: [CommandSpec] = [
        CommandSpec(
            "xreadgroup", -7, [.write, .blocking, .movableKeys], .stream,
            keys: [
                KeySpec(
                    [.readOnly, .access], .keyword("STREAMS", from: 4),
                    .range(last: -1, step: 1, limit: 2))
            ],
            group: "stream", since: "5.0.0", complexity: "O(N) for N entries answered.",
            summary:
                "Gives a consumer of a group new entries, or again those it has not acknowledged.",
            syntax: """
                group-block{group:string consumer:string}@GROUP [count:integer@COUNT] \
                [milliseconds:integer@BLOCK] [noack:token@NOACK] streams{key:key... \
                id:string...}@STREAMS
                """,
            handler: xreadgroup),
        CommandSpec(
            "xack", -4, [.write, .fast], .stream, keys: [.key(1, [.readWrite, .update])],
            group: "stream", since: "5.0.0", complexity: "O(1) for each entry.",
            summary: "Acknowledges entries that a consumer group was given.",
            syntax: "key:key group:string id:string...", handler: xack),
        CommandSpec(
            "xpending", -3, .readonly, .stream, keys: [.key(1, [.readOnly, .access])],
            group: "stream", since: "5.0.0", complexity: "O(N) for N entries looked at.",
            summary: "Tells what a consumer group has not acknowledged.",
            syntax: """
                key:key group:string [filters{[min-idle-time:integer@IDLE] start:string \
                end:string count:integer [consumer:string]}]
                """,
            tips: "nondeterministic_output", handler: xpending),
        CommandSpec(
            "xclaim", -6, [.write, .fast], .stream, keys: [.key(1, [.readWrite, .update])],
            group: "stream", since: "5.0.0", complexity: "O(log N) for each entry.",
            summary: "Gives pending entries to another consumer.",
            syntax: """
                key:key group:string consumer:string min-idle-time:string id:string... \
                [ms:integer@IDLE] [unix-time-milliseconds:unix-time@TIME] \
                [count:integer@RETRYCOUNT] [force:token@FORCE] [justid:token@JUSTID] \
                [lastid:string@LASTID]
                """,
            tips: "nondeterministic_output", handler: xclaim),
        CommandSpec(
            "xautoclaim", -6, [.write, .fast], .stream, keys: [.key(1, [.readWrite, .delete])],
            group: "stream", since: "6.2.0", complexity: "O(1) for a small COUNT.",
            summary: "Gives entries that have been pending for long to another consumer.",
            syntax: """
                key:key group:string consumer:string min-idle-time:string start:string \
                [count:integer@COUNT] [justid:token@JUSTID]
                """,
            tips: "nondeterministic_output", handler: xautoclaim),
    ]

    private static let xgroup = CommandSpec(
        "xgroup", -2, [], group: "stream", since: "5.0.0", complexity: "Depends on subcommand.",
        summary: "Makes and removes consumer groups and consumers.",
        subcommands: [
            CommandSpec(
                "create", -5, [.write, .denyOOM], .stream, keys: [.key(2, [.readWrite, .insert])],
                group: "stream", since: "5.0.0", summary: "Makes a consumer group.",
                syntax: """
                    key:key group:string id-selector<id:string | new-id:token@$> \
                    [mkstream:token@MKSTREAM] \
                    [entriesread=entries-read:integer@ENTRIESREAD]
                    """,
                handler: xgroupCreate),
            CommandSpec(
                "createconsumer", 5, [.write, .denyOOM], .stream,
                keys: [.key(2, [.readWrite, .insert])], group: "stream", since: "6.2.0",
                summary: "Makes a consumer of a group.",
                syntax: "key:key group:string consumer:string", handler: xgroupCreateConsumer),
            CommandSpec(
                "delconsumer", 5, .write, .stream, keys: [.key(2, [.readWrite, .delete])],
                group: "stream", since: "5.0.0",
                summary: "Removes a consumer and what it has not acknowledged.",
                syntax: "key:key group:string consumer:string", handler: xgroupDeleteConsumer),
            CommandSpec(
                "destroy", 4, .write, .stream, keys: [.key(2, [.readWrite, .delete])],
                group: "stream", since: "5.0.0",
                complexity: "O(N) for N entries that are pending.",
                summary: "Removes a consumer group.",
                syntax: "key:key group:string", handler: xgroupDestroy),
            CommandSpec(
                "help", 2, [.loading, .stale], .stream, group: "stream", since: "5.0.0",
                summary: "Lists the subcommands.", handler: xgroupHelp),
            CommandSpec(
                "setid", -5, .write, .stream, keys: [.key(2, [.readWrite, .update])],
                group: "stream", since: "5.0.0",
                summary: "Sets the id from which a consumer group reads on.",
                syntax: """
                    key:key group:string id-selector<id:string | new-id:token@$> \
                    [entriesread=entries-read:integer@ENTRIESREAD]
                    """,
                handler: xgroupSetID),
        ], handler: Call.refuseContainer)

    private static let xinfo = CommandSpec(
        "xinfo", -2, [], group: "stream", since: "5.0.0", complexity: "Depends on subcommand.",
        summary: "Tells about streams, consumer groups and consumers.",
        subcommands: [
            CommandSpec(
                "consumers", 4, .readonly, .stream, keys: [.key(2, [.readOnly, .access])],
                group: "stream", since: "5.0.0", summary: "Lists the consumers of a group.",
                syntax: "key:key group:string", tips: "nondeterministic_output",
                handler: xinfoConsumers),
            CommandSpec(
                "groups", 3, .readonly, .stream, keys: [.key(2, [.readOnly, .access])],
                group: "stream", since: "5.0.0", summary: "Lists the consumer groups of a stream.",
                syntax: "key:key", handler: xinfoGroups),
            CommandSpec(
                "help", 2, [.loading, .stale], .stream, group: "stream", since: "5.0.0",
                summary: "Lists the subcommands.", handler: xinfoHelp),
            CommandSpec(
                "stream", -3, .readonly, .stream, keys: [.key(2, [.readOnly, .access])],
                group: "stream", since: "5.0.0", summary: "Tells about a stream.",
                syntax: "key:key [full-block{full:token@FULL [count:integer@COUNT]}]",
                handler: xinfoStream),
        ], handler: Call.refuseContainer)
}
