// What the engine knows of a command: one value of `CommandSpec` is one line in its family's
// table. COMMAND, ACL categories, key extraction and the executor all read it.
import RedwingContainers

/// A command's place in the engine's table.
package typealias CommandIndex = Int32

/// Runs a command: reads its arguments, calls operations, writes one reply.
package typealias CommandHandler = @Sendable (Engine, inout Call) -> Void

/// Properties of a command, named as COMMAND INFO names them.
public struct CommandFlags: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt32
    /// Flags of these bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Changes data.
    public static let write = CommandFlags(rawValue: 1 << 0)
    /// Reads data.
    public static let readonly = CommandFlags(rawValue: 1 << 1)
    /// May need memory; refused when there is none left.
    public static let denyOOM = CommandFlags(rawValue: 1 << 2)
    /// Of administrators.
    public static let admin = CommandFlags(rawValue: 1 << 3)
    /// About pub/sub.
    public static let pubsub = CommandFlags(rawValue: 1 << 4)
    /// Not from scripts.
    public static let noScript = CommandFlags(rawValue: 1 << 5)
    /// May block.
    public static let blocking = CommandFlags(rawValue: 1 << 6)
    /// Allowed while a snapshot is loaded.
    public static let loading = CommandFlags(rawValue: 1 << 7)
    /// Allowed on a replica with old data.
    public static let stale = CommandFlags(rawValue: 1 << 8)
    /// Not shown by MONITOR.
    public static let skipMonitor = CommandFlags(rawValue: 1 << 9)
    /// Not shown by the slow log.
    public static let skipSlowlog = CommandFlags(rawValue: 1 << 10)
    /// Of short and constant time.
    public static let fast = CommandFlags(rawValue: 1 << 11)
    /// Needs no login.
    public static let noAuth = CommandFlags(rawValue: 1 << 12)
    /// Not inside MULTI.
    public static let noMulti = CommandFlags(rawValue: 1 << 13)
    /// Keys cannot be told from the key specs alone.
    public static let movableKeys = CommandFlags(rawValue: 1 << 14)
    /// May run while a script holds the server.
    public static let allowBusy = CommandFlags(rawValue: 1 << 15)
    /// May change data although it is not a write command.
    public static let mayReplicate = CommandFlags(rawValue: 1 << 16)
    /// Asks a replica without ASKING.
    public static let asking = CommandFlags(rawValue: 1 << 17)
    /// Only shown with its container.
    public static let onlySentinel = CommandFlags(rawValue: 1 << 18)
    /// No key is mandatory.
    public static let noMandatoryKeys = CommandFlags(rawValue: 1 << 19)
    /// Reaches all databases.
    public static let allDatabases = CommandFlags(rawValue: 1 << 20)
    /// Not from an asynchronous loading replica.
    public static let noAsyncLoading = CommandFlags(rawValue: 1 << 21)
}

/// The ACL categories that do not follow from a command's flags.
public struct CommandCategories: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt32
    /// Categories of these bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// `@keyspace`
    public static let keyspace = CommandCategories(rawValue: 1 << 0)
    /// The categories of the data types that are structures of their own.
    static let collections: CommandCategories = [.hash, .list, .set, .sortedSet, .geo, .stream]
    /// `@string`
    public static let string = CommandCategories(rawValue: 1 << 1)
    /// `@hash`
    public static let hash = CommandCategories(rawValue: 1 << 2)
    /// `@list`
    public static let list = CommandCategories(rawValue: 1 << 3)
    /// `@set`
    public static let set = CommandCategories(rawValue: 1 << 4)
    /// `@sortedset`
    public static let sortedSet = CommandCategories(rawValue: 1 << 5)
    /// `@bitmap`
    public static let bitmap = CommandCategories(rawValue: 1 << 6)
    /// `@hyperloglog`
    public static let hyperLogLog = CommandCategories(rawValue: 1 << 7)
    /// `@geo`
    public static let geo = CommandCategories(rawValue: 1 << 8)
    /// `@stream`
    public static let stream = CommandCategories(rawValue: 1 << 9)
    /// `@connection`
    public static let connection = CommandCategories(rawValue: 1 << 10)
    /// `@transaction`
    public static let transaction = CommandCategories(rawValue: 1 << 11)
    /// `@scripting`
    public static let scripting = CommandCategories(rawValue: 1 << 12)
    /// `@dangerous`
    public static let dangerous = CommandCategories(rawValue: 1 << 13)
}

