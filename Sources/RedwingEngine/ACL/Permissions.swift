// The rights of a user made ready for the check that each command of a restricted user goes
// through: bits over the command table and sets of patterns, in memory that is read in place. No
// check allocates, counts references or tries pattern after pattern.
import RedwingContainers

/// A selector made ready.
struct CompiledSelector {
    /// A bit for each command of the table.
    fileprivate let commands: FixedArray<UInt64>
    let allowsAllKeys: Bool
    let allowsAllChannels: Bool
    let allowsAllDatabases: Bool
    /// Whether every pattern of keys allows reading and writing, so that all sets are the same.
    let hasUniformKeys: Bool
    /// Bits of the allowed databases below 64.
    fileprivate let lowDatabases: UInt64
    /// For each combination of accesses, the patterns that allow it.
    private let keys: FixedArray<PatternSet>
    let channels: PatternSet

    init(_ selector: Selector, _ table: CommandTable) {
        var bits = [UInt64](repeating: 0, count: (selector.commands.count + 63) / 64)
        for (index, isAllowed) in selector.commands.enumerated()
        where isAllowed || table.hot[index].flags.contains(.noAuth) {
            bits[index / 64] |= 1 << UInt64(index % 64)
        }
        commands = FixedArray(bits)
        allowsAllKeys = selector.allowsAllKeys
        allowsAllChannels = selector.allowsAllChannels
        allowsAllDatabases = selector.databases == nil
        var low: UInt64 = 0
        for number in selector.databases ?? [] where number < 64 { low |= 1 << UInt64(number) }
        lowDatabases = low
        let patterns = selector.keyPatterns
        hasUniformKeys = patterns.allSatisfy { $0.access == .full }
        func set(_ access: KeyAccess) -> PatternSet {
            PatternSet(patterns.filter { $0.access.isSuperset(of: access) }.map(\.pattern))
        }
        let any = set([])
        keys = FixedArray(
            hasUniformKeys
                ? [any, any, any, any] : [any, set(.read), set(.write), set(.full)])
        channels = PatternSet(selector.channelPatterns)
    }

    func destroy() {
        commands.destroy()
        for index in 0..<(hasUniformKeys ? 1 : keys.count) { keys[index].destroy() }
        keys.destroy()
        channels.destroy()
    }

    /// Whether the command may run, whatever its arguments.
    @inline(__always)
    func allows(_ command: CommandIndex) -> Bool {
        let index = Int(command)
        return commands[index &>> 6] &>> UInt64(truncatingIfNeeded: index & 63) & 1 != 0
    }

    /// Whether the database may be used, for one whose number is below 64.
    @inline(__always)
    func allowsLow(database: Int) -> Bool {
        allowsAllDatabases || (database < 64 && lowDatabases &>> UInt64(database) & 1 != 0)
    }

    /// Whether the key may be used so.
    @inline(__always)
    func allows(_ key: Bytes, _ access: KeyAccess) -> Bool {
        allowsAllKeys || keys[Int(access.rawValue & 3)].matches(key)
    }
}

/// All selectors of a user made ready; a handle, valid until `destroy()`.
struct Permissions {
    let selectors: FixedArray<CompiledSelector>
    /// Whether nothing is ever refused.
    let isUnrestricted: Bool

    init(_ rights: Rights, _ table: CommandTable) {
        isUnrestricted = rights.allowsEverything
        // Who may do everything is never checked.
        selectors = FixedArray(
            isUnrestricted ? [] : rights.selectors.map { CompiledSelector($0, table) })
    }

    func destroy() {
        for index in 0..<selectors.count { selectors[index].destroy() }
        selectors.destroy()
    }
}
