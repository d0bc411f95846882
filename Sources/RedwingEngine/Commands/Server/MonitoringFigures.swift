// Gathers what a monitoring system is told, from the same places as INFO.
import RedwingContainers

extension Engine {
    /// The figures as of now. `facts` are the host's. Takes time in proportion to the clients.
    package func figures(_ facts: HostFacts) -> EngineFigures {
        var figures = EngineFigures(expiryLag: observability.expiryLag)
        figures.memory = memoryFigures(facts)
        figures.databases = databases.filter { $0.count > 0 }.map {
            EngineFigures.Database(
                index: $0.value.index, keys: $0.count, expiring: $0.value.deadlineCount,
                withExpiringFields: $0.value.fieldDeadlines.itemCount)
        }
        figures.commands = commandFigures()
        figures.errors = observability.errors.map { ($0.key, $0.value) }.sorted {
            $0.code < $1.code
        }
        figures.connectedClients = sessions.values.reduce(0) { $0 + ($1.transport == nil ? 0 : 1) }
        figures.blockedClients = waitRoom.count + pauseRoom.count
        figures.maxClients = configuration.maxClients
        figures.acceptedConnections = statistics.connections
        figures.rejectedConnections = statistics.rejectedConnections
        figures.commandsProcessed = statistics.commands
        figures.hits = statistics.hits
        figures.misses = statistics.misses
        figures.expiredKeys = statistics.expiredKeys
        figures.expiredFields = statistics.expiredFields
        figures.evictedKeys = statistics.evictedKeys
        addSessionFigures(&figures)
        let traffic = self.traffic
        figures.receivedBytes = traffic.received
        figures.sentBytes = traffic.sent
        figures.garbage = graveyard.count
        figures.changes = dirty
        figures.walk = walkProgress
        if let due = nextExpiry() { figures.overdue = max(0, now - due) }
        figures.startedAt = startedAt
        return figures
    }

    private func addSessionFigures(_ figures: inout EngineFigures) {
        figures.pubSubClients = pubSub.clientCount
        figures.trackingClients = tracking.value.clientCount
        figures.watchingClients = watchRoom.clientCount
        figures.channels = pubSub.channels.count
        figures.shardChannels = pubSub.shardChannels.count
        figures.patterns = pubSub.patterns.count
        figures.trackedKeys = tracking.value.table.count
    }

    private func memoryFigures(_ facts: HostFacts) -> EngineFigures.Memory {
        let figures = MemoryFigures(self, facts)
        return EngineFigures.Memory(
            used: figures.used, peak: figures.peak, committed: figures.committed,
            startup: figures.startup, overhead: figures.overhead, dataset: figures.dataset,
            clients: figures.clients, limit: configuration.maxMemory)
    }

    private func commandFigures() -> [EngineFigures.Command] {
        (0..<table.counters.count).compactMap { index in
            let counters = table.counters[index]
            guard counters.calls + counters.rejected + counters.failed > 0 else { return nil }
            return EngineFigures.Command(
                name: table.fullName(CommandIndex(index)), calls: counters.calls,
                seconds: Double(accounting.nanoseconds(UInt64(counters.time))) / 1e9,
                rejected: counters.rejected, failed: counters.failed)
        }
    }
}
