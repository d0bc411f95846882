// What the engine tells a monitoring system: the figures of INFO as numbers, and some that INFO has
// no place for. Taken at one moment, without any text.
import RedwingContainers

/// The figures of an engine. Counters begin anew with CONFIG RESETSTAT.
package struct EngineFigures {
    /// A database that is not empty.
    package struct Database {
        /// The number that SELECT knows it by.
        package var index: Int
        package var keys: Int
        /// Keys that have a deadline.
        package var expiring: Int
        /// Hashes with fields that have one.
        package var withExpiringFields: Int
    }

    /// A command that was used.
    package struct Command {
        /// Its name; a subcommand's has a bar in it.
        package var name: String
        package var calls: Int
        /// The time that they took together.
        package var seconds: Double
        /// How often it was not allowed to run.
        package var rejected: Int
        /// How often it ran and answered an error.
        package var failed: Int
    }

    /// Memory in bytes.
    package struct Memory {
        package var used = 0
        package var peak = 0
        /// What the allocator holds, free blocks included.
        package var committed = 0
        package var startup = 0
        /// Tables and indexes.
        package var overhead = 0
        /// Keys and values.
        package var dataset = 0
        /// Buffers of the connections.
        package var clients = 0
        /// The limit; 0 is none.
        package var limit = 0
    }

    package var databases: [Database] = []
    package var commands: [Command] = []
    /// Error replies by code.
    package var errors: [(code: String, count: Int)] = []
    package var memory = Memory()
    package var connectedClients = 0
    package var blockedClients = 0
    package var maxClients = 0
    package var acceptedConnections = 0
    package var rejectedConnections = 0
    package var commandsProcessed = 0
    package var hits = 0
    package var misses = 0
    package var expiredKeys = 0
    package var expiredFields = 0
    package var evictedKeys = 0
    package var receivedBytes = 0
    package var sentBytes = 0
    /// Values that are freed in slices and not yet gone.
    package var garbage = 0
    /// Changes since the last snapshot.
    package var changes = 0
    /// Keys that the running snapshot has captured, and that there were at its start.
    package var walk: (done: Int, total: Int) = (0, 0)
    /// How late keys were removed behind their deadlines.
    package var expiryLag: DurationHistogram
    /// Milliseconds by which the key that has been due for the longest is late.
    package var overdue: Int64 = 0
    /// When the engine was made, in Unix milliseconds.
    package var startedAt: Int64 = 0
}

extension Engine {
    /// The bounds of `EngineFigures.expiryLag`, in seconds.
    static let expiryLagBounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10, 60]

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
        figures.blockedClients = waitRoom.count
        figures.maxClients = configuration.maxClients
        figures.acceptedConnections = statistics.connections
        figures.rejectedConnections = statistics.rejectedConnections
        figures.commandsProcessed = statistics.commands
        figures.hits = statistics.hits
        figures.misses = statistics.misses
        figures.expiredKeys = statistics.expiredKeys
        figures.expiredFields = statistics.expiredFields
        figures.evictedKeys = statistics.evictedKeys
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

    /// Counts how late a key goes that was due at `deadline`.
    func noteExpiry(_ deadline: Int64) {
        observability.expiryLag.add(UInt64(max(0, now &- deadline)))
    }
}
