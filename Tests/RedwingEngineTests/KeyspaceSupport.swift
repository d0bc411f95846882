// What the tests of the keyspace share: large hashes made without hash commands, other databases,
// and the engine's background work done in counted slices.
import RedwingContainers
import RedwingRESP
import Testing

@testable import RedwingEngine

extension EngineHarness {
    /// Lets the following commands work on another database.
    func select(_ index: Int) { session.database = engine.databases[index] }

    /// A call in which nothing was sent, for writes without a command.
    private func emptyCall() -> Call {
        Call(
            session: session, database: session.database, arguments: engine.batch.noArguments,
            reply: ReplyWriter(buffer: engine.discarded, version: .resp2), now: now,
            hashedKey: .empty, keyHash: 0, command: -1)
    }

    /// Makes the keys of `numbers`, named by them, with deadlines that follow from them.
    func makeKeys(_ numbers: Range<Int>, deadline: (Int) -> Int64) {
        var call = emptyCall()
        let engine = engine
        for number in numbers {
            withIntegerText(Int64(number)) { key in
                engine.write(&call, key) { slot, _ in
                    engine.setString(&slot, key)
                    engine.setDeadline(&slot, deadline(number))
                    return .changed(.string, "set")
                }
            }
        }
    }

    /// Makes a hash of `count` fields `field:0`, `field:1`, ..., each with `value`; every tenth
    /// field has a deadline.
    func makeHash(_ key: String, fields count: Int, value: String = "value") {
        var call = emptyCall()
        let engine = engine
        key.withBytes { key in
            engine.write(&call, key) { slot, _ in
                let hash = TableHash(seed: engine.seed, memory: engine.memory)
                for index in 0..<count {
                    "field:\(index)".withBytes { field in
                        value.withBytes { value in
                            var place = hash.open(field)
                            hash.store(&place, value)
                            guard index % 10 == 9 else { return }
                            hash.setDeadline(&place, self.now + 1_000_000, now: self.now)
                        }
                    }
                }
                engine.setWord(&slot, .tableHash, hash.address)
                return .changed(.hash, "hset")
            }
        }
    }

    /// The fields and values of a large hash.
    func hash(_ key: String) -> [String: String] {
        guard let entry = entry(key), entry.valueKind == .tableHash else { return [:] }
        var found: [String: String] = [:]
        let fields = TableHash(address: entry.word).fields
        fields.forEachEntry { field in
            found[field.key.string] = field.withString { $0.string }
        }
        return found
    }

    /// Does background work until none is left; returns how many slices that took.
    @discardableResult
    func finishWork() -> Int {
        engine.beginTurn(now: now)
        var slices = 1
        while engine.work() { slices += 1 }
        return slices
    }

    /// Checks that all databases are sound.
    func expectSound(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(engine.checkKeyspaceInvariants() == nil, sourceLocation: sourceLocation)
    }

    /// A pass of SCAN over the selected database: all keys as often as they came.
    func scanAll(_ options: String = "", between: (Int) -> Void = { _ in }) -> [String] {
        var found: [String] = []
        var cursor = "0"
        var calls = 0
        repeat {
            let (next, keys) = scan(cursor, options)
            cursor = next
            found += keys
            calls += 1
            between(calls)
        } while cursor != "0"
        return found
    }

    /// One call of SCAN.
    func scan(_ cursor: String, _ options: String = "") -> (cursor: String, keys: [String]) {
        let reply = line("SCAN \(cursor)" + (options.isEmpty ? "" : " \(options)"))
        // *2, $n, cursor, *n, then pairs of $n and key.
        let lines = reply.split(separator: "\r\n", omittingEmptySubsequences: false)
        guard lines.count > 3, lines[0] == "*2" else { return ("0", [reply]) }
        let keys = stride(from: 5, to: lines.count - 1, by: 2).map { String(lines[$0]) }
        return (String(lines[2]), keys)
    }
}

/// Collects the blocks of a snapshot and can make an engine of them.
final class CollectingSink: SnapshotSink {
    private var blocks: [BlockBuffer] = []
    /// Whether the queue is full, so that only what cannot wait is taken.
    var isFull = false

    func offer(_ block: BlockBuffer) -> Bool {
        if !isFull { blocks.append(block) }
        return !isFull
    }

    func force(_ block: BlockBuffer) { blocks.append(block) }

    /// A server with what the snapshot holds.
    func restore() throws -> EngineHarness {
        let harness = EngineHarness()
        let loader = SnapshotLoader(harness.engine)
        for block in blocks {
            var bytes: [UInt8] = []
            block.withBytes { span in
                for index in 0..<span.byteCount {
                    bytes.append(span.unsafeLoad(fromByteOffset: index, as: UInt8.self))
                }
            }
            try bytes.withBytes { try loader.load($0, database: Int(block.database)) }
        }
        try loader.finish()
        return harness
    }
}
