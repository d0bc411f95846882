// Whose session a session is: what follows from its user for each of its commands.
import RedwingContainers

extension Engine {
    /// Makes a session one of this user.
    func assign(_ user: User, to session: Session) {
        session.user = user
        session.permissions = user.permissions
        if user.permissions.isUnrestricted {
            session.flags.remove(.restricted)
        } else {
            session.flags.insert(.restricted)
        }
    }

    /// Makes a session one of the default user, as connections begin.
    func assignDefaultUser(to session: Session) {
        assign(accessControl.defaultUser, to: session)
        session.flags.remove(.authenticated)
        if acceptsAnonymousClients { session.flags.insert(.authenticated) }
    }
}