/// One place where a command has keys; source: the command documentation's key specifications.
public struct KeySpec: Sendable {
    /// How the search for keys begins.
    public enum Begin: Sendable {
        /// At a fixed argument.
        case index(Int)
        /// Behind a keyword, searched from an argument on (from the end when negative).
        case keyword(StaticString, from: Int)
        /// Nobody can say without the command.
        case unknown
    }
    /// How many keys there are from there on.
    public enum Find: Sendable {
        /// Up to `last` (from the first key; negative from the last argument), each `step`, and
        /// of the rest only a `limit`-th part (0 and 1: all).
        case range(last: Int, step: Int, limit: Int)
        /// An argument says how many.
        case count(at: Int, first: Int, step: Int)
        /// Nobody can say without the command.
        case unknown
    }
    /// What the command does with the keys, named as COMMAND INFO names it.
    public struct Flags: OptionSet, Sendable {
        /// The bits.
        public let rawValue: UInt16
        /// Flags of these bits.
        public init(rawValue: UInt16) { self.rawValue = rawValue }
        /// Reads and writes metadata or value.
        public static let readWrite = Flags(rawValue: 1 << 0)
        /// Only reads.
        public static let readOnly = Flags(rawValue: 1 << 1)
        /// Overwrites without reading.
        public static let overwrite = Flags(rawValue: 1 << 2)
        /// Deletes.
        public static let remove = Flags(rawValue: 1 << 3)
        /// Returns or copies the value.
        public static let access = Flags(rawValue: 1 << 4)
        /// Changes the value in dependence on it.
        public static let update = Flags(rawValue: 1 << 5)
        /// Adds data without touching what is there.
        public static let insert = Flags(rawValue: 1 << 6)
        /// Removes some of the content.
        public static let delete = Flags(rawValue: 1 << 7)
        /// Is no key.
        public static let notKey = Flags(rawValue: 1 << 8)
        /// May miss keys.
        public static let incomplete = Flags(rawValue: 1 << 9)
        /// Other flags hold for some options.
        public static let variable = Flags(rawValue: 1 << 10)
    }

    /// What the command does.
    public var flags: Flags
    /// Where keys begin.
    public var begin: Begin
    /// How far they go.
    public var find: Find
    /// What COMMAND INFO adds in words; empty is nothing.
    public var notes: StaticString

    /// A spec of these parts.
    public init(_ flags: Flags, _ begin: Begin, _ find: Find, notes: StaticString = "") {
        self.flags = flags
        self.begin = begin
        self.find = find
        self.notes = notes
    }

    /// A single key at argument `index`.
    public static func key(_ index: Int, _ flags: Flags, notes: StaticString = "") -> KeySpec {
        KeySpec(flags, .index(index), .range(last: 0, step: 1, limit: 0), notes: notes)
    }

    /// Keys from argument `index` to `last` (negative: from the end), every `step`.
    public static func keys(
        _ index: Int, to last: Int, step: Int = 1, _ flags: Flags
    ) -> KeySpec {
        KeySpec(flags, .index(index), .range(last: last, step: step, limit: 0))
    }
}

/// One command or subcommand.
package struct CommandSpec: Sendable {
    /// Lower case; of a subcommand the second word alone.
    var name: StaticString
    /// The number of arguments with the name; negative is a minimum.
    var arity: Int
    var flags: CommandFlags
    var categories: CommandCategories
    var keys: [KeySpec]
    /// The group that COMMAND DOCS names.
    var group: StaticString
    var since: StaticString
    var complexity: StaticString
    var summary: StaticString
    /// The arguments in the notation of `CommandSyntax`.
    var syntax: StaticString
    /// Hints for proxies and clients, blank-separated.
    var tips: StaticString
    /// Whether COMMAND DOCS calls it an internal command.
    var isSystem: Bool
    var subcommands: [CommandSpec]
    var handler: CommandHandler

    package init(
        _ name: StaticString, _ arity: Int, _ flags: CommandFlags,
        _ categories: CommandCategories = [], keys: [KeySpec] = [], group: StaticString,
        since: StaticString, complexity: StaticString = "O(1)", summary: StaticString,
        syntax: StaticString = "", tips: StaticString = "", isSystem: Bool = false,
        subcommands: [CommandSpec] = [], handler: @escaping CommandHandler
    ) {
        self.name = name
        self.arity = arity
        self.flags = flags
        self.categories = categories
        self.keys = keys
        self.group = group
        self.since = since
        self.complexity = complexity
        self.summary = summary
        self.syntax = syntax
        self.tips = tips
        self.isSystem = isSystem
        self.subcommands = subcommands
        self.handler = handler
    }
}
