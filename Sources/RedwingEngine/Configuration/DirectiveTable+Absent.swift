// Directives of parts that this build does not have, or of machinery that Redwing does without.
// Each says why. A part that comes to life moves its lines to a field and `.implemented`.

private let int32 = Int(Int32.max)
private let noLog = "the append-only file is not part of this build"
private let noReplication = "replication is not part of this build"
private let noCluster = "cluster mode is not part of this build"
private let oneThread = "commands run on one thread"
private let noPinning = "threads are not pinned, use taskset or CPUAffinity="
private let debugOnly = "it serves the tests of another server"

extension DirectiveTable {
    static let appendOnlyFile: [Directive] = [
        .inertBool("appendonly", false, flags: .deniedWhileLoading, .refused(noLog)),
        .inertText(
            "appendfilename", default: "appendonly.aof", flags: .immutable, .ignored(noLog),
            problem: baseName("appendfilename", "filename")),
        .inertText(
            "appenddirname", default: "appendonlydir", flags: .immutable, .ignored(noLog),
            problem: baseName("appenddirname", "dirname")),
        .inertChoice("appendfsync", "everysec", ["everysec", "always", "no"], .ignored(noLog)),
        .inertBool("no-appendfsync-on-rewrite", false, .ignored(noLog)),
        .inertInteger("auto-aof-rewrite-percentage", 100, 0...int32, .ignored(noLog)),
        .inertInteger(
            "auto-aof-rewrite-min-size", 64 << 20, 0...Int.max, unit: .memory, .ignored(noLog)),
        .inertBool("aof-load-truncated", true, .ignored(noLog)),
        .inertBool("aof-use-rdb-preamble", true, .ignored(noLog)),
        .inertBool("aof-timestamp-enabled", false, .ignored(noLog)),
        .inertBool("aof-rewrite-incremental-fsync", true, .ignored(noLog)),
        .inertBool("aof-disable-auto-gc", false, flags: .hidden, .ignored(noLog)),
    ]

    private static func baseName(_ name: String, _ kind: String) -> @Sendable (String) -> String? {
        { text in
            if text.isEmpty { return "\(name) can't be empty" }
            return text.utf8.contains(UInt8(ascii: "/"))
                ? "\(name) can't be a path, just a \(kind)" : nil
        }
    }

    static let replication: [Directive] = [
        .special(
            "replicaof", .replicaOf, aliases: ["slaveof"], flags: [.immutable, .multiArgument],
            .refused(noReplication)),
        .inertSecret("primaryauth", aliases: ["masterauth"], .ignored(noReplication)),
        .inertSecret("primaryuser", aliases: ["masteruser"], .ignored(noReplication)),
        .inertInteger(
            "min-replicas-to-write", 0, 0...int32, aliases: ["min-slaves-to-write"],
            .refused(noReplication)),
        .inertInteger(
            "min-replicas-max-lag", 10, 0...int32, aliases: ["min-slaves-max-lag"],
            .ignored(noReplication)),
        .inertBool(
            "replica-serve-stale-data", true, aliases: ["slave-serve-stale-data"],
            .ignored(noReplication)),
        .inertBool(
            "replica-read-only", true, aliases: ["slave-read-only"], .ignored(noReplication)),
        .inertBool(
            "replica-lazy-flush", true, aliases: ["slave-lazy-flush"], .ignored(noReplication)),
        .inertBool(
            "replica-ignore-maxmemory", true, aliases: ["slave-ignore-maxmemory"],
            .ignored(noReplication)),
        .inertBool("replica-ignore-disk-write-errors", false, .ignored(noReplication)),
        .inertInteger(
            "replica-priority", 100, 0...int32, aliases: ["slave-priority"],
            .ignored(noReplication)),
        .inertBool("replica-announced", true, .ignored(noReplication)),
        .inertText("replica-announce-ip", aliases: ["slave-announce-ip"], .ignored(noReplication)),
        .inertInteger(
            "replica-announce-port", 0, 0...65_535, aliases: ["slave-announce-port"],
            .ignored(noReplication)),
        .inertInteger(
            "repl-backlog-size", 10 << 20, 1...Int.max, unit: .memory, .ignored(noReplication)),
        .inertInteger("repl-backlog-ttl", 3600, 0...Int.max, .ignored(noReplication)),
        .inertBool("repl-disable-tcp-nodelay", false, .ignored(noReplication)),
        .inertChoice(
            "repl-diskless-load", "disabled",
            ["disabled", "on-empty-db", "swapdb", "flush-before-load"],
            flags: .deniedWhileLoading, .ignored(noReplication)),
        .inertBool("repl-diskless-sync", true, .ignored(noReplication)),
        .inertInteger("repl-diskless-sync-delay", 5, 0...int32, .ignored(noReplication)),
        .inertInteger("repl-diskless-sync-max-replicas", 0, 0...int32, .ignored(noReplication)),
        .inertBool("repl-mptcp", false, flags: .immutable, .ignored(noReplication)),
        .inertInteger(
            "repl-ping-replica-period", 10, 1...int32, aliases: ["repl-ping-slave-period"],
            .ignored(noReplication)),
        .inertInteger("repl-timeout", 60, 1...int32, .ignored(noReplication)),
        .inertBool("dual-channel-replication-enabled", false, .ignored(noReplication)),
        .inertChoice(
            "propagation-error-behavior", "ignore", ["ignore", "panic", "panic-on-replicas"],
            .ignored(noReplication)),
        .inertText("bind-source-addr", .ignored("the server opens no connections of its own")),
    ]

