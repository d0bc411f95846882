// The table of the list commands, one line a command; the handlers are in the files beside it.
import RedwingContainers

enum ListCommands {
    static let table = ends + reading + editing + moving + blocking

    private static let ends: [CommandSpec] = [
        CommandSpec(
            "lpush", -3, [.write, .denyOOM, .fast], .list, keys: [.key(1, [.readWrite, .insert])],
            group: "list", since: "1.0.0", complexity: "O(N) for N elements pushed.",
            summary: "Puts elements at the head of a list, one after the other.",
            syntax: "key:key element:string...",
            handler: lpush),
        CommandSpec(
            "rpush", -3, [.write, .denyOOM, .fast], .list, keys: [.key(1, [.readWrite, .insert])],
            group: "list", since: "1.0.0", complexity: "O(N) for N elements pushed.",
            summary: "Puts elements at the tail of a list, one after the other.",
            syntax: "key:key element:string...",
            handler: rpush),
        CommandSpec(
            "lpushx", -3, [.write, .denyOOM, .fast], .list, keys: [.key(1, [.readWrite, .insert])],
            group: "list", since: "2.2.0", complexity: "O(N) for N elements pushed.",
            summary: "Puts elements at the head of a list, if there is one.",
            syntax: "key:key element:string...",
            handler: lpushx),
        CommandSpec(
            "rpushx", -3, [.write, .denyOOM, .fast], .list, keys: [.key(1, [.readWrite, .insert])],
            group: "list", since: "2.2.0", complexity: "O(N) for N elements pushed.",
            summary: "Puts elements at the tail of a list, if there is one.",
            syntax: "key:key element:string...",
            handler: rpushx),
        CommandSpec(
            "lpop", -2, [.write, .fast], .list, keys: [.key(1, [.readWrite, .access, .delete])],
            group: "list", since: "1.0.0", complexity: "O(N) for N elements popped.",
            summary: "Takes elements from the head of a list.",
            syntax: "key:key [count:integer]",
            handler: lpop),
        CommandSpec(
            "rpop", -2, [.write, .fast], .list, keys: [.key(1, [.readWrite, .access, .delete])],
            group: "list", since: "1.0.0", complexity: "O(N) for N elements popped.",
            summary: "Takes elements from the tail of a list.",
            syntax: "key:key [count:integer]",
            handler: rpop),
        CommandSpec(
            "lmpop", -4, [.write, .movableKeys], .list, keys: [numbered(1)],
            group: "list", since: "7.0.0", complexity: "O(N+M) for N keys and M elements popped.",
            summary: "Takes elements from an end of the first list that is there.",
            syntax: """
                numkeys:integer key:key... where<left:token@LEFT | right:token@RIGHT> \
                [count:integer@COUNT]
                """,
            handler: lmpop),
    ]

    /// Keys behind their number, the argument `index`.
    private static func numbered(_ index: Int) -> KeySpec {
        KeySpec(
            [.readWrite, .access, .delete], .index(index), .count(at: 0, first: 1, step: 1))
    }

    private static let reading: [CommandSpec] = [
        CommandSpec(
            "llen", 2, [.readonly, .fast], .list, keys: [.key(1, .readOnly)],
            group: "list", since: "1.0.0",
            summary: "Counts the elements of a list.",
            syntax: "key:key",
            handler: llen),
        CommandSpec(
            "lindex", 3, .readonly, .list, keys: [.key(1, [.readOnly, .access])],
            group: "list", since: "1.0.0",
            complexity: "O(N) for N nodes and elements of a node that are passed.",
            summary: "Answers an element by its index.",
            syntax: "key:key index:integer",
            handler: lindex),
        CommandSpec(
            "lrange", 4, .readonly, .list, keys: [.key(1, [.readOnly, .access])],
            group: "list", since: "1.0.0",
            complexity: "O(S+N) for S nodes that are passed and N elements answered.",
            summary: "Answers the elements between two indexes.",
            syntax: "key:key start:integer stop:integer",
            handler: lrange),
        CommandSpec(
            "lpos", -3, .readonly, .list, keys: [.key(1, [.readOnly, .access])],
            group: "list", since: "6.0.6", complexity: "O(N) for N elements looked at.",
            summary: "Answers the indexes of elements that are equal to one.",
            syntax: """
                key:key element:string [rank:integer@RANK] [num-matches:integer@COUNT] \
                [len:integer@MAXLEN]
                """,
            handler: lpos),
    ]

