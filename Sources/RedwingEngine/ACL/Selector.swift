// One set of permissions of a user, as its rules made it: which commands may run, on which keys,
// channels and databases. A user has one of these directly and more of them in parentheses; a
// command runs when any one of them allows all of it.
import RedwingContainers

/// One set of permissions.
struct Selector {
    /// Keys that may be used, and how.
    struct KeyPattern: Equatable {
        var pattern: [UInt8]
        var access: KeyAccess
    }

    /// A rule about commands that is kept, to show it.
    struct CommandRule: Equatable {
        var allows: Bool
        /// Lower case: a command, `container|subcommand`, `command|first-argument` or `@category`.
        var name: [UInt8]
    }

    /// By the table's index.
    private(set) var commands: [Bool]
    /// Whether the rules began with all commands, so that those of later versions are among them.
    private(set) var allowsFutureCommands = false
    /// The rules since all or no commands were allowed, without those that later ones replaced.
    private(set) var commandRules: [CommandRule] = []
    /// Commands that may run with certain first arguments only.
    private(set) var firstArguments: [CommandIndex: [[UInt8]]] = [:]
    private(set) var allowsAllKeys = false
    private(set) var keyPatterns: [KeyPattern] = []
    private(set) var allowsAllChannels: Bool
    private(set) var channelPatterns: [[UInt8]] = []
    /// The numbers of the databases in rising order; nil is all.
    private(set) var databases: [Int]?

    /// A selector that allows no command and no key.
    init(_ table: CommandTable, allowsAllChannels: Bool) {
        commands = [Bool](repeating: false, count: table.specs.count)
        self.allowsAllChannels = allowsAllChannels
    }

    /// Whether nothing is left that could be refused.
    var allowsEverything: Bool {
        allowsAllKeys && allowsAllChannels && databases == nil && commands.allSatisfy { $0 }
    }

    /// Whether all keys may be used in this way.
    func allowsAllKeys(for access: KeyAccess) -> Bool {
        allowsAllKeys
            || keyPatterns.contains {
                $0.access.isSuperset(of: access) && $0.pattern == [UInt8(ascii: "*")]
            }
    }
}

// MARK: Keys, channels, databases

extension Selector {
    mutating func allowAllKeys(_ all: Bool) {
        allowsAllKeys = all
        keyPatterns = []
    }

    mutating func allowAllChannels(_ all: Bool) {
        allowsAllChannels = all
        channelPatterns = []
    }

    mutating func allowDatabases(_ numbers: [Int]?) {
        databases = numbers.map { Set($0).sorted() }
    }

    mutating func allowKeys(_ pattern: [UInt8], _ access: KeyAccess) {
        if let index = keyPatterns.firstIndex(where: { $0.pattern == pattern }) {
            keyPatterns[index].access.formUnion(access)
        } else {
            keyPatterns.append(KeyPattern(pattern: pattern, access: access))
        }
    }

    mutating func allowChannels(_ pattern: [UInt8]) {
        if !channelPatterns.contains(pattern) { channelPatterns.append(pattern) }
    }
}

// MARK: Commands

extension Selector {
    mutating func allowAllCommands(_ all: Bool) {
        for index in commands.indices { commands[index] = all }
        allowsFutureCommands = all
        commandRules = []
        firstArguments = [:]
    }

    mutating func allow(_ isAllowed: Bool, _ command: CommandIndex, _ table: CommandTable) {
        set(isAllowed, command, table)
        note(isAllowed, Array(table.fullName(command).utf8))
    }

    mutating func allow(
        _ isAllowed: Bool, _ category: CommandCategories, _ name: Bytes, _ table: CommandTable
    ) {
        note(isAllowed, name.array)
        for index in table.specs.indices
        where table.specs[index].allCategories.contains(category) {
            set(isAllowed, CommandIndex(index), table)
        }
    }

    /// Allows a command without subcommands to be run with this first argument.
    mutating func allow(_ command: CommandIndex, firstArgument: Bytes, _ rule: Bytes) {
        let isKnown = firstArguments[command]?.contains { known in
            known.withBytes { $0.equalsIgnoringCase(firstArgument) }
        }
        if isKnown != true { firstArguments[command, default: []].append(firstArgument.array) }
        note(true, rule.array)
    }

    /// A rule of a command is one of its subcommands, too.
    private mutating func set(_ isAllowed: Bool, _ command: CommandIndex, _ table: CommandTable) {
        let own = Int(command)
        for index in own...(own + table.specs[own].subcommands.count) {
            commands[index] = isAllowed
        }
        firstArguments[command] = nil
    }

    /// Keeps a rule in place of those that it makes void: about the same thing, or a part of it.
    private mutating func note(_ allows: Bool, _ name: [UInt8]) {
        let lower = name.map(asciiLowercase)
        let part = lower + [UInt8(ascii: "|")]
        commandRules.removeAll { $0.name == lower || $0.name.starts(with: part) }
        commandRules.append(CommandRule(allows: allows, name: lower))
    }

    /// Works out anew what the rules allow, when the table has got more commands.
    mutating func refer(to table: CommandTable) {
        let rules = commandRules
        commands = [Bool](repeating: false, count: table.specs.count)
        allowAllCommands(allowsFutureCommands)
        for rule in rules {
            let text = [UInt8(ascii: rule.allows ? "+" : "-")] + rule.name
            text.withBytes { try? apply($0, table) }
        }
    }
}
