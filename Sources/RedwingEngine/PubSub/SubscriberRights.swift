// What becomes of subscribers whose user may use fewer channels than before.
import RedwingContainers

extension Engine {
    /// Ends the connections of a user that listen to what other rights do not allow, unless those
    /// have all the patterns of the present ones.
    func endSubscribers(of user: User, without rights: Rights, running call: borrowing Call) {
        guard pubSub.clientCount > 0, !rights.includesChannels(of: user.rights) else { return }
        for session in sessions.values
        where session.user === user && listens(session, beyond: rights) {
            endClient(session, running: call)
        }
    }

    private func listens(_ session: Session, beyond rights: Rights) -> Bool {
        guard let subscriptions = session.subscriptions else { return false }
        return SubscriptionKind.allCases.contains { kind in
            let table = pubSub.table(kind)
            return subscriptions.audiences(kind).contains {
                !rights.allowsChannel(table.name($0), isPattern: kind == .pattern)
            }
        }
    }
}
