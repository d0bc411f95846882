// An engine with one client and a clock that the test moves, for tests of commands without a
// server. Replies come back raw, byte by byte, so that expectations can be literal.

import RedwingContainers
import RedwingRESP
import Testing

@testable import RedwingEngine

/// Drives an engine as a connection does. Not for several threads.
final class EngineHarness {
    let engine: Engine
    let session: Session
    private var parser: RequestParser
    private let replies: ReplyBuffer
    /// Unix milliseconds, as the commands see them.
    var now: Int64

    /// The time at which a harness begins unless told otherwise.
    static let start: Int64 = 1_700_000_000_000

    init(now: Int64 = EngineHarness.start, _ configure: (inout Configuration) -> Void = { _ in }) {
        var configuration = Configuration()
        configure(&configuration)
        engine = Engine(
            EngineOptions(
                configuration: configuration, entropy: 0x5eed, now: now, ticks: { 0 },
                nanosecondsPerTick: 1))
        session = engine.makeSession()
        parser = engine.makeParser()
        replies = engine.makeReplyBuffer(capacity: 1024)
        self.now = now
    }

    deinit {
        replies.destroy()
        engine.end(session)
    }

    /// Runs one command and returns the reply as it would go over the wire, a character a byte.
    @discardableResult
    func run(_ arguments: String...) -> String { run(arguments) }

    /// The same for arguments that are counted at run time.
    @discardableResult
    func run(_ arguments: [String]) -> String { run(arguments.map { Array($0.utf8) }) }

    /// The same for arguments that are no text.
    @discardableResult
    func run(_ arguments: [[UInt8]]) -> String {
        var request = Array("*\(arguments.count)\r\n".utf8)
        for argument in arguments {
            request += Array("$\(argument.count)\r\n".utf8) + argument + [0x0d, 0x0a]
        }
        return receive(request)
    }

    /// Runs the words of a line, which are separated by single blanks; `''` is an empty word.
    @discardableResult
    func line(_ line: String) -> String {
        run(
            line.split(separator: " ", omittingEmptySubsequences: false).map {
                $0 == "''" ? [] : Array($0.utf8)
            })
    }

    /// Gives the engine raw bytes and returns all that it answers.
    func receive(_ request: [UInt8]) -> String {
        engine.beginTurn(now: now)
        _ = request.withBytes { engine.receive(session, &parser, $0, replies) }
        defer { replies.removeAll() }
        return text(wire())
    }

    private func wire() -> [UInt8] {
        let own = replies.bytes.array
        var bytes: [UInt8] = []
        var done = 0
        for attachment in replies.attachments {
            bytes += own[done..<attachment.position]
            bytes += attachment.string.bytes.slice(attachment.offset, attachment.count).array
            done = attachment.position
        }
        return bytes + own[done...]
    }

    private func text(_ bytes: [UInt8]) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: bytes.map { Unicode.Scalar($0) })
        return String(text)
    }

    /// The entry of a key of the session's database, expired or not.
    func entry(_ key: String) -> Entry? {
        let table = session.database.value.table
        return key.withBytes { table.find(table.hash($0), $0) }
    }

    /// What OBJECT ENCODING would say, or nil for a missing key.
    func encoding(_ key: String) -> String? {
        entry(key).map { encodingName($0).string }
    }

    /// The key's deadline in Unix milliseconds, or nil.
    func deadline(_ key: String) -> Int64? {
        guard let entry = entry(key), entry.has(Entry.Flag.deadline) else { return nil }
        return DeadlineWord(bits: entry.deadlineWord).deadline
    }
}

/// A bulk reply.
func bulk(_ text: String) -> String { "$\(text.utf8.count)\r\n\(text)\r\n" }

extension EngineHarness {
    /// Makes a key that is no string.
    func plantHash(_ key: String) {
        key.withBytes { name in
            let table = session.database.value.table
            var slot = Slot(
                key: name, hash: table.hash(name), database: session.database, position: nil)
            let hash = TableHash(seed: engine.seed, memory: engine.memory)
            engine.setWord(&slot, .tableHash, hash.address)
        }
    }
}

/// Runs lines one after the other in a new engine with a key `hash` that is no string.
func expectReplies(
    version: ProtocolVersion = .resp2, _ expected: [(command: String, reply: String)],
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let harness = EngineHarness()
    harness.session.version = version
    harness.plantHash("hash")
    for (command, reply) in expected {
        #expect(harness.line(command) == reply, "\(command)", sourceLocation: sourceLocation)
    }
}
