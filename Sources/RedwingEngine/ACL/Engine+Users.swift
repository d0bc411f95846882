// How users come, change and go, and what that means for the sessions that are theirs.
import RedwingContainers

extension Engine {
    /// What rules of users refer to now.
    var ruleContext: RuleContext {
        RuleContext(
            table, allowsAllChannels: configuration.aclPubsubDefault == .allchannels)
    }

    /// Whether a connection may run commands before it has logged in.
    public var acceptsAnonymousClients: Bool {
        let rights = accessControl.defaultUser.rights
        return rights.isOn && rights.acceptsAnyPassword
    }

    /// Whether any password will do for the default user.
    public var acceptsAnyPassword: Bool { accessControl.defaultUser.rights.acceptsAnyPassword }

    /// The `user` lines of the configuration file; none when the users have a file of their own.
    public var configuredUserLines: [[UInt8]] {
        configuration.aclFile.isEmpty ? accessControl.sorted.map(\.line) : []
    }

    /// Gives a user other rights.
    func setRights(_ rights: Rights, of user: User) {
        user.set(rights, table)
        for session in sessions.values where session.user === user { assign(user, to: session) }
        guard user === accessControl.defaultUser, acceptsAnonymousClients else { return }
        for session in sessions.values where session.user === user {
            session.flags.insert(.authenticated)
        }
    }

    /// Removes a user with all connections; false when there is none of that name.
    func removeUser(_ name: [UInt8], running call: borrowing Call) -> Bool {
        guard let user = accessControl.remove(name) else { return false }
        endClients(of: user, running: call)
        return true
    }

    /// Ends all connections of a user that is gone.
    func endClients(of user: User, running call: borrowing Call) {
        for session in sessions.values where session.user === user {
            // Nothing that it has sent already may run.
            assign(accessControl.defaultUser, to: session)
            session.flags.remove(.authenticated)
            endClient(session, running: call)
        }
    }

    /// Puts other users in the place of all there are. Connections go on as the user of the same
    /// name. Before that `change` hears of each user, with its rights to be, or nil if it goes.
    func replaceUsers(
        _ users: [(name: [UInt8], rights: Rights)], change: (User, Rights?) -> Void
    ) {
        let before = accessControl.sorted
        let context = ruleContext
        let isDefault: ([UInt8]) -> Bool = { $0 == AccessControl.defaultName }
        let rights = users.first { isDefault($0.name) }?.rights ?? .unrestricted(context)
        change(accessControl.defaultUser, rights)
        setRights(rights, of: accessControl.defaultUser)
        accessControl.replaceAll(
            users.filter { !isDefault($0.name) }.map { User($0.name, $0.rights, context.table) })
        for user in before where user !== accessControl.defaultUser {
            let successor = accessControl.users[user.name]
            change(user, successor?.rights)
            guard let successor else { continue }
            for session in sessions.values where session.user === user {
                assign(successor, to: session)
            }
        }
    }
}
