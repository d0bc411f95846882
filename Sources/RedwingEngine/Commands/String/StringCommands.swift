// The table of the string commands, one line a command; the handlers are in the files beside it.
import RedwingContainers

enum StringCommands {
    static let table = values + counters + ranges + several

    private static let values: [CommandSpec] = [
        CommandSpec(
            "get", 2, [.readonly, .fast], .string, keys: [.key(1, [.readOnly, .access])],
            group: "string", since: "1.0.0", summary: "Answers the string that a key holds.",
            syntax: "key:key", handler: get),
        CommandSpec(
            "set", -3, [.write, .denyOOM], .string,
            keys: [.key(1, [.readWrite, .access, .update, .variable])],
            group: "string", since: "1.0.0",
            summary: "Stores a string under a key, whatever the key held before.",
            syntax: """
                key:key value:string \
                [condition<nx:token@NX | xx:token@XX | comparison-value:string@IFEQ>] \
                [get:token@GET] [expiration<seconds:integer@EX | milliseconds:integer@PX | \
                unix-time-seconds:unix-time@EXAT | unix-time-milliseconds:unix-time@PXAT | \
                keepttl:token@KEEPTTL>]
                """, handler: set),
        CommandSpec(
            "setex", 4, [.write, .denyOOM], .string, keys: [.key(1, [.overwrite, .update])],
            group: "string", since: "2.0.0",
            summary: "Stores a string that expires after a number of seconds.",
            syntax: "key:key seconds:integer value:string", handler: setex),
        CommandSpec(
            "psetex", 4, [.write, .denyOOM], .string, keys: [.key(1, [.overwrite, .update])],
            group: "string", since: "2.6.0",
            summary: "Stores a string that expires after a number of milliseconds.",
            syntax: "key:key milliseconds:integer value:string", handler: psetex),
        CommandSpec(
            "setnx", 3, [.write, .denyOOM, .fast], .string,
            keys: [.key(1, [.overwrite, .insert])],
            group: "string", since: "1.0.0",
            summary: "Stores a string unless the key exists.", syntax: "key:key value:string",
            handler: setnx),
        CommandSpec(
            "getset", 3, [.write, .denyOOM, .fast], .string,
            keys: [.key(1, [.readWrite, .access, .update])],
            group: "string", since: "1.0.0",
            summary: "Stores a string and answers the one that was there.",
            syntax: "key:key value:string", handler: getset),
        CommandSpec(
            "getex", -2, [.write, .fast], .string,
            keys: [.key(1, [.readWrite, .access, .update])],
            group: "string", since: "6.2.0",
            summary: "Answers the string that a key holds and changes when the key expires.",
            syntax: """
                key:key [expiration<seconds:integer@EX | milliseconds:integer@PX | \
                unix-time-seconds:unix-time@EXAT | unix-time-milliseconds:unix-time@PXAT | \
                persist:token@PERSIST>]
                """, handler: getex),
        CommandSpec(
            "getdel", 2, [.write, .fast], .string,
            keys: [.key(1, [.readWrite, .access, .delete])],
            group: "string", since: "6.2.0",
            summary: "Answers the string that a key holds and deletes the key.",
            syntax: "key:key", handler: getdel),
        CommandSpec(
            "delifeq", 3, [.write, .fast], .string, keys: [.key(1, [.remove, .delete])],
            group: "string", since: "9.0.0",
            summary: "Deletes a key if it holds the given string.",
            syntax: "key:key value:string", handler: delifeq),
    ]

    private static let counters: [CommandSpec] = [
        CommandSpec(
            "incr", 2, [.write, .denyOOM, .fast], .string,
            keys: [.key(1, [.readWrite, .access, .update])],
            group: "string", since: "1.0.0",
            summary: "Adds one to the integer that a key holds; a missing key counts as 0.",
            syntax: "key:key", handler: incr),
        CommandSpec(
            "incrby", 3, [.write, .denyOOM, .fast], .string,
            keys: [.key(1, [.readWrite, .access, .update])],
            group: "string", since: "1.0.0",
            summary: "Adds to the integer that a key holds; a missing key counts as 0.",
            syntax: "key:key increment:integer", handler: incrby),
        CommandSpec(
            "incrbyfloat", 3, [.write, .denyOOM, .fast], .string,
            keys: [.key(1, [.readWrite, .access, .update])],
            group: "string", since: "2.6.0",
            summary: "Adds to the number that a key holds; a missing key counts as 0.",
            syntax: "key:key increment:double", handler: incrbyfloat),
        CommandSpec(
            "decr", 2, [.write, .denyOOM, .fast], .string,
            keys: [.key(1, [.readWrite, .access, .update])],
            group: "string", since: "1.0.0",
            summary: "Takes one from the integer that a key holds; a missing key counts as 0.",
            syntax: "key:key", handler: decr),
        CommandSpec(
            "decrby", 3, [.write, .denyOOM, .fast], .string,
            keys: [.key(1, [.readWrite, .access, .update])],
            group: "string", since: "1.0.0",
            summary: "Subtracts from the integer that a key holds; a missing key counts as 0.",
            syntax: "key:key decrement:integer", handler: decrby),
    ]