    static let cluster: [Directive] = [
        .inertBool("cluster-enabled", false, flags: .immutable, .refused(noCluster)),
        .inertText(
            "cluster-config-file", default: "nodes.conf", flags: .immutable, .ignored(noCluster)),
        .inertChoice(
            "cluster-config-save-behavior", "sync", ["sync", "best-effort"], .ignored(noCluster)),
        .inertInteger("cluster-databases", 1, 1...int32, flags: .immutable, .ignored(noCluster)),
        .inertInteger("cluster-port", 0, 0...65_535, flags: .immutable, .ignored(noCluster)),
        .inertInteger("cluster-node-timeout", 15_000, 0...Int.max, .ignored(noCluster)),
        .inertInteger(
            "cluster-replica-validity-factor", 10, 0...int32,
            aliases: ["cluster-slave-validity-factor"], .ignored(noCluster)),
        .inertBool(
            "cluster-replica-no-failover", false, aliases: ["cluster-slave-no-failover"],
            .ignored(noCluster)),
        .inertInteger("cluster-migration-barrier", 1, 0...int32, .ignored(noCluster)),
        .inertBool("cluster-allow-replica-migration", true, .ignored(noCluster)),
        .inertBool("cluster-require-full-coverage", true, .ignored(noCluster)),
        .inertBool("cluster-allow-reads-when-down", false, .ignored(noCluster)),
        .inertBool("cluster-allow-pubsubshard-when-down", true, .ignored(noCluster)),
        .inertInteger(
            "cluster-link-sendbuf-limit", 0, 0...Int.max, unit: .memory, .ignored(noCluster)),
        .inertInteger("cluster-manual-failover-timeout", 5000, 1...int32, .ignored(noCluster)),
        .inertInteger("cluster-blacklist-ttl", 60, Int.min...Int.max, .ignored(noCluster)),
        .inertChoice(
            "cluster-preferred-endpoint-type", "ip", ["ip", "hostname", "unknown-endpoint"],
            .ignored(noCluster)),
        .inertText("cluster-announce-ip", .ignored(noCluster)),
        .inertText("cluster-announce-client-ipv4", .ignored(noCluster)),
        .inertText("cluster-announce-client-ipv6", .ignored(noCluster)),
        .inertText("cluster-announce-hostname", .ignored(noCluster)),
        .inertText("cluster-announce-human-nodename", .ignored(noCluster)),
        .inertInteger("cluster-announce-port", 0, 0...65_535, .ignored(noCluster)),
        .inertInteger("cluster-announce-bus-port", 0, 0...65_535, .ignored(noCluster)),
        .inertInteger("cluster-announce-tls-port", 0, 0...65_535, .ignored(noCluster)),
        .inertInteger("cluster-announce-client-port", 0, 0...65_535, .ignored(noCluster)),
        .inertInteger("cluster-announce-client-tls-port", 0, 0...65_535, .ignored(noCluster)),
        .inertInteger("cluster-slot-migration-log-max-len", 1000, 0...Int.max, .ignored(noCluster)),
        .inertBool("cluster-slot-stats-enabled", false, .ignored(noCluster)),
        .inertInteger(
            "slot-migration-max-failover-repl-bytes", 0, -1...Int.max, unit: .memory,
            .ignored(noCluster)),
        .inertInteger(
            "cluster-ping-interval", 0, 0...Int.max, flags: .hidden, .ignored(noCluster)),
        .inertInteger(
            "cluster-message-gossip-perc", 10, 0...100, flags: .hidden, .ignored(noCluster)),
    ]

