// Web browsers as unwilling attackers: a page can make them send an HTTP request to any port of
// their machine. Its words must not run as commands, and above all not the lines behind the first.
import RedwingContainers

extension Engine {
    /// Milliseconds from one warning to the next: who attacks must not fill the log.
    private static let warningInterval: Int64 = 60_000

    /// Whether the words of a command are those of an HTTP request. If so, the session ends at once
    /// and without a reply.
    func endIfHTTP(_ call: inout Call) -> Bool {
        guard call[0].isToken("post") || call[0].isToken("host:") else { return false }
        call.session.flags.insert(.closeNow)
        if now - observability.lastAttackWarning > Engine.warningInterval {
            observability.lastAttackWarning = now
            let peer = call.session.transport?.peerAddress ?? "this process"
            host?.log(
                """
                Possible SECURITY ATTACK detected: a client sent POST or Host:, as web browsers \
                do that a page has turned against this server. The connection from \(peer) is \
                closed.
                """)
        }
        return true
    }
}
