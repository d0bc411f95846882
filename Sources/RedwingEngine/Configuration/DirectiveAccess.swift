// Setting, showing and rewriting the value of any directive, whatever its kind.

extension Directive {
    /// Sets the directive from its arguments.
    ///
    /// The configuration may be half changed when this throws: work on a copy.
    func set(
        _ arguments: [[UInt8]], in configuration: inout Configuration,
        state: inout DirectiveParseState
    ) throws(DirectiveError) {
        if case .special(let notation) = accessor {
            try notation.parse(&configuration, arguments, &state)
        } else {
            guard arguments.count == 1 else {
                throw DirectiveError(reason: "wrong number of arguments")
            }
            try setSingle(arguments[0], in: &configuration)
        }
        if case .refused(let reason) = availability, !isDefault(in: configuration) {
            throw DirectiveError(reason: reason)
        }
    }

    private func setSingle(
        _ argument: [UInt8], in configuration: inout Configuration
    ) throws(DirectiveError) {
        switch accessor {
        case .bool(let field):
            switch String(decoding: argument, as: UTF8.self).lowercased() {
            case "yes": configuration[keyPath: field] = true
            case "no": configuration[keyPath: field] = false
            default: throw DirectiveError(reason: "argument must be 'yes' or 'no'")
            }
        case .integer(let field, let notation):
            configuration[keyPath: field] = try notation.parse(argument)
        case .choice(let choice):
            choice.set(&configuration, try choice.parse(argument))
        case .text(let field, let rules):
            let text = try ValueNotation.text(argument)
            if let problem = rules.problem?(text) { throw DirectiveError(reason: problem) }
            configuration[keyPath: field] = text
        case .secret(let field):
            configuration[keyPath: field] = argument
        case .special:
            break
        }
    }

    /// The value as CONFIG GET answers it.
    func format(_ configuration: Configuration) -> [UInt8] {
        switch accessor {
        case .bool(let field): Array((configuration[keyPath: field] ? "yes" : "no").utf8)
        case .integer(let field, let notation):
            Array(notation.format(configuration[keyPath: field]).utf8)
        case .choice(let choice): Array(choice.get(configuration).utf8)
        case .text(let field, _): Array(configuration[keyPath: field].utf8)
        case .secret(let field): configuration[keyPath: field]
        case .special(let notation): notation.format(configuration)
        }
    }

    func isDefault(in configuration: Configuration) -> Bool {
        format(configuration) == format(DirectiveTable.defaults)
    }

    /// The lines that CONFIG REWRITE writes for the directive.
    func rewrite(_ configuration: Configuration) -> DirectiveRewrite {
        let forced = !isDefault(in: configuration)
        switch accessor {
        case .bool, .choice:
            return line(format(configuration), forced)
        case .integer(let field, let notation):
            return line(Array(notation.rewriteText(configuration[keyPath: field]).utf8), forced)
        case .text(let field, let rules):
            let text = configuration[keyPath: field]
            if text.isEmpty, rules.emptyIsUnset { return .remove }
            return line(ConfigurationLine.quoted(Array(text.utf8)), forced)
        case .secret(let field):
            let bytes = configuration[keyPath: field]
            return bytes.isEmpty ? .remove : line(ConfigurationLine.quoted(bytes), forced)
        case .special(let notation):
            return notation.rewrite(configuration, name)
        }
    }

    private func line(_ value: [UInt8], _ forced: Bool) -> DirectiveRewrite {
        .lines([(Array(name.utf8) + [0x20] + value, forced)])
    }
}
