// Reads configuration text into a Configuration: lines, includes, warnings, errors.
// The engine opens no file: whoever loads hands in a function that does.

/// Where configuration text comes from.
public enum ConfigurationSource: Equatable, Sendable {
    /// The file of this path.
    case file(String)
    /// Standard input.
    case standardInput

    /// What messages call it.
    var name: String {
        switch self {
        case .file(let path): path
        case .standardInput: "standard input"
        }
    }
}

/// Why a source could not be read, in the words of the system: `No such file or directory`.
public struct ConfigurationReadFailure: Error, Equatable {
    /// The reason.
    public var reason: String

    /// Creates a failure.
    public init(reason: String) { self.reason = reason }
}

/// A configuration and what was remarkable about it.
public struct LoadedConfiguration: Equatable, Sendable {
    /// The values.
    public var configuration: Configuration
    /// The file that CONFIG REWRITE writes to; nil if there was none.
    public var file: String?
    /// What has no effect, in the order in which it was found.
    public var warnings: [ConfigurationWarning]
}

extension Configuration {
    /// Reads the configuration that a command line asks for.
    ///
    /// The file comes first, then standard input, then the options; what comes later wins, except
    /// that `save` lines add up.
    ///
    /// - Parameters:
    ///   - arguments: what follows the program's name.
    ///   - readFile: answers the bytes of a source.
    ///   - expandPattern: answers the paths that an `include` with `*`, `?` or `[` stands for.
    /// - Throws: the first thing that is wrong.
    public static func load(
        arguments: [[UInt8]],
        readFile:
            @escaping (ConfigurationSource) throws(ConfigurationReadFailure) -> [UInt8],
        expandPattern: @escaping (String) -> [String] = { _ in [] }
    ) throws(ConfigurationError) -> LoadedConfiguration {
        let commandLine = CommandLineArguments(arguments)
        var loader = ConfigurationLoader(readFile: readFile, expandPattern: expandPattern)
        if let file = commandLine.file {
            try loader.load(.file(file), includedFrom: nil, depth: 0)
        }
        if commandLine.readsStandardInput {
            try loader.load(.standardInput, includedFrom: nil, depth: 0)
        }
        for line in commandLine.lines {
            let location = ConfigurationLocation(source: "command line", line: nil)
            try loader.read(line, at: location, depth: 0)
        }
        return LoadedConfiguration(
            configuration: loader.configuration, file: commandLine.file,
            warnings: loader.warnings)
    }

    /// Reads the configuration that a command line asks for; see the form with bytes.
    public static func load(
        arguments: [String],
        readFile:
            @escaping (ConfigurationSource) throws(ConfigurationReadFailure) -> [UInt8],
        expandPattern: @escaping (String) -> [String] = { _ in [] }
    ) throws(ConfigurationError) -> LoadedConfiguration {
        try load(
            arguments: arguments.map { Array($0.utf8) }, readFile: readFile,
            expandPattern: expandPattern)
    }
}

/// A configuration while it is being read.
struct ConfigurationLoader {
    let readFile: (ConfigurationSource) throws(ConfigurationReadFailure) -> [UInt8]
    let expandPattern: (String) -> [String]
    var configuration = Configuration()
    var warnings: [ConfigurationWarning] = []
    private var state = DirectiveParseState(isFile: true)

    /// Files may include files this deep; beyond it they include each other.
    private static let includeLimit = 16

    init(
        readFile:
            @escaping (ConfigurationSource) throws(ConfigurationReadFailure) -> [UInt8],
        expandPattern: @escaping (String) -> [String]
    ) {
        self.readFile = readFile
        self.expandPattern = expandPattern
    }

    mutating func load(
        _ source: ConfigurationSource, includedFrom: (ConfigurationLocation, String)?, depth: Int
    ) throws(ConfigurationError) {
        let text: [UInt8]
        do {
            text = try readFile(source)
        } catch {
            throw ConfigurationError(
                location: includedFrom?.0 ?? ConfigurationLocation(source: source.name, line: nil),
                text: includedFrom?.1 ?? "",
                reason: includedFrom == nil
                    ? "cannot read the configuration: \(error.reason)"
                    : "cannot read '\(source.name)': \(error.reason)")
        }
        for (index, line) in ConfigurationLine.lines(text).enumerated() {
            let location = ConfigurationLocation(source: source.name, line: index + 1)
            try read(line, at: location, depth: depth)
        }
    }

