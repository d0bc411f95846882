// An engine with several clients that have an address, for tests of what clients do to each other
// and of what the engine notes about commands. Its tick counter moves on with each look at it.

import Glibc
import RedwingContainers
import RedwingRESP
import Synchronization
import Testing

@testable import RedwingEngine

/// A connection that is none.
final class PretendedTransport: SessionTransport {
    var peerAddress: String
    var localAddress = "127.0.0.1:6379"
    var descriptor = 7
    var queryBuffer: (used: Int, free: Int) = (0, 0)
    var pendingReplyBytes = 0
    var memory = 1000
    var replyBuffer: (capacity: Int, peak: Int) = (0, 0)
    var attachedReplies: (count: Int, bytes: Int) = (0, 0)

    init(peerAddress: String) { self.peerAddress = peerAddress }
}

/// A host that notes what it is asked.
final class PretendedHost: EngineHost {
    var applied: [String] = []
    var refusal: String?
    var rewriteResult = ConfigurationRewriteResult.written
    var slept: Int64 = 0
    var reloads: [ReloadOptions] = []
    var logged: [String] = []
    var warned: [String] = []

    func facts() -> HostFacts {
        var facts = HostFacts()
        facts.processID = 4711
        facts.residentBytes = 5 << 20
        facts.systemBytes = 8 << 30
        facts.port = 6379
        facts.listeners = [(0, "name=tcp,bind=*,port=6379")]
        facts.processCPU.user = 1.5
        return facts
    }

    func apply(_ directive: String, old: Configuration, new: inout Configuration) -> String? {
        applied.append(directive)
        return refusal
    }

    func warn(_ warnings: [ConfigurationWarning]) { warned += warnings.map(\.directive) }
    func rewriteConfiguration(_ configuration: Configuration) -> ConfigurationRewriteResult {
        rewriteResult
    }
    /// By path.
    var files: [String: [UInt8]] = [:]
    func readFile(_ path: String) throws(HostFailure) -> [UInt8] {
        guard let text = files[path] else { throw HostFailure(reason: "No such file or directory") }
        return text
    }
    func replaceFile(_ path: String, with bytes: [UInt8]) throws(HostFailure) {
        if let refusal { throw HostFailure(reason: refusal) }
        files[path] = bytes
    }
    func randomBytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) } }
    func sleep(nanoseconds: Int64) { slept += nanoseconds }
    func reload(_ options: ReloadOptions) -> Bool {
        reloads.append(options)
        return options.saves
    }
    func log(_ message: String) { logged.append(message) }

    func log(level: Int, _ message: String) { logged.append(message) }
}

/// One of the clients of `ManyClients`.
final class PretendedClient {
    let session: Session
    private let owner: ManyClients
    private var parser: RequestParser
    private let replies: ReplyBuffer

    fileprivate init(_ owner: ManyClients, peerAddress: String?) {
        self.owner = owner
        session = owner.engine.makeSession()
        if let peerAddress { session.transport = PretendedTransport(peerAddress: peerAddress) }
        parser = owner.engine.makeParser()
        replies = owner.engine.makeReplyBuffer(capacity: 1024)
    }

    deinit { replies.destroy() }

    /// Sends the words of a line and returns the raw reply; `''` is an empty word.
    @discardableResult
    func callAsFunction(_ line: String) -> String {
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map {
            $0 == "''" ? "" : String($0)
        }
        return send(words)
    }

    /// Sends one command and returns the raw reply.
    @discardableResult
    func send(_ words: [String]) -> String { receive(ManyClients.request(words)) }

    /// Sends raw bytes and returns all replies to them.
    func receive(_ request: String) -> String {
        owner.engine.beginTurn(now: owner.now)
        let bytes = Array(request.utf8)
        _ = bytes.withBytes { owner.engine.receive(session, &parser, $0, replies) }
        defer { replies.removeAll() }
        return replies.bytes.string
    }
}

/// An engine with any number of clients.
final class ManyClients {
    let engine: Engine
    /// Unix milliseconds, as the commands see them.
    var now: Int64 = 1_700_000_000_000

    /// Ticks that pass between two looks at the counter, each worth a nanosecond.
    static let step: UInt64 = 3_000_000
    /// One counter for each thread: tests that run side by side must not see each other's steps.
    private static let counters = (0..<4096).map { _ in Counter() }

    private final class Counter: Sendable {
        let ticks = Atomic<UInt64>(0)
    }

    private static func tick() -> UInt64 {
        let place = Int(truncatingIfNeeded: UInt(pthread_self()) >> 12) & 4095
        return counters[place].ticks.add(step, ordering: .relaxed).newValue
    }

    init(_ configure: (inout Configuration) -> Void = { _ in }) {
        var configuration = Configuration()
        configure(&configuration)
        engine = Engine(
            EngineOptions(
                configuration: configuration, entropy: 7, now: now,
                ticks: { ManyClients.tick() },
                nanosecondsPerTick: 1))
    }

    /// A new client; without an address it has no connection.
    func client(_ peerAddress: String? = "127.0.0.1:50000") -> PretendedClient {
        engine.beginTurn(now: now)
        return PretendedClient(self, peerAddress: peerAddress)
    }

    /// A request in the protocol.
    static func request(_ words: [String]) -> String {
        words.reduce("*\(words.count)\r\n") { $0 + "$\($1.utf8.count)\r\n\($1)\r\n" }
    }
}

/// The value of a field in the text of INFO or CLIENT LIST, or nil.
func field(_ name: String, of text: String, separator: Character = ":") -> String? {
    let lines = text.split(whereSeparator: { $0 == "\r\n" || $0 == "\n" || $0 == " " })
    for line in lines where line.hasPrefix(name + String(separator)) {
        return String(line.dropFirst(name.count + 1))
    }
    return nil
}
