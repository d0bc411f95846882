// The table of the hash commands, one line a command; the handlers are in the files beside it.
import RedwingContainers

enum HashCommands {
    static let table = setting + reading + expiry

    private static let setting: [CommandSpec] = [
        CommandSpec(
            "hset", -4, [.write, .denyOOM, .fast], .hash, keys: [.key(1, [.readWrite, .update])],
            group: "hash", since: "2.0.0", complexity: "O(N) for N fields set.",
            summary: "Sets fields of a hash, new ones and old ones.",
            syntax: "key:key data{field:string value:string}...",
            handler: hset),
        CommandSpec(
            "hmset", -4, [.write, .denyOOM, .fast], .hash, keys: [.key(1, [.readWrite, .update])],
            group: "hash", since: "2.0.0", complexity: "O(N) for N fields set.",
            summary: "Sets several fields of a hash.",
            syntax: "key:key data{field:string value:string}...",
            handler: hmset),
        CommandSpec(
            "hsetnx", 4, [.write, .denyOOM, .fast], .hash, keys: [.key(1, [.readWrite, .insert])],
            group: "hash", since: "2.0.0",
            summary: "Sets a field of a hash unless it is there.",
            syntax: "key:key field:string value:string",
            handler: hsetnx),
        CommandSpec(
            "hsetex", -6, [.write, .denyOOM, .fast], .hash, keys: [.key(1, [.readWrite, .insert])],
            group: "hash", since: "9.0.0", complexity: "O(N) for N fields set.",
            summary: "Sets fields of a hash on conditions, with a time at which they expire.",
            syntax: """
                key:key [key-condition<nx:token@NX | xx:token@XX>] \
                [fields-condition<fnx:token@FNX | fxx:token@FXX>] \
                [expiration<seconds:integer@EX | milliseconds:integer@PX | \
                unix-time-seconds:unix-time@EXAT | unix-time-milliseconds:unix-time@PXAT | \
                keepttl:token@KEEPTTL>] fields{numfields:integer#0 data{field:string \
                value:string}...}@FIELDS
                """,
            handler: hsetex),
        CommandSpec(
            "hincrby", 4, [.write, .denyOOM, .fast], .hash,
            keys: [.key(1, [.readWrite, .access, .update])],
            group: "hash", since: "2.0.0",
            summary: "Adds to the integer in a field; a missing field counts as 0.",
            syntax: "key:key field:string increment:integer",
            handler: hincrby),
        CommandSpec(
            "hincrbyfloat", 4, [.write, .denyOOM, .fast], .hash,
            keys: [.key(1, [.readWrite, .access, .update])],
            group: "hash", since: "2.6.0",
            summary: "Adds to the number in a field; a missing field counts as 0.",
            syntax: "key:key field:string increment:double",
            handler: hincrbyfloat),
        CommandSpec(
            "hdel", -3, [.write, .fast], .hash, keys: [.key(1, [.readWrite, .delete])],
            group: "hash", since: "2.0.0", complexity: "O(N) for N fields deleted.",
            summary: "Deletes fields of a hash, and the hash with its last field.",
            syntax: "key:key field:string...",
            handler: hdel),
        CommandSpec(
            "hgetdel", -5, [.write, .fast], .hash, keys: [.key(1, [.readWrite, .access, .delete])],
            group: "hash", since: "9.1.0", complexity: "O(N) for N fields named.",
            summary: "Answers the values of fields and deletes them.",
            syntax: "key:key fields{numfields:integer#0 field:string...}@FIELDS",
            handler: hgetdel),
    ]

