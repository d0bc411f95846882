// Logging in by a certificate: who shows one that the server trusts may be a user by it, without a
// password. Whether a certificate is to be trusted is for the transport to find out.

extension Engine {
    /// Makes a session one of the first of these users who exists and is on. Returns false, notes
    /// a refusal and leaves the session as it is when there is none.
    ///
    /// - Parameter names: what the certificate says of its owner, not empty; the last one stands
    ///   in ACL LOG.
    public func logIn(_ session: Session, byCertificate names: [[UInt8]]) -> Bool {
        for name in names {
            guard let user = accessControl.users[name], user.rights.isOn else { continue }
            assign(user, to: session)
            session.flags.insert(.authenticated)
            return true
        }
        accessControl.denials.certificates += 1
        let entry = AccessLogEntry(
            id: accessControl.log.nextID, reason: .certificate, origin: .toplevel, object: [],
            user: names.last ?? [], created: now, updated: now, client: describe(session))
        accessControl.log.add(entry, limit: configuration.aclLogMaxLength)
        return false
    }
}
