// OBJECT: how a key's value is stored and how it is used.
import RedwingContainers

extension KeyspaceCommands {
    static let object = CommandSpec(
        "object", -2, [], group: "generic", since: "2.2.3",
        complexity: "Depends on subcommand.", summary: "Tells how values are stored and used.",
        subcommands: [
            objectLine(
                "encoding", "2.2.3", "Names the form in which a value is stored.",
                objectEncoding),
            objectLine(
                "freq", "4.0.0", "Tells a key's logarithmic access count.", objectFrequency),
            CommandSpec(
                "help", 2, [.loading, .stale], .keyspace, group: "generic", since: "6.2.0",
                summary: "Lists the subcommands.", handler: objectHelp),
            objectLine(
                "idletime", "2.2.3", "Tells for how many seconds a key was not used.",
                objectIdleTime),
            objectLine("refcount", "2.2.3", "Tells how often a value is shared.", objectReferences),
        ], handler: Call.refuseContainer)

    private static func objectLine(
        _ name: StaticString, _ since: StaticString, _ summary: StaticString,
        _ handler: @escaping CommandHandler
    ) -> CommandSpec {
        CommandSpec(
            name, 3, .readonly, .keyspace, keys: [.key(2, .readOnly)], group: "generic",
            since: since, summary: summary, syntax: "key:key", tips: "nondeterministic_output",
            handler: handler)
    }

    private static func objectEncoding(_ engine: Engine, _ call: inout Call) {
        guard let entry = engine.inspect(&call, call[2], isSilent: true) else {
            return call.reply.null()
        }
        call.reply.bulk(encodingName(entry))
    }

    private static func objectFrequency(_ engine: Engine, _ call: inout Call) {
        guard let entry = engine.inspect(&call, call[2], isSilent: true) else {
            return call.reply.null()
        }
        guard engine.access.isLFU else {
            return call.reply.error(
                """
                ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please \
                note that when switching between policies at runtime LRU and LFU data will take \
                some time to adjust.
                """)
        }
        call.reply.integer(Int(engine.access.frequency(of: entry)))
    }

    private static func objectIdleTime(_ engine: Engine, _ call: inout Call) {
        guard let entry = engine.inspect(&call, call[2], isSilent: true) else {
            return call.reply.null()
        }
        guard !engine.access.isLFU else {
            return call.reply.error(
                """
                ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that \
                when switching between policies at runtime LRU and LFU data will take some time \
                to adjust.
                """)
        }
        call.reply.integer(engine.access.idleSeconds(of: entry, now: call.now))
    }

    private static func objectReferences(_ engine: Engine, _ call: inout Call) {
        guard engine.inspect(&call, call[2], isSilent: true) != nil else {
            return call.reply.null()
        }
        // Sharing among keys, replies and snapshots is not a client's business.
        call.reply.integer(1)
    }

    private static func objectHelp(_ engine: Engine, _ call: inout Call) {
        call.help(
            "OBJECT",
            [
                "ENCODING <key>",
                "    Return the kind of internal representation used in order to store the value",
                "    associated with a <key>.",
                "FREQ <key>",
                "    Return the access frequency index of the <key>. The returned integer is",
                "    proportional to the logarithm of the recent access frequency of the key.",
                "IDLETIME <key>",
                "    Return the idle time of the <key>, that is the approximated number of",
                "    seconds elapsed since the last access to the key.",
                "REFCOUNT <key>",
                "    Return the number of references of the value associated with the specified",
                "    <key>.",
            ])
    }
}
