// The cold side of accounting: what is done about a command that was remarkable, and the samples
// that rates are made of.
import RedwingContainers
import RedwingRESP

extension Engine {
    /// Counts the error reply at `mark`.
    @inline(never)
    func noteError(_ call: inout Call, _ mark: ReplyMark) {
        guard mark.isError(call.reply.buffer) else { return }
        if isErrorCounted {
            isErrorCounted = false
        } else {
            countError(code: mark.errorCode(call.reply.buffer))
        }
        if call.command >= 0 { table.counters[Int(call.command)].failed += 1 }
    }

    /// Counts an error reply by its code.
    func countError(code: String) {
        statistics.errorReplies += 1
        guard !observability.hasTooManyErrors else { return }
        if observability.errors[code] == nil,
            observability.errors.count >= Observability.maxErrorCodes
        {
            observability.errors = ["ERRORSTATS_DISABLED": 1]
            observability.hasTooManyErrors = true
            return
        }
        observability.errors[code, default: 0] += 1
    }

    /// Gives a command its histogram.
    @inline(never)
    func trackLatency(_ index: Int) {
        table.counters[index].latency = LatencyHistogram()
    }

    /// Enters a command that took long or answered much into the logs.
    @inline(never)
    func noteRemarkable(_ call: inout Call, _ elapsed: UInt64, _ written: Int) {
        let nanoseconds = accounting.nanoseconds(elapsed)
        let slower = configuration.commandLogExecutionSlowerThan
        let microseconds = Int(nanoseconds / 1000)
        if slower >= 0, microseconds >= slower { log(call, .slow, microseconds) }
        if written >= accounting.replyBytes { log(call, .largeReply, written) }
        let threshold = configuration.latencyMonitorThreshold
        let milliseconds = Int(nanoseconds / 1_000_000)
        if threshold > 0, milliseconds >= threshold {
            let isFast = table.hot[Int(call.command)].flags.contains(.fast)
            noteLatency(isFast ? "fast-command" : "command", milliseconds: milliseconds)
        }
    }

    /// Does a piece of background work and notes for LATENCY how long it took.
    @inline(__always)
    func timed<Result>(_ event: StaticString, _ work: () -> Result) -> Result {
        guard configuration.latencyMonitorThreshold > 0 else { return work() }
        let before = ticks()
        let result = work()
        let milliseconds = Int(accounting.nanoseconds(ticks() &- before) / 1_000_000)
        noteLatency(Bytes(event).string, milliseconds: milliseconds)
        return result
    }

    /// Notes for LATENCY that an event took so long, when that is long enough.
    func noteLatency(_ event: String, milliseconds: Int) {
        let threshold = configuration.latencyMonitorThreshold
        guard threshold > 0, milliseconds >= threshold else { return }
        observability.latency.add(event, milliseconds: milliseconds, at: now / 1000)
    }

    /// Enters the large requests of a batch that has run up to `end` into their log.
    @inline(never)
    func logLargeRequests(_ call: inout Call, before end: Int) {
        for index in 0..<batch.count where batch[index].end <= end {
            let arguments = batch.arguments(batch[index])
            let size = Engine.requestSize(arguments)
            guard size >= accounting.requestBytes else { continue }
            guard let command = commandIndex(arguments) else { continue }
            call.arguments = arguments
            call.command = command
            log(call, .largeRequest, size)
        }
    }

    /// The command or subcommand that arguments name, or nil.
    func commandIndex(_ arguments: Arguments) -> CommandIndex? {
        guard let found = table.find(arguments[0]) else { return nil }
        guard arguments.count > 1, table.hot[Int(found)].isContainer else { return found }
        return table.subcommand(of: found, arguments[1])
    }

    /// The bytes of a request in the protocol.
    private static func requestSize(_ arguments: Arguments) -> Int {
        var size = digitCount(UInt64(arguments.count)) + 3
        for index in 0..<arguments.count {
            let count = arguments[index].count
            size += digitCount(UInt64(count)) + count + 5
        }
        return size
    }

    private func log(_ call: Call, _ kind: CommandLogKind, _ value: Int) {
        let limit: Int
        switch kind {
        case .slow: limit = configuration.commandLogSlowExecutionMaxLength
        case .largeRequest: limit = configuration.commandLogLargeRequestMaxLength
        case .largeReply: limit = configuration.commandLogLargeReplyMaxLength
        }
        guard limit > 0, !table.hot[Int(call.command)].flags.contains(.skipSlowlog) else { return }
        let arguments = (0..<call.count).map { call[$0].array }
        let hidden = Redaction.hiddenPositions(call.arguments)
        let entry = CommandLogEntry(
            id: 0, time: now / 1000, value: value,
            arguments: CommandLogEntry.copy(arguments, hidden: hidden),
            peer: call.session.transport?.peerAddress ?? "", clientName: call.session.name)
        observability.commandLogs[kind.rawValue].add(entry, limit: limit)
    }
}

extension Engine {
    /// Milliseconds between two samples of the rates.
    private static let sampleInterval: Int64 = 100

    /// Takes a sample of what grows all the time.
    @inline(never)
    func sampleRates() {
        observability.nextSample = now + Engine.sampleInterval
        observability.commandRate.sample(statistics.commands, at: now)
        let traffic = self.traffic
        observability.inputRate.sample(traffic.received, at: now)
        observability.outputRate.sample(traffic.sent, at: now)
        observability.peakMemory = max(observability.peakMemory, usedBytes)
    }

    /// Bytes that all connections received and sent since the last CONFIG RESETSTAT.
    var traffic: Traffic {
        sessions.values.reduce(into: formerTraffic) {
            $0.received += $1.bytesReceived
            $0.sent += $1.bytesSent
        }
    }

    /// A new identity of this run.
    func makeRunID() -> String {
        let digits = Array("0123456789abcdef")
        return String((0..<40).map { _ in digits[Int(random.next() >> 60)] })
    }
}
