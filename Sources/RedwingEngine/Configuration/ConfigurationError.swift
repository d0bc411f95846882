// What goes wrong while a configuration is read, and where it was found.

/// A place in a configuration.
public struct ConfigurationLocation: Equatable, Sendable, CustomStringConvertible {
    /// Path of the file, or what stands for it: `command line`, `standard input`.
    public var source: String
    /// Line, counted from 1; nil on the command line.
    public var line: Int?

    /// Creates a location.
    public init(source: String, line: Int?) {
        self.source = source
        self.line = line
    }

    /// `file:line`.
    public var description: String { line.map { "\(source):\($0)" } ?? source }
}

/// Why a configuration cannot be used. The server ends with exit code 1 over it.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// Where it is.
    public var location: ConfigurationLocation
    /// The offending line, with secrets blotted out; empty if there is none.
    public var text: String
    /// What is wrong with it.
    public var reason: String
    /// The known name that was meant, perhaps.
    public var suggestion: String?

    /// Creates an error.
    public init(
        location: ConfigurationLocation, text: String, reason: String, suggestion: String? = nil
    ) {
        self.location = location
        self.text = text
        self.reason = reason
        self.suggestion = suggestion
    }

    /// Place, reason and suggestion in one line, the offending text in a second one.
    public var description: String {
        var message = "\(location): \(reason)"
        if let suggestion { message += "; did you mean '\(suggestion)'?" }
        if !text.isEmpty { message += "\n    \(text)" }
        return message
    }
}

/// Something in a configuration that has no effect. The server logs it and goes on.
public struct ConfigurationWarning: Equatable, Sendable, CustomStringConvertible {
    /// Where it is; nil if it came by CONFIG SET.
    public var location: ConfigurationLocation?
    /// The directive, as it was written.
    public var directive: String
    /// Why it has no effect.
    public var reason: String

    /// Creates a warning.
    public init(location: ConfigurationLocation?, directive: String, reason: String) {
        self.location = location
        self.directive = directive
        self.reason = reason
    }

    /// Place, directive and reason in one line.
    public var description: String {
        (location.map { "\($0): " } ?? "") + "'\(directive)' has no effect: \(reason)"
    }
}