    private static let ranges: [CommandSpec] = [
        CommandSpec(
            "append", 3, [.write, .denyOOM, .fast], .string,
            keys: [.key(1, [.readWrite, .insert])],
            group: "string", since: "2.0.0",
            complexity: "O(1) amortised for short additions: room for more is kept behind them.",
            summary: "Adds bytes at the end of a key's string, which is made if it is missing.",
            syntax: "key:key value:string", handler: append),
        CommandSpec(
            "getrange", 4, [.readonly], .string, keys: [.key(1, [.readOnly, .access])],
            group: "string", since: "2.4.0", complexity: "O(N) where N is the length of the reply.",
            summary: "Answers the part of a key's string between two positions.",
            syntax: "key:key start:integer end:integer", handler: getrange),
        CommandSpec(
            "substr", 4, [.readonly], .string, keys: [.key(1, [.readOnly, .access])],
            group: "string", since: "1.0.0", complexity: "O(N) where N is the length of the reply.",
            summary: "Answers the part of a key's string between two positions.",
            syntax: "key:key start:integer end:integer", handler: getrange),
        CommandSpec(
            "setrange", 4, [.write, .denyOOM], .string, keys: [.key(1, [.readWrite, .update])],
            group: "string", since: "2.2.0",
            complexity: "O(N) where N is the length of the value and of the gap before it.",
            summary: "Overwrites a key's string from a position on.",
            syntax: "key:key offset:integer value:string", handler: setrange),
        CommandSpec(
            "strlen", 2, [.readonly, .fast], .string, keys: [.key(1, .readOnly)],
            group: "string", since: "2.2.0",
            summary: "Answers the length of the string that a key holds.", syntax: "key:key",
            handler: strlen),
    ]

    private static let several: [CommandSpec] = [
        CommandSpec(
            "mget", -2, [.readonly, .fast], .string,
            keys: [.keys(1, to: -1, [.readOnly, .access])],
            group: "string", since: "1.0.0", complexity: "O(N) where N is the number of keys.",
            summary: "Answers the strings that several keys hold.", syntax: "key:key...",
            tips: "request_policy:multi_shard", handler: mget),
        CommandSpec(
            "mset", -3, [.write, .denyOOM], .string,
            keys: [.keys(1, to: -1, step: 2, [.overwrite, .update])],
            group: "string", since: "1.0.1", complexity: "O(N) where N is the number of keys.",
            summary: "Stores strings under several keys in one step.",
            syntax: "data{key:key value:string}...",
            tips: "request_policy:multi_shard response_policy:all_succeeded", handler: mset),
        CommandSpec(
            "msetnx", -3, [.write, .denyOOM], .string,
            keys: [.keys(1, to: -1, step: 2, [.overwrite, .insert])],
            group: "string", since: "1.0.1", complexity: "O(N) where N is the number of keys.",
            summary: "Stores strings under several keys unless one of the keys exists.",
            syntax: "data{key:key value:string}...", handler: msetnx),
        CommandSpec(
            "msetex", -4, [.write, .denyOOM, .movableKeys], .string,
            keys: [
                KeySpec([.overwrite, .update], .index(1), .count(at: 0, first: 1, step: 2))
            ],
            group: "string", since: "9.1.0", complexity: "O(N) where N is the number of keys.",
            summary: "Stores strings under several keys, on a condition and with an expiry.",
            syntax: """
                numkeys:integer data{key:key value:string}... \
                [condition<nx:token@NX | xx:token@XX>] \
                [expiration<seconds:integer@EX | milliseconds:integer@PX | \
                unix-time-seconds:unix-time@EXAT | unix-time-milliseconds:unix-time@PXAT | \
                keepttl:token@KEEPTTL>]
                """,
            tips: "request_policy:multi_shard response_policy:all_succeeded", handler: msetex),
        CommandSpec(
            "lcs", -3, [.readonly], .string, keys: [.keys(1, to: 1, [.readOnly, .access])],
            group: "string", since: "7.0.0",
            complexity: "O(N*M) where N and M are the lengths of the two strings.",
            summary: "Answers the longest common subsequence of two strings.",
            syntax: """
                key1:key key2:key [len:token@LEN] [idx:token@IDX] \
                [min-match-len:integer@MINMATCHLEN] [withmatchlen:token@WITHMATCHLEN]
                """, handler: lcs),
    ]
}