    static let process: [Directive] = [
        .inertBool(
            "set-proc-title", true, flags: .immutable, .ignored("the process keeps its title")),
        .inertText(
            "proc-title-template", default: "{title} {listen-addr} {server-mode}",
            .ignored("the process keeps its title")),
        .inertText("locale-collate", .refused("strings are compared byte by byte")),
        .inertText(
            "server-cpulist", aliases: ["server_cpulist"], flags: .immutable, .ignored(noPinning)),
        .inertText("bio-cpulist", aliases: ["bio_cpulist"], flags: .immutable, .ignored(noPinning)),
        .inertText(
            "aof-rewrite-cpulist", aliases: ["aof_rewrite_cpulist"], flags: .immutable,
            .ignored(noPinning)),
        .inertText(
            "bgsave-cpulist", aliases: ["bgsave_cpulist"], flags: .immutable, .ignored(noPinning)),
        .inertInteger("io-threads", 1, 1...256, .ignored(oneThread)),
        .inertInteger(
            "prefetch-batch-max-size", 16, 0...128, .ignored("every pipelined batch is prefetched")),
        .inertChoice(
            "oom-score-adj", "no", ["no", "yes", "relative", "absolute"],
            .ignored("use OOMScoreAdjust= of the service manager")),
        .special(
            "oom-score-adj-values", .oomScoreValues, flags: .multiArgument,
            .ignored("use OOMScoreAdjust= of the service manager")),
        .inertBool(
            "disable-thp", true, flags: .immutable, .ignored("huge pages do no harm without fork")),
        .inertText("ignore-warnings", .ignored("there are no such warnings")),
        .inertText("hash-seed", flags: .immutable, .ignored("the seed is random at each start")),
    ]

    static let internals: [Directive] = [
        .inertBool("io-threads-always-active", false, flags: .hidden, .ignored(oneThread)),
        .inertInteger(
            "min-io-threads-avoid-copy-reply", 7, 0...int32, flags: .hidden, .ignored(oneThread)),
        .inertInteger(
            "min-string-size-avoid-copy-reply", 16_384, 0...int32, flags: .hidden,
            .ignored(oneThread)),
        .inertInteger(
            "min-string-size-avoid-copy-reply-threaded", 65_536, 0...int32, flags: .hidden,
            .ignored(oneThread)),
        .inertInteger(
            "rdb-key-save-delay", 0, Int(Int32.min)...int32, flags: .hidden, .ignored(debugOnly)),
        .inertInteger(
            "key-load-delay", 0, Int(Int32.min)...int32, flags: .hidden, .ignored(debugOnly)),
        .inertInteger(
            "loading-process-events-interval-bytes", 2 << 20, 1024...int32, flags: .hidden,
            .ignored(debugOnly)),
        .inertInteger("watchdog-period", 0, 0...int32, flags: .hidden, .ignored(debugOnly)),
        .inertBool("use-exit-on-panic", false, flags: .hidden, .ignored(debugOnly)),
        .inertBool(
            "enable-debug-assert", false, flags: [.hidden, .immutable], .ignored(debugOnly)),
        .inertText("debug-context", flags: .hidden, .ignored(debugOnly)),
        .inertBool(
            "lua-enable-insecure-api", false, flags: .hidden,
            .refused("scripts are not part of this build")),
        .inertBool(
            "lua-enable-deprecated-api", false, flags: .hidden,
            .refused("scripts are not part of this build")),
    ]
}
