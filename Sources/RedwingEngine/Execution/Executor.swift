// From bytes to replies: a batch is parsed whole, its keys are hashed and their buckets and
// entries fetched ahead, then its commands run one after the other. Everything that decides
// whether a command may run at all is in `admit`.
import RedwingContainers
import RedwingRESP

extension Engine {
    /// Begins a turn of the loop at `now`, Unix milliseconds.
    public func beginTurn(now: Int64) {
        eviction.value.turnTicks = 0
        noticeMemory()
        guard now != self.now else { return }
        self.now = now
        refreshAccessClock()
        if now >= observability.nextSample { sampleRates() }
    }

    /// Executes what `data` holds of whole requests and returns how many bytes were used up; the
    /// rest must be at the front of `data` in the next call. Replies go to `reply`.
    public func receive(
        _ session: Session, _ parser: inout RequestParser, _ data: Bytes, _ reply: ReplyBuffer
    ) -> Int {
        prepare(session, &parser, data, lane: 0)
        fetchEntries(session, lane: 0)
        return complete(session, &parser, data, reply, lane: 0)
    }

    /// The first step of `receive`: parses the first batch and asks for the buckets of its keys.
    /// A host with several clients to serve prepares one while the memory of the other is on its
    /// way; there are two lanes for that. `complete` must follow with the same arguments.
    public func prepare(
        _ session: Session, _ parser: inout RequestParser, _ data: Bytes, lane: Int
    ) {
        let batch = lanes[lane].batch
        batch.removeAll()
        lanes[lane].failure = nil
        do throws(ProtocolError) {
            lanes[lane].end = try parser.parse(
                data, from: 0, into: batch, limits: limits(of: session))
        } catch {
            lanes[lane].end = 0
            lanes[lane].failure = error
        }
        fetchBuckets(batch, session.database)
    }

    /// The second step: the buckets have come, the entries are asked for.
    @inline(__always)
    public func fetchEntries(_ session: Session, lane: Int) {
        let batch = lanes[lane].batch
        // Asked for anew: another client may have emptied the database since.
        let keys = session.database.value.table
        for index in 0..<batch.count where batch[index].hash != 0 {
            keys.prefetchEntry(batch[index].hash)
        }
    }

    /// Forgets what was prepared: its client has gone.
    public func abandon(lane: Int) { lanes[lane].batch.finish(memory) }

    /// The last step: runs the prepared batch and those that follow it in `data`.
    public func complete(
        _ session: Session, _ parser: inout RequestParser, _ data: Bytes, _ reply: ReplyBuffer,
        lane: Int
    ) -> Int {
        batch = lanes[lane].batch
        var call = Call(
            session: session, database: session.database, arguments: batch.noArguments,
            reply: ReplyWriter(buffer: reply, version: session.version), now: now,
            hashedKey: .empty, keyHash: 0, command: -1)
        // What came for the client before its commands goes out before their replies.
        if let outbox = session.outbox { outbox.move(to: reply) }
        var start = 0
        while true {
            let end = lanes[lane].end
            if batch.count > 0 {
                hot.value.batchesToSample &-= 1
                if hot.value.batchesToSample == 0 { sampleKeys(call) }
                let stopped = run(&call)
                if call.command >= 0 { session.lastCommand = call.command }
                if end &- start >= accounting.requestBytes || batch.holdsLargeArguments {
                    logLargeRequests(&call, before: stopped ?? end)
                }
                if let stopped {
                    batch.finish(memory)
                    parser.rewind()
                    return stopped
                }
            }
            batch.finish(memory)
            if let failure = lanes[lane].failure {
                refuse(failure, &call)
                return data.count
            }
            guard batch.isFull else { return end }
            start = end
            prepareNext(session, &parser, data, from: start, lane)
        }
    }

    private func prepareNext(
        _ session: Session, _ parser: inout RequestParser, _ data: Bytes, from start: Int,
        _ lane: Int
    ) {
        batch.removeAll()
        do throws(ProtocolError) {
            lanes[lane].end = try parser.parse(
                data, from: start, into: batch, limits: limits(of: session))
        } catch {
            lanes[lane].end = start
            lanes[lane].failure = error
        }
        fetchBuckets(batch, session.database)
        fetchEntries(session, lane: lane)
    }

    @inline(__always)
    private func limits(of session: Session) -> RequestLimits {
        RequestLimits(
            maxBulk: configuration.protoMaxBulkLength,
            isUnauthenticated: !session.flags.contains(.authenticated))
    }

    private func refuse(_ failure: ProtocolError, _ call: inout Call) {
        if failure == .helloOfTLS { return endHelloOfTLS(&call) }
        failure.message.withBytes { call.reply.error($0) }
        call.session.flags.insert(.closeAfterReply)
        countError(code: "ERR")
    }

