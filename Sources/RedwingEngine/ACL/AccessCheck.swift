// Whether a user may run a command: first the quick answer for the ordinary case that all is well,
// then, for whoever did not get it, the thorough one with the reason.
import RedwingContainers
import RedwingRESP

/// Why a command is refused. When selectors differ, the later of these is told.
struct Denial {
    enum Kind: Int {
        case database, command, key, channel
    }
    var kind: Kind
    /// The argument that is not allowed; 0 for the command itself.
    var argument: Int
}

extension Engine {
    /// Whether the session's user may not run the command; writes the answer if so.
    ///
    /// Sessions whose user may do everything do not have the flag that leads here.
    @inline(__always)
    func aclRefuses(_ call: inout Call) -> Bool {
        call.session.flags.contains(.restricted) && refuseByACL(&call)
    }

    /// Whether the user of a session that is in no transaction certainly may run the command. No is
    /// no answer: it may still be allowed.
    @inline(__always)
    func allowsAtOnce(_ call: borrowing Call) -> Bool {
        allowsQuickly(call.session.permissions, call.command, call.arguments, call.database)
    }

    /// Whether some selector certainly allows the command. No is no answer.
    @inline(__always)
    private func allowsQuickly(
        _ permissions: Permissions, _ command: CommandIndex, _ arguments: Arguments,
        _ database: Database
    ) -> Bool {
        let rule = table.hot[Int(command)].access
        guard rule.isSimple else { return false }
        let first = Int(table.hot[Int(command)].firstKey)
        for index in 0..<permissions.selectors.count {
            guard permissions.selectors[index].allows(command),
                rule.databases == .none
                    || permissions.selectors[index].allowsLow(database: database.value.index)
            else { continue }
            if permissions.selectors[index].allowsAllKeys || rule.keys == .none { return true }
            let isOneKey =
                rule.keys == .first
                || rule.keys == .firstVaries && permissions.selectors[index].hasUniformKeys
            if isOneKey, first < arguments.count {
                if permissions.selectors[index].allows(arguments[first], rule.access) {
                    return true
                }
            } else if allowsKeys(permissions.selectors[index], rule, arguments, first) {
                return true
            }
        }
        return false
    }

    /// Whether the keys of a command that has not simply one are allowed, where that can be said
    /// without looking at its options.
    @inline(never)
    private func allowsKeys(
        _ selector: CompiledSelector, _ rule: AccessRule, _ arguments: Arguments, _ first: Int
    ) -> Bool {
        switch rule.keys {
        case .none, .first, .firstVaries, .complex: return false
        case .all, .everySecond:
            let step = rule.keys == .all ? 1 : 2
            return stride(from: first, to: arguments.count, by: step).allSatisfy {
                selector.allows(arguments[$0], rule.access)
            }
        }
    }
}

// MARK: The thorough answer

extension Engine {
    /// Why a user may not run a command in a database, or nil when it may.
    func denial(
        _ user: User, _ command: CommandIndex, _ arguments: Arguments, database: Int
    ) -> Denial? {
        guard !user.permissions.isUnrestricted else { return nil }
        let spec = table.specs[Int(command)]
        // Arguments of which nobody can say where the keys are go to the handler, which refuses.
        let keys = (try? spec.extractKeys(arguments)) ?? []
        var worst = Denial(kind: .database, argument: 0)
        for index in 0..<user.permissions.selectors.count {
            let check = SelectorCheck(
                compiled: user.permissions.selectors[index],
                selector: user.rights.selectors[index], command: command, arguments: arguments,
                keys: keys, database: database, databaseCount: databases.count)
            guard let denial = check.denial(table) else { return nil }
            let isWorse =
                denial.kind == worst.kind
                ? denial.argument > worst.argument : denial.kind.rawValue > worst.kind.rawValue
            if isWorse { worst = denial }
        }
        return worst
    }

    /// Whether a user may use a channel, or a pattern of channels, in some selector.
    func aclAllowsChannel(_ user: User, _ channel: Bytes, isPattern: Bool) -> Bool {
        user.rights.allowsChannel(channel, isPattern: isPattern)
    }

    /// Whether some selector of the user allows the command and this use of every key there is, as
    /// commands need which find their keys in the data.
    func aclAllowsAnyKey(_ call: borrowing Call, _ access: KeyAccess) -> Bool {
        guard call.session.flags.contains(.restricted) else { return true }
        let user = call.session.user
        let keys = (try? table.specs[Int(call.command)].extractKeys(call.arguments)) ?? []
        return (0..<user.permissions.selectors.count).contains { index in
            let selector = user.rights.selectors[index]
            let check = SelectorCheck(
                compiled: user.permissions.selectors[index], selector: selector,
                command: call.command, arguments: call.arguments, keys: keys,
                database: call.database.value.index, databaseCount: databases.count)
            return selector.allowsAllKeys(for: access) && check.denial(table) == nil
        }
    }
}

