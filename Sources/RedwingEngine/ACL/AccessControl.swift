// The users of one engine, and what was refused to them.
import RedwingContainers

/// How often something was refused, for INFO.
struct AccessDenials {
    var logins = 0
    var commands = 0
    var keys = 0
    var channels = 0
    var databases = 0
    var certificates = 0
}

/// Users and the log of refusals.
struct AccessControl {
    private(set) var users: [[UInt8]: User] = [:]
    /// Whom a connection belongs to before it logs in; always among the users.
    let defaultUser: User
    var log = AccessLog()
    var denials = AccessDenials()

    /// The name of the default user.
    static let defaultName = Array("default".utf8)

    init(_ context: RuleContext) {
        defaultUser = User(Self.defaultName, .unrestricted(context), context.table)
        users[Self.defaultName] = defaultUser
    }

    /// All users in the order of the bytes of their names.
    var sorted: [User] {
        users.values.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// Refers to the commands of another table, before there are sessions.
    func refer(to table: CommandTable) {
        for user in users.values {
            var rights = user.rights
            rights.refer(to: table)
            user.set(rights, table)
        }
    }

    mutating func add(_ user: User) { users[user.name] = user }

    mutating func remove(_ name: [UInt8]) -> User? { users.removeValue(forKey: name) }

    /// Replaces all users but the default one.
    mutating func replaceAll(_ others: [User]) {
        users = [Self.defaultName: defaultUser]
        for user in others { users[user.name] = user }
    }
}
