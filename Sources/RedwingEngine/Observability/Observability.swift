// What an engine notes about its own work beyond the plain counters: logs of remarkable commands,
// latency, errors by their code, rates. The hot path only compares with the limits kept here.
import RedwingContainers
import RedwingRESP

/// What an engine notes about itself.
struct Observability {
    /// By the raw value of `CommandLogKind`.
    var commandLogs = [CommandLog](
        repeating: CommandLog(), count: CommandLogKind.allCases.count)
    var latency = LatencyMonitor()
    /// Error replies by their code.
    var errors: [String: Int] = [:]
    /// Whether errors are no longer told apart: somebody makes up codes.
    var hasTooManyErrors = false
    var commandRate = RateMeter()
    var inputRate = RateMeter()
    var outputRate = RateMeter()
    /// When the rates are sampled next, in Unix milliseconds.
    var nextSample: Int64 = 0
    /// The most bytes of data there ever were.
    var peakMemory = 0
    /// When a client was last taken for a browser under attack, in Unix milliseconds.
    var lastAttackWarning: Int64 = 0
    /// When a client last spoke TLS where there is none, in Unix milliseconds.
    var lastTLSWarning: Int64 = 0
    /// Parts of INFO that other modules write.
    var infoSources: [(section: InfoSection, write: (inout InfoText) -> Void)] = []
    /// How late keys were removed behind their deadlines.
    var expiryLag = DurationHistogram(bounds: EngineFigures.expiryLagBounds, unit: 0.001)
    /// What is found out about single keys, while somebody wants to know.
    var survey: KeySurvey?
    /// Identifies this run: 40 hexadecimal digits.
    var runID = ""

    /// Codes that are told apart at most.
    static let maxErrorCodes = 128
}

/// The limits that `account` compares with, derived from the configuration.
struct AccountingLimits {
    /// Ticks from which on a command is remarkable; the maximum is never.
    var ticks = UInt64.max
    /// Bytes from which on a reply is remarkable.
    var replyBytes = Int.max
    /// Bytes from which on a request is remarkable.
    var requestBytes = Int.max
    /// Nanoseconds of a tick, in 65536ths.
    var tickScale: UInt64 = 0
    /// Whether durations enter the histograms.
    var tracksLatency = false

    init() {}

    init(_ configuration: Configuration, nanosecondsPerTick: Double) {
        tickScale = UInt64(max(0, nanosecondsPerTick) * 65536)
        tracksLatency = configuration.latencyTracking
        var nanoseconds = Double.infinity
        if configuration.commandLogExecutionSlowerThan >= 0 {
            nanoseconds = Double(configuration.commandLogExecutionSlowerThan) * 1000
        }
        if configuration.latencyMonitorThreshold > 0 {
            nanoseconds = min(nanoseconds, Double(configuration.latencyMonitorThreshold) * 1e6)
        }
        let ticks = nanosecondsPerTick > 0 ? nanoseconds / nanosecondsPerTick : .infinity
        self.ticks = ticks < 0x1p63 ? UInt64(ticks) : .max
        let reply = configuration.commandLogReplyLargerThan
        replyBytes = reply < 0 ? .max : reply
        let request = configuration.commandLogRequestLargerThan
        requestBytes = request < 0 ? .max : request
    }

    /// What a number of ticks is worth, in nanoseconds.
    @inline(__always)
    func nanoseconds(_ ticks: UInt64) -> UInt64 { (ticks &* tickScale) &>> 16 }
}