    private static let reading: [CommandSpec] = [
        CommandSpec(
            "hget", 3, [.readonly, .fast], .hash, keys: [.key(1, [.readOnly, .access])],
            group: "hash", since: "2.0.0",
            summary: "Answers the value of a field.",
            syntax: "key:key field:string",
            handler: hget),
        CommandSpec(
            "hmget", -3, [.readonly, .fast], .hash, keys: [.key(1, [.readOnly, .access])],
            group: "hash", since: "2.0.0", complexity: "O(N) for N fields named.",
            summary: "Answers the values of several fields.",
            syntax: "key:key field:string...",
            handler: hmget),
        CommandSpec(
            "hgetall", 2, .readonly, .hash, keys: [.key(1, [.readOnly, .access])],
            group: "hash", since: "2.0.0", complexity: "O(N) for N fields in the hash.",
            summary: "Answers all fields with their values.",
            syntax: "key:key", tips: "nondeterministic_output_order",
            handler: hgetall),
        CommandSpec(
            "hkeys", 2, .readonly, .hash, keys: [.key(1, [.readOnly, .access])],
            group: "hash", since: "2.0.0", complexity: "O(N) for N fields in the hash.",
            summary: "Answers the names of all fields.",
            syntax: "key:key", tips: "nondeterministic_output_order",
            handler: hkeys),
        CommandSpec(
            "hvals", 2, .readonly, .hash, keys: [.key(1, [.readOnly, .access])],
            group: "hash", since: "2.0.0", complexity: "O(N) for N fields in the hash.",
            summary: "Answers the values of all fields.",
            syntax: "key:key", tips: "nondeterministic_output_order",
            handler: hvals),
        CommandSpec(
            "hlen", 2, [.readonly, .fast], .hash, keys: [.key(1, .readOnly)],
            group: "hash", since: "2.0.0",
            summary: "Counts the fields of a hash.",
            syntax: "key:key",
            handler: hlen),
        CommandSpec(
            "hexists", 3, [.readonly, .fast], .hash, keys: [.key(1, .readOnly)],
            group: "hash", since: "2.0.0",
            summary: "Tells whether a hash has a field.",
            syntax: "key:key field:string",
            handler: hexists),
        CommandSpec(
            "hstrlen", 3, [.readonly, .fast], .hash, keys: [.key(1, .readOnly)],
            group: "hash", since: "3.2.0",
            summary: "Answers the length of a field's value.",
            syntax: "key:key field:string",
            handler: hstrlen),
        CommandSpec(
            "hrandfield", -2, .readonly, .hash, keys: [.key(1, [.readOnly, .access])],
            group: "hash", since: "6.2.0", complexity: "O(N) for N fields answered.",
            summary: "Picks fields of a hash at random.",
            syntax: "key:key [options{count:integer [withvalues:token@WITHVALUES]}]",
            tips: "nondeterministic_output",
            handler: hrandfield),
        CommandSpec(
            "hscan", -3, .readonly, .hash, keys: [.key(1, [.readOnly, .access])],
            group: "hash", since: "2.8.0",
            complexity: "O(COUNT) a call, O(N) for a pass over N fields.",
            summary: "Goes through the fields of a hash, a few a call.",
            syntax: """
                key:key cursor:integer [pattern:pattern@MATCH] [count:integer@COUNT] \
                [novalues:token@NOVALUES]
                """, tips: "nondeterministic_output",
            handler: hscan),
    ]

