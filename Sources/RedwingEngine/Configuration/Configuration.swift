// The configuration of one server, as plain stored values.
// A directive is a field here and a line in the directive table; the field's initial value is the
// directive's default. Hot paths read these fields directly. No parsing, no I/O, no names here.

/// Everything that a configuration file, the command line or CONFIG SET can decide.
///
/// A value type: a change is prepared on a copy, which makes CONFIG SET of several atomic.
/// Sizes are bytes unless a comment says otherwise.
public struct Configuration: Equatable, Sendable {
    // MARK: Network

    /// TCP port; 0 is no TCP listener.
    public var port = 6379
    /// Addresses to listen on; a leading `-` makes one optional, `*` is every IPv4 address.
    public var bind = ["*", "-::*"]
    /// Path of the Unix socket; empty is none.
    public var unixSocket = ""
    /// Mode bits of the Unix socket; 0 leaves them to the umask.
    public var unixSocketPermissions = 0
    /// Group that shall own the Unix socket; empty leaves it.
    public var unixSocketGroup = ""
    /// Length of the kernel's queue of connections that were not yet accepted.
    public var tcpBacklog = 511
    /// Seconds between keepalive probes on idle connections; 0 is off.
    public var tcpKeepalive = 300
    /// Seconds after which an idle client is closed; 0 is never.
    public var timeout = 0
    /// Connected clients at most.
    public var maxClients = 10_000
    /// Connections that one turn of the loop accepts at most.
    public var maxNewConnectionsPerCycle = 10
    /// Whether clients of other hosts are refused while there is no password and no `bind`.
    public var protectedMode = true
    /// The longest argument that a request may carry.
    public var protoMaxBulkLength = 512 << 20
    /// Unparsed input that a client may pile up.
    public var clientQueryBufferLimit = 1 << 30
    /// Unsent output that a client may pile up, for each class of clients.
    public var clientOutputBufferLimits = OutputBufferLimits()

    /// TLS: port, certificates, what is asked of clients.
    public var tls = TLSConfiguration()

    // MARK: General

    /// Number of databases that SELECT reaches.
    public var databases = 16
    /// The least severe message that is logged.
    public var logLevel = ServerLogLevel.notice
    /// File that the log is appended to; empty is standard output.
    public var logFile = ""
    /// Whether the server leaves the terminal and runs in the background.
    public var daemonize = false
    /// Who started the server and wants to hear of its state.
    public var supervised = SupervisionMode.no
    /// File with the process's number; empty is none, but for a server in the background.
    public var pidFile = ""
    /// What SIGINT does.
    public var shutdownOnSIGINT: ShutdownOptions = []
    /// What SIGTERM does.
    public var shutdownOnSIGTERM: ShutdownOptions = []
    /// Password of the default user; empty is none. Never log it.
    public var requirePass: [UInt8] = []
    /// Who may use DEBUG.
    public var enableDebugCommand = ProtectedActionAccess.no
    /// Who may change directives that reach files, such as `dir`, at run time.
    public var enableProtectedConfigs = ProtectedActionAccess.no
    /// Wake-ups of periodic work in a second, 1 to 500.
    public var hz = 10
    /// `import-mode`
    public var importMode = false

    /// Microseconds that a busy loop lets requests gather before it looks again; 0 is off.
    public var wakeupModeration = 80

    // MARK: Snapshots

    /// When a snapshot is written by itself; empty is never.
    public var savePoints = [
        SavePoint(seconds: 3600, changes: 1), SavePoint(seconds: 300, changes: 100),
        SavePoint(seconds: 60, changes: 10_000),
    ]
    /// Name of the snapshot file in `directory`.
    public var dbFileName = "dump.redwing"
    /// Working directory. The host replaces it by an absolute path once it has entered it.
    public var directory = "."
    /// Whether writes are refused after a snapshot has failed.
    public var stopWritesOnSnapshotError = true
    /// LZ4 level of snapshots: 0 is the fastest, 3 to 12 are slower and smaller.
    public var snapshotCompressionLevel = 0

    // MARK: Memory

    /// Data, in bytes, at which eviction starts; 0 is no limit.
    public var maxMemory = 0
    /// What is evicted.
    public var maxMemoryPolicy = MaxMemoryPolicy.noEviction
    /// Keys that are looked at for each eviction.
    public var maxMemorySamples = 5
    /// How much time eviction may take from commands, 0 to 100.
    public var maxMemoryEvictionTenacity = 10
    /// Memory of all clients together; 0 is no limit, -1 to -100 is a percentage of `maxMemory`.
    public var maxMemoryClients = 0
    /// How slowly the access counter of LFU grows.
    public var lfuLogFactor = 10
    /// Minutes after which the access counter of LFU loses a step; 0 is never.
    public var lfuDecayTime = 1
    /// Whether large values that are evicted are freed in slices.
    public var lazyEviction = true
    /// Whether FLUSHALL and FLUSHDB free in slices when they are not told how to.
    public var lazyUserFlush = true

