// The table of the HyperLogLog commands, one line a command; the handlers are in the files beside
// it.
import RedwingContainers

enum HyperLogLogCommands {
    static let table: [CommandSpec] = [
        CommandSpec(
            "pfadd", -2, [.write, .denyOOM, .fast], .hyperLogLog,
            keys: [.key(1, [.readWrite, .insert])], group: "hyperloglog", since: "2.8.9",
            complexity: "O(1) for each element; more while the HyperLogLog is small.",
            summary: "Adds elements to a HyperLogLog, which is made if it is missing.",
            syntax: "key:key [element...]", handler: add),
        CommandSpec(
            "pfcount", -2, [.readonly, .mayReplicate], .hyperLogLog,
            keys: [
                KeySpec(
                    [.readWrite, .access], .index(1), .range(last: -1, step: 1, limit: 0),
                    notes: "Stores the count in the key, so that it need not be computed again.")
            ], group: "hyperloglog", since: "2.8.9",
            complexity: "O(1) for one key, mostly very short; O(N) for N keys.",
            summary: "Estimates how many different elements some HyperLogLogs have seen.",
            syntax: "key:key...", handler: count),
        CommandSpec(
            "pfmerge", -2, [.write, .denyOOM], .hyperLogLog,
            keys: [
                .key(1, [.readWrite, .access, .insert]), .keys(2, to: -1, [.readOnly, .access]),
            ], group: "hyperloglog", since: "2.8.9", complexity: "O(N) for N keys.",
            summary: "Adds all that some HyperLogLogs have seen to another one.",
            syntax: "destkey:key [sourcekey:key...]", handler: merge),
        CommandSpec(
            "pfdebug", 3, [.write, .denyOOM, .admin], .hyperLogLog,
            keys: [.key(2, [.readWrite, .access])], group: "hyperloglog", since: "2.8.9",
            complexity: "O(N) for a HyperLogLog of N bytes.",
            summary: "Shows and changes how a HyperLogLog is stored.",
            syntax: "subcommand key:key", isSystem: true, handler: debug),
        CommandSpec(
            "pfselftest", 1, .admin, .hyperLogLog, group: "hyperloglog", since: "2.8.9",
            complexity: "O(1), but a tenth of a second.",
            summary: "Tests the arithmetic of HyperLogLogs.", isSystem: true, handler: selfTest),
    ]

    static var notHyperLogLog: Bytes {
        "WRONGTYPE Key is not a valid HyperLogLog string value."
    }
    static var corrupt: Bytes { "INVALIDOBJ Corrupted HLL object detected" }
}

extension HyperLogLogCommands {
    static func add(_ engine: Engine, _ call: inout Call) {
        engine.write(&call, call[1]) { slot, call in
            var changes = 0
            if let entry = slot.entry {
                engine.touch(entry, call)
                guard isHyperLogLog(entry, call) else { return .none }
                engine.markEdited(&slot, entry)
            } else {
                engine.createHyperLogLog(&slot)
                changes = 1
            }
            for index in 2..<max(2, call.count) {
                switch engine.raise(&slot, HyperLogLog.mark(of: call[index])) {
                case .some(true): changes += 1
                case .some(false): break
                case .none:
                    call.reply.error(corrupt)
                    return .none
                }
            }
            call.reply.integer(changes > 0 ? 1 : 0)
            guard changes > 0 else { return .none }
            engine.forgetCount(&slot)
            return .changed(.string, "pfadd", weight: changes)
        }
    }

    static func count(_ engine: Engine, _ call: inout Call) {
        guard call.count == 2 else { return countUnion(engine, &call) }
        guard let entry = engine.read(&call, call[1]) else { return call.reply.integer(0) }
        guard isHyperLogLog(entry, call) else { return }
        if let count = entry.withString({ HyperLogLog($0)?.cachedCount }) {
            // Valkey prepares the value for a change before it knows that there will be none.
            if entry.valueKind == .inlineString { entry.set(Entry.Flag.edited, true) }
            return call.reply.integer(Int64(bitPattern: count))
        }
        engine.write(&call, call[1]) { slot, call in
            guard let entry = slot.entry else { return .none }
            guard let count = entry.withString({ HyperLogLog($0)?.estimate }) else {
                engine.markEdited(&slot, entry)
                call.reply.error(corrupt)
                return .none
            }
            engine.editString(&slot, count: entry.stringCount).setHyperLogLogCount(count)
            call.reply.integer(Int64(bitPattern: count))
            return .unannounced
        }
    }

    private static func countUnion(_ engine: Engine, _ call: inout Call) {
        OpenRegisters.with { union in
            guard raise(engine, &call, union) != nil else { return }
            call.reply.integer(Int64(bitPattern: union.estimate))
        }
    }

    /// Raises `union` to the HyperLogLogs of all the call's keys; answers the error itself. Returns
    /// whether one of them was dense.
    private static func raise(
        _ engine: Engine, _ call: inout Call, _ union: OpenRegisters
    ) -> Bool? {
        var isDense = false
        for index in 1..<call.count {
            guard let entry = engine.read(&call, call[index]) else { continue }
            guard isHyperLogLog(entry, call) else { return nil }
            let isWhole = entry.withString { bytes in
                guard let source = HyperLogLog(bytes) else { return false }
                if source.encoding == .dense { isDense = true }
                return union.raise(to: source, inWords: engine.mergesInWords)
            }
            guard isWhole else {
                call.reply.error(corrupt)
                return nil
            }
        }
        return isDense
    }

    static func merge(_ engine: Engine, _ call: inout Call) {
        OpenRegisters.with { union in
            guard let isDense = raise(engine, &call, union) else { return }
            engine.write(&call, call[1]) { slot, call in
                if let entry = slot.entry { engine.touch(entry, call) }
                if slot.entry == nil { engine.createHyperLogLog(&slot) }
                engine.store(&slot, union, isDense: isDense)
                return .changed(.string, "pfadd")
            }
            call.reply.ok()
        }
    }

    /// Whether a key holds a HyperLogLog; answers the error itself.
    static func isHyperLogLog(_ entry: Entry, _ call: borrowing Call) -> Bool {
        guard entry.type == .string else {
            call.reply.error(ReplyError.wrongType)
            return false
        }
        guard entry.valueKind != .integerString,
            entry.withString({ HyperLogLog($0) != nil })
        else {
            call.reply.error(notHyperLogLog)
            return false
        }
        return true
    }
}
