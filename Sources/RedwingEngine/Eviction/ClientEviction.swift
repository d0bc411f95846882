// Clients that hold too much memory together (`maxmemory-clients`): the largest are disconnected
// until the rest is below the limit. Sizes are compared by their power of two, as Valkey does.
// Summing up looks at every client and is done once in a while only, or when the buffers that they
// have together tell that it is time.
import RedwingContainers

extension Engine {
    /// A lower limit would leave no client the room to talk to the server.
    private static let leastClientLimit = 128 * 1024

    /// What all clients together may take, in bytes, or nil.
    var clientMemoryLimit: Int? {
        let setting = configuration.maxMemoryClients
        let limit: Int
        if setting > 0 {
            limit = setting
        } else if setting < 0, configuration.maxMemory > 0 {
            let share = Double(configuration.maxMemory) * Double(-setting) / 100
            limit = Int(share)
        } else {
            return nil
        }
        return max(limit, Engine.leastClientLimit)
    }

    /// The memory of a client: its connection's, what it has queued and subscribed to.
    func memoryBytes(of session: Session) -> Int {
        (session.transport?.memory ?? 0) + (session.transaction?.bytes ?? 0)
            + (session.postponed?.arguments.bytes ?? 0)
            + (session.subscriptions?.bytes ?? 0)
    }

    /// Disconnects clients while all of them take too much memory. With `isThorough` in any case
    /// looks at them; else only if their buffers alone are over the limit. For the host, once a
    /// turn and with `isThorough` ten times a second.
    public func limitClientMemory(isThorough: Bool) {
        let ceiling = eviction.value.clientCeiling
        guard isThorough ? ceiling < .max : memory.foreignBytes > ceiling else { return }
        guard let limit = clientMemoryLimit else { return }
        var total = 0
        var classes: [[(session: Session, bytes: Int)]] = []
        for session in sessions.values where session.transport != nil && !session.closesNow {
            let bytes = memoryBytes(of: session)
            total += bytes
            guard !session.flags.contains(.noEvict) else { continue }
            let sizeClass = Int.bitWidth - bytes.leadingZeroBitCount
            while classes.count <= sizeClass { classes.append([]) }
            classes[sizeClass].append((session, bytes))
        }
        while total >= limit, let largest = classes.popLast() {
            for (session, bytes) in largest where total >= limit {
                total -= bytes
                evictClient(session, bytes)
            }
        }
        // Whom nobody may disconnect is not looked at again in every turn.
        eviction.value.clientCeiling = total >= limit ? .max - 1 : limit
    }

    private func evictClient(_ session: Session, _ bytes: Int) {
        statistics.evictedClients += 1
        let peer = session.transport?.peerAddress ?? ""
        host?.log(
            "Evicting client \(session.id) from \(peer): it takes \(bytes) bytes, and all together "
                + "are over maxmemory-clients")
        session.close(afterReply: false)
        wakeups.append(session)
    }
}
