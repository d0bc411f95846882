// What the tests of client-side caching share.

import RedwingContainers
import RedwingRESP

@testable import RedwingEngine

extension ManyClients {
    /// What has come for a client apart from replies, as it would go over the wire.
    func mail(_ client: PretendedClient) -> String {
        _ = engine.takeWakeups()
        defer { client.session.outbox?.removeAll() }
        return client.session.outbox?.bytes.string ?? ""
    }

    /// Lets so many milliseconds go by, and happen what is due.
    func pass(_ milliseconds: Int64) {
        now += milliseconds
        engine.beginTurn(now: now)
        while engine.work() {}
    }

    /// A client that speaks RESP3.
    func modernClient() -> PretendedClient {
        let client = client()
        client("HELLO 3")
        return client
    }
}

/// A message about keys.
func invalidation(_ keys: String...) -> String {
    ">2\r\n$10\r\ninvalidate\r\n*\(keys.count)\r\n" + keys.map(bulk).joined()
}

/// The message that all keys are gone.
let invalidationOfAll = ">2\r\n$10\r\ninvalidate\r\n_\r\n"
