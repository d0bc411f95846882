// What `/metrics` shows: which figure has which name, unit and explanation. Names follow the usual
// conventions: base units, `_total` for counters, what is counted as the last word.
import RedwingEngine

/// What the server around the engine knows.
struct ServerFigures {
    /// A snapshot that is being taken, and what became of the last ones.
    struct Snapshots {
        var isRunning = false
        /// Seconds since the running one began.
        var runningSeconds = 0
        /// Bytes that wait for the running one's writer.
        var queuedBytes = 0
        var saves = 0
        /// Unix seconds of the last successful one, or of the start.
        var lastSave = 0
        var isLastOK = true
        /// Seconds that the last one took; nil before the first.
        var lastSeconds: Int?
    }

    var snapshots = Snapshots()
    /// Bytes of the snapshot file that are loaded, and all; nil when none is being loaded.
    var loading: (done: Int, total: Int)?
    /// How long the turns of the loop were.
    var turns: DurationHistogram
    var hotKeys: [SurveyedKey] = []
    var largestKeys: [SurveyedKey] = []
}

/// The page with all metrics.
struct MetricsPage {
    private let engine: EngineFigures
    private let facts: HostFacts
    private let server: ServerFigures
    private var text: MetricsText

    /// The page's text.
    static func text(
        _ engine: EngineFigures, _ facts: HostFacts, _ server: ServerFigures,
        _ format: MetricsText.Format
    ) -> [UInt8] {
        var page = MetricsPage(
            engine: engine, facts: facts, server: server, text: MetricsText(format))
        page.process()
        page.clients()
        page.memory()
        page.keyspace()
        page.subscriptions()
        page.commands()
        page.expiry()
        page.snapshots()
        page.loop()
        page.keys()
        return page.text.finished()
    }

    private mutating func process() {
        text.begin("redwing_build", .info, "Versions of the server.")
        text.add(
            [
                ("version", EngineVersion.own.description),
                ("compatible_version", EngineVersion.compatible.description),
            ], 1)
        text.single(
            "process_cpu_seconds", .counter, unit: "seconds", "CPU time of the process.",
            facts.processCPU.user + facts.processCPU.system)
        text.single(
            "process_resident_memory_bytes", .gauge, unit: "bytes",
            "Memory that the process occupies.", facts.residentBytes)
        text.single(
            "process_start_time_seconds", .gauge, unit: "seconds",
            "When the server was started, in Unix time.", Double(engine.startedAt) / 1000)
    }

    private mutating func clients() {
        text.single(
            "redwing_connected_clients", .gauge, "Clients that are connected.",
            engine.connectedClients)
        text.single(
            "redwing_blocked_clients", .gauge, "Clients that wait in a blocking command.",
            engine.blockedClients)
        text.single(
            "redwing_pubsub_clients", .gauge, "Clients with subscriptions.",
            engine.pubSubClients)
        text.single(
            "redwing_tracking_clients", .gauge, "Clients that cache with the server's help.",
            engine.trackingClients)
        text.single(
            "redwing_watching_clients", .gauge, "Clients that watch keys for a transaction.",
            engine.watchingClients)
        text.single(
            "redwing_max_clients", .gauge, "Clients that may be connected (maxclients).",
            engine.maxClients)
        text.single(
            "redwing_connections_accepted", .counter, "Connections accepted.",
            engine.acceptedConnections)
        text.single(
            "redwing_connections_rejected", .counter,
            "Connections refused, because there were too many or by protected mode.",
            engine.rejectedConnections)
        text.single(
            "redwing_network_receive_bytes", .counter, unit: "bytes",
            "Bytes received from clients.", engine.receivedBytes)
        text.single(
            "redwing_network_transmit_bytes", .counter, unit: "bytes", "Bytes sent to clients.",
            engine.sentBytes)
    }

    private mutating func memory() {
        let memory = engine.memory
        func gauge(_ name: String, _ help: String, _ value: Int) {
            text.single("redwing_memory_\(name)_bytes", .gauge, unit: "bytes", help, value)
        }
        gauge("used", "Memory of the data: keys, values, tables and indexes.", memory.used)
        gauge("peak", "The most that it has been.", memory.peak)
        gauge("committed", "What the allocator holds, free blocks included.", memory.committed)
        gauge("startup", "Memory that was used before there was any data.", memory.startup)
        gauge("overhead", "Memory of tables and indexes.", memory.overhead)
        gauge("dataset", "Memory of keys and values.", memory.dataset)
        gauge("clients", "Memory of the buffers of connections.", memory.clients)
        gauge("max", "The limit of the data (maxmemory); 0 is none.", memory.limit)
        text.single(
            "redwing_freeing_values", .gauge,
            "Values that are deleted and still being freed in slices.", engine.garbage)
    }

    private mutating func keyspace() {
        func perDatabase(
            _ name: String, _ help: String, _ value: (EngineFigures.Database) -> Int
        ) {
            text.begin(name, .gauge, help)
            for database in engine.databases {
                text.add([("db", String(database.index))], value(database))
            }
        }
        perDatabase("redwing_keys", "Keys of a database.") { $0.keys }
        perDatabase("redwing_keys_with_deadline", "Keys of a database that expire.") {
            $0.expiring
        }
        perDatabase(
            "redwing_keys_with_field_deadlines", "Hashes of a database with fields that expire."
        ) { $0.withExpiringFields }
        text.single(
            "redwing_keyspace_hits", .counter, "Lookups that found their key.", engine.hits)
        text.single(
            "redwing_keyspace_misses", .counter, "Lookups that did not find their key.",
            engine.misses)
        text.single(
            "redwing_evicted_keys", .counter, "Keys removed for the sake of maxmemory.",
            engine.evictedKeys)
    }

