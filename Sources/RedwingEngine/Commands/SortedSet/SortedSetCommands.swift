// The table of the sorted set commands, one line a command; the handlers are in the files beside
// it.
import RedwingContainers

enum SortedSetCommands {
    static let table = setting + reading + ranges + algebra

    private static let setting: [CommandSpec] = [
        CommandSpec(
            "zadd", -4, [.write, .denyOOM, .fast], .sortedSet,
            keys: [.key(1, [.readWrite, .update])],
            group: "sorted-set", since: "1.2.0",
            complexity: "O(log(N)) for each member added to N.",
            summary: "Adds members to a sorted set or changes their scores.",
            syntax: """
                key:key [condition<nx:token@NX | xx:token@XX>] [comparison<gt:token@GT | \
                lt:token@LT>] [change:token@CH] [increment:token@INCR] data{score:double \
                member}...
                """,
            handler: zadd),
        CommandSpec(
            "zincrby", 4, [.write, .denyOOM, .fast], .sortedSet,
            keys: [.key(1, [.readWrite, .access, .update])],
            group: "sorted-set", since: "1.2.0",
            complexity: "O(log(N)) for N members.",
            summary: "Adds to the score of a member; a missing one counts as 0.",
            syntax: "key:key increment:integer member",
            handler: zincrby),
        CommandSpec(
            "zrem", -3, [.write, .fast], .sortedSet, keys: [.key(1, [.readWrite, .delete])],
            group: "sorted-set", since: "1.2.0",
            complexity: "O(M*log(N)) for M of N members.",
            summary: "Removes members of a sorted set, and the sorted set with its last one.",
            syntax: "key:key member...",
            handler: zrem),
        CommandSpec(
            "zremrangebyrank", 4, .write, .sortedSet, keys: [.key(1, [.readWrite, .delete])],
            group: "sorted-set", since: "2.0.0",
            complexity: "O(M*log(N)) for M of N members.",
            summary: "Removes the members of a range of ranks.",
            syntax: "key:key start:integer stop:integer",
            handler: zremrangebyrank),
        CommandSpec(
            "zremrangebyscore", 4, .write, .sortedSet, keys: [.key(1, [.readWrite, .delete])],
            group: "sorted-set", since: "1.2.0",
            complexity: "O(M*log(N)) for M of N members.",
            summary: "Removes the members of a range of scores.",
            syntax: "key:key min:double max:double",
            handler: zremrangebyscore),
        CommandSpec(
            "zremrangebylex", 4, .write, .sortedSet, keys: [.key(1, [.readWrite, .delete])],
            group: "sorted-set", since: "2.8.9",
            complexity: "O(M*log(N)) for M of N members.",
            summary: "Removes the members between two, when all scores are equal.",
            syntax: "key:key min max",
            handler: zremrangebylex),
        CommandSpec(
            "zpopmin", -2, [.write, .fast], .sortedSet,
            keys: [.key(1, [.readWrite, .access, .delete])],
            group: "sorted-set", since: "5.0.0",
            complexity: "O(M*log(N)) for M of N members.",
            summary: "Pops members with the smallest scores.",
            syntax: "key:key [count:integer]",
            handler: zpopmin),
        CommandSpec(
            "zpopmax", -2, [.write, .fast], .sortedSet,
            keys: [.key(1, [.readWrite, .access, .delete])],
            group: "sorted-set", since: "5.0.0",
            complexity: "O(M*log(N)) for M of N members.",
            summary: "Pops members with the greatest scores.",
            syntax: "key:key [count:integer]",
            handler: zpopmax),
        CommandSpec(
            "zmpop", -4, .write, .sortedSet,
            keys: [
                KeySpec(
                    [.readWrite, .access, .delete], .index(1), .count(at: 0, first: 1, step: 1))
            ],
            group: "sorted-set", since: "7.0.0",
            complexity: "O(K) + O(M*log(N)) for K keys and M of N members.",
            summary: "Pops members of the first of some sorted sets that has any.",
            syntax: """
                numkeys:integer key:key... where<min:token@MIN | max:token@MAX> \
                [count:integer@COUNT]
                """,
            handler: zmpop),
        CommandSpec(
            "bzpopmin", -3, [.write, .blocking, .fast], .sortedSet,
            keys: [.keys(1, to: -2, [.readWrite, .access, .delete])],
            group: "sorted-set", since: "5.0.0",
            complexity: "O(log(N)) for N members.",
            summary: "Pops the member with the smallest score, or waits for one.",
            syntax: "key:key... timeout:double",
            handler: bzpopmin),
        CommandSpec(
            "bzpopmax", -3, [.write, .blocking, .fast], .sortedSet,
            keys: [.keys(1, to: -2, [.readWrite, .access, .delete])],
            group: "sorted-set", since: "5.0.0",
            complexity: "O(log(N)) for N members.",
            summary: "Pops the member with the greatest score, or waits for one.",
            syntax: "key:key... timeout:double",
            handler: bzpopmax),
        CommandSpec(
            "bzmpop", -5, [.write, .blocking], .sortedSet,
            keys: [
                KeySpec(
                    [.readWrite, .access, .delete], .index(2), .count(at: 0, first: 1, step: 1))
            ],
            group: "sorted-set", since: "7.0.0",
            complexity: "O(K) + O(M*log(N)) for K keys and M of N members.",
            summary:
                "Pops members of the first of some sorted sets that has any, or waits for one.",
            syntax: """
                timeout:double numkeys:integer key:key... where<min:token@MIN | \
                max:token@MAX> [count:integer@COUNT]
                """,
            handler: bzmpop),
    ]

