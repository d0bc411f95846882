// Directives of the network, the server as a whole, snapshots, memory, encodings and observation.
// One line each; `.implemented` is not written out.

private let int32 = Int(Int32.max)
private let uint32 = Int(UInt32.max)
private let noTypeYet = "this data type is not part of this build"

/// What is wrong with the name of a file in the working directory, or nil.
private func baseNameProblem(_ directive: String, _ kind: String) -> @Sendable (String) -> String? {
    { name in
        if name.isEmpty { return "\(directive) can't be empty" }
        if name.utf8.contains(UInt8(ascii: "/")) || name.utf8.contains(UInt8(ascii: "\\")) {
            return "\(directive) can't be a path, just a \(kind)"
        }
        return nil
    }
}

extension DirectiveTable {
    static let network: [Directive] = [
        .integer("port", \.port, 0...65_535),
        .special("bind", .bind, flags: .multiArgument),
        .text("unixsocket", \.unixSocket, flags: .immutable),
        .integer(
            "unixsocketperm", \.unixSocketPermissions, 0...0o777, unit: .octal, flags: .immutable),
        .text("unixsocketgroup", \.unixSocketGroup, flags: .immutable),
        .integer("tcp-backlog", \.tcpBacklog, 0...int32, flags: .immutable),
        .integer("tcp-keepalive", \.tcpKeepalive, 0...int32),
        .integer("timeout", \.timeout, 0...int32),
        .integer("maxclients", \.maxClients, 1...uint32),
        .integer("max-new-connections-per-cycle", \.maxNewConnectionsPerCycle, 1...1000),
        .bool("protected-mode", \.protectedMode),
        .integer("proto-max-bulk-len", \.protoMaxBulkLength, 1 << 20...Int.max, unit: .memory),
        .integer(
            "client-query-buffer-limit", \.clientQueryBufferLimit, 1 << 20...Int.max,
            unit: .memory),
        .special("client-output-buffer-limit", .outputBufferLimits, flags: .multiArgument),
        .inertInteger(
            "socket-mark-id", 0, 0...uint32, flags: .immutable,
            .refused("sockets are not marked by this build")),
        .inertBool(
            "mptcp", false, flags: .immutable, .refused("this build speaks plain TCP only")),
        .special(
            "rdma-bind", .rdmaBind, flags: .multiArgument, .refused("there is no RDMA transport")),
        .inertInteger("rdma-port", 0, 0...65_535, .refused("there is no RDMA transport")),
        .inertInteger(
            "rdma-rx-size", 1 << 20, 0...uint32, flags: .immutable,
            .ignored("there is no RDMA transport")),
        .inertInteger(
            "rdma-completion-vector", -1, -1...1024, flags: .immutable,
            .ignored("there is no RDMA transport")),
        .inertText(
            "availability-zone", .ignored("the availability zone is not announced by this build")),
    ]

    static let general: [Directive] = [
        .integer("databases", \.databases, 1...int32, flags: .immutable),
        .choice("loglevel", \.logLevel),
        .text("logfile", \.logFile, emptyIsUnset: false, flags: .immutable),
        .bool("daemonize", \.daemonize, flags: .immutable),
        .choice("supervised", \.supervised, flags: .immutable),
        .text("pidfile", \.pidFile, flags: .immutable),
        .special(
            "shutdown-on-sigint", .shutdownOptions(\.shutdownOnSIGINT), flags: .multiArgument),
        .special(
            "shutdown-on-sigterm", .shutdownOptions(\.shutdownOnSIGTERM), flags: .multiArgument),
        .inertInteger(
            "shutdown-timeout", 10, 0...int32, .ignored("there are no replicas to wait for")),
        .choice("enable-debug-command", \.enableDebugCommand, flags: .immutable),
        .choice("enable-protected-configs", \.enableProtectedConfigs, flags: .immutable),
        .inertChoice(
            "enable-module-command", "no", ["no", "yes", "local"], flags: .immutable,
            .ignored("there are no loadable modules")),
        .integer(
            "hz", \.hz, 0...int32, clamp: 1...500,
            .ignored("timers fire when they are due, not at a fixed rate")),
        .integer(
            "busy-reply-threshold", \.busyReplyThreshold, 0...Int.max,
            aliases: ["lua-time-limit"]),
        .special("notify-keyspace-events", .keyspaceEvents),
        .integer(
            "tracking-table-max-keys", \.trackingTableMaxKeys, 0...Int.max),
        .inertBool(
            "extended-redis-compatibility", false,
            .ignored("server names in replies do not change")),
        .bool("import-mode", \.importMode),
    ]

