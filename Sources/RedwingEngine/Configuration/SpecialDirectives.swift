// Directives whose notation is like no other's: lists, tuples, letters.
// Each is a parser, a formatter and what CONFIG REWRITE makes of it.

extension SpecialDirective {
    /// A directive whose value is one line of words, rewritten if it is not the default.
    private static func words(
        parse:
            @escaping @Sendable (inout Configuration, [[UInt8]], inout DirectiveParseState)
            throws(DirectiveError) -> Void,
        format: @escaping @Sendable (Configuration) -> [UInt8],
        alwaysWritten: Bool = false
    ) -> SpecialDirective {
        SpecialDirective(parse: parse, format: format) { configuration, name in
            let value = format(configuration)
            let forced = alwaysWritten || value != format(DirectiveTable.defaults)
            let text = value.isEmpty ? Array("\"\"".utf8) : value
            return .lines([(Array(name.utf8) + [0x20] + text, forced)])
        }
    }

    /// `save 3600 1 300 100`; `save ""` is none.
    static let savePoints = words(
        parse: { configuration, arguments, state throws(DirectiveError) in
            let points = try savePoints(arguments)
            // Several lines of a file add up, but the first one replaces the defaults.
            let clears = arguments.count == 1 && arguments[0].isEmpty
            if !state.isFile || !state.hasSavePoints || clears { configuration.savePoints = [] }
            state.hasSavePoints = true
            configuration.savePoints += points
        },
        format: { configuration in
            let points = configuration.savePoints.map { "\($0.seconds) \($0.changes)" }
            return Array(points.joined(separator: " ").utf8)
        },
        alwaysWritten: true)

    private static func savePoints(
        _ arguments: [[UInt8]]
    ) throws(DirectiveError) -> [SavePoint] {
        if arguments.count == 1, arguments[0].isEmpty { return [] }
        let problem = DirectiveError(reason: "Invalid save parameters")
        guard arguments.count.isMultiple(of: 2) else { throw problem }
        var points: [SavePoint] = []
        for at in stride(from: 0, to: arguments.count, by: 2) {
            guard let seconds = ValueNotation.lenientInteger(arguments[at]), seconds >= 1,
                let changes = ValueNotation.lenientInteger(arguments[at + 1]), changes >= 0
            else { throw problem }
            points.append(SavePoint(seconds: seconds, changes: changes))
        }
        return points
    }

    /// `bind 127.0.0.1 -::1`; `bind ""` is no address.
    static let bind = addresses(\.bind)

    /// The same for the HTTP server.
    static let metricsBind = addresses(\.metricsBind)

    private static func addresses(_ field: ConfigurationField<[String]>) -> SpecialDirective {
        SpecialDirective(
            parse: { configuration, arguments, _ throws(DirectiveError) in
                guard arguments.count <= 16 else {
                    throw DirectiveError(reason: "Too many bind addresses specified.")
                }
                var addresses: [String] = []
                if !(arguments.count == 1 && arguments[0].isEmpty) {
                    for argument in arguments { addresses.append(try ValueNotation.text(argument)) }
                }
                configuration[keyPath: field] = addresses
            },
            format: { Array($0[keyPath: field].joined(separator: " ").utf8) },
            rewrite: { configuration, name in
                let addresses = configuration[keyPath: field]
                if addresses == DirectiveTable.defaults[keyPath: field] { return .remove }
                let text = addresses.joined(separator: " ")
                return .lines([(Array((name + " " + (text.isEmpty ? "\"\"" : text)).utf8), true)])
            })
    }

    /// `client-output-buffer-limit pubsub 32mb 8mb 60`, several of these in one line.
    static let outputBufferLimits = SpecialDirective(
        parse: { configuration, arguments, _ throws(DirectiveError) in
            configuration.clientOutputBufferLimits = try outputBufferLimits(
                arguments, configuration.clientOutputBufferLimits)
        },
        format: { configuration in
            let words = limitClasses.map { name, field in
                let limit = configuration.clientOutputBufferLimits[keyPath: field]
                return "\(name) \(limit.hardBytes) \(limit.softBytes) \(limit.softSeconds)"
            }
            return Array(words.joined(separator: " ").utf8)
        },
        rewrite: { configuration, name in
            let lines = limitClasses.map { className, field in
                let limit = configuration.clientOutputBufferLimits[keyPath: field]
                let fallback = DirectiveTable.defaults.clientOutputBufferLimits[keyPath: field]
                let hard = ValueNotation.memoryText(limit.hardBytes)
                let soft = ValueNotation.memoryText(limit.softBytes)
                let shownClass = className == "slave" ? "replica" : className
                let text = "\(name) \(shownClass) \(hard) \(soft) \(limit.softSeconds)"
                return (Array(text.utf8), limit != fallback)
            }
            return .lines(lines)
        })