extension Rights {
    /// Whether a channel may be used. A pattern has to be one of those of the rules itself.
    func allowsChannel(_ channel: Bytes, isPattern: Bool) -> Bool {
        selectors.contains { $0.allowsChannel(channel, isPattern: isPattern) }
    }
}

extension Rights {
    /// Whether each pattern of channels of other rights is one of these, too.
    func includesChannels(of other: Rights) -> Bool {
        if selectors.contains(where: \.allowsAllChannels) { return true }
        let patterns = Set(selectors.flatMap(\.channelPatterns))
        return other.selectors.allSatisfy {
            !$0.allowsAllChannels && patterns.isSuperset(of: $0.channelPatterns)
        }
    }
}

extension Selector {
    func allowsChannel(_ channel: Bytes, isPattern: Bool) -> Bool {
        allowsAllChannels
            || channelPatterns.contains { pattern in
                pattern.withBytes {
                    isPattern ? $0 == channel : GlobPattern.matches(channel, pattern: $0)
                }
            }
    }
}

/// One selector and one command.
private struct SelectorCheck {
    let compiled: CompiledSelector
    let selector: Selector
    let command: CommandIndex
    let arguments: Arguments
    let keys: [ExtractedKey]
    let database: Int
    let databaseCount: Int

    /// What the selector does not allow, in Valkey's order.
    func denial(_ table: CommandTable) -> Denial? {
        let rule = table.hot[Int(command)].access
        if let argument = deniedDatabase(rule, Bytes(table.specs[Int(command)].name)) {
            return Denial(kind: .database, argument: argument)
        }
        if !compiled.allows(command), !allowsFirstArgument(table) {
            return Denial(kind: .command, argument: 0)
        }
        for key in keys where !compiled.allows(arguments[key.index], KeyAccess(key.flags)) {
            return Denial(kind: .key, argument: key.index)
        }
        return deniedChannel(rule).map { Denial(kind: .channel, argument: $0) }
    }

    private func allowsFirstArgument(_ table: CommandTable) -> Bool {
        guard arguments.count > 1, let allowed = selector.firstArguments[command] else {
            return false
        }
        return allowed.contains { argument in
            argument.withBytes { $0.equalsIgnoringCase(arguments[1]) }
        }
    }

    private func allows(database: Int) -> Bool {
        selector.databases?.contains(database) ?? true
    }

    /// The argument that names a database which may not be used, 0 when that is the selected one or
    /// any of those that the command implies.
    private func deniedDatabase(_ rule: AccessRule, _ name: Bytes) -> Int? {
        guard !compiled.allowsAllDatabases else { return nil }
        switch rule.databases {
        case .none: return nil
        case .selected: return allows(database: database) ? nil : 0
        case .all: return (0..<databaseCount).allSatisfy { allows(database: $0) } ? nil : 0
        case .named, .selectedAndNamed:
            let denied = namedDatabases(name).first { !allows(database: $0.number) }
            if let denied {
                return denied.argument
            }
            let needsSelected = rule.databases == .selectedAndNamed
            return needsSelected && !allows(database: database) ? 0 : nil
        }
    }

    /// The databases that SELECT, SWAPDB, MOVE or COPY name; none when the handler will find fault
    /// with the arguments.
    private func namedDatabases(_ name: Bytes) -> [(argument: Int, number: Int)] {
        var named: [(argument: Int, number: Int)] = []
        for place in name == "copy"
            ? copyOptions : Array((name == "move" ? 2 : 1)..<arguments.count)
        {
            guard let number = arguments[place].parseInteger(), isDatabase(number) else {
                return []
            }
            named.append((place, Int(number)))
        }
        return named
    }

    /// The arguments behind DB of COPY; none when there is something else.
    private var copyOptions: [Int] {
        var places: [Int] = []
        var index = 3
        while index < arguments.count {
            if arguments[index].isToken("db"), index + 1 < arguments.count {
                places.append(index + 1)
                index += 1
            } else if !arguments[index].isToken("replace") {
                return []
            }
            index += 1
        }
        return places
    }

    private func isDatabase(_ number: Int64) -> Bool { number >= 0 && number < databaseCount }

    private func deniedChannel(_ rule: AccessRule) -> Int? {
        if compiled.allowsAllChannels { return nil }
        let isPattern = rule.channels == .patterns
        let channels =
            switch rule.channels {
            case .none: 1..<1
            case .first: 1..<2
            case .all, .patterns: 1..<arguments.count
            }
        return channels.first {
            !selector.allowsChannel(arguments[$0], isPattern: isPattern)
        }
    }
}