    static let security: [Directive] = [
        .secret("requirepass", \.requirePass),
        .text("aclfile", \.aclFile, emptyIsUnset: false, flags: .immutable),
        .integer("acllog-max-len", \.aclLogMaxLength, 0...Int.max),
        .choice("acl-pubsub-default", \.aclPubsubDefault),
    ]

    static let snapshots: [Directive] = [
        .special("save", .savePoints, flags: .multiArgument),
        .text(
            "dbfilename", \.dbFileName, emptyIsUnset: false, flags: .protected,
            problem: baseNameProblem("dbfilename", "filename")),
        .special("dir", .directory, flags: [.protected, .deniedWhileLoading]),
        .integer("wakeup-moderation-usec", \.wakeupModeration, 0...1000),
        .bool("stop-writes-on-bgsave-error", \.stopWritesOnSnapshotError),
        .integer("snapshot-compression-level", \.snapshotCompressionLevel, 0...12),
        .inertBool(
            "rdbcompression", true,
            .ignored("snapshots are always compressed, see snapshot-compression-level")),
        .inertBool(
            "rdbchecksum", true, flags: .immutable, .ignored("snapshots always carry checksums")),
        .inertBool(
            "rdb-save-incremental-fsync", true, .ignored("the snapshot thread decides that")),
        .inertBool("rdb-del-sync-files", false, .ignored("there is no replication")),
        .inertChoice(
            "rdb-version-check", "strict", ["strict", "relaxed"],
            .ignored("snapshots of a newer format are always refused")),
    ]

    static let memory: [Directive] = [
        .integer("maxmemory", \.maxMemory, 0...Int.max, unit: .memory),
        .choice("maxmemory-policy", \.maxMemoryPolicy),
        .integer("maxmemory-samples", \.maxMemorySamples, 1...64),
        .integer("maxmemory-eviction-tenacity", \.maxMemoryEvictionTenacity, 0...100),
        .integer(
            "maxmemory-clients", \.maxMemoryClients, -100...Int.max, unit: .memoryOrPercent),
        .integer("lfu-log-factor", \.lfuLogFactor, 0...int32),
        .integer("lfu-decay-time", \.lfuDecayTime, 0...int32),
        .bool("lazyfree-lazy-eviction", \.lazyEviction),
        .inertBool("lazyfree-lazy-expire", true, .ignored(freedInSlices)),
        .inertBool("lazyfree-lazy-server-del", true, .ignored(freedInSlices)),
        .inertBool("lazyfree-lazy-user-del", true, .ignored(freedInSlices)),
        .bool("lazyfree-lazy-user-flush", \.lazyUserFlush),
        .inertInteger(
            "active-expire-effort", 1, 1...10, .ignored("keys are removed when they are due")),
        .inertBool("activerehashing", true, .ignored("tables grow a segment at a time")),
        .inertBool("jemalloc-bg-thread", true, .ignored("Redwing has its own allocator")),
        .inertBool("activedefrag", false, .ignored(noDefragmentation)),
        .inertInteger("active-defrag-cycle-min", 1, 1...99, .ignored(noDefragmentation)),
        .inertInteger("active-defrag-cycle-max", 25, 1...99, .ignored(noDefragmentation)),
        .inertInteger("active-defrag-cycle-us", 500, 0...100_000, .ignored(noDefragmentation)),
        .inertInteger(
            "active-defrag-ignore-bytes", 100 << 20, 1...Int.max, unit: .memory,
            .ignored(noDefragmentation)),
        .inertInteger(
            "active-defrag-max-scan-fields", 1000, 1...Int.max, .ignored(noDefragmentation)),
        .inertInteger("active-defrag-threshold-lower", 10, 0...1000, .ignored(noDefragmentation)),
        .inertInteger(
            "active-defrag-threshold-upper", 100, 0...1000, .ignored(noDefragmentation)),
    ]

