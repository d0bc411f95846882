// The command line of the server: [FILE] [--directive value ...] [-].
// Options become lines of configuration, to be read after the file; nothing is interpreted here.

/// The arguments of the server's command line, sorted but not yet read.
public struct CommandLineArguments: Equatable, Sendable {
    /// Path of the configuration file.
    public var file: String?
    /// Whether a configuration comes through standard input (`-` as first or last argument).
    public var readsStandardInput = false
    /// The options as lines of configuration, in their order.
    public var lines: [[UInt8]] = []

    /// Sorts the arguments that follow the program's name.
    ///
    /// `--name` opens an option only if the one before has a value, so that `--pass --x` can give
    /// `--x` as a value; `--save` is the exception, it may be empty.
    public init(_ arguments: [[UInt8]]) {
        var at = 0
        if let first = arguments.first, first.first != UInt8(ascii: "-") {
            file = String(decoding: first, as: UTF8.self)
            at = 1
        }
        var lastHasValue = true
        while at < arguments.count {
            let argument = arguments[at]
            let isLast = at == arguments.count - 1
            if argument == [UInt8(ascii: "-")], at == 0 || isLast {
                readsStandardInput = true
            } else if lastHasValue, Self.isOption(argument) {
                lines.append(Array(argument.dropFirst(2)))
                // `--port 6380` in one argument brings its value along.
                lastHasValue = ConfigurationLine.split(argument)?.count != 1
                let endsHere = isLast || Self.isOption(arguments[at + 1])
                if !lastHasValue, endsHere, Self.isSave(argument) {
                    lines[lines.count - 1] += Array(" \"\"".utf8)
                    lastHasValue = true
                }
            } else {
                if lines.isEmpty { lines.append([]) }
                lines[lines.count - 1] += [0x20] + ConfigurationLine.quoted(argument)
                lastHasValue = true
            }
            at += 1
        }
    }

    private static func isOption(_ argument: [UInt8]) -> Bool {
        argument.starts(with: [UInt8(ascii: "-"), UInt8(ascii: "-")])
    }

    private static func isSave(_ argument: [UInt8]) -> Bool {
        String(decoding: argument, as: UTF8.self).lowercased() == "--save"
    }
}
