// The table of the set commands, one line a command; the handlers are in the files beside it.
import RedwingContainers

enum SetCommands {
    static let table = changing + reading + combining

    private static let changing: [CommandSpec] = [
        CommandSpec(
            "sadd", -3, [.write, .denyOOM, .fast], .set, keys: [.key(1, [.readWrite, .insert])],
            group: "set", since: "1.0.0", complexity: "O(N) for N members named.",
            summary: "Adds members to a set, which is made if there is none.",
            syntax: "key:key member:string...",
            handler: sadd),
        CommandSpec(
            "srem", -3, [.write, .fast], .set, keys: [.key(1, [.readWrite, .delete])],
            group: "set", since: "1.0.0", complexity: "O(N) for N members named.",
            summary: "Removes members from a set, and the set with its last member.",
            syntax: "key:key member:string...",
            handler: srem),
        CommandSpec(
            "smove", 4, [.write, .fast], .set,
            keys: [.key(1, [.readWrite, .access, .delete]), .key(2, [.readWrite, .insert])],
            group: "set", since: "1.0.0",
            summary: "Moves a member from one set to another.",
            syntax: "source:key destination:key member:string",
            handler: smove),
        CommandSpec(
            "spop", -2, [.write, .fast], .set, keys: [.key(1, [.readWrite, .access, .delete])],
            group: "set", since: "1.0.0", complexity: "O(N) for N members answered.",
            summary: "Picks members of a set at random and removes them.",
            syntax: "key:key [count:integer]", tips: "nondeterministic_output",
            handler: spop),
    ]

    private static let reading: [CommandSpec] = [
        CommandSpec(
            "smembers", 2, .readonly, .set, keys: [.key(1, [.readOnly, .access])],
            group: "set", since: "1.0.0", complexity: "O(N) for N members in the set.",
            summary: "Answers all members of a set.",
            syntax: "key:key", tips: "nondeterministic_output_order",
            handler: smembers),
        CommandSpec(
            "sismember", 3, [.readonly, .fast], .set, keys: [.key(1, .readOnly)],
            group: "set", since: "1.0.0",
            summary: "Tells whether a set has a member.",
            syntax: "key:key member:string",
            handler: sismember),
        CommandSpec(
            "smismember", -3, [.readonly, .fast], .set, keys: [.key(1, [.readOnly, .access])],
            group: "set", since: "6.2.0", complexity: "O(N) for N members named.",
            summary: "Tells of several members whether a set has them.",
            syntax: "key:key member:string...",
            handler: smismember),
        CommandSpec(
            "scard", 2, [.readonly, .fast], .set, keys: [.key(1, .readOnly)],
            group: "set", since: "1.0.0",
            summary: "Counts the members of a set.",
            syntax: "key:key",
            handler: scard),
        CommandSpec(
            "srandmember", -2, .readonly, .set, keys: [.key(1, [.readOnly, .access])],
            group: "set", since: "1.0.0", complexity: "O(N) for N members answered.",
            summary: "Picks members of a set at random.",
            syntax: "key:key [count:integer]", tips: "nondeterministic_output",
            handler: srandmember),
        CommandSpec(
            "sscan", -3, .readonly, .set, keys: [.key(1, [.readOnly, .access])],
            group: "set", since: "2.8.0",
            complexity: "O(COUNT) a call, O(N) for a pass over N members.",
            summary: "Goes through the members of a set, a few a call.",
            syntax: "key:key cursor:integer [pattern:pattern@MATCH] [count:integer@COUNT]",
            tips: "nondeterministic_output",
            handler: sscan),
    ]

    private static let combining: [CommandSpec] = [
        CommandSpec(
            "sinter", -2, .readonly, .set, keys: [.keys(1, to: -1, [.readOnly, .access])],
            group: "set", since: "1.0.0",
            complexity: "O(N*M) for N members in the smallest of M sets.",
            summary: "Answers the members that all of several sets have.",
            syntax: "key:key...", tips: "nondeterministic_output_order",
            handler: sinter),
        CommandSpec(
            "sintercard", -3, .readonlyMovable, .set,
            keys: [
                KeySpec(
                    [.readOnly, .access], .index(1), .count(at: 0, first: 1, step: 1))
            ],
            group: "set", since: "7.0.0",
            complexity: "O(N*M) for N members in the smallest of M sets.",
            summary: "Counts the members that all of several sets have.",
            syntax: "numkeys:integer key:key... [limit:integer@LIMIT]",
            handler: sintercard),
        CommandSpec(
            "sinterstore", -3, [.write, .denyOOM], .set, keys: storing,
            group: "set", since: "1.0.0",
            complexity: "O(N*M) for N members in the smallest of M sets.",
            summary: "Stores the members that all of several sets have.",
            syntax: "destination:key key:key...",
            handler: sinterstore),
        CommandSpec(
            "sunion", -2, .readonly, .set, keys: [.keys(1, to: -1, [.readOnly, .access])],
            group: "set", since: "1.0.0", complexity: "O(N) for N members in all sets.",
            summary: "Answers the members that any of several sets has.",
            syntax: "key:key...", tips: "nondeterministic_output_order",
            handler: sunion),
        CommandSpec(
            "sunionstore", -3, [.write, .denyOOM], .set, keys: storing,
            group: "set", since: "1.0.0", complexity: "O(N) for N members in all sets.",
            summary: "Stores the members that any of several sets has.",
            syntax: "destination:key key:key...",
            handler: sunionstore),
        CommandSpec(
            "sdiff", -2, .readonly, .set, keys: [.keys(1, to: -1, [.readOnly, .access])],
            group: "set", since: "1.0.0", complexity: "O(N) for N members in all sets.",
            summary: "Answers the members of a set that none of the others has.",
            syntax: "key:key...", tips: "nondeterministic_output_order",
            handler: sdiff),
        CommandSpec(
            "sdiffstore", -3, [.write, .denyOOM], .set, keys: storing,
            group: "set", since: "1.0.0", complexity: "O(N) for N members in all sets.",
            summary: "Stores the members of a set that none of the others has.",
            syntax: "destination:key key:key...",
            handler: sdiffstore),
    ]

    /// The keys of a command that stores what it makes of others.
    private static let storing: [KeySpec] = [
        .key(1, [.overwrite, .update]), .keys(2, to: -1, [.readOnly, .access]),
    ]
}

extension CommandFlags {
    /// Reads keys that only the command's arguments tell.
    fileprivate static let readonlyMovable: CommandFlags = [.readonly, .movableKeys]
}
