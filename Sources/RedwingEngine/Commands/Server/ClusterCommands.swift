// CLUSTER and its like on a server that is no part of a cluster: clients ask, and are told so. The
// slot of a key is the same everywhere.
import RedwingContainers
import RedwingRESP

enum ClusterCommands {
    static let table: [CommandSpec] = [
        CommandSpec(
            "asking", 1, .fast, .connection, group: "cluster", since: "3.0.0",
            summary: "Announces that a redirection is followed.", handler: refuse),
        CommandSpec(
            "cluster", -2, [], group: "cluster", since: "3.0.0",
            complexity: "That of the subcommand", summary: "Looks at the cluster.",
            subcommands: subcommands, handler: Call.refuseContainer),
        CommandSpec(
            "readonly", 1, [.loading, .stale, .fast], .connection, group: "cluster",
            since: "3.0.0", summary: "Allows reads from a replica.", handler: accept),
        CommandSpec(
            "readwrite", 1, [.loading, .stale, .fast], .connection, group: "cluster",
            since: "3.0.0", summary: "Takes READONLY back.", handler: accept),
    ]

    private static let subcommands: [CommandSpec] = [
        subcommand("countkeysinslot", 3, .stale, "3.0.0", syntax: "slot:integer"),
        subcommand("getkeysinslot", 4, .stale, "3.0.0", syntax: "slot:integer count:integer"),
        CommandSpec(
            "help", 2, [.loading, .stale], group: "cluster", since: "5.0.0",
            summary: "Explains the subcommands.", handler: help),
        subcommand("info", 2, [.loading, .stale], "3.0.0"),
        CommandSpec(
            "keyslot", 3, .stale, group: "cluster", since: "3.0.0",
            complexity: "O(N) for a key of N bytes", summary: "Answers the slot of a key.",
            syntax: "key", handler: keySlot),
        subcommand("links", 2, .stale, "7.0.0"),
        subcommand("myid", 2, [.loading, .stale], "3.0.0"),
        subcommand("nodes", 2, [.loading, .stale], "3.0.0"),
        subcommand("shards", 2, [.loading, .stale], "7.0.0"),
        subcommand("slots", 2, [.loading, .stale], "3.0.0"),
    ]

    private static func subcommand(
        _ name: StaticString, _ arity: Int, _ flags: CommandFlags, _ since: StaticString,
        syntax: StaticString = ""
    ) -> CommandSpec {
        CommandSpec(
            name, arity, flags, group: "cluster", since: since,
            summary: "Only for servers in a cluster.", syntax: syntax, handler: refuse)
    }

    private static func refuse(_ engine: Engine, _ call: inout Call) {
        call.reply.error("ERR This instance has cluster support disabled")
    }

    /// Without replicas every read is allowed already.
    private static func accept(_ engine: Engine, _ call: inout Call) { call.reply.ok() }

    private static func keySlot(_ engine: Engine, _ call: inout Call) {
        call.reply.integer(slot(of: call[2]))
    }

    /// The slot of a key, or of what it has in its first pair of braces if that is not empty:
    /// CRC-16 (XMODEM) modulo 16384, as the cluster specification says.
    static func slot(of key: Bytes) -> Int {
        var part = key
        if let open = key.firstIndex(of: 0x7b) {
            let rest = key.slice(open + 1, key.count - open - 1)
            if let close = rest.firstIndex(of: 0x7d), close > 0 { part = rest.slice(0, close) }
        }
        var crc: UInt16 = 0
        for index in 0..<part.count {
            crc ^= UInt16(part[index]) << 8
            for _ in 0..<8 { crc = crc & 0x8000 != 0 ? crc << 1 ^ 0x1021 : crc << 1 }
        }
        return Int(crc) % 16_384
    }

    private static func help(_ engine: Engine, _ call: inout Call) {
        call.help(
            "CLUSTER",
            [
                "KEYSLOT <key>", "    Answer the slot of a key.",
                "COUNTKEYSINSLOT", "GETKEYSINSLOT", "INFO", "LINKS", "MYID", "NODES", "SHARDS",
                "SLOTS", "    Only for servers in a cluster, which this one is not.",
            ])
    }
}