    private mutating func subscriptions() {
        text.single(
            "redwing_pubsub_channels", .gauge, "Channels that somebody has subscribed to.",
            engine.channels)
        text.single(
            "redwing_pubsub_shard_channels", .gauge,
            "Sharded channels that somebody has subscribed to.", engine.shardChannels)
        text.single(
            "redwing_pubsub_patterns", .gauge, "Patterns that somebody has subscribed to.",
            engine.patterns)
        text.single(
            "redwing_tracked_keys", .gauge, "Keys that client-side caching remembers.",
            engine.trackedKeys)
    }

    private mutating func commands() {
        text.single(
            "redwing_commands_processed", .counter, "Commands processed.",
            engine.commandsProcessed)
        func perCommand(
            _ name: String, unit: String = "", _ help: String,
            _ add: (inout MetricsText, EngineFigures.Command) -> Void
        ) {
            text.begin(name, .counter, unit: unit, help)
            for command in engine.commands { add(&text, command) }
        }
        perCommand("redwing_command_calls", "Calls of a command.") {
            $0.add([("command", $1.name)], $1.calls)
        }
        perCommand(
            "redwing_command_duration_seconds", unit: "seconds", "Time that a command took."
        ) { $0.add([("command", $1.name)], $1.seconds) }
        perCommand("redwing_command_failures", "Calls of a command that answered an error.") {
            if $1.failed > 0 { $0.add([("command", $1.name)], $1.failed) }
        }
        perCommand("redwing_command_rejections", "Calls of a command that were not run at all.") {
            if $1.rejected > 0 { $0.add([("command", $1.name)], $1.rejected) }
        }
        text.begin("redwing_error_replies", .counter, "Error replies by their first word.")
        for error in engine.errors { text.add([("code", error.code)], error.count) }
    }

    private mutating func expiry() {
        text.single("redwing_expired_keys", .counter, "Keys that expired.", engine.expiredKeys)
        text.single(
            "redwing_expired_fields", .counter, "Fields of hashes that expired.",
            engine.expiredFields)
        text.histogram(
            "redwing_expiry_lag_seconds", unit: "seconds",
            "How late keys that nobody asked for were removed behind their deadline.",
            bounds: engine.expiryLag.bounds, counts: engine.expiryLag.counts,
            sum: engine.expiryLag.sum)
        text.single(
            "redwing_expiry_overdue_seconds", .gauge, unit: "seconds",
            "How late the key is that has been due for the longest and is still there.",
            Double(engine.overdue) / 1000)
    }

    private mutating func snapshots() {
        let snapshots = server.snapshots
        text.single(
            "redwing_snapshot_running", .gauge, "Whether a snapshot is being written.",
            snapshots.isRunning ? 1 : 0)
        let progress =
            engine.walk.total > 0
            ? min(1, Double(engine.walk.done) / Double(engine.walk.total))
            : snapshots.isRunning ? 1 : 0
        text.single(
            "redwing_snapshot_progress_ratio", .gauge, unit: "ratio",
            "The part of the keys that the running snapshot has got.", progress)
        text.single(
            "redwing_snapshot_running_seconds", .gauge, unit: "seconds",
            "How long the running snapshot has taken so far.", snapshots.runningSeconds)
        text.single(
            "redwing_snapshot_queued_bytes", .gauge, unit: "bytes",
            "What waits for the running snapshot's writer.", snapshots.queuedBytes)
        text.single("redwing_snapshots", .counter, "Snapshots written.", snapshots.saves)
        text.single(
            "redwing_snapshot_last_success_timestamp_seconds", .gauge, unit: "seconds",
            "When the last snapshot was written, in Unix time; the start before the first.",
            snapshots.lastSave)
        text.single(
            "redwing_snapshot_last_succeeded", .gauge,
            "Whether the last attempt to write a snapshot succeeded.", snapshots.isLastOK ? 1 : 0)
        text.begin(
            "redwing_snapshot_last_duration_seconds", .gauge, unit: "seconds",
            "How long the last snapshot in the background took.")
        if let seconds = snapshots.lastSeconds { text.add([], seconds) }
        text.single(
            "redwing_changes_since_snapshot", .gauge, "Changes that no snapshot has yet.",
            engine.changes)
        text.single(
            "redwing_loading", .gauge, "Whether a snapshot is being loaded.",
            server.loading == nil ? 0 : 1)
        let loaded = server.loading.map { Double($0.done) / Double(max(1, $0.total)) } ?? 1
        text.single(
            "redwing_loading_progress_ratio", .gauge, unit: "ratio",
            "The part of the snapshot that is loaded.", min(1, loaded))
    }

    private mutating func loop() {
        text.histogram(
            "redwing_loop_turn_seconds", unit: "seconds",
            "Turns of the event loop, without waiting: nobody else is served meanwhile.",
            bounds: server.turns.bounds, counts: server.turns.counts, sum: server.turns.sum)
    }

    private mutating func keys() {
        func list(_ keys: [SurveyedKey]) {
            var seen: Set<String> = []
            for key in keys {
                let shown = MetricsText.shown(key.key)
                // Two long keys may look the same.
                guard seen.insert("\(key.database) \(shown)").inserted else { continue }
                text.add([("db", String(key.database)), ("key", shown)], key.value)
            }
        }
        text.begin(
            "redwing_largest_key_bytes", .gauge, unit: "bytes",
            "The keys that take the most memory, as far as a walk in the background has met them.")
        list(server.largestKeys)
        text.begin(
            "redwing_hot_key_commands_per_second", .gauge,
            "The keys that commands name most often: an estimate for the last seconds.")
        list(server.hotKeys)
    }
}