    private static let editing: [CommandSpec] = [
        CommandSpec(
            "lset", 4, [.write, .denyOOM], .list, keys: [.key(1, [.readWrite, .update])],
            group: "list", since: "1.0.0",
            complexity: "O(N) for N nodes and elements of a node that are passed.",
            summary: "Sets an element by its index.",
            syntax: "key:key index:integer element:string",
            handler: lset),
        CommandSpec(
            "linsert", 5, [.write, .denyOOM], .list, keys: [.key(1, [.readWrite, .insert])],
            group: "list", since: "2.2.0", complexity: "O(N) for N elements looked at.",
            summary: "Puts an element beside the first one that is equal to another.",
            syntax: """
                key:key where<before:token@BEFORE | after:token@AFTER> pivot:string element:string
                """,
            handler: linsert),
        CommandSpec(
            "lrem", 4, .write, .list, keys: [.key(1, [.readWrite, .delete])],
            group: "list", since: "1.0.0", complexity: "O(N) for N elements looked at.",
            summary: "Removes elements that are equal to one.",
            syntax: "key:key count:integer element:string",
            handler: lrem),
        CommandSpec(
            "ltrim", 4, .write, .list, keys: [.key(1, [.readWrite, .delete])],
            group: "list", since: "1.0.0", complexity: "O(N) for N elements removed.",
            summary: "Removes the elements that are not between two indexes.",
            syntax: "key:key start:integer stop:integer",
            handler: ltrim),
    ]

    private static let sourceAndTarget: [KeySpec] = [
        .key(1, [.readWrite, .access, .delete]), .key(2, [.readWrite, .insert]),
    ]

    private static let moving: [CommandSpec] = [
        CommandSpec(
            "lmove", 5, [.write, .denyOOM], .list, keys: sourceAndTarget,
            group: "list", since: "6.2.0",
            summary: "Moves an element from an end of a list to an end of another.",
            syntax: """
                source:key destination:key wherefrom<left:token@LEFT | right:token@RIGHT> \
                whereto<left:token@LEFT | right:token@RIGHT>
                """,
            handler: lmove),
        CommandSpec(
            "rpoplpush", 3, [.write, .denyOOM], .list, keys: sourceAndTarget,
            group: "list", since: "1.2.0",
            summary: "Moves the last element of a list to the head of another.",
            syntax: "source:key destination:key",
            handler: rpoplpush),
    ]

    private static let blocking: [CommandSpec] = [
        CommandSpec(
            "blpop", -3, [.write, .blocking], .list,
            keys: [.keys(1, to: -2, [.readWrite, .access, .delete])],
            group: "list", since: "2.0.0", complexity: "O(N) for N keys.",
            summary: "Takes the first element of a list, and waits for one if there is none.",
            syntax: "key:key... timeout:double",
            handler: blpop),
        CommandSpec(
            "brpop", -3, [.write, .blocking], .list,
            keys: [.keys(1, to: -2, [.readWrite, .access, .delete])],
            group: "list", since: "2.0.0", complexity: "O(N) for N keys.",
            summary: "Takes the last element of a list, and waits for one if there is none.",
            syntax: "key:key... timeout:double",
            handler: brpop),
        CommandSpec(
            "blmpop", -5, [.write, .blocking, .movableKeys], .list, keys: [numbered(2)],
            group: "list", since: "7.0.0", complexity: "O(N+M) for N keys and M elements popped.",
            summary: "Takes elements from an end of a list, and waits for some if there are none.",
            syntax: """
                timeout:double numkeys:integer key:key... \
                where<left:token@LEFT | right:token@RIGHT> [count:integer@COUNT]
                """,
            handler: blmpop),
        CommandSpec(
            "blmove", 6, [.write, .denyOOM, .blocking], .list, keys: sourceAndTarget,
            group: "list", since: "6.2.0",
            summary: "Moves an element between ends of lists, and waits for one if there is none.",
            syntax: """
                source:key destination:key wherefrom<left:token@LEFT | right:token@RIGHT> \
                whereto<left:token@LEFT | right:token@RIGHT> timeout:double
                """,
            handler: blmove),
        CommandSpec(
            "brpoplpush", 4, [.write, .denyOOM, .blocking], .list, keys: sourceAndTarget,
            group: "list", since: "2.2.0",
            summary: """
                Moves the last element of a list to the head of another, and waits for one if \
                there is none.
                """,
            syntax: "source:key destination:key timeout:double",
            handler: brpoplpush),
    ]
}