    /// Looks commands up, hashes their first keys and asks for the buckets that they will need.
    @inline(__always)
    private func fetchBuckets(_ batch: RequestBatch, _ database: Database) {
        let keys = database.value.table
        for index in 0..<batch.count {
            let arguments = batch.arguments(batch[index])
            guard let command = table.find(arguments[0]) else { continue }
            batch[index].index = command
            let first = Int(table.hot[Int(command)].firstKey)
            guard first > 0, first < arguments.count else { continue }
            let hash = keys.hash(arguments[first])
            batch[index].hash = hash
            keys.prefetchDirectory(hash)
        }
        for index in 0..<batch.count where batch[index].hash != 0 {
            keys.prefetchBucket(batch[index].hash)
        }
    }

    /// Runs the batch. Returns where to go on when a command stopped the session. Runs of the same
    /// fast command are timed together: reading the clock would be a good part of their cost.
    @inline(__always)
    private func run(_ call: inout Call) -> Int? {
        call.session.lastInteraction = now
        let batch = self.batch
        let count = batch.count
        var before = ticks()
        var run = 0
        for index in 0..<min(count, Engine.valuesAhead) { fetchValue(batch[index], call.database) }
        for index in 0..<count {
            if index &+ Engine.valuesAhead < count {
                fetchValue(batch[index &+ Engine.valuesAhead], call.database)
            }
            let command = batch[index]
            call.arguments = batch.arguments(command)
            call.command = command.index
            call.hashedKey = .empty
            if command.hash != 0 {
                call.hashedKey = call.arguments[Int(table.hot[Int(call.command)].firstKey)]
                call.keyHash = command.hash
            }
            let mark = ReplyMark(call.reply.buffer)
            if call.session.flags.rawValue & Engine.quietFlags == 0 {
                execute(&call)
            } else {
                executeQuietly(&call)
            }
            if mark.isError(call.reply.buffer) { noteError(&call, mark) }
            if hasReadyKeys { serveReadyKeys() }
            if call.command >= 0 { run &+= 1 }
            var isStopped = false
            if call.session.flags.rawValue & Engine.attentionFlags != 0 {
                if call.session.flags.contains(.hasMail) { deliverOwnMail(&call) }
                isStopped = call.session.flags.rawValue & Engine.stoppingFlags != 0
            }
            let written = mark.written(call.reply.buffer)
            if !isStopped, index &+ 1 < count, batch[index &+ 1].index == call.command,
                call.command >= 0, table.hot[Int(call.command)].flags.contains(.fast),
                written < accounting.replyBytes
            {
                continue
            }
            let after = ticks()
            // It did not run, but those before it did.
            if call.command < 0, run > 0 { call.command = command.index }
            account(&call, run, after &- before, written)
            before = after
            run = 0
            if isStopped { return command.end }
        }
        return nil
    }

    /// How many commands ahead values are fetched: their entries have come by then, and what is
    /// fetched is not yet displaced by others.
    private static let valuesAhead = 4
    /// Cache lines that are fetched of a packed list: a search runs through it, and only behind
    /// these the CPU has seen that.
    private static let packedLines = 6

    /// Asks for the memory behind the entry of a command that works on a collection.
    @inline(__always)
    private func fetchValue(_ command: RequestBatch.Command, _ database: Database) {
        guard command.hash != 0, table.hot[Int(command.index)].reachesValue,
            let entry = database.value.table.likelyEntry(command.hash), entry.kind & 0x0f != 0
        else { return }
        entry.prefetchWord(lines: entry.kind & 0xf0 == 0 ? Engine.packedLines : 1)
    }

    /// A session with any of these runs no further commands of its batch.
    private static let stoppingFlags =
        Session.Flags([.closeAfterReply, .closeNow, .blocked]).rawValue

    /// A session with any of these is looked at after each command.
    private static let attentionFlags = stoppingFlags | Session.Flags.hasMail.rawValue

    /// A session with any of these does not get every reply.
    private static let quietFlags = Session.Flags([.replyOff, .replySkip, .replySkipNext])
        .rawValue

    /// Runs the command if it may run. `call.command` is below 0 afterwards if it did not.
    @inline(__always)
    private func execute(_ call: inout Call) {
        if !call.session.flags.contains(.authenticated), !mayRunBeforeLogin(&call) { return }
        guard call.command >= 0 else { return unknownCommand(&call) }
        if table.hot[Int(call.command)].isContainer, call.count > 1, !enterSubcommand(&call) {
            return
        }
        let arity = Int(table.hot[Int(call.command)].arity)
        guard arity >= 0 ? call.count == arity : call.count >= -arity else {
            return wrongArity(&call)
        }
        guard isPlain(call.session) else { return executeCarefully(&call) }
        table.hot[Int(call.command)].handler(self, &call)
    }