    private static let limitClasses:
        [(String, any WritableKeyPath<OutputBufferLimits, OutputBufferLimit> & Sendable)] = [
            ("normal", \.normal), ("slave", \.replica), ("pubsub", \.pubsub),
        ]

    private static func outputBufferLimits(
        _ arguments: [[UInt8]], _ current: OutputBufferLimits
    ) throws(DirectiveError) -> OutputBufferLimits {
        var limits = current
        guard arguments.count.isMultiple(of: 4) else {
            throw DirectiveError(
                reason: "Wrong number of arguments in buffer limit configuration.")
        }
        for at in stride(from: 0, to: arguments.count, by: 4) {
            let word = String(decoding: arguments[at], as: UTF8.self).lowercased()
            let className = word == "replica" ? "slave" : word
            guard let field = limitClasses.first(where: { $0.0 == className })?.1 else {
                throw DirectiveError(
                    reason: "Invalid client class specified in buffer limit configuration.")
            }
            guard let hard = ValueNotation.memory(arguments[at + 1]),
                let soft = ValueNotation.memory(arguments[at + 2]),
                let seconds = ValueNotation.lenientInteger(arguments[at + 3]), seconds >= 0
            else {
                throw DirectiveError(
                    reason: "Error in hard, soft or soft_seconds setting in "
                        + "buffer limit configuration.")
            }
            limits[keyPath: field] = OutputBufferLimit(
                hardBytes: hard, softBytes: soft, softSeconds: seconds)
        }
        return limits
    }

    /// `notify-keyspace-events KEA`.
    static let keyspaceEvents = SpecialDirective(
        parse: { configuration, arguments, _ throws(DirectiveError) in
            guard arguments.count == 1 else {
                throw DirectiveError(reason: "wrong number of arguments")
            }
            guard let classes = KeyspaceEventClasses(letters: arguments[0]) else {
                throw DirectiveError(
                    reason: "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")
            }
            configuration.notifyKeyspaceEvents = classes
        },
        format: { $0.notifyKeyspaceEvents.text },
        rewrite: { configuration, name in
            let text = ConfigurationLine.quoted(configuration.notifyKeyspaceEvents.text)
            let forced = !configuration.notifyKeyspaceEvents.isEmpty
            return .lines([(Array(name.utf8) + [0x20] + text, forced)])
        })

    /// `latency-tracking-info-percentiles 50 99 99.9`; `""` is none.
    static let percentiles = words(
        parse: { configuration, arguments, _ throws(DirectiveError) in
            var percentiles: [Double] = []
            let none = arguments.count == 1 && arguments[0].isEmpty
            for argument in none ? [] : arguments {
                percentiles.append(try percentile(argument))
            }
            configuration.latencyTrackingInfoPercentiles = percentiles
        },
        format: { configuration in
            let texts = configuration.latencyTrackingInfoPercentiles.map {
                ValueNotation.decimalText($0)
            }
            return Array(texts.joined(separator: " ").utf8)
        },
        alwaysWritten: true)

    private static func percentile(_ argument: [UInt8]) throws(DirectiveError) -> Double {
        guard let text = String(validating: argument, as: UTF8.self), let value = Double(text),
            !value.isNaN, !text.hasPrefix("+"), !text.lowercased().contains("x")
        else {
            throw DirectiveError(reason: "Invalid latency-tracking-info-percentiles parameters")
        }
        guard value >= 0, value <= 100 else {
            throw DirectiveError(
                reason: "latency-tracking-info-percentiles parameters should sit between "
                    + "[0.0,100.0]")
        }
        return value
    }

