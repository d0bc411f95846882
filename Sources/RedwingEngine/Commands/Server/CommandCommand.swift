// COMMAND and its subcommands: the command table as clients ask for it.
import RedwingContainers
import RedwingRESP

enum CommandCommand {
    static func all(_ engine: Engine, _ call: inout Call) {
        let top = engine.table.topLevel
        call.reply.array(top.count)
        for index in top { info(engine, call.reply, index) }
    }

    static func count(_ engine: Engine, _ call: inout Call) {
        call.reply.integer(engine.table.topLevel.count)
    }

    static func info(_ engine: Engine, _ call: inout Call) {
        guard call.count > 2 else { return all(engine, &call) }
        call.reply.array(call.count - 2)
        for index in 2..<call.count {
            if let command = engine.table.find(fullName: call[index]) {
                info(engine, call.reply, command)
            } else {
                call.reply.null()
            }
        }
    }

    private static func info(_ engine: Engine, _ reply: ReplyWriter, _ index: CommandIndex) {
        let spec = engine.table.specs[Int(index)]
        let legacy = spec.legacyKeys.range
        reply.array(10)
        reply.bulk(text: engine.table.fullName(index))
        reply.integer(spec.arity)
        names(reply, CommandFlags.names.filter { spec.allFlags.contains($0.0) }.map(\.1))
        reply.integer(legacy.first)
        reply.integer(legacy.last)
        reply.integer(legacy.step)
        let categories = CommandCategories.names.filter { spec.allCategories.contains($0.0) }
        reply.set(categories.count)
        for (_, name) in categories { "@\(name)".withBytes { reply.simple($0) } }
        let tips = spec.tipList
        reply.set(tips.count)
        for tip in tips { reply.bulk(text: tip) }
        reply.set(spec.keys.count)
        for key in spec.keys { keySpec(reply, key) }
        reply.array(spec.subcommands.count)
        for offset in 0..<CommandIndex(spec.subcommands.count) {
            info(engine, reply, index + 1 + offset)
        }
    }

    private static func names(_ reply: ReplyWriter, _ names: [StaticString]) {
        reply.set(names.count)
        for name in names { reply.simple(Bytes(name)) }
    }

    private static func keySpec(_ reply: ReplyWriter, _ spec: KeySpec) {
        let hasNotes = spec.notes.utf8CodeUnitCount > 0
        reply.map(hasNotes ? 4 : 3)
        if hasNotes {
            reply.bulk("notes")
            reply.bulk(Bytes(spec.notes))
        }
        reply.bulk("flags")
        names(reply, KeySpec.Flags.names.filter { spec.flags.contains($0.0) }.map(\.1))
        reply.bulk("begin_search")
        switch spec.begin {
        case .index(let index): part(reply, "index", [("index", index)])
        case .unknown: part(reply, "unknown", [])
        case .keyword(let word, let from):
            part(reply, "keyword", [("startfrom", from)], keyword: Bytes(word))
        }
        reply.bulk("find_keys")
        switch spec.find {
        case .range(let last, let step, let limit):
            part(reply, "range", [("lastkey", last), ("keystep", step), ("limit", limit)])
        case .count(let at, let first, let step):
            part(reply, "keynum", [("keynumidx", at), ("firstkey", first), ("keystep", step)])
        case .unknown: part(reply, "unknown", [])
        }
    }

    private static func part(
        _ reply: ReplyWriter, _ type: Bytes, _ fields: [(StaticString, Int)],
        keyword: Bytes? = nil
    ) {
        reply.map(2)
        reply.bulk("type")
        reply.bulk(type)
        reply.bulk("spec")
        reply.map(fields.count + (keyword == nil ? 0 : 1))
        if let keyword {
            reply.bulk("keyword")
            reply.bulk(keyword)
        }
        for (name, value) in fields {
            reply.bulk(Bytes(name))
            reply.integer(value)
        }
    }
}

extension CommandCommand {
    static func docs(_ engine: Engine, _ call: inout Call) {
        var asked: [CommandIndex] = []
        if call.count == 2 {
            asked = engine.table.topLevel
        } else {
            for index in 2..<call.count {
                if let found = engine.table.find(fullName: call[index]) { asked.append(found) }
            }
        }
        call.reply.map(asked.count)
        for index in asked { docs(engine, call.reply, index) }
    }

    private static func docs(_ engine: Engine, _ reply: ReplyWriter, _ index: CommandIndex) {
        let spec = engine.table.specs[Int(index)]
        let arguments = spec.arguments
        reply.bulk(text: engine.table.fullName(index))
        let texts: [(Bytes, Bytes)] = [
            ("summary", Bytes(spec.summary)), ("since", Bytes(spec.since)),
            ("group", Bytes(spec.group)), ("complexity", Bytes(spec.complexity)),
        ].filter { !$0.1.isEmpty }
        var fields = texts.count + (spec.isSystem ? 1 : 0)
        fields += (arguments.isEmpty ? 0 : 1) + (spec.subcommands.isEmpty ? 0 : 1)
        reply.map(fields)
        for (name, text) in texts {
            reply.bulk(name)
            reply.bulk(text)
        }
        if spec.isSystem {
            reply.bulk("doc_flags")
            reply.set(1)
            reply.simple("syscmd")
        }
        if !arguments.isEmpty {
            reply.bulk("arguments")
            reply.array(arguments.count)
            for argument in arguments { document(reply, argument) }
        }
        if !spec.subcommands.isEmpty {
            reply.bulk("subcommands")
            reply.map(spec.subcommands.count)
            for offset in 0..<CommandIndex(spec.subcommands.count) {
                docs(engine, reply, index + 1 + offset)
            }
        }
    }

