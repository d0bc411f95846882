// What a permission check has to look at for a command, packed into two bytes that lie beside what
// the executor reads of it anyway.
import RedwingContainers

/// What a command does to the keys that it names, as far as permissions tell it apart.
struct KeyAccess: OptionSet {
    let rawValue: UInt8
    /// It sees what is stored.
    static let read = KeyAccess(rawValue: 1)
    /// It changes what is stored.
    static let write = KeyAccess(rawValue: 2)
    static let full: KeyAccess = [.read, .write]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// What the flags of a key demand.
    init(_ flags: KeySpec.Flags) {
        var access: KeyAccess = []
        if flags.contains(.access) { access.insert(.read) }
        if !flags.isDisjoint(with: [.insert, .delete, .update]) { access.insert(.write) }
        self = access
    }
}

/// Where the keys of a command are, and which databases and channels it reaches.
struct AccessRule: Equatable {
    /// Which arguments are keys.
    enum Keys: UInt8 {
        case none
        /// The one that is the table's first key.
        case first
        /// That one, too, but what is done to it depends on the options.
        case firstVaries
        /// All from the first on, or every second.
        case all, everySecond
        /// What the key specs and the options say.
        case complex
    }

    /// Which databases are touched.
    enum Databases: UInt8 {
        case none
        /// The selected one.
        case selected
        /// Those that arguments name.
        case named
        /// The selected one, and those that arguments name.
        case selectedAndNamed
        /// Every one.
        case all
    }

    /// Which arguments are channels that a user needs to be allowed.
    enum Channels: UInt8 {
        case none
        /// The first, to publish on.
        case first
        /// All.
        case all
        /// All, as patterns.
        case patterns
    }

    private var bits: UInt16

    init(keys: Keys, access: KeyAccess, databases: Databases, channels: Channels) {
        bits = UInt16(keys.rawValue) | UInt16(access.rawValue) << 4
        bits |= UInt16(databases.rawValue) << 8 | UInt16(channels.rawValue) << 12
    }

    @inline(__always) var keys: Keys { Keys(rawValue: UInt8(bits & 0x0f)) ?? .complex }
    /// What is done to the keys, where it is the same for all of them.
    @inline(__always) var access: KeyAccess { KeyAccess(rawValue: UInt8(bits >> 4 & 0x0f)) }
    @inline(__always) var databases: Databases {
        Databases(rawValue: UInt8(bits >> 8 & 0x0f)) ?? .all
    }
    @inline(__always) var channels: Channels {
        Channels(rawValue: UInt8(bits >> 12)) ?? .patterns
    }
    /// Whether only keys are to be looked at, in the selected database at most.
    @inline(__always) var isSimple: Bool {
        databases.rawValue <= Databases.selected.rawValue && channels == .none
    }
}

extension AccessRule {
    init(_ spec: CommandSpec, isSubcommand: Bool) {
        let (keys, access) = AccessRule.keys(spec)
        self.init(
            keys: keys, access: access,
            databases: isSubcommand ? AccessRule.implied(spec) : AccessRule.databases(spec),
            channels: isSubcommand ? .none : AccessRule.channels(Bytes(spec.name)))
    }

    /// Commands whose options change what the key specs say.
    private static func varies(_ name: Bytes) -> Bool { name == "set" || name == "bitfield" }

    private static func isRefined(_ name: Bytes) -> Bool {
        name == "sort" || name == "georadius" || name == "georadiusbymember"
    }

    private static func keys(_ spec: CommandSpec) -> (Keys, KeyAccess) {
        let real = spec.keys.filter { !$0.flags.contains(.notKey) }
        guard let only = real.first else { return (.none, []) }
        let access = KeyAccess(only.flags)
        guard real.count == 1, case .index = only.begin,
            case .range(let last, let step, 0) = only.find,
            !isRefined(Bytes(spec.name))
        else { return (.complex, []) }
        if varies(Bytes(spec.name)) { return (.firstVaries, access) }
        switch (last, step) {
        case (0, _): return (.first, access)
        case (-1, 1): return (.all, access)
        case (-1, 2): return (.everySecond, access)
        default: return (.complex, [])
        }
    }

    private static func databases(_ spec: CommandSpec) -> Databases {
        let name = Bytes(spec.name)
        if name == "select" || name == "swapdb" { return .named }
        if name == "copy" || name == "move" { return .selectedAndNamed }
        return implied(spec)
    }

    private static func implied(_ spec: CommandSpec) -> Databases {
        if spec.flags.contains(.allDatabases) { return .all }
        let reaches: CommandCategories = [.keyspace, .read, .write]
        let isAboutKeys = !spec.allCategories.isDisjoint(with: reaches)
        return spec.hasExtractableKeys || isAboutKeys ? .selected : .none
    }

    private static func channels(_ name: Bytes) -> Channels {
        if name == "publish" || name == "spublish" { return .first }
        if name == "subscribe" || name == "ssubscribe" { return .all }
        return name == "psubscribe" ? .patterns : .none
    }
}
