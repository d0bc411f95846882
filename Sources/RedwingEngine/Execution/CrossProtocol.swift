// Clients that speak something else. Web browsers are unwilling attackers: a page can make them
// send an HTTP request to any port of their machine. Its words must not run as commands, and above
// all not the lines behind the first. Who begins with TLS has the wrong port.
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

    /// Milliseconds from one line about TLS to the next.
    private static let helloInterval: Int64 = 1000

    /// Ends a session that began with TLS, without a reply.
    func endHelloOfTLS(_ call: inout Call) {
        call.session.flags.insert(.closeNow)
        guard now - observability.lastTLSWarning > Engine.helloInterval else { return }
        observability.lastTLSWarning = now
        let peer = call.session.transport?.peerAddress ?? "this process"
        host?.log("Closing a client that speaks TLS on a port without TLS (addr=\(peer))")
    }
}
