// The table of SORT and SORT_RO; the handlers are in the files beside it.
import RedwingContainers

enum SortCommands {
    static let table: [CommandSpec] = [
        CommandSpec(
            "sort", -2, [.write, .denyOOM, .movableKeys],
            [.list, .set, .sortedSet, .dangerous],
            keys: [
                .key(1, [.readOnly, .access]), patterns,
                KeySpec(
                    [.overwrite, .update], .unknown, .unknown,
                    notes: "STORE may stand at any place among the options."),
            ], group: "generic", since: "1.0.0", complexity: complexity,
            summary: "Answers or stores the elements of a list, set or sorted set in order.",
            syntax: """
                key:key [by-pattern=pattern:pattern#1@BY] \
                [limit{offset:integer count:integer}@LIMIT] \
                [get-pattern=pattern:pattern#1@GET...@] [order<asc:token@ASC | desc:token@DESC>] \
                [sorting:token@ALPHA] [destination:key#2@STORE]
                """, handler: { sort($0, &$1, mayStore: true) }),
        CommandSpec(
            "sort_ro", -2, [.readonly, .movableKeys], [.list, .set, .sortedSet, .dangerous],
            keys: [.key(1, [.readOnly, .access]), patterns], group: "generic", since: "7.0.0",
            complexity: complexity,
            summary: "Answers the elements of a list, set or sorted set in order.",
            syntax: """
                key:key [by-pattern=pattern:pattern#1@BY] \
                [limit{offset:integer count:integer}@LIMIT] \
                [get-pattern=pattern:pattern#1@GET...@] [order<asc:token@ASC | desc:token@DESC>] \
                [sorting:token@ALPHA]
                """, handler: { sort($0, &$1, mayStore: false) }),
    ]

    private static let complexity: StaticString = """
        O(N+M*log(M)) for N elements of which M are answered, O(N) when nothing is sorted.
        """

    private static let patterns = KeySpec(
        [.readOnly, .access], .unknown, .unknown,
        notes: "BY and GET name further keys, which follow from the elements.")
}

/// What SORT is told.
struct SortOptions {
    var isDescending = false
    /// Whether to compare bytes and not numbers.
    var isAlphabetic = false
    private var offset: Int64 = 0
    private var limit: Int64 = -1
    /// What leads from an element to what it is compared by.
    var by: SortPattern?
    /// Whether the order is to be left as it is.
    var isUnsorted = false
    /// What leads from an element to what is answered; empty for the elements themselves.
    private(set) var gets: [SortPattern] = []
    /// The argument that names where to store.
    private(set) var destination: Int?

    /// The options of a call; answers the error itself. Patterns lead to keys that the arguments do
    /// not name, so they are for those who may read every key.
    init?(_ call: borrowing Call, mayStore: Bool, readsAllKeys: Bool) {
        var index = 2
        while index < call.count {
            guard readsAllKeys || !refusePattern(call, index),
                let taken = parse(call, index, mayStore: mayStore)
            else { return nil }
            index += taken
        }
    }

    private mutating func parse(
        _ call: borrowing Call, _ index: Int, mayStore: Bool
    ) -> Int? {
        let option = call[index]
        let left = call.count - index - 1
        if option.isToken("asc") {
            isDescending = false
            return 1
        }
        if option.isToken("desc") {
            isDescending = true
            return 1
        }
        if option.isToken("alpha") {
            isAlphabetic = true
            return 1
        }
        if option.isToken("limit"), left >= 2 {
            guard let offset = call[index + 1].parseInteger(),
                let limit = call[index + 2].parseInteger()
            else {
                call.reply.error(ReplyError.notInteger)
                return nil
            }
            (self.offset, self.limit) = (offset, limit)
            return 3
        }
        guard left >= 1, parsePattern(option, call[index + 1]) else {
            if mayStore, left >= 1, option.isToken("store") {
                destination = index + 1
                return 2
            }
            call.reply.error(ReplyError.syntax)
            return nil
        }
        return 2
    }

    /// Whether the option is a pattern that leads to other keys; answers the error if so.
    private func refusePattern(_ call: borrowing Call, _ index: Int) -> Bool {
        guard index + 1 < call.count else { return false }
        if call[index].isToken("by"), SortPattern(call[index + 1]).hasStar {
            call.reply.error("ERR BY option of SORT denied due to insufficient ACL permissions.")
            return true
        }
        guard call[index].isToken("get") else { return false }
        call.reply.error("ERR GET option of SORT denied due to insufficient ACL permissions.")
        return true
    }

    private mutating func parsePattern(_ option: Bytes, _ text: Bytes) -> Bool {
        if option.isToken("by") {
            let pattern = SortPattern(text)
            by = pattern
            // A fixed key says nothing about the order; once given, that holds.
            if !pattern.hasStar { isUnsorted = true }
            return true
        }
        guard option.isToken("get") else { return false }
        gets.append(SortPattern(text))
        return true
    }

    /// The places to answer of `count` that there are.
    func places(of count: Int) -> Range<Int> {
        let total = Int64(count)
        let start = min(max(offset, 0), total)
        let end = limit < 0 ? total : min(start + min(limit, total), total)
        return Int(start)..<Int(end)
    }
}