    private static func document(_ reply: ReplyWriter, _ argument: CommandArgument) {
        var flags: [StaticString] = []
        if argument.isOptional { flags.append("optional") }
        if argument.isMultiple { flags.append("multiple") }
        if argument.repeatsToken { flags.append("multiple_token") }
        var fields = 2
        if argument.display != nil { fields += 1 }
        if argument.keySpec != nil { fields += 1 }
        if argument.token != nil { fields += 1 }
        if !flags.isEmpty { fields += 1 }
        if !argument.parts.isEmpty { fields += 1 }
        reply.map(fields)
        reply.bulk("name")
        reply.bulk(text: argument.name)
        reply.bulk("type")
        reply.bulk(text: argument.kind.rawValue)
        if let display = argument.display {
            reply.bulk("display_text")
            reply.bulk(text: display)
        }
        if let keySpec = argument.keySpec {
            reply.bulk("key_spec_index")
            reply.integer(keySpec)
        }
        if let token = argument.token {
            reply.bulk("token")
            reply.bulk(text: token)
        }
        if !flags.isEmpty {
            reply.bulk("flags")
            names(reply, flags)
        }
        if !argument.parts.isEmpty {
            reply.bulk("arguments")
            reply.array(argument.parts.count)
            for part in argument.parts { document(reply, part) }
        }
    }
}

extension CommandCommand {
    static func list(_ engine: Engine, _ call: inout Call) {
        let table = engine.table
        var found = (0..<CommandIndex(table.specs.count)).filter { _ in true }
        if call.count > 2 {
            guard call.count == 5, call[2].isToken("filterby") else {
                return call.reply.error(ReplyError.syntax)
            }
            let filter = call[4]
            if call[3].isToken("module") {
                found = []
            } else if call[3].isToken("aclcat") {
                let category = CommandCategories(name: filter)
                found = found.filter { index in
                    category.map { table.specs[Int(index)].allCategories.contains($0) } ?? false
                }
            } else if call[3].isToken("pattern") {
                let pattern = filter.array
                found = found.filter {
                    GlobPattern.matches(
                        Array(table.fullName($0).utf8), pattern: pattern, ignoringCase: true)
                }
            } else {
                return call.reply.error(ReplyError.syntax)
            }
        }
        call.reply.array(found.count)
        for index in found { call.reply.bulk(text: table.fullName(index)) }
    }

    static func getKeys(_ engine: Engine, _ call: inout Call) {
        guard let keys = keys(engine, &call) else { return }
        call.reply.array(keys.count)
        for key in keys { call.reply.bulk(call[2 + key.index]) }
    }

    static func getKeysAndFlags(_ engine: Engine, _ call: inout Call) {
        guard let keys = keys(engine, &call) else { return }
        call.reply.array(keys.count)
        for key in keys {
            call.reply.array(2)
            call.reply.bulk(call[2 + key.index])
            names(call.reply, KeySpec.Flags.names.filter { key.flags.contains($0.0) }.map(\.1))
        }
    }

    /// The keys of the command that the arguments from the third on are, or nil after an error.
    private static func keys(_ engine: Engine, _ call: inout Call) -> [ExtractedKey]? {
        let arguments = call.arguments.dropFirst(2)
        guard let command = engine.commandIndex(arguments) else {
            call.reply.error("ERR Invalid command specified")
            return nil
        }
        let spec = engine.table.specs[Int(command)]
        guard spec.hasExtractableKeys else {
            call.reply.error("ERR The command has no key arguments")
            return nil
        }
        guard spec.arity >= 0 ? arguments.count == spec.arity : arguments.count >= -spec.arity
        else {
            call.reply.error("ERR Invalid number of arguments specified for command")
            return nil
        }
        let keys = try? spec.extractKeys(arguments)
        guard let keys, !keys.isEmpty || spec.flags.contains(.noMandatoryKeys) else {
            call.reply.error("ERR Invalid arguments specified for command")
            return nil
        }
        return keys
    }

    static func help(_ engine: Engine, _ call: inout Call) {
        call.help(
            "COMMAND",
            [
                "(no subcommand)", "    Describe all commands.",
                "COUNT", "    Answer how many commands there are.",
                "DOCS [<command-name> ...]", "    Answer the manual of some or all commands.",
                "GETKEYS <full-command>", "    Answer which arguments of a command are keys.",
                "GETKEYSANDFLAGS <full-command>", "    The same with what is done to each key.",
                "INFO [<command-name> ...]", "    Describe some or all commands.",
                "LIST [FILTERBY (MODULE <name>|ACLCAT <category>|PATTERN <pattern>)]",
                "    Answer the names of commands and subcommands.",
            ])
    }
}
