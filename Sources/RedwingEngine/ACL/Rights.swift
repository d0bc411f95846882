// Everything about a user but its name: whether it may log in, with which passwords, and what it
// may do then. A value: changes are made on a copy, so that a list of rules is applied whole or
// not at all.
import RedwingContainers

/// What ACL SETUSER can decide about a user.
struct Rights {
    private(set) var isOn = false
    /// Whether any password will do.
    private(set) var acceptsAnyPassword = false
    /// SHA-256 digests in hexadecimal.
    private(set) var passwords: [[UInt8]] = []
    /// The user's own selector, then those in parentheses.
    private(set) var selectors: [Selector]

    /// A user that is off, has no password and may do nothing.
    init(_ context: RuleContext) { selectors = [context.makeSelector()] }

    /// The default user as it is when nothing is said about it.
    static func unrestricted(_ context: RuleContext) -> Rights {
        var rights = Rights(context)
        rights.isOn = true
        rights.acceptsAnyPassword = true
        rights.selectors[0].allowAllCommands(true)
        rights.selectors[0].allowAllKeys(true)
        rights.selectors[0].allowAllChannels(true)
        return rights
    }

    /// Whether one of the selectors leaves nothing that could be refused.
    var allowsEverything: Bool { selectors.contains { $0.allowsEverything } }

    /// Whether this is a password of the user, whose time does not depend on the passwords.
    func accepts(_ password: Bytes) -> Bool {
        if isOn, acceptsAnyPassword { return true }
        let given = SHA256.hexadecimal(password)
        var isRight = false
        for known in passwords {
            var difference: UInt8 = 0
            for index in 0..<min(known.count, given.count) {
                difference |= known[index] ^ given[index]
            }
            if difference == 0 { isRight = true }
        }
        return isOn && isRight
    }

    /// Makes this the only password; an empty one is none.
    mutating func setOnlyPassword(_ password: [UInt8]) {
        acceptsAnyPassword = password.isEmpty
        passwords = password.isEmpty ? [] : [password.withBytes { SHA256.hexadecimal($0) }]
    }

    /// Refers to the commands of another table.
    mutating func refer(to table: CommandTable) {
        for index in selectors.indices { selectors[index].refer(to: table) }
    }
}

/// What rules refer to.
struct RuleContext {
    let table: CommandTable
    /// Whether users may use all channels before a rule says otherwise.
    let allowsAllChannels: Bool

    init(_ table: CommandTable, allowsAllChannels: Bool) {
        self.table = table
        self.allowsAllChannels = allowsAllChannels
    }

    func makeSelector() -> Selector { Selector(table, allowsAllChannels: allowsAllChannels) }
}

extension Rights {
    /// Does what a rule says; changes nothing when it throws.
    mutating func apply(_ rule: Bytes, _ context: RuleContext) throws(RuleError) {
        let word = rule.upToZero
        if rule.isEmpty { return }
        if word.isToken("on") {
            isOn = true
        } else if word.isToken("off") {
            isOn = false
        } else if word.isToken("nopass") {
            acceptsAnyPassword = true
            passwords = []
        } else if word.isToken("resetpass") {
            acceptsAnyPassword = false
            passwords = []
        } else if word.isToken("clearselectors") {
            selectors.removeLast(selectors.count - 1)
        } else if word.isToken("reset") {
            self = Rights(context)
        } else if word.isToken("sanitize-payload") || word.isToken("skip-sanitize-payload") {
            // Older versions left checks of RESTORE out for some users; they are always made.
        } else if ">#<!".utf8.contains(rule[0]) {
            try applyPassword(rule)
        } else if rule[0] == UInt8(ascii: "("), rule[rule.count - 1] == UInt8(ascii: ")") {
            selectors.append(try Self.selector(rule, context))
        } else {
            try selectors[0].apply(rule, context.table)
        }
    }

    private mutating func applyPassword(_ rule: Bytes) throws(RuleError) {
        let rest = rule.slice(1, rule.count - 1)
        var digest = rest.array
        if rule[0] == UInt8(ascii: ">") || rule[0] == UInt8(ascii: "<") {
            digest = SHA256.hexadecimal(rest)
        } else if digest.count != SHA256.hexadecimalCount
            || !digest.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        {
            throw .malformedHash
        }
        let known = passwords.firstIndex(of: digest)
        if rule[0] == UInt8(ascii: ">") || rule[0] == UInt8(ascii: "#") {
            if known == nil { passwords.append(digest) }
            acceptsAnyPassword = false
        } else if let known {
            passwords.remove(at: known)
        } else {
            throw .noSuchPassword
        }
    }

    private static func selector(
        _ rule: Bytes, _ context: RuleContext
    ) throws(RuleError) -> Selector {
        var selector = context.makeSelector()
        for word in ConfigurationLine.split(rule.slice(1, rule.count - 2).array) ?? [] {
            var failure: RuleError?
            word.withBytes { word in
                do throws(RuleError) {
                    try selector.apply(word, context.table)
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
        }
        return selector
    }
}