    private static let reading: [CommandSpec] = [
        CommandSpec(
            "zcard", 2, [.readonly, .fast], .sortedSet, keys: [.key(1, .readOnly)],
            group: "sorted-set", since: "1.2.0",
            summary: "Counts the members of a sorted set.",
            syntax: "key:key",
            handler: zcard),
        CommandSpec(
            "zscore", 3, [.readonly, .fast], .sortedSet, keys: [.key(1, [.readOnly, .access])],
            group: "sorted-set", since: "1.2.0",
            summary: "Answers the score of a member.",
            syntax: "key:key member",
            handler: zscore),
        CommandSpec(
            "zmscore", -3, [.readonly, .fast], .sortedSet, keys: [.key(1, [.readOnly, .access])],
            group: "sorted-set", since: "6.2.0",
            complexity: "O(N) for N members named.",
            summary: "Answers the scores of several members.",
            syntax: "key:key member...",
            handler: zmscore),
        CommandSpec(
            "zrank", -3, [.readonly, .fast], .sortedSet, keys: [.key(1, [.readOnly, .access])],
            group: "sorted-set", since: "2.0.0",
            complexity: "O(log(N)) for N members.",
            summary: "Answers how many members come before one.",
            syntax: "key:key member [withscore:token@WITHSCORE]",
            handler: zrank),
        CommandSpec(
            "zrevrank", -3, [.readonly, .fast], .sortedSet, keys: [.key(1, [.readOnly, .access])],
            group: "sorted-set", since: "2.0.0",
            complexity: "O(log(N)) for N members.",
            summary: "Answers how many members come behind one.",
            syntax: "key:key member [withscore:token@WITHSCORE]",
            handler: zrevrank),
        CommandSpec(
            "zcount", 4, [.readonly, .fast], .sortedSet, keys: [.key(1, [.readOnly, .access])],
            group: "sorted-set", since: "2.0.0",
            complexity: "O(log(N)) for N members.",
            summary: "Counts the members of a range of scores.",
            syntax: "key:key min:double max:double",
            handler: zcount),
        CommandSpec(
            "zlexcount", 4, [.readonly, .fast], .sortedSet, keys: [.key(1, [.readOnly, .access])],
            group: "sorted-set", since: "2.8.9",
            complexity: "O(log(N)) for N members.",
            summary: "Counts the members between two, when all scores are equal.",
            syntax: "key:key min max",
            handler: zlexcount),
        CommandSpec(
            "zrandmember", -2, .readonly, .sortedSet, keys: [.key(1, [.readOnly, .access])],
            group: "sorted-set", since: "6.2.0",
            complexity: "O(N) for N members answered.",
            summary: "Picks members of a sorted set at random.",
            syntax: "key:key [options{count:integer [withscores:token@WITHSCORES]}]",
            tips: "nondeterministic_output",
            handler: zrandmember),
        CommandSpec(
            "zscan", -3, .readonly, .sortedSet, keys: [.key(1, [.readOnly, .access])],
            group: "sorted-set", since: "2.8.0",
            complexity: "O(COUNT) a call, O(N) for a pass over N members.",
            summary: "Goes through the members of a sorted set, a few a call.",
            syntax: """
                key:key cursor:integer [pattern:pattern@MATCH] [count:integer@COUNT] \
                [noscores:token@NOSCORES]
                """,
            tips: "nondeterministic_output",
            handler: zscan),
    ]

