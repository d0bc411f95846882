// Why a rule of an ACL user is none, in the words that ACL SETUSER answers.
import RedwingContainers

/// What is wrong with a rule.
enum RuleError: Error {
    case syntax
    /// No command or category of that name.
    case unknownCommand
    case patternAfterAllKeys
    case patternAfterAllChannels
    case noSuchPassword
    case malformedHash
    case firstArgumentOfSubcommand
    case databaseOutOfRange

    var text: Bytes {
        switch self {
        case .syntax: "Syntax error"
        case .unknownCommand: "Unknown command or category name in ACL"
        case .patternAfterAllKeys:
            """
            Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does \
            not have any effect. Try 'resetkeys' to start with an empty list of patterns
            """
        case .patternAfterAllChannels:
            """
            Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and \
            does not have any effect. Try 'resetchannels' to start with an empty list of channels
            """
        case .noSuchPassword:
            "The password you are trying to remove from the user does not exist"
        case .malformedHash:
            """
            The password hash must be exactly 64 characters and contain only lowercase \
            hexadecimal characters
            """
        case .firstArgumentOfSubcommand: "Allowing first-arg of a subcommand is not supported"
        case .databaseOutOfRange: "The provided database ID is out of range"
        }
    }
}

extension Bytes {
    /// The bytes before the first zero, where the text of a rule ends.
    var upToZero: Bytes { slice(0, firstIndex(of: 0) ?? count) }

    /// Whether there is a blank, a line break or a zero, which names and patterns may not have.
    var hasBlanksOrZero: Bool {
        (0..<count).contains { self[$0] == 0x20 || self[$0] == 0 || (9...13).contains(self[$0]) }
    }
}
