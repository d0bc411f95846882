// The subcommands of ACL that only answer: users and their rules, categories, what was refused, and
// what would be.
import RedwingContainers
import RedwingRESP

extension ACLCommands {
    static func whoAmI(_ engine: Engine, _ call: inout Call) {
        call.session.user.name.withBytes { call.reply.bulk($0) }
    }

    static func users(_ engine: Engine, _ call: inout Call) {
        bulks(engine.accessControl.sorted.map(\.name), &call)
    }

    static func list(_ engine: Engine, _ call: inout Call) {
        bulks(engine.accessControl.sorted.map(\.line), &call)
    }

    private static func bulks(_ texts: [[UInt8]], _ call: inout Call) {
        call.reply.array(texts.count)
        for text in texts { text.withBytes { call.reply.bulk($0) } }
    }

    static func getUser(_ engine: Engine, _ call: inout Call) {
        guard let user = engine.accessControl.users[call[2].array] else {
            return call.reply.null()
        }
        let rights = user.rights
        call.reply.map(7)
        call.reply.bulk("flags")
        call.reply.set(rights.flagNames.count)
        for name in rights.flagNames { call.reply.bulk(Bytes(name)) }
        call.reply.bulk("passwords")
        bulks(rights.passwords, &call)
        describe(rights.selectors[0], &call)
        call.reply.bulk("selectors")
        call.reply.array(rights.selectors.count - 1)
        for selector in rights.selectors.dropFirst() {
            call.reply.map(4)
            describe(selector, &call)
        }
    }

    private static func describe(_ selector: Selector, _ call: inout Call) {
        let fields: [(StaticString, [UInt8])] = [
            ("commands", selector.commandText), ("keys", selector.keyText),
            ("channels", selector.channelText), ("databases", selector.databaseText),
        ]
        for (name, text) in fields {
            call.reply.bulk(Bytes(name))
            text.withBytes { call.reply.bulk($0) }
        }
    }

    static func cat(_ engine: Engine, _ call: inout Call) {
        guard call.count <= 3 else { return call.badSubcommand("ACL") }
        guard call.count == 3 else {
            call.reply.array(CommandCategories.names.count)
            for (_, name) in CommandCategories.names { call.reply.bulk(Bytes(name)) }
            return
        }
        guard let category = CommandCategories(name: call[2].upToZero) else {
            let name = call[2].slice(0, min(call[2].count, 128))
            return call.reply.error(["ERR Unknown category '", name, "'"])
        }
        let found = engine.table.specs.indices.filter {
            engine.table.specs[$0].allCategories.contains(category)
        }
        call.reply.array(found.count)
        for index in found { call.reply.bulk(text: engine.table.fullName(CommandIndex(index))) }
    }

    static func generatePassword(_ engine: Engine, _ call: inout Call) {
        guard call.count <= 3 else { return call.badSubcommand("ACL") }
        var bits: Int64 = 256
        if call.count == 3 {
            guard let given = call.integer(2) else { return }
            bits = given
        }
        guard bits > 0, bits <= 4096 else {
            return call.reply.error(
                """
                ERR ACL GENPASS argument must be the number of bits for the output password, a \
                positive number up to 4096
                """)
        }
        let count = Int(bits + 3) / 4
        let random =
            engine.host?.randomBytes(count)
            ?? (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &engine.random) }
        let digits = Bytes("0123456789abcdef")
        random.map { digits[Int($0 & 0x0f)] }.withBytes { call.reply.bulk($0) }
    }

    static func dryRun(_ engine: Engine, _ call: inout Call) {
        guard let user = engine.accessControl.users[call[2].array] else {
            return call.reply.error(["ERR User '", call[2], "' not found"])
        }
        let arguments = call.arguments.dropFirst(3)
        guard let command = engine.commandIndex(arguments) else {
            return call.reply.error(["ERR Command '", call[3], "' not found"])
        }
        let arity = engine.table.specs[Int(command)].arity
        guard arity >= 0 ? arguments.count == arity : arguments.count >= -arity else {
            let name = engine.table.fullName(command)
            return call.reply.error(text: "ERR wrong number of arguments for '\(name)' command")
        }
        let denial = engine.denial(
            user, command, arguments, database: call.database.value.index)
        guard let denial else { return call.reply.ok() }
        engine.describe(denial, user, command, argument: arguments[denial.argument])
            .withBytes { call.reply.bulk($0) }
    }

    static func help(_ engine: Engine, _ call: inout Call) {
        call.help(
            "ACL",
            [
                "CAT [<category>]",
                "    Answer the categories of commands, or the commands of one.",
                "DELUSER <username> [<username> ...]", "    Remove users with their connections.",
                "DRYRUN <username> <command> [<arg> ...]",
                "    Tell whether a user may run a command, without running it.",
                "GETUSER <username>", "    Answer the rules of a user.",
                "GENPASS [<bits>]",
                "    Answer a random password, of 256 bits unless told otherwise.",
                "LIST", "    Answer all users in the notation of files.",
                "LOAD", "    Read all users from the ACL file.",
                "LOG [<count> | RESET]", "    Answer what was refused lately, or forget it.",
                "SAVE", "    Write all users to the ACL file.",
                "SETUSER <username> <rule> [<rule> ...]", "    Make or change a user.",
                "USERS", "    Answer the names of all users.",
                "WHOAMI", "    Answer the user of this connection.",
            ])
    }
}

extension ACLCommands {
    /// Entries that ACL LOG answers when it is not told how many.
    private static let usualCount = 10

    static func log(_ engine: Engine, _ call: inout Call) {
        guard call.count <= 3 else { return call.badSubcommand("ACL") }
        var count = usualCount
        if call.count == 3 {
            if call[2].isToken("reset") {
                engine.accessControl.log.removeAll()
                return call.reply.ok()
            }
            guard let given = call.integer(2) else { return }
            count = Int(max(0, given))
        }
        let entries = engine.accessControl.log.entries.prefix(count)
        call.reply.array(entries.count)
        for entry in entries { describe(entry, &call) }
    }

    private static func describe(_ entry: AccessLogEntry, _ call: inout Call) {
        call.reply.map(10)
        call.reply.bulk("count")
        call.reply.integer(entry.count)
        let texts: [(StaticString, [UInt8])] = [
            ("reason", Array(entry.reason.rawValue.utf8)),
            ("context", Array(entry.origin.rawValue.utf8)), ("object", entry.object),
            ("username", entry.user),
        ]
        for (name, text) in texts {
            call.reply.bulk(Bytes(name))
            text.withBytes { call.reply.bulk($0) }
        }
        call.reply.bulk("age-seconds")
        call.reply.double(Double(call.now - entry.updated) / 1000)
        call.reply.bulk("client-info")
        call.reply.bulk(text: entry.client)
        call.reply.bulk("entry-id")
        call.reply.integer(entry.id)
        call.reply.bulk("timestamp-created")
        call.reply.integer(entry.created)
        call.reply.bulk("timestamp-last-updated")
        call.reply.integer(entry.updated)
    }
}
