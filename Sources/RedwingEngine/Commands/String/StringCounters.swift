// Strings as numbers: INCR, DECR and INCRBYFLOAT.
import RedwingContainers

extension StringCommands {
    static func incr(_ engine: Engine, _ call: inout Call) { increment(engine, &call, by: 1) }

    static func decr(_ engine: Engine, _ call: inout Call) { increment(engine, &call, by: -1) }

    static func incrby(_ engine: Engine, _ call: inout Call) {
        guard let delta = call.integer(2) else { return }
        increment(engine, &call, by: delta)
    }

    static func decrby(_ engine: Engine, _ call: inout Call) {
        guard let delta = call.integer(2) else { return }
        guard delta != .min else { return call.reply.error("ERR decrement would overflow") }
        increment(engine, &call, by: -delta)
    }

    @inline(__always)
    private static func increment(_ engine: Engine, _ call: inout Call, by delta: Int64) {
        engine.write(&call, call[1]) { slot, call in
            engine.touchBeforeWrite(slot, call)
            do throws(StringFailure) {
                call.reply.integer(try engine.increment(&slot, by: delta))
                return .changed(.string, "incrby")
            } catch {
                call.reply.error(error.text)
                return .none
            }
        }
    }

    static func incrbyfloat(_ engine: Engine, _ call: inout Call) {
        engine.write(&call, call[1]) { slot, call in
            engine.touchBeforeWrite(slot, call)
            do throws(StringFailure) {
                let reply = call.reply
                try engine.incrementFloat(&slot, by: call[2]) { reply.bulk($0) }
                return .changed(.string, "incrbyfloat")
            } catch {
                call.reply.error(error.text)
                return .none
            }
        }
    }
}

extension StringFailure {
    /// What clients are told.
    var text: Bytes {
        switch self {
        case .wrongType: ReplyError.wrongType
        case .notInteger: ReplyError.notInteger
        case .overflow: "ERR increment or decrement would overflow"
        case .notFloat: ReplyError.notFloat
        case .notFinite: "ERR increment would produce NaN or Infinity"
        case .tooLong: "ERR string exceeds maximum allowed size (proto-max-bulk-len)"
        }
    }
}
