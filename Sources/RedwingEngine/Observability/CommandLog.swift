// The three logs of remarkable commands: slow ones, large requests, large replies. Each keeps the
// latest entries with a copy of the arguments, cut to a bounded size.
import RedwingContainers

/// Why a command is in a log.
enum CommandLogKind: Int, CaseIterable {
    case slow = 0
    case largeRequest = 1
    case largeReply = 2

    /// The kind that SLOWLOG and COMMANDLOG call by this name, or nil.
    init?(name: Bytes) {
        if name.isToken("slow") {
            self = .slow
        } else if name.isToken("large-request") {
            self = .largeRequest
        } else if name.isToken("large-reply") {
            self = .largeReply
        } else {
            return nil
        }
    }
}

/// A remarkable command.
struct CommandLogEntry {
    /// Grows from entry to entry of its log.
    var id: Int
    /// Unix seconds of its execution.
    var time: Int64
    /// Microseconds, or bytes of the request or the reply.
    var value: Int
    /// The arguments, cut to what `CommandLogEntry.copy` keeps.
    var arguments: [[UInt8]]
    /// The client's address.
    var peer: String
    /// The client's name.
    var clientName: [UInt8]

    /// Arguments that an entry keeps at most.
    private static let maxArguments = 32
    /// Bytes of an argument that an entry keeps at most.
    private static let maxBytes = 128

    /// A copy of arguments, those at `hidden` positions blotted out, the rest cut short.
    static func copy(_ arguments: [[UInt8]], hidden: Set<Int>) -> [[UInt8]] {
        let shown = min(arguments.count, maxArguments)
        var result: [[UInt8]] = []
        for index in 0..<shown {
            if arguments.count > shown, index == shown - 1 {
                let rest = arguments.count - shown + 1
                result.append(Array("... (\(rest) more arguments)".utf8))
            } else if hidden.contains(index) {
                result.append(Array("(redacted)".utf8))
            } else {
                result.append(cut(arguments[index]))
            }
        }
        return result
    }

    private static func cut(_ argument: [UInt8]) -> [UInt8] {
        guard argument.count > maxBytes else { return argument }
        let rest = argument.count - maxBytes
        return Array(argument.prefix(maxBytes)) + Array("... (\(rest) more bytes)".utf8)
    }
}

/// The latest entries of one kind.
struct CommandLog {
    /// The latest last.
    private(set) var entries: [CommandLogEntry] = []
    private var nextID = 0

    /// Adds an entry, whose id is given here, and drops the oldest beyond `limit`.
    mutating func add(_ entry: CommandLogEntry, limit: Int) {
        var entry = entry
        entry.id = nextID
        nextID += 1
        entries.append(entry)
        if entries.count > limit { entries.removeFirst(entries.count - limit) }
    }

    mutating func removeAll() { entries.removeAll() }
}
