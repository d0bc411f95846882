// What a line of the directive table is: name, rules and the way to its value.
// The lines themselves are in DirectiveTable+*.swift.

/// Whether a directive does something in this build.
public enum DirectiveAvailability: Equatable, Sendable {
    /// It takes effect.
    case implemented
    /// It is accepted and shown again but changes nothing; a value other than the default warns.
    case ignored(String)
    /// A value other than the default is an error with this reason.
    case refused(String)
}

/// Rules that hold for a directive.
public struct DirectiveFlags: OptionSet, Sendable {
    /// The bits; no meaning outside this process.
    public let rawValue: UInt8

    /// Creates a set from bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Only the file and the command line may set it.
    public static let immutable = DirectiveFlags(rawValue: 1)
    /// CONFIG SET needs `enable-protected-configs`.
    public static let protected = DirectiveFlags(rawValue: 2)
    /// The value must not reach a log, MONITOR or SLOWLOG.
    public static let sensitive = DirectiveFlags(rawValue: 4)
    /// CONFIG GET answers only to the exact name, not to a pattern.
    public static let hidden = DirectiveFlags(rawValue: 8)
    /// It takes any number of arguments.
    public static let multiArgument = DirectiveFlags(rawValue: 16)
    /// CONFIG SET is refused while data is being loaded.
    public static let deniedWhileLoading = DirectiveFlags(rawValue: 32)
    /// CONFIG SET applies it even where the value stays the same: what it names may have changed.
    public static let reappliedWhenEqual = DirectiveFlags(rawValue: 64)
}

/// One configuration directive.
public struct Directive: Sendable {
    /// Its name, lower case.
    public let name: String
    /// Other names that older configurations use.
    public let aliases: [String]
    /// The rules that hold for it.
    public let flags: DirectiveFlags
    /// Whether it does something.
    public let availability: DirectiveAvailability
    let accessor: DirectiveAccessor
}

/// A field of the configuration.
typealias ConfigurationField<Value> = any WritableKeyPath<Configuration, Value> & Sendable

/// The way to a directive's value and its notation.
enum DirectiveAccessor: Sendable {
    case bool(ConfigurationField<Bool>)
    case integer(ConfigurationField<Int>, IntegerNotation)
    case choice(ChoiceAccessor)
    case text(ConfigurationField<String>, TextRules)
    case secret(ConfigurationField<[UInt8]>)
    case special(SpecialDirective)
}

/// Range and unit of a number.
struct IntegerNotation: Sendable {
    enum Unit: Sendable {
        case plain
        /// Bytes, with `kb`, `mb`, `gb` and so on.
        case memory
        /// Bytes, or a percentage, which is stored as a negative number.
        case memoryOrPercent
        case octal
    }

    let range: ClosedRange<Int>
    let unit: Unit
    /// Where values out of range end up which `range` still accepts.
    var clamp: ClosedRange<Int>?
}

/// One of several words.
struct ChoiceAccessor: Sendable {
    /// The words in the order in which error texts list them.
    let names: [String]
    let get: @Sendable (Configuration) -> String
    let set: @Sendable (inout Configuration, String) -> Void
}

/// What a text may be.
struct TextRules: Sendable {
    /// An empty text means that the directive is not given at all.
    var emptyIsUnset = true
    /// Answers what is wrong with a text, or nil.
    var problem: (@Sendable (String) -> String?)?
}

/// A directive with a notation of its own.
struct SpecialDirective: Sendable {
    /// Sets the value; may change the configuration before it throws, as the caller drops it then.
    let parse:
        @Sendable (inout Configuration, [[UInt8]], inout DirectiveParseState)
            throws(DirectiveError) -> Void
    let format: @Sendable (Configuration) -> [UInt8]
    let rewrite: @Sendable (_ configuration: Configuration, _ name: String) -> DirectiveRewrite
}

/// What CONFIG REWRITE does with a directive.
enum DirectiveRewrite {
    /// Lines that take the place of the old ones; those that are forced appear in any case.
    case lines([(text: [UInt8], forced: Bool)])
    /// Old lines go.
    case remove
}

/// What outlives one directive while a configuration is read.
struct DirectiveParseState {
    /// CONFIG SET replaces; a file adds to what it said before.
    let isFile: Bool
    /// Whether the file has said something about save points already.
    var hasSavePoints = false
}

/// Why a value is no value of a directive, in the words that CONFIG SET answers.
struct DirectiveError: Error, Equatable {
    let reason: String
}

