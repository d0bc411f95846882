// XRANGE and XREVRANGE.
import RedwingContainers

extension StreamCommands {
    static func xrange(_ engine: Engine, _ call: inout Call) {
        range(engine, &call, first: 2, last: 3)
    }

    static func xrevrange(_ engine: Engine, _ call: inout Call) {
        range(engine, &call, first: 3, last: 2)
    }

    private static func range(_ engine: Engine, _ call: inout Call, first: Int, last: Int) {
        guard let start = call.intervalStart(first), let end = call.intervalEnd(last) else {
            return
        }
        var limit: Int64?
        var index = 4
        while index < call.count {
            guard call[index].isToken("count"), index + 1 < call.count else {
                return call.reply.error(ReplyError.syntax)
            }
            guard let count = call.integer(index + 1) else { return }
            limit = max(0, count)
            index += 2
        }
        let stream = engine.readStream(&call, call[1]) { $0.reply.array(0) }
        guard let stream else { return }
        if limit == 0 { return call.reply.nullArray() }
        call.reply.entries(
            stream, from: start, to: end, limit: Int(limit ?? 0), backwards: first > last)
    }
}
