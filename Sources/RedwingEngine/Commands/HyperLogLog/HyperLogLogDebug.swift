// What looks into HyperLogLogs: PFDEBUG and PFSELFTEST.
import RedwingContainers

extension HyperLogLogCommands {
    static func debug(_ engine: Engine, _ call: inout Call) {
        if call[1].isToken("simd") { return setMerging(engine, &call) }
        engine.write(&call, call[2]) { slot, call in
            guard let entry = slot.entry else {
                call.reply.error("ERR The specified key does not exist")
                return .none
            }
            engine.touch(entry, call)
            guard isHyperLogLog(entry, call) else { return .none }
            engine.markEdited(&slot, entry)
            let encoding = entry.withString { HyperLogLog($0)?.encoding }
            if call[1].isToken("getreg") { return registers(engine, &slot, call, encoding) }
            if call[1].isToken("decode") {
                decode(entry, call)
            } else if call[1].isToken("encoding") {
                call.reply.simple(encoding == .dense ? "dense" : "sparse")
            } else if call[1].isToken("todense") {
                return makeDense(engine, &slot, call, encoding)
            } else {
                call.reply.error(["ERR Unknown PFDEBUG subcommand '", call[1], "'"])
            }
            return .none
        }
    }

    private static func setMerging(_ engine: Engine, _ call: inout Call) {
        let isOn = call[2].isToken("on")
        guard isOn || call[2].isToken("off") else {
            return call.reply.error("ERR Argument must be ON or OFF")
        }
        engine.mergesInWords = isOn
        call.reply.simple(isOn ? "enabled" : "disabled")
    }

    private static func makeDense(
        _ engine: Engine, _ slot: inout Slot, _ call: borrowing Call,
        _ encoding: HyperLogLog.Encoding?
    ) -> Change {
        guard encoding == .sparse else {
            call.reply.integer(0)
            return .none
        }
        guard engine.makeDense(&slot) else {
            call.reply.error(corrupt)
            return .none
        }
        call.reply.integer(1)
        return .silent(weight: 1)
    }

    private static func registers(
        _ engine: Engine, _ slot: inout Slot, _ call: borrowing Call,
        _ encoding: HyperLogLog.Encoding?
    ) -> Change {
        if encoding == .sparse, !engine.makeDense(&slot) {
            call.reply.error(corrupt)
            return .none
        }
        let reply = call.reply
        reply.array(HyperLogLog.registerCount)
        slot.entry?.withString { bytes in
            guard let log = HyperLogLog(bytes) else { return }
            for index in 0..<HyperLogLog.registerCount {
                reply.integer(Int(log.denseRegister(index)))
            }
        }
        return encoding == .sparse ? .silent(weight: 1) : .none
    }

    private static func decode(_ entry: Entry, _ call: borrowing Call) {
        let runs = entry.withString { bytes -> [SparseRun]? in
            guard let log = HyperLogLog(bytes), log.encoding == .sparse else { return nil }
            return log.runs
        }
        guard let runs else { return call.reply.error("ERR HLL encoding is not sparse") }
        let words = runs.map { run in
            if run.value > 0 { return "v:\(run.value),\(run.count)" }
            return "\(run.isLong ? "Z" : "z"):\(run.count)"
        }
        call.reply.bulk(text: words.joined(separator: " "))
    }
}

extension HyperLogLogCommands {
    /// The most elements of the self-test: enough to see a wrong estimate, few enough that other
    /// clients hardly notice.
    private static let testSize = 100_000
    /// The most that go to the sparse form, too, where each has to be searched for.
    private static let sparseTestSize = 10_000

    /// Tests that dense and sparse HyperLogLogs agree on random elements, and that the estimates
    /// are as good as they should be.
    static func selfTest(_ engine: Engine, _ call: inout Call) {
        let salt = engine.random.next()
        let memory = engine.memory
        let dense = LargeString.make(capacity: HyperLogLog.denseSize, in: memory)
        // No run is longer than two bytes, and there are no more runs than registers.
        let sparse = LargeString.make(capacity: 2 * HyperLogLog.registerCount, in: memory)
        defer {
            dense.release(in: memory)
            sparse.release(in: memory)
        }
        dense.setCount(HyperLogLog.denseSize)
        OpenRegisters.with { dense.editable.packDense($0) }
        HyperLogLog.empty.withBytes { sparse.append($0) }
        var checkpoint = 1
        for number in 1...testSize {
            let element = UInt64(number) ^ salt
            let mark = withIntegerText(Int64(bitPattern: element)) { HyperLogLog.mark(of: $0) }
            _ = dense.editable.raiseDense(mark)
            if number <= sparseTestSize { raise(sparse, mark) }
            guard number == checkpoint else { continue }
            if let failure = failure(dense.bytes, sparse.bytes, number) {
                return call.reply.error(text: "ERR TESTFAILED \(failure)")
            }
            checkpoint *= 10
        }
        call.reply.ok()
    }

    private static func raise(_ sparse: LargeString, _ mark: HyperLogLog.Mark) {
        guard let log = HyperLogLog(sparse.bytes),
            case .edit(let edit) = log.sparseStep(mark, limit: sparse.capacity)
        else { return }
        let count = sparse.count
        sparse.setCount(max(count, count + edit.growth))
        sparse.setCount(sparse.editable.applySparse(edit, oldCount: count))
    }

    private static func failure(_ dense: Bytes, _ sparse: Bytes, _ count: Int) -> String? {
        guard let estimate = HyperLogLog(dense)?.estimate else { return "dense unreadable" }
        if count <= sparseTestSize, HyperLogLog(sparse)?.estimate != estimate {
            return "dense/sparse disagree"
        }
        // Six times the standard error of 1.04 / sqrt(16384).
        let tolerance = max(1, (Double(count) * 6 * 1.04 / 128).rounded(.up))
        let error = abs(Double(estimate) - Double(count))
        return error <= tolerance ? nil : "Too big error. card:\(count) abserr:\(error)"
    }
}