    private static let expiry: [CommandSpec] = [
        CommandSpec(
            "hexpire", -6, [.write, .fast], .hash, keys: [.key(1, [.readWrite, .update])],
            group: "hash", since: "9.0.0", complexity: "O(N) for N fields named.",
            summary: "Lets fields expire after a number of seconds.",
            syntax: """
                key:key seconds:integer [condition<nx:token@NX | xx:token@XX | gt:token@GT | \
                lt:token@LT>] fields{numfields:integer field:string...}@FIELDS
                """,
            handler: hexpire),
        CommandSpec(
            "hpexpire", -6, [.write, .fast], .hash, keys: [.key(1, [.readWrite, .update])],
            group: "hash", since: "9.0.0", complexity: "O(N) for N fields named.",
            summary: "Lets fields expire after a number of milliseconds.",
            syntax: """
                key:key milliseconds:integer [condition<nx:token@NX | xx:token@XX | \
                gt:token@GT | lt:token@LT>] fields{numfields:integer#0 field:string...}@FIELDS
                """,
            handler: hpexpire),
        CommandSpec(
            "hexpireat", -6, [.write, .fast], .hash, keys: [.key(1, [.readWrite, .update])],
            group: "hash", since: "9.0.0", complexity: "O(N) for N fields named.",
            summary: "Lets fields expire at a Unix time in seconds.",
            syntax: """
                key:key unix-time-seconds:integer [condition<nx:token@NX | xx:token@XX | \
                gt:token@GT | lt:token@LT>] fields{numfields:integer#0 field:string...}@FIELDS
                """,
            handler: hexpireat),
        CommandSpec(
            "hpexpireat", -6, [.write, .fast], .hash, keys: [.key(1, [.readWrite, .update])],
            group: "hash", since: "9.0.0", complexity: "O(N) for N fields named.",
            summary: "Lets fields expire at a Unix time in milliseconds.",
            syntax: """
                key:key unix-time-milliseconds:integer [condition<nx:token@NX | xx:token@XX | \
                gt:token@GT | lt:token@LT>] fields{numfields:integer#0 field:string...}@FIELDS
                """,
            handler: hpexpireat),
        CommandSpec(
            "hpersist", -5, [.write, .fast], .hash, keys: [.key(1, [.readWrite, .update])],
            group: "hash", since: "9.0.0", complexity: "O(N) for N fields named.",
            summary: "Lets fields stay for good that would have expired.",
            syntax: "key:key fields{numfields:integer#0 field:string...}@FIELDS",
            handler: hpersist),
        CommandSpec(
            "httl", -5, [.readonly, .fast], .hash, keys: [.key(1, [.readOnly, .access])],
            group: "hash", since: "9.0.0", complexity: "O(N) for N fields named.",
            summary: "Answers the seconds until fields expire.",
            syntax: "key:key fields{numfields:integer#0 field:string...}@FIELDS",
            handler: httl),
        CommandSpec(
            "hpttl", -5, [.readonly, .fast], .hash, keys: [.key(1, [.readOnly, .access])],
            group: "hash", since: "9.0.0", complexity: "O(N) for N fields named.",
            summary: "Answers the milliseconds until fields expire.",
            syntax: "key:key fields{numfields:integer#0 field:string...}@FIELDS",
            handler: hpttl),
        CommandSpec(
            "hexpiretime", -5, [.readonly, .fast], .hash, keys: [.key(1, [.readOnly, .access])],
            group: "hash", since: "9.0.0", complexity: "O(N) for N fields named.",
            summary: "Answers the Unix time in seconds at which fields expire.",
            syntax: "key:key fields{numfields:integer#0 field:string...}@FIELDS",
            handler: hexpiretime),
        CommandSpec(
            "hpexpiretime", -5, [.readonly, .fast], .hash, keys: [.key(1, [.readOnly, .access])],
            group: "hash", since: "9.0.0", complexity: "O(N) for N fields named.",
            summary: "Answers the Unix time in milliseconds at which fields expire.",
            syntax: "key:key fields{numfields:integer#0 field:string...}@FIELDS",
            handler: hpexpiretime),
        CommandSpec(
            "hgetex", -5, [.write, .fast], .hash, keys: [.key(1, [.readWrite, .access, .update])],
            group: "hash", since: "9.0.0", complexity: "O(N) for N fields named.",
            summary: "Answers the values of fields and changes when they expire.",
            syntax: """
                key:key [expiration<seconds:integer@EX | milliseconds:integer@PX | \
                unix-time-seconds:unix-time@EXAT | unix-time-milliseconds:unix-time@PXAT | \
                persist:token@PERSIST>] fields{numfields:integer#0 field:string...}@FIELDS
                """,
            handler: hgetex),
    ]
}