    private static let freedInSlices = "values are always freed in slices"
    private static let noDefragmentation = "defragmentation is not part of this build"

    static let encodings: [Directive] = [
        .integer(
            "hash-max-listpack-entries", \.hashMaxListpackEntries, 0...Int.max,
            aliases: ["hash-max-ziplist-entries"]),
        .integer(
            "hash-max-listpack-value", \.hashMaxListpackValue, 0...Int.max, unit: .memory,
            aliases: ["hash-max-ziplist-value"]),
        .integer(
            "list-max-listpack-size", \.listMaxListpackSize, Int(Int32.min)...int32,
            aliases: ["list-max-ziplist-size"]),
        .integer(
            "list-compress-depth", \.listCompressDepth, 0...int32,
            .ignored("nodes of lists are not compressed")),
        .integer("set-max-intset-entries", \.setMaxIntsetEntries, 0...Int.max),
        .integer("set-max-listpack-entries", \.setMaxListpackEntries, 0...Int.max),
        .integer("set-max-listpack-value", \.setMaxListpackValue, 0...Int.max),
        .integer(
            "zset-max-listpack-entries", \.zsetMaxListpackEntries, 0...Int.max,
            aliases: ["zset-max-ziplist-entries"]),
        .integer(
            "zset-max-listpack-value", \.zsetMaxListpackValue, 0...Int.max, unit: .memory,
            aliases: ["zset-max-ziplist-value"]),
        .integer(
            "stream-node-max-bytes", \.streamNodeMaxBytes, 0...Int.max, unit: .memory),
        .integer("stream-node-max-entries", \.streamNodeMaxEntries, 0...Int.max),
        .integer(
            "hll-sparse-max-bytes", \.hllSparseMaxBytes, 0...Int.max, unit: .memory),
    ]

    static let observability: [Directive] = [
        .integer(
            "commandlog-execution-slower-than", \.commandLogExecutionSlowerThan, -1...Int.max,
            aliases: ["slowlog-log-slower-than"]),
        .integer(
            "commandlog-slow-execution-max-len", \.commandLogSlowExecutionMaxLength, 0...Int.max,
            aliases: ["slowlog-max-len"]),
        .integer(
            "commandlog-request-larger-than", \.commandLogRequestLargerThan, -1...Int.max),
        .integer(
            "commandlog-large-request-max-len", \.commandLogLargeRequestMaxLength, 0...Int.max),
        .integer("commandlog-reply-larger-than", \.commandLogReplyLargerThan, -1...Int.max),
        .integer(
            "commandlog-large-reply-max-len", \.commandLogLargeReplyMaxLength, 0...Int.max),
        .integer("latency-monitor-threshold", \.latencyMonitorThreshold, 0...Int.max),
        .bool("latency-tracking", \.latencyTracking),
        .special("latency-tracking-info-percentiles", .percentiles, flags: .multiArgument),
        .integer("metrics-port", \.metricsPort, 0...65_535),
        .special("metrics-bind", .metricsBind, flags: .multiArgument),
        .integer("metrics-top-keys", \.metricsTopKeys, 0...100),
        .inertBool(
            "hide-user-data-from-log", true, .ignored("the log never carries user data")),
        .inertChoice(
            "log-format", "legacy", ["legacy", "logfmt", "json"],
            .ignored("the log has one format in this build")),
        .inertChoice(
            "log-timestamp-format", "legacy", ["legacy", "iso8601", "milliseconds"],
            .ignored("the log has one format in this build")),
        .inertBool("always-show-logo", false, flags: .immutable, .ignored("there is no logo")),
        .inertBool(
            "syslog-enabled", false, flags: .immutable,
            .refused("the log goes to a file or standard output")),
        .inertText(
            "syslog-ident", default: "redwing", flags: .immutable,
            .ignored("there is no syslog output")),
        .inertChoice(
            "syslog-facility", "local0",
            ["user"] + (0...7).map { "local\($0)" }, flags: .immutable,
            .ignored("there is no syslog output")),
        .inertBool("crash-log-enabled", true, .ignored("crashes are left to the system")),
        .inertBool("crash-memcheck-enabled", true, .ignored("crashes are left to the system")),
    ]
}