    /// `shutdown-on-sigterm save now`; `default` is no option.
    static func shutdownOptions(
        _ field: ConfigurationField<ShutdownOptions>
    ) -> SpecialDirective {
        words(
            parse: { configuration, arguments, _ throws(DirectiveError) in
                let error = ChoiceAccessor.error(
                    ["default"] + ShutdownOptions.names.map(\.name))
                if arguments.isEmpty { throw error }
                var options: ShutdownOptions = []
                for argument in arguments {
                    let word = String(decoding: argument, as: UTF8.self).lowercased()
                    if word == "default" { continue }
                    guard let known = ShutdownOptions.names.first(where: { $0.name == word })
                    else { throw error }
                    options.insert(known.option)
                }
                if options.isSuperset(of: [.save, .noSave]) {
                    throw DirectiveError(
                        reason: "shutdown options SAVE and NOSAVE can't be used simultaneously")
                }
                configuration[keyPath: field] = options
            },
            format: { configuration in
                let options = configuration[keyPath: field]
                let names = ShutdownOptions.names.filter { options.contains($0.option) }
                let text = names.map(\.name).joined(separator: " ")
                return Array((text.isEmpty ? "default" : text).utf8)
            })
    }

    /// `dir /var/lib/redwing`; a relative path starts from the directory named before.
    static let directory = SpecialDirective(
        parse: { configuration, arguments, _ throws(DirectiveError) in
            guard arguments.count == 1 else {
                throw DirectiveError(reason: "wrong number of arguments")
            }
            let path = try ValueNotation.text(arguments[0])
            if path.isEmpty { throw DirectiveError(reason: "dir can't be empty") }
            let base = configuration.directory
            let replaces = path.hasPrefix("/") || base == "."
            configuration.directory = replaces ? path : base + "/" + path
        },
        format: { Array($0.directory.utf8) },
        rewrite: { configuration, name in
            let path = ConfigurationLine.quoted(Array(configuration.directory.utf8))
            return .lines([(Array(name.utf8) + [0x20] + path, true)])
        })

    /// `oom-score-adj-values 0 200 800`, kept as text since nothing reads it.
    static let oomScoreValues = words(
        parse: { configuration, arguments, _ throws(DirectiveError) in
            guard arguments.count == 3 else {
                throw DirectiveError(reason: "wrong number of arguments")
            }
            var words: [String] = []
            for argument in arguments {
                guard let value = ValueNotation.lenientInteger(argument),
                    (-2000...2000).contains(value)
                else {
                    throw DirectiveError(
                        reason: "Invalid oom-score-adj-values, elements must be between "
                            + "-2000 and 2000.")
                }
                words.append(String(value))
            }
            let text = words.joined(separator: " ")
            configuration[inert: "oom-score-adj-values", default: "0 200 800"] = text
        },
        format: { Array($0[inert: "oom-score-adj-values", default: "0 200 800"].utf8) })

    /// `replicaof host port`; `replicaof no one` is none.
    static let replicaOf = SpecialDirective(
        parse: { configuration, arguments, _ throws(DirectiveError) in
            guard arguments.count == 2 else {
                throw DirectiveError(reason: "wrong number of arguments")
            }
            let host = try ValueNotation.text(arguments[0])
            let last = try ValueNotation.text(arguments[1])
            if host.lowercased() == "no", last.lowercased() == "one" {
                configuration[inert: "replicaof", default: ""] = ""
                return
            }
            guard let port = ValueNotation.lenientInteger(arguments[1]),
                (0...65_535).contains(port)
            else { throw DirectiveError(reason: "Invalid primary port") }
            configuration[inert: "replicaof", default: ""] = "\(host) \(port)"
        },
        format: { Array($0[inert: "replicaof", default: ""].utf8) },
        rewrite: { configuration, name in
            let value = configuration[inert: "replicaof", default: ""]
            return value.isEmpty ? .remove : .lines([(Array("\(name) \(value)".utf8), true)])
        })

    /// `rdma-bind address ...`: only to refuse it by name.
    static let rdmaBind = SpecialDirective(
        parse: { _, arguments, _ throws(DirectiveError) in
            if arguments.contains(where: { !$0.isEmpty }) {
                throw DirectiveError(reason: "No RDMA building support.")
            }
        },
        format: { _ in [] },
        rewrite: { _, _ in .remove })
}
