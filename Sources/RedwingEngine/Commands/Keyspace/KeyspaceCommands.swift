// The table of the commands on keys of any type, one line a command; the handlers are in the files
// beside it.
import RedwingContainers

enum KeyspaceCommands {
    static let table =
        presence + iteration + deadlines + transfers + dumps + wholeDatabases + [object] + waits

    private static let presence: [CommandSpec] = [
        CommandSpec(
            "del", -2, .write, .keyspace, keys: [.keys(1, to: -1, [.remove, .delete])],
            group: "generic", since: "1.0.0",
            complexity: "O(N) for N keys; large collections are freed later, in slices.",
            summary: "Removes keys with what they hold.", syntax: "key:key...",
            tips: "request_policy:multi_shard response_policy:agg_sum", handler: delete),
        CommandSpec(
            "unlink", -2, [.write, .fast], .keyspace,
            keys: [.keys(1, to: -1, [.remove, .delete])], group: "generic", since: "4.0.0",
            complexity: "O(N) for N keys; large collections are freed later, in slices.",
            summary: "Removes keys and frees what they hold in the background.",
            syntax: "key:key...",
            tips: "request_policy:multi_shard response_policy:agg_sum", handler: delete),
        CommandSpec(
            "exists", -2, [.readonly, .fast], .keyspace, keys: [.keys(1, to: -1, .readOnly)],
            group: "generic", since: "1.0.0", complexity: "O(N) for N keys.",
            summary: "Counts those of the given keys that exist.", syntax: "key:key...",
            tips: "request_policy:multi_shard response_policy:agg_sum", handler: exists),
        CommandSpec(
            "touch", -2, [.readonly, .fast], .keyspace, keys: [.keys(1, to: -1, .readOnly)],
            group: "generic", since: "3.2.1", complexity: "O(N) for N keys.",
            summary: "Counts existing keys and notes that they were used.", syntax: "key:key...",
            tips: "request_policy:multi_shard response_policy:agg_sum", handler: touch),
        CommandSpec(
            "type", 2, [.readonly, .fast], .keyspace, keys: [.key(1, .readOnly)],
            group: "generic", since: "1.0.0", summary: "Names the data type of a key.",
            syntax: "key:key", handler: type),
    ]

    private static let iteration: [CommandSpec] = [
        CommandSpec(
            "keys", 2, .readonly, [.keyspace, .dangerous], group: "generic", since: "1.0.0",
            complexity: "O(N) for N keys in the database.",
            summary: "Lists all keys whose names match a pattern.", syntax: "pattern:pattern",
            tips: "request_policy:all_shards nondeterministic_output_order", handler: keys),
        CommandSpec(
            "scan", -2, .readonly, .keyspace, group: "generic", since: "2.8.0",
            complexity: "O(COUNT) a call, O(N) for a pass over N keys.",
            summary: "Goes through the keys of the database, a few a call.",
            syntax: """
                cursor:integer [pattern:pattern@MATCH] [count:integer@COUNT] [type@TYPE]
                """,
            tips: "nondeterministic_output request_policy:special response_policy:special",
            handler: scan),
        CommandSpec(
            "randomkey", 1, .readonly, .keyspace, group: "generic", since: "1.0.0",
            summary: "Picks a key of the database at random.",
            tips: "request_policy:all_shards response_policy:special nondeterministic_output",
            handler: randomKey),
        CommandSpec(
            "dbsize", 1, [.readonly, .fast], .keyspace, group: "server", since: "1.0.0",
            summary: "Counts the keys of the database.",
            tips: "request_policy:all_shards response_policy:agg_sum", handler: databaseSize),
    ]

    private static let transfers: [CommandSpec] = [
        CommandSpec(
            "rename", 3, .write, .keyspace,
            keys: [.key(1, [.readWrite, .access, .delete]), .key(2, [.overwrite, .update])],
            group: "generic", since: "1.0.0",
            summary: "Gives a key another name, whatever had that name before.",
            syntax: "key:key newkey:key", handler: { rename($0, &$1, onlyNew: false) }),
        CommandSpec(
            "renamenx", 3, [.write, .fast], .keyspace,
            keys: [.key(1, [.readWrite, .access, .delete]), .key(2, [.overwrite, .insert])],
            group: "generic", since: "1.0.0",
            summary: "Gives a key another name unless that name is taken.",
            syntax: "key:key newkey:key", handler: { rename($0, &$1, onlyNew: true) }),
        CommandSpec(
            "move", 3, [.write, .fast], .keyspace,
            keys: [.key(1, [.readWrite, .access, .update])], group: "generic", since: "1.0.0",
            summary: "Moves a key to another database.", syntax: "key:key db:integer",
            handler: move),
        CommandSpec(
            "copy", -3, [.write, .denyOOM], .keyspace,
            keys: [.key(1, [.readOnly, .access]), .key(2, [.overwrite, .update])],
            group: "generic", since: "6.2.0",
            complexity: "O(N) for a collection of N elements, O(1) for a string.",
            summary: "Copies the value and deadline of a key to another key.",
            syntax: """
                source:key destination:key [destination-db:integer@DB] [replace:token@REPLACE]
                """,
            handler: copy),
    ]

    private static let wholeDatabases: [CommandSpec] = [
        CommandSpec(
            "swapdb", 3, [.write, .fast], [.keyspace, .dangerous], group: "server",
            since: "4.0.0", complexity: "O(1)", summary: "Exchanges the keys of two databases.",
            syntax: "index1:integer index2:integer", handler: swapDatabases),
        CommandSpec(
            "flushdb", -1, .write, [.keyspace, .dangerous], group: "server", since: "1.0.0",
            complexity: "O(1); with SYNC O(N) for N keys in the database.",
            summary: "Removes all keys of the selected database.", syntax: flushSyntax,
            tips: "request_policy:all_shards response_policy:all_succeeded",
            handler: flushDatabase),
        CommandSpec(
            "flushall", -1, [.write, .allDatabases], [.keyspace, .dangerous], group: "server",
            since: "1.0.0",
            complexity: "O(1); with SYNC O(N) for N keys in all databases.",
            summary: "Removes all keys of all databases.", syntax: flushSyntax,
            tips: "request_policy:all_shards response_policy:all_succeeded", handler: flushAll),
    ]

    private static let flushSyntax: StaticString =
        "[flush-type<async:token@ASYNC | sync:token@SYNC>]"
}
