// Fields as numbers: HINCRBY and HINCRBYFLOAT. Both keep the field's deadline.
import RedwingContainers

extension HashCommands {
    static func hincrby(_ engine: Engine, _ call: inout Call) {
        guard let delta = call.integer(3) else { return }
        engine.write(&call, call[1], as: .hash) { slot, call in
            let time = engine.fieldTime(call)
            var old: Int64 = 0
            if let value = engine.hash(slot, at: time)?.value(call[2]) {
                guard let integer = value.integer else {
                    call.reply.error("ERR hash value is not an integer")
                    return .none
                }
                old = integer
            }
            let (sum, overflow) = old.addingReportingOverflow(delta)
            guard !overflow else {
                call.reply.error("ERR increment or decrement would overflow")
                return .none
            }
            call.reply.integer(sum)
            let field = call[2]
            let changes = withIntegerText(sum) {
                engine.setField(&slot, field, $0, .keep, at: time)
            }
            announceRevived(engine, slot, changes)
            return .changed(.hash, "hincrby")
        }
    }

    static func hincrbyfloat(_ engine: Engine, _ call: inout Call) {
        do throws(LongDoubleError) {
            try withLongDoubleSum("0", call[3]) { _ in }
        } catch {
            let isNumber = error == .notFinite
            call.reply.error(isNumber ? "ERR value is NaN or Infinity" : ReplyError.notFloat)
            return
        }
        engine.write(&call, call[1], as: .hash) { slot, call in
            let time = engine.fieldTime(call)
            do throws(LongDoubleError) {
                guard let value = engine.hash(slot, at: time)?.value(call[2]) else {
                    return try addFloat(engine, &slot, call, "0", at: time)
                }
                // The sum may replace the value that it was made of.
                let result = value.withBytes { old -> Result<Change, LongDoubleError> in
                    Result { () throws(LongDoubleError) in
                        try addFloat(engine, &slot, call, old, at: time)
                    }
                }
                return try result.get()
            } catch {
                call.reply.error(
                    error == .notFinite
                        ? "ERR increment would produce NaN or Infinity"
                        : "ERR hash value is not a float")
                return .none
            }
        }
    }

    private static func addFloat(
        _ engine: Engine, _ slot: inout Slot, _ call: borrowing Call, _ old: Bytes, at time: Int64
    ) throws(LongDoubleError) -> Change {
        let (field, reply) = (call[2], call.reply)
        return try withLongDoubleSum(old, call[3]) { sum in
            reply.bulk(sum)
            let changes = engine.setField(&slot, field, sum, .keep, at: time)
            announceRevived(engine, slot, changes)
            return .changed(.hash, "hincrbyfloat")
        }
    }
}