    // MARK: Encodings

    /// Fields that a hash may have in its compact form.
    public var hashMaxListpackEntries = 512
    /// The longest field or value of a hash in its compact form.
    public var hashMaxListpackValue = 64
    /// Size of a list node: elements if positive; -1 to -5 is 4, 8, 16, 32 or 64 KiB.
    public var listMaxListpackSize = -2
    /// Nodes at each end of a list which are not compressed; 0 compresses none.
    public var listCompressDepth = 0
    /// Members that a set of integers may have in its compact form.
    public var setMaxIntsetEntries = 512
    /// Members that a set may have in its compact form.
    public var setMaxListpackEntries = 128
    /// The longest member of a set in its compact form.
    public var setMaxListpackValue = 64
    /// Members that a sorted set may have in its compact form.
    public var zsetMaxListpackEntries = 128
    /// The longest member of a sorted set in its compact form.
    public var zsetMaxListpackValue = 64
    /// Size of a stream node; 0 is no limit.
    public var streamNodeMaxBytes = 4096
    /// Entries of a stream node; 0 is no limit.
    public var streamNodeMaxEntries = 100
    /// The longest sparse form of a HyperLogLog.
    public var hllSparseMaxBytes = 3000

    // MARK: Events and tracking

    /// The keyspace events that are published.
    public var notifyKeyspaceEvents: KeyspaceEventClasses = []
    /// Keys that client-side caching remembers at most; 0 is no limit.
    public var trackingTableMaxKeys = 1_000_000

    // MARK: Access

    /// File with ACL users; empty is none.
    public var aclFile = ""
    /// The words of `user` lines, without the first.
    public var users: [[[UInt8]]] = []
    /// Which channels users may use before a rule says so.
    public var aclPubsubDefault = ACLPubsubDefault.resetchannels
    /// Entries of ACL LOG at most.
    public var aclLogMaxLength = 128

    // MARK: Scripts

    /// Milliseconds after which other clients are told that a script is running; 0 is never.
    public var busyReplyThreshold = 5000

    // MARK: Observability

    /// Microseconds from which on a command is slow; -1 logs none, 0 all.
    public var commandLogExecutionSlowerThan = 10_000
    /// Entries of the log of slow commands at most.
    public var commandLogSlowExecutionMaxLength = 128
    /// Bytes from which on a request is large; -1 logs none.
    public var commandLogRequestLargerThan = 1 << 20
    /// Entries of the log of large requests at most.
    public var commandLogLargeRequestMaxLength = 128
    /// Bytes from which on a reply is large; -1 logs none.
    public var commandLogReplyLargerThan = 1 << 20
    /// Entries of the log of large replies at most.
    public var commandLogLargeReplyMaxLength = 128
    /// Milliseconds from which on an event enters LATENCY; 0 is off.
    public var latencyMonitorThreshold = 0
    /// Whether the time of each command enters a histogram.
    public var latencyTracking = true
    /// The percentiles of those histograms that INFO shows.
    public var latencyTrackingInfoPercentiles: [Double] = [50, 99, 99.9]

    // MARK: Metrics

    /// TCP port of the HTTP server for monitoring; 0 is none.
    public var metricsPort = 0
    /// Addresses that it listens on, as in `bind`.
    public var metricsBind = ["127.0.0.1", "-::1"]
    /// Hot keys and largest keys that it names; 0 looks for none.
    public var metricsTopKeys = 10

    // MARK: Without effect

    /// Values of directives that have no field because nothing reads them.
    var inert: [String: InertValue] = [:]

    /// Creates the default configuration.
    public init() {}
}

/// A value that is kept only to be shown again.
enum InertValue: Equatable, Sendable {
    case bool(Bool)
    case integer(Int)
    case text(String)
    case secret([UInt8])
}

// The directive table reaches inert values by key paths, as it reaches fields.
extension Configuration {
    subscript(inert name: String, default value: Bool) -> Bool {
        get { if case .bool(let it) = inert[name] { it } else { value } }
        set { inert[name] = newValue == value ? nil : .bool(newValue) }
    }

    subscript(inert name: String, default value: Int) -> Int {
        get { if case .integer(let it) = inert[name] { it } else { value } }
        set { inert[name] = newValue == value ? nil : .integer(newValue) }
    }

    subscript(inert name: String, default value: String) -> String {
        get { if case .text(let it) = inert[name] { it } else { value } }
        set { inert[name] = newValue == value ? nil : .text(newValue) }
    }

    subscript(inert name: String, default value: [UInt8]) -> [UInt8] {
        get { if case .secret(let it) = inert[name] { it } else { value } }
        set { inert[name] = newValue == value ? nil : .secret(newValue) }
    }
}
