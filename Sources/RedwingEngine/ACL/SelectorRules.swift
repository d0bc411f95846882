// The notation of a selector's rules, as ACL SETUSER, ACL files and `user` lines write them.
import RedwingContainers

extension Selector {
    /// Does what a rule says; changes nothing when it throws.
    mutating func apply(_ rule: Bytes, _ table: CommandTable) throws(RuleError) {
        let word = rule.upToZero
        if word.isToken("allkeys") || word == "~*" {
            allowAllKeys(true)
        } else if word.isToken("resetkeys") {
            allowAllKeys(false)
        } else if word.isToken("allchannels") || word == "&*" {
            allowAllChannels(true)
        } else if word.isToken("resetchannels") {
            allowAllChannels(false)
        } else if word.isToken("alldbs") {
            allowDatabases(nil)
        } else if word.isToken("resetdbs") {
            allowDatabases([])
        } else if word.isToken("allcommands") || word.isToken("+@all") {
            allowAllCommands(true)
        } else if word.isToken("nocommands") || word.isToken("-@all") {
            allowAllCommands(false)
        } else if word.count >= 3, word.slice(0, 3).isToken("db=") {
            allowDatabases(try Self.databases(word.slice(3, word.count - 3)))
        } else {
            try applyPrefixed(rule, word, table)
        }
    }

    private mutating func applyPrefixed(
        _ rule: Bytes, _ word: Bytes, _ table: CommandTable
    ) throws(RuleError) {
        guard !word.isEmpty else { throw .syntax }
        let rest = word.slice(1, word.count - 1)
        switch word[0] {
        case UInt8(ascii: "~"), UInt8(ascii: "%"): try applyKeys(rule)
        case UInt8(ascii: "&"):
            if allowsAllChannels { throw .patternAfterAllChannels }
            let pattern = rule.slice(1, rule.count - 1)
            if pattern.hasBlanksOrZero { throw .syntax }
            allowChannels(pattern.array)
        case UInt8(ascii: "+") where rest.isEmpty || rest[0] != UInt8(ascii: "@"):
            try applyAllowed(rest, table)
        case UInt8(ascii: "-") where rest.isEmpty || rest[0] != UInt8(ascii: "@"):
            guard let command = table.find(fullName: rest) else { throw .unknownCommand }
            allow(false, command, table)
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            let name = rest.slice(1, rest.count - 1)
            guard let category = CommandCategories(name: name) else { throw .unknownCommand }
            allow(word[0] == UInt8(ascii: "+"), category, rest, table)
        default: throw .syntax
        }
    }

    /// `~pattern`, `%R~pattern`, `%W~pattern` or `%RW~pattern`.
    private mutating func applyKeys(_ rule: Bytes) throws(RuleError) {
        if allowsAllKeys { throw .patternAfterAllKeys }
        var access: KeyAccess = []
        var start = 1
        if rule[0] == UInt8(ascii: "%") {
            letters: while start < rule.count {
                let letter = asciiLowercase(rule[start])
                start += 1
                switch letter {
                case UInt8(ascii: "r") where !access.contains(.read): access.insert(.read)
                case UInt8(ascii: "w") where !access.contains(.write): access.insert(.write)
                case UInt8(ascii: "~"): break letters
                default: throw .syntax
                }
            }
            if access.isEmpty { throw .syntax }
        } else {
            access = .full
        }
        let pattern = rule.slice(start, rule.count - start)
        if pattern.hasBlanksOrZero { throw .syntax }
        allowKeys(pattern.array, access)
    }

    /// `+command`, `+container|subcommand` or `+command|first-argument`, without the plus.
    private mutating func applyAllowed(_ name: Bytes, _ table: CommandTable) throws(RuleError) {
        guard let bar = (0..<name.count).last(where: { name[$0] == UInt8(ascii: "|") }) else {
            guard let command = table.find(fullName: name) else { throw .unknownCommand }
            return allow(true, command, table)
        }
        guard let command = table.find(fullName: name.slice(0, bar)) else {
            throw .unknownCommand
        }
        if table.parents[Int(command)] >= 0 { throw .firstArgumentOfSubcommand }
        let argument = name.slice(bar + 1, name.count - bar - 1)
        if argument.isEmpty { throw .syntax }
        if table.hot[Int(command)].isContainer {
            guard let subcommand = table.find(fullName: name) else { throw .unknownCommand }
            allow(true, subcommand, table)
        } else {
            allow(command, firstArgument: argument, name)
        }
    }

    /// The numbers of `db=1,2`.
    private static func databases(_ list: Bytes) throws(RuleError) -> [Int] {
        var numbers: [Int] = []
        var start = 0
        repeat {
            let rest = list.slice(start, list.count - start)
            let length = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.count
            numbers.append(try database(rest.slice(0, length)))
            start += length + 1
        } while start <= list.count
        return numbers
    }

    /// A number as C reads it, with blanks and a sign before it.
    private static func database(_ text: Bytes) throws(RuleError) -> Int {
        var start = 0
        while start < text.count, text[start] == 0x20 || (9...13).contains(text[start]) {
            start += 1
        }
        var isNegative = false
        if start < text.count, text[start] == UInt8(ascii: "-") || text[start] == UInt8(ascii: "+")
        {
            isNegative = text[start] == UInt8(ascii: "-")
            start += 1
        }
        guard start < text.count else { throw .syntax }
        var number = 0
        for index in start..<text.count {
            let digit = Int(text[index]) - 0x30
            guard (0...9).contains(digit) else { throw .syntax }
            number = min(number * 10 + digit, Int(UInt32.max))
        }
        if number > Int(Int32.max) || (isNegative && number > 0) { throw .databaseOutOfRange }
        return number
    }
}
