// What the engine tells a monitoring system: the figures of INFO as numbers, and some that INFO has
// no place for. Plain values.

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
    package var pubSubClients = 0
    package var trackingClients = 0
    package var watchingClients = 0
    /// Channels that somebody has subscribed to, sharded ones apart, and patterns.
    package var channels = 0
    package var shardChannels = 0
    package var patterns = 0
    /// Keys that client-side caching remembers.
    package var trackedKeys = 0
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

    /// The bounds of `expiryLag`, in seconds.
    static let expiryLagBounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10, 60]
}
