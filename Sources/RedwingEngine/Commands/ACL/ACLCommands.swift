// ACL: the table of its subcommands and the handlers of those that make, change and remove users.
import RedwingContainers
import RedwingRESP

enum ACLCommands {
    static let table: [CommandSpec] = [
        CommandSpec(
            "acl", -2, [], group: "server", since: "6.0.0",
            complexity: "That of the subcommand",
            summary: "Shows and changes users and what they may do.",
            subcommands: subcommands, handler: Call.refuseContainer)
    ]

    private static let open: CommandFlags = [.noScript, .loading, .stale]
    private static let privileged: CommandFlags = [.admin, .noScript, .loading, .stale]
    private static let everywhere: StaticString =
        "request_policy:all_nodes response_policy:all_succeeded"

    private static let subcommands: [CommandSpec] = [
        acl(
            "cat", -2, open, "Answers the categories, or the commands of one.",
            complexity: "O(1)", syntax: "[category]", handler: cat),
        acl(
            "deluser", -3, privileged, "Removes users with their connections.",
            complexity: "O(N) for N connections", syntax: "username...", tips: everywhere,
            handler: deleteUsers),
        acl(
            "dryrun", -4, privileged, "Tells whether a user may run a command, without running it.",
            since: "7.0.0", complexity: "O(1)", syntax: "username command [arg...]",
            handler: dryRun),
        acl(
            "genpass", -2, open, "Answers a random password.", complexity: "O(1)",
            syntax: "[bits:integer]", handler: generatePassword),
        acl(
            "getuser", 3, privileged, "Answers the rules of a user.",
            complexity: "O(N) for N rules", syntax: "username", handler: getUser),
        acl("help", 2, [.loading, .stale], "Explains the subcommands.", handler: help),
        acl("list", 2, privileged, "Answers all users in the notation of files.", handler: list),
        acl("load", 2, privileged, "Reads all users from their file.", handler: load),
        acl(
            "log", -2, privileged, "Answers what was refused lately.",
            complexity: "O(N) for N entries",
            syntax: "[operation<count:integer | reset:token@RESET>]",
            handler: log),
        acl(
            "save", 2, privileged, "Writes all users to their file.", tips: everywhere,
            handler: save),
        acl(
            "setuser", -3, privileged, "Makes or changes a user.", complexity: "O(N) for N rules",
            syntax: "username [rule...]", tips: everywhere, handler: setUser),
        acl("users", 2, privileged, "Answers the names of all users.", handler: users),
        acl(
            "whoami", 2, open, "Answers the user of this connection.", complexity: "O(1)",
            handler: whoAmI),
    ]

    private static func acl(
        _ name: StaticString, _ arity: Int, _ flags: CommandFlags, _ summary: StaticString,
        since: StaticString = "6.0.0", complexity: StaticString = "O(N) for N users",
        syntax: StaticString = "", tips: StaticString = "", handler: @escaping CommandHandler
    ) -> CommandSpec {
        CommandSpec(
            name, arity, flags, group: "server", since: since, complexity: complexity,
            summary: summary, syntax: syntax, tips: tips, handler: handler)
    }
}

extension ACLCommands {
    static func setUser(_ engine: Engine, _ call: inout Call) {
        guard !call[2].hasBlanksOrZero else {
            return call.reply.error("ERR Usernames can't contain spaces or null characters")
        }
        let name = call[2].array
        let context = engine.ruleContext
        let user = engine.accessControl.users[name]
        let rules = (3..<call.count).map { call[$0].array }
        do throws(RuleListError) {
            let rights = try (user?.rights ?? Rights(context)).applying(rules, context)
            if let user {
                engine.endSubscribers(of: user, without: rights, running: call)
                engine.setRights(rights, of: user)
            } else {
                engine.accessControl.add(User(name, rights, context.table))
            }
            call.reply.ok()
        } catch {
            error.text.withBytes { call.reply.error(["ERR ", $0]) }
        }
    }

    static func deleteUsers(_ engine: Engine, _ call: inout Call) {
        let names = (2..<call.count).map { call[$0].array }
        guard !names.contains(AccessControl.defaultName) else {
            return call.reply.error("ERR The 'default' user cannot be removed")
        }
        let removed = names.filter { engine.removeUser($0, running: call) }
        call.reply.integer(removed.count)
    }

    static func load(_ engine: Engine, _ call: inout Call) {
        guard hasFile(engine, &call) else { return }
        let file = engine.readUsers()
        guard file.problems.isEmpty else {
            return file.problems.withBytes { call.reply.error(["ERR ", $0]) }
        }
        engine.replaceUsers(file.users) { user, rights in
            if let rights {
                engine.endSubscribers(of: user, without: rights, running: call)
            } else {
                engine.endClients(of: user, running: call)
            }
        }
        call.reply.ok()
    }

    static func save(_ engine: Engine, _ call: inout Call) {
        guard hasFile(engine, &call) else { return }
        guard engine.saveUsers() else {
            return call.reply.error(
                """
                ERR There was an error trying to save the ACLs. Please check the server logs for \
                more information
                """)
        }
        call.reply.ok()
    }

    /// Whether users have a file; answers the error itself when not.
    private static func hasFile(_ engine: Engine, _ call: inout Call) -> Bool {
        if !engine.configuration.aclFile.isEmpty { return true }
        call.reply.error(
            """
            ERR This instance is not configured to use an ACL file. You may want to specify users \
            via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a \
            configuration file set) in order to store users in the configuration.
            """)
        return false
    }
}
