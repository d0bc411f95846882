// What COMMAND INFO and ACL categories say of a command, derived from its line in the table.
import RedwingContainers

extension CommandFlags {
    /// Each flag that COMMAND INFO shows with its name there, in its order.
    static let names: [(CommandFlags, StaticString)] = [
        (.write, "write"), (.readonly, "readonly"), (.denyOOM, "denyoom"), (.admin, "admin"),
        (.pubsub, "pubsub"), (.noScript, "noscript"), (.blocking, "blocking"),
        (.loading, "loading"), (.stale, "stale"), (.skipMonitor, "skip_monitor"),
        (.skipSlowlog, "skip_commandlog"), (.asking, "asking"), (.fast, "fast"),
        (.noAuth, "no_auth"), (.onlySentinel, "only_sentinel"),
        (.noMandatoryKeys, "no_mandatory_keys"),
        (.noAsyncLoading, "no_async_loading"), (.noMulti, "no_multi"),
        (.movableKeys, "movablekeys"), (.allowBusy, "allow_busy"),
    ]
}

extension CommandCategories {
    static let write = CommandCategories(rawValue: 1 << 20)
    static let read = CommandCategories(rawValue: 1 << 21)
    static let pubsub = CommandCategories(rawValue: 1 << 22)
    /// `@admin`, for commands that lack the flag of that name.
    public static let admin = CommandCategories(rawValue: 1 << 23)
    static let fast = CommandCategories(rawValue: 1 << 24)
    static let slow = CommandCategories(rawValue: 1 << 25)
    static let blocking = CommandCategories(rawValue: 1 << 26)

    /// Each category with its name, in the order in which COMMAND INFO lists them.
    static let names: [(CommandCategories, StaticString)] = [
        (.keyspace, "keyspace"), (.read, "read"), (.write, "write"), (.set, "set"),
        (.sortedSet, "sortedset"), (.list, "list"), (.hash, "hash"), (.string, "string"),
        (.bitmap, "bitmap"), (.hyperLogLog, "hyperloglog"), (.geo, "geo"), (.stream, "stream"),
        (.pubsub, "pubsub"), (.admin, "admin"), (.fast, "fast"), (.slow, "slow"),
        (.blocking, "blocking"), (.dangerous, "dangerous"), (.connection, "connection"),
        (.transaction, "transaction"), (.scripting, "scripting"),
    ]

    /// The category of a name in any case, or nil.
    init?(name: Bytes) {
        let found = CommandCategories.names.first { name.equalsIgnoringCase(Bytes($0.1)) }
        guard let found else { return nil }
        self = found.0
    }
}

extension KeySpec.Flags {
    /// Each flag that COMMAND INFO shows with its name there, in its order.
    static let names: [(KeySpec.Flags, StaticString)] = [
        (.readOnly, "RO"), (.readWrite, "RW"), (.overwrite, "OW"), (.remove, "RM"),
        (.access, "access"), (.update, "update"), (.insert, "insert"), (.delete, "delete"),
        (.notKey, "not_key"), (.incomplete, "incomplete"), (.variable, "variable_flags"),
    ]
}

/// First key, last key and step, from before there were key specs.
struct LegacyKeyRange: Equatable {
    var first = 0
    var last = 0
    var step = 0
}

extension CommandSpec {
    /// All ACL categories, those included that follow from the flags.
    var allCategories: CommandCategories {
        var all = categories
        if flags.contains(.write) { all.insert(.write) }
        if flags.contains(.readonly), !categories.contains(.scripting) { all.insert(.read) }
        if flags.contains(.admin) { all.formUnion([.admin, .dangerous]) }
        if flags.contains(.pubsub) { all.insert(.pubsub) }
        if flags.contains(.blocking) { all.insert(.blocking) }
        all.insert(flags.contains(.fast) ? .fast : .slow)
        return all
    }

    /// The hints one by one.
    var tipList: [String] {
        Bytes(tips).string.split(separator: " ").map { String($0) }
    }

    /// The flags with `movablekeys` where the key specs demand it.
    var allFlags: CommandFlags {
        legacyKeys.isMovable ? flags.union(.movableKeys) : flags
    }

    /// The keys as one range, and whether that leaves some out.
    var legacyKeys: (range: LegacyKeyRange, isMovable: Bool) {
        if keys.count == 1, case .index(let index) = keys[0].begin,
            case .range(let last, let step, _) = keys[0].find
        {
            let absolute = last >= 0 ? last + index : last
            return (
                LegacyKeyRange(first: index, last: absolute, step: step),
                keys[0].flags.contains(.incomplete)
            )
        }
        var range = LegacyKeyRange()
        var isMovable = false
        for spec in keys {
            guard case .index(let index) = spec.begin, case .range(let last, 1, _) = spec.find,
                range.last == 0 || range.last == index - 1
            else {
                isMovable = true
                continue
            }
            if spec.flags.contains(.incomplete) { isMovable = true }
            if range.first == 0 { range.first = index }
            let absolute = last >= 0 ? last + index : last
            range.last = absolute < 0 || range.last < 0 ? min(absolute, -1) : absolute
            range.step = 1
        }
        return (range, isMovable)
    }

    /// The arguments as COMMAND DOCS shows them; none when the notation is malformed.
    var arguments: [CommandArgument] {
        CommandSyntax.parse(Bytes(syntax).string, keySpecCount: keys.count) ?? []
    }
}
