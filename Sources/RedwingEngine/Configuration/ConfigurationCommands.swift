// CONFIG GET and CONFIG SET as functions on a Configuration.
// Arguments and answers are bytes; the command handlers only write the reply.

import RedwingContainers

/// Why CONFIG SET changed nothing.
public enum ConfigSetError: Error, Equatable, Sendable {
    /// Parameters and values do not pair up.
    case syntax
    /// A directive cannot be changed while data is being loaded; the usual LOADING error follows.
    case loading
    /// Any other reason: the text of the error with its code, without the leading `-`.
    case failed(String)
}

/// What a client that sends CONFIG SET may do.
public struct ConfigSetPermissions: Sendable {
    /// Whether the client's host allows it to change protected directives.
    public var isLocalClient: Bool
    /// Whether data is being loaded.
    public var isLoading: Bool

    /// Creates the permissions.
    public init(isLocalClient: Bool, isLoading: Bool) {
        self.isLocalClient = isLocalClient
        self.isLoading = isLoading
    }
}

extension Configuration {
    /// The answer of CONFIG GET: names and values, sorted by name.
    ///
    /// A name is answered as it was asked for, once, in any case; patterns find aliases too, but no
    /// hidden directive.
    public func get(_ patterns: [[UInt8]]) -> [(name: [UInt8], value: [UInt8])] {
        var found: [String: (name: [UInt8], value: [UInt8])] = [:]
        let wildcards: [UInt8] = [UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "[")]
        for pattern in patterns {
            guard pattern.contains(where: { wildcards.contains($0) }) else {
                if let entry = DirectiveTable.entry(named: pattern), found[entry.name] == nil {
                    found[entry.name] = (pattern, entry.directive.format(self))
                }
                continue
            }
            for entry in DirectiveTable.entries where found[entry.name] == nil {
                let name = Array(entry.name.utf8)
                if entry.directive.flags.contains(.hidden)
                    || !GlobPattern.matches(name, pattern: pattern, ignoringCase: true)
                {
                    continue
                }
                found[entry.name] = (name, entry.directive.format(self))
            }
        }
        return found.values.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// Changes directives as CONFIG SET does: all of them or none.
    ///
    /// - Parameters:
    ///   - arguments: names and values in turn.
    ///   - permissions: what the client may do.
    ///   - apply: called for each changed directive, by its name, with the configuration before
    ///     and after all changes. It does what the change needs beyond the value (listen on another
    ///     port, look for a directory) and answers nil, or why it cannot; it may put what it has
    ///     made of the value in the second one. Changes that were applied are applied back, with
    ///     the two configurations swapped, if a later one fails.
    /// - Returns: warnings about directives that have no effect.
    /// - Throws: the reason, with `self` unchanged.
    public mutating func set(
        _ arguments: [[UInt8]], permissions: ConfigSetPermissions,
        apply: (_ directive: String, _ old: Configuration, _ new: inout Configuration) -> String?
    ) throws(ConfigSetError) -> [ConfigurationWarning] {
        let pairs = try lookUp(arguments, permissions)
        var new = self
        var changed: [DirectiveTable.Entry] = []
        var warnings: [ConfigurationWarning] = []
        for (entry, value) in pairs {
            let directive = entry.directive
            let before = directive.format(new)
            do {
                try directive.set(value, in: &new)
            } catch {
                throw Self.failure(entry.name, error.reason)
            }
            if directive.format(new) != before || directive.flags.contains(.reappliedWhenEqual) {
                changed.append(entry)
            }
            if case .ignored(let reason) = directive.availability, !directive.isDefault(in: new) {
                warnings.append(
                    ConfigurationWarning(location: nil, directive: entry.name, reason: reason))
            }
        }
        for (index, entry) in changed.enumerated() {
            guard let reason = apply(entry.directive.name, self, &new) else { continue }
            var former = self
            for applied in changed[..<index].reversed() {
                _ = apply(applied.directive.name, new, &former)
            }
            throw Self.failure(entry.name, reason)
        }
        self = new
        return warnings
    }

    /// The positions in the arguments of CONFIG SET whose values must not be logged.
    public static func sensitivePositions(inSetArguments arguments: [[UInt8]]) -> [Int] {
        stride(from: 0, to: arguments.count - 1, by: 2).compactMap { at in
            let flags = DirectiveTable.entry(named: arguments[at])?.directive.flags
            return flags?.contains(.sensitive) == true ? at + 1 : nil
        }
    }

    /// Finds the directives of a CONFIG SET and checks what does not need their values.
    ///
    /// The first error is the answer: a later unknown name does not outdo an earlier immutable one.
    private func lookUp(
        _ arguments: [[UInt8]], _ permissions: ConfigSetPermissions
    ) throws(ConfigSetError) -> [(DirectiveTable.Entry, [UInt8])] {
        guard arguments.count.isMultiple(of: 2) else { throw .syntax }
        var pairs: [(DirectiveTable.Entry, [UInt8])] = []
        for at in stride(from: 0, to: arguments.count, by: 2) {
            let name = arguments[at]
            guard let entry = DirectiveTable.entry(named: name) else {
                let shown = String(decoding: name, as: UTF8.self)
                throw .failed(
                    "ERR Unknown option or number of arguments for CONFIG SET - '\(shown)'")
            }
            let shown = String(decoding: name, as: UTF8.self)
            let flags = entry.directive.flags
            if flags.contains(.immutable) {
                throw Self.failure(shown, "can't set immutable config")
            }
            if flags.contains(.protected),
                !enableProtectedConfigs.permits(isLocalClient: permissions.isLocalClient)
            {
                throw Self.failure(shown, "can't set protected config")
            }
            if flags.contains(.deniedWhileLoading), permissions.isLoading { throw .loading }
            if pairs.contains(where: { $0.0.name == entry.name }) {
                throw Self.failure(shown, "duplicate parameter")
            }
            pairs.append((entry, arguments[at + 1]))
        }
        return pairs
    }

    private static func failure(_ name: String, _ reason: String) -> ConfigSetError {
        .failed("ERR CONFIG SET failed (possibly related to argument '\(name)') - \(reason)")
    }
}

extension Directive {
    /// Sets the directive from the one value that CONFIG SET carries.
    fileprivate func set(
        _ value: [UInt8], in configuration: inout Configuration
    ) throws(DirectiveError) {
        var state = DirectiveParseState(isFile: false)
        // An empty value is no argument at all here, while a file's `""` is an empty one.
        let arguments =
            flags.contains(.multiArgument)
            ? value.isEmpty
                ? []
                : value.split(separator: 0x20, omittingEmptySubsequences: false).map { Array($0) }
            : [value]
        try set(arguments, in: &configuration, state: &state)
    }
}