    private static let ranges: [CommandSpec] = [
        CommandSpec(
            "zrange", -4, .readonly, .sortedSet, keys: [.key(1, [.readOnly, .access])],
            group: "sorted-set", since: "1.2.0",
            complexity: "O(log(N)+M) for M of N members.",
            summary: "Answers the members of a range of ranks, scores or names.",
            syntax: """
                key:key start stop [sortby<byscore:token@BYSCORE | bylex:token@BYLEX>] \
                [rev:token@REV] [limit{offset:integer count:integer}@LIMIT] \
                [withscores:token@WITHSCORES]
                """,
            handler: zrange),
        CommandSpec(
            "zrangestore", -5, [.write, .denyOOM], .sortedSet,
            keys: [.key(1, [.overwrite, .update]), .key(2, [.readOnly, .access])],
            group: "sorted-set", since: "6.2.0",
            complexity: "O(log(N)+M) for M of N members.",
            summary: "Stores the members of a range of another sorted set.",
            syntax: """
                dst:key src:key min max [sortby<byscore:token@BYSCORE | bylex:token@BYLEX>] \
                [rev:token@REV] [limit{offset:integer count:integer}@LIMIT]
                """,
            handler: zrangestore),
        CommandSpec(
            "zrevrange", -4, .readonly, .sortedSet, keys: [.key(1, [.readOnly, .access])],
            group: "sorted-set", since: "1.2.0",
            complexity: "O(log(N)+M) for M of N members.",
            summary: "Answers the members of a range of ranks, counted from the greatest score.",
            syntax: "key:key start:integer stop:integer [withscores:token@WITHSCORES]",
            handler: zrevrange),
        CommandSpec(
            "zrangebyscore", -4, .readonly, .sortedSet, keys: [.key(1, [.readOnly, .access])],
            group: "sorted-set", since: "1.0.5",
            complexity: "O(log(N)+M) for M of N members.",
            summary: "Answers the members of a range of scores.",
            syntax: """
                key:key min:double max:double [withscores:token@WITHSCORES] \
                [limit{offset:integer count:integer}@LIMIT]
                """,
            handler: zrangebyscore),
        CommandSpec(
            "zrevrangebyscore", -4, .readonly, .sortedSet, keys: [.key(1, [.readOnly, .access])],
            group: "sorted-set", since: "2.2.0",
            complexity: "O(log(N)+M) for M of N members.",
            summary: "Answers the members of a range of scores, the greatest first.",
            syntax: """
                key:key max:double min:double [withscores:token@WITHSCORES] \
                [limit{offset:integer count:integer}@LIMIT]
                """,
            handler: zrevrangebyscore),
        CommandSpec(
            "zrangebylex", -4, .readonly, .sortedSet, keys: [.key(1, [.readOnly, .access])],
            group: "sorted-set", since: "2.8.9",
            complexity: "O(log(N)+M) for M of N members.",
            summary: "Answers the members between two, when all scores are equal.",
            syntax: "key:key min max [limit{offset:integer count:integer}@LIMIT]",
            handler: zrangebylex),
        CommandSpec(
            "zrevrangebylex", -4, .readonly, .sortedSet, keys: [.key(1, [.readOnly, .access])],
            group: "sorted-set", since: "2.8.9",
            complexity: "O(log(N)+M) for M of N members.",
            summary: "Answers the members between two backwards, when all scores are equal.",
            syntax: "key:key max min [limit{offset:integer count:integer}@LIMIT]",
            handler: zrevrangebylex),
    ]