extension Directive {
    static func bool(
        _ name: String, _ field: ConfigurationField<Bool>, aliases: [String] = [],
        flags: DirectiveFlags = [], _ availability: DirectiveAvailability = .implemented
    ) -> Directive {
        Directive(
            name: name, aliases: aliases, flags: flags, availability: availability,
            accessor: .bool(field))
    }

    static func integer(
        _ name: String, _ field: ConfigurationField<Int>, _ range: ClosedRange<Int>,
        unit: IntegerNotation.Unit = .plain, clamp: ClosedRange<Int>? = nil,
        aliases: [String] = [], flags: DirectiveFlags = [],
        _ availability: DirectiveAvailability = .implemented
    ) -> Directive {
        Directive(
            name: name, aliases: aliases, flags: flags, availability: availability,
            accessor: .integer(field, IntegerNotation(range: range, unit: unit, clamp: clamp)))
    }

    static func choice<Value>(
        _ name: String, _ field: ConfigurationField<Value>, flags: DirectiveFlags = [],
        _ availability: DirectiveAvailability = .implemented
    ) -> Directive where Value: RawRepresentable<String> & CaseIterable & Sendable {
        let accessor = ChoiceAccessor(
            names: Value.allCases.map(\.rawValue),
            get: { $0[keyPath: field].rawValue },
            set: { configuration, word in
                if let value = Value(rawValue: word) { configuration[keyPath: field] = value }
            })
        return Directive(
            name: name, aliases: [], flags: flags, availability: availability,
            accessor: .choice(accessor))
    }

    static func text(
        _ name: String, _ field: ConfigurationField<String>, emptyIsUnset: Bool = true,
        flags: DirectiveFlags = [], _ availability: DirectiveAvailability = .implemented,
        problem: (@Sendable (String) -> String?)? = nil
    ) -> Directive {
        Directive(
            name: name, aliases: [], flags: flags, availability: availability,
            accessor: .text(field, TextRules(emptyIsUnset: emptyIsUnset, problem: problem)))
    }

    static func secret(
        _ name: String, _ field: ConfigurationField<[UInt8]>, aliases: [String] = [],
        _ availability: DirectiveAvailability = .implemented
    ) -> Directive {
        Directive(
            name: name, aliases: aliases, flags: .sensitive, availability: availability,
            accessor: .secret(field))
    }

    static func special(
        _ name: String, _ notation: SpecialDirective, aliases: [String] = [],
        flags: DirectiveFlags = [], _ availability: DirectiveAvailability = .implemented
    ) -> Directive {
        Directive(
            name: name, aliases: aliases, flags: flags, availability: availability,
            accessor: .special(notation))
    }
}

// Directives without a field. They must say why they have no effect.
extension Directive {
    static func inertBool(
        _ name: String, _ value: Bool, aliases: [String] = [], flags: DirectiveFlags = [],
        _ availability: DirectiveAvailability
    ) -> Directive {
        .bool(
            name, \.[inert: name, default: value], aliases: aliases, flags: flags, availability)
    }

    static func inertInteger(
        _ name: String, _ value: Int, _ range: ClosedRange<Int>,
        unit: IntegerNotation.Unit = .plain, aliases: [String] = [], flags: DirectiveFlags = [],
        _ availability: DirectiveAvailability
    ) -> Directive {
        .integer(
            name, \.[inert: name, default: value], range, unit: unit, aliases: aliases,
            flags: flags, availability)
    }

    static func inertText(
        _ name: String, default value: String = "", aliases: [String] = [],
        flags: DirectiveFlags = [],
        _ availability: DirectiveAvailability, problem: (@Sendable (String) -> String?)? = nil
    ) -> Directive {
        Directive(
            name: name, aliases: aliases, flags: flags, availability: availability,
            accessor: .text(
                \.[inert: name, default: value],
                TextRules(emptyIsUnset: value.isEmpty, problem: problem)))
    }

    static func inertSecret(
        _ name: String, aliases: [String] = [], _ availability: DirectiveAvailability
    ) -> Directive {
        .secret(name, \.[inert: name, default: []], aliases: aliases, availability)
    }

    /// `value` is the default; error texts list `words` in this order.
    static func inertChoice(
        _ name: String, _ value: String, _ words: [String], flags: DirectiveFlags = [],
        _ availability: DirectiveAvailability
    ) -> Directive {
        let accessor = ChoiceAccessor(
            names: words,
            get: { $0[inert: name, default: value] },
            set: { $0[inert: name, default: value] = $1 })
        return Directive(
            name: name, aliases: [], flags: flags, availability: availability,
            accessor: .choice(accessor))
    }
}