    private func enterSubcommand(_ call: inout Call) -> Bool {
        if let found = table.subcommand(of: call.command, call[1]) {
            call.command = found
            return true
        }
        let container = table.fullName(call.command).uppercased()
        let name = call[1].slice(0, min(call[1].count, 128))
        container.withBytes {
            call.reply.error(["ERR unknown subcommand '", name, "'. Try ", $0, " HELP."])
        }
        call.session.failTransaction()
        call.command = -1
        return false
    }

    /// Runs a command whose reply the client does not want.
    private func executeQuietly(_ call: inout Call) {
        let wanted = call.reply.buffer
        call.reply.buffer = discarded
        call.session.flags.remove(.replySkip)
        if call.session.flags.contains(.replySkipNext) {
            call.session.flags.remove(.replySkipNext)
            call.session.flags.insert(.replySkip)
        }
        execute(&call)
        noteError(&call, ReplyMark.start)
        let isQuiet = call.session.flags.rawValue & Session.Flags([.replyOff, .replySkip]).rawValue
        call.reply.buffer = wanted
        // CLIENT REPLY ON answers although replies were off when it began.
        if isQuiet == 0 { wanted.append(discarded.bytes) }
        call.session.flags.remove(.replySkip)
        discarded.removeAll()
    }

    /// Counts `run` like commands that have run in `elapsed`. What is remarkable (much time, a
    /// large reply) is looked at out of line.
    @inline(__always)
    func account(_ call: inout Call, _ run: Int, _ elapsed: UInt64, _ written: Int) {
        guard call.command >= 0 else { return }
        statistics.commands &+= run
        call.session.commandsProcessed &+= run
        let index = Int(call.command)
        table.counters[index].calls &+= run
        table.counters[index].time &+= Int(truncatingIfNeeded: elapsed)
        if accounting.tracksLatency {
            if table.counters[index].latency == nil { trackLatency(index) }
            let each = run == 1 ? elapsed : elapsed / UInt64(truncatingIfNeeded: run)
            table.counters[index].latency?.add(
                nanoseconds: accounting.nanoseconds(each), count: run)
        }
        if elapsed >= accounting.ticks || written >= accounting.replyBytes {
            noteRemarkable(&call, elapsed, written)
        }
    }
}

/// Where the reply of a command begins.
struct ReplyMark {
    private let own: Int
    private let total: Int

    /// The end of what the buffer holds.
    @inline(__always)
    init(_ buffer: ReplyBuffer) {
        own = buffer.ownCount
        total = buffer.count
    }

    private init() {
        own = 0
        total = 0
    }

    /// The beginning of any buffer.
    static var start: ReplyMark { ReplyMark() }

    /// Whether the reply at the mark is an error.
    @inline(__always)
    func isError(_ buffer: ReplyBuffer) -> Bool {
        let bytes = buffer.bytes
        return bytes.count > own && bytes[own] == 0x2d
    }

    /// The bytes since the mark.
    @inline(__always)
    func written(_ buffer: ReplyBuffer) -> Int { buffer.count &- total }

    /// The reply's first word, without the minus of an error.
    func errorCode(_ buffer: ReplyBuffer) -> String {
        let text = buffer.bytes.slice(own + 1, buffer.ownCount - own - 1)
        let end = min(text.firstIndex(of: 0x20) ?? text.count, text.firstIndex(of: 0x0d) ?? 0)
        return text.slice(0, end).string
    }
}

extension Engine {
    /// Whether the command needs no login; answers the error itself when it does.
    @inline(never)
    private func mayRunBeforeLogin(_ call: inout Call) -> Bool {
        if call.command >= 0, table.hot[Int(call.command)].flags.contains(.noAuth) { return true }
        call.command = commandIndex(call.arguments) ?? -1
        return refuse(&call, "NOAUTH Authentication required.")
    }

    @inline(never)
    private func wrongArity(_ call: inout Call) {
        let name = table.fullName(call.command)
        "ERR wrong number of arguments for '\(name)' command".withBytes { _ = refuse(&call, $0) }
    }

    @inline(never)
    private func unknownCommand(_ call: inout Call) {
        if endIfHTTP(&call) { return }
        var parts: [Bytes] = [
            "ERR unknown command '", call[0].slice(0, min(call[0].count, 128)),
            "', with args beginning with: ",
        ]
        var shown = 0
        for index in 1..<max(1, call.count) where shown < 128 {
            let argument = call[index].slice(0, min(call[index].count, 128 - shown))
            parts += ["'", argument, "' "]
            shown += argument.count + 3
        }
        call.reply.error(parts)
        call.session.failTransaction()
    }
}