    /// Reads one line, which has no blanks around it.
    mutating func read(
        _ line: [UInt8], at location: ConfigurationLocation, depth: Int
    ) throws(ConfigurationError) {
        guard let first = line.first, first != UInt8(ascii: "#"), first != 0 else { return }
        guard let words = ConfigurationLine.split(line) else {
            throw error(line, location, "unbalanced quotes")
        }
        guard let name = words.first else { return }
        let arguments = Array(words.dropFirst())
        if let entry = DirectiveTable.entry(named: name) {
            do {
                try set(entry, arguments, at: location)
            } catch {
                throw self.error(line, location, "'\(entry.name)': \(error.reason)")
            }
            return
        }
        try readStatement(
            String(decoding: name, as: UTF8.self), arguments, line: line, at: location,
            depth: depth)
    }

    private mutating func set(
        _ entry: DirectiveTable.Entry, _ given: [[UInt8]], at location: ConfigurationLocation
    ) throws(DirectiveError) {
        let directive = entry.directive
        var arguments = given
        if directive.flags.contains(.multiArgument), given.count == 1, !given[0].isEmpty {
            // `--save "900 1"` is meant as two arguments.
            guard let words = ConfigurationLine.split(given[0]) else {
                throw DirectiveError(reason: "unbalanced quotes")
            }
            arguments = words
        }
        try directive.set(arguments, in: &configuration, state: &state)
        if case .ignored(let reason) = directive.availability,
            !directive.isDefault(in: configuration)
        {
            warnings.append(
                ConfigurationWarning(location: location, directive: entry.name, reason: reason))
        }
    }

    /// Reads a line that is no directive with a value.
    private mutating func readStatement(
        _ name: String, _ arguments: [[UInt8]], line: [UInt8],
        at location: ConfigurationLocation, depth: Int
    ) throws(ConfigurationError) {
        let word = name.lowercased()
        if word == "include" {
            guard arguments.count == 1 else {
                throw error(line, location, "'include': wrong number of arguments")
            }
            guard depth < Self.includeLimit else {
                throw error(line, location, "files include each other more than 16 deep")
            }
            let path = fromDirectory(String(decoding: arguments[0], as: UTF8.self))
            let paths = path.contains(where: { "*?[".contains($0) }) ? expandPattern(path) : [path]
            for path in paths {
                let origin = (location, Self.shown(line))
                try load(.file(path), includedFrom: origin, depth: depth + 1)
            }
            return
        }
        if word == "user" {
            guard let name = arguments.first else {
                throw error(line, location, "'user': wrong number of arguments")
            }
            guard !configuration.users.contains(where: { $0[0] == name }) else {
                throw error(line, location, "'user': a user can only be defined once")
            }
            configuration.users.append(arguments)
            return
        }
        if DirectiveTable.retired.contains(word), arguments.count == 1 {
            warnings.append(
                ConfigurationWarning(
                    location: location, directive: word,
                    reason: "it is a directive of older versions"))
            return
        }
        if let reason = DirectiveTable.refusedStatements[word] {
            throw error(line, location, "'\(word)': \(reason)")
        }
        if word.contains("."), !word.hasPrefix(".") {
            throw error(line, location, "'\(word)': there are no loadable modules")
        }
        let suggestion = DirectiveTable.nearestName(to: word)
        throw ConfigurationError(
            location: location, text: Self.shown(line, meaning: suggestion),
            reason: "unknown directive '\(name)'", suggestion: suggestion)
    }

    /// A relative path starts from the directory that the lines before have named.
    private func fromDirectory(_ path: String) -> String {
        let directory = configuration.directory
        return path.hasPrefix("/") || directory == "." ? path : "\(directory)/\(path)"
    }

    private func error(
        _ line: [UInt8], _ location: ConfigurationLocation, _ reason: String
    ) -> ConfigurationError {
        ConfigurationError(location: location, text: Self.shown(line), reason: reason)
    }

    /// The line as messages may show it: no secret, no control characters, not endless.
    ///
    /// - Parameter meaning: the directive that a misspelt name stands for, perhaps.
    private static func shown(_ line: [UInt8], meaning: String? = nil) -> String {
        // A line whose quotes do not close still has a name, and perhaps a secret behind it.
        let name =
            ConfigurationLine.split(line)?.first
            ?? line.prefix { !ValueNotation.isBlank($0) }.filter {
                $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'")
            }
        let word = String(decoding: name, as: UTF8.self)
        let meant = DirectiveTable.entry(named: Array((meaning ?? word).utf8))?.directive
        let isSecret = meant?.flags.contains(.sensitive) == true
        if isSecret || word.lowercased() == "user" || meaning == "user" || word.contains(".") {
            return word + " (value not shown)"
        }
        let printable = line.prefix(200).map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: "?") : $0 }
        return String(decoding: printable, as: UTF8.self) + (line.count > 200 ? "..." : "")
    }
}