    private static let algebra: [CommandSpec] = [
        CommandSpec(
            "zunion", -3, .readonly, .sortedSet,
            keys: [KeySpec([.readOnly, .access], .index(1), .count(at: 0, first: 1, step: 1))],
            group: "sorted-set", since: "6.2.0",
            complexity: "O(N)+O(M*log(M)) for N members of all and M of the result.",
            summary: "Answers the members that any of some sorted sets has.",
            syntax: """
                numkeys:integer key:key... [weight:integer@WEIGHTS...] \
                [aggregate<sum:token@SUM | min:token@MIN | max:token@MAX>@AGGREGATE] \
                [withscores:token@WITHSCORES]
                """,
            handler: zunion),
        CommandSpec(
            "zinter", -3, .readonly, .sortedSet,
            keys: [KeySpec([.readOnly, .access], .index(1), .count(at: 0, first: 1, step: 1))],
            group: "sorted-set", since: "6.2.0",
            complexity:
                "O(N*K)+O(M*log(M)) for K inputs, N members of the smallest, M of the result.",
            summary: "Answers the members that all of some sorted sets have.",
            syntax: """
                numkeys:integer key:key... [weight:integer@WEIGHTS...] \
                [aggregate<sum:token@SUM | min:token@MIN | max:token@MAX>@AGGREGATE] \
                [withscores:token@WITHSCORES]
                """,
            handler: zinter),
        CommandSpec(
            "zdiff", -3, .readonly, .sortedSet,
            keys: [KeySpec([.readOnly, .access], .index(1), .count(at: 0, first: 1, step: 1))],
            group: "sorted-set", since: "6.2.0",
            complexity: "O(L+M*log(M)) for L members of all and M of the result.",
            summary: "Answers the members of the first sorted set that no other one has.",
            syntax: "numkeys:integer key:key... [withscores:token@WITHSCORES]",
            handler: zdiff),
        CommandSpec(
            "zintercard", -3, .readonly, .sortedSet,
            keys: [KeySpec([.readOnly, .access], .index(1), .count(at: 0, first: 1, step: 1))],
            group: "sorted-set", since: "7.0.0",
            complexity: "O(N*K) for K sorted sets and N members of the smallest.",
            summary: "Counts the members that all of some sorted sets have.",
            syntax: "numkeys:integer key:key... [limit:integer@LIMIT]",
            handler: zintercard),
        CommandSpec(
            "zunionstore", -4, [.write, .denyOOM], .sortedSet,
            keys: [
                .key(1, [.overwrite, .update]),
                KeySpec([.readOnly, .access], .index(2), .count(at: 0, first: 1, step: 1)),
            ],
            group: "sorted-set", since: "2.0.0",
            complexity: "O(N)+O(M*log(M)) for N members of all and M of the result.",
            summary: "Stores the members that any of some sorted sets has.",
            syntax: """
                destination:key numkeys:integer key:key... [weight:integer@WEIGHTS...] \
                [aggregate<sum:token@SUM | min:token@MIN | max:token@MAX>@AGGREGATE]
                """,
            handler: zunionstore),
        CommandSpec(
            "zinterstore", -4, [.write, .denyOOM], .sortedSet,
            keys: [
                .key(1, [.overwrite, .update]),
                KeySpec([.readOnly, .access], .index(2), .count(at: 0, first: 1, step: 1)),
            ],
            group: "sorted-set", since: "2.0.0",
            complexity:
                "O(N*K)+O(M*log(M)) for K inputs, N members of the smallest, M of the result.",
            summary: "Stores the members that all of some sorted sets have.",
            syntax: """
                destination:key numkeys:integer key:key... [weight:integer@WEIGHTS...] \
                [aggregate<sum:token@SUM | min:token@MIN | max:token@MAX>@AGGREGATE]
                """,
            handler: zinterstore),
        CommandSpec(
            "zdiffstore", -4, [.write, .denyOOM], .sortedSet,
            keys: [
                .key(1, [.overwrite, .update]),
                KeySpec([.readOnly, .access], .index(2), .count(at: 0, first: 1, step: 1)),
            ],
            group: "sorted-set", since: "6.2.0",
            complexity: "O(L+M*log(M)) for L members of all and M of the result.",
            summary: "Stores the members of a sorted set that no other one has.",
            syntax: "destination:key numkeys:integer key:key...",
            handler: zdiffstore),
    ]
}
