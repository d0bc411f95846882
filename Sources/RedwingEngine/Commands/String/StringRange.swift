// Parts of strings: GETRANGE and SUBSTR, SETRANGE, APPEND.
import RedwingContainers

extension StringCommands {
    static func getrange(_ engine: Engine, _ call: inout Call) {
        guard let first = call.integer(2), let last = call.integer(3) else { return }
        guard let entry = engine.read(&call, call[1]) else { return call.reply.bulk(.empty) }
        guard entry.type == .string else { return call.reply.error(ReplyError.wrongType) }
        let count = Int64(entry.stringCount)
        // Only of two negative ends the order counts before they are cut to the string.
        if first < 0, last < 0, first > last { return call.reply.bulk(.empty) }
        let start = max(0, first < 0 ? first &+ count : first)
        let end = min(count - 1, max(0, last < 0 ? last &+ count : last))
        guard start <= end else { return call.reply.bulk(.empty) }
        call.reply.string(entry, offset: Int(start), count: Int(end - start + 1))
    }

    static func setrange(_ engine: Engine, _ call: inout Call) {
        guard let offset = call.integer(2) else { return }
        guard offset >= 0 else { return call.reply.error("ERR offset is out of range") }
        engine.write(&call, call[1]) { slot, call in
            engine.touchBeforeWrite(slot, call)
            do throws(StringFailure) {
                if call[3].isEmpty {
                    call.reply.integer(try count(slot.entry))
                    return .none
                }
                let count = try engine.setRange(
                    &slot, Int(offset), call[3], limit: engine.configuration.protoMaxBulkLength)
                call.reply.integer(count)
                return .changed(.string, "setrange")
            } catch {
                call.reply.error(error.text)
                return .none
            }
        }
    }

    private static func count(_ entry: Entry?) throws(StringFailure) -> Int {
        guard let entry else { return 0 }
        guard entry.type == .string else { throw .wrongType }
        return entry.stringCount
    }

    static func append(_ engine: Engine, _ call: inout Call) {
        engine.write(&call, call[1]) { slot, call in
            engine.touchBeforeWrite(slot, call)
            do throws(StringFailure) {
                let count = try engine.append(
                    &slot, call[2], limit: engine.configuration.protoMaxBulkLength)
                call.reply.integer(count)
                return .changed(.string, "append")
            } catch {
                call.reply.error(error.text)
                return .none
            }
        }
    }
}
