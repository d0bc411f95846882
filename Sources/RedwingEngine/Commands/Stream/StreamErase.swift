// XDEL, XDELEX and XACKDEL.
import RedwingContainers

extension StreamCommands {
    static func xdel(_ engine: Engine, _ call: inout Call) {
        engine.writeStream(&call, call[1]) { _, call, stream in
            guard let stream else {
                call.reply.integer(0)
                return .none
            }
            guard let ids = call.streamIDs(2..<call.count) else { return .none }
            let deleted = stream.change {
                ids.count { id in
                    guard stream.delete(id) else { return false }
                    stream.noteDeleted(id)
                    return true
                }
            }
            call.reply.integer(deleted)
            return deleted == 0 ? .none : .changed(.stream, "xdel", weight: deleted)
        }
    }

    /// What stands behind the key, or the group, of XDELEX and XACKDEL.
    private struct EraseOptions {
        var references = StreamValue.References.keep
        var ids = 0..<0
    }

    /// Reads the options from `first` on; answers the error itself.
    private static func eraseOptions(_ call: inout Call, from first: Int) -> EraseOptions? {
        var options = EraseOptions()
        var hasReferences = false
        var hasIDs = false
        var index = first
        while index < call.count {
            if !hasReferences, let references = references(call[index]) {
                options.references = references
                hasReferences = true
                index += 1
            } else if call[index].isToken("ids"), index + 1 < call.count {
                guard let count = call[index + 1].parseInteger(), count > 0 else {
                    call.reply.error("ERR Number of IDs must be a positive integer")
                    return nil
                }
                guard count <= call.count - index - 2 else {
                    call.reply.error(
                        "ERR The `numids` parameter must match the number of arguments")
                    return nil
                }
                options.ids = (index + 2)..<(index + 2 + Int(count))
                hasIDs = true
                index = options.ids.upperBound
            } else {
                break
            }
        }
        guard index == call.count, hasIDs else {
            call.reply.error(ReplyError.syntax)
            return nil
        }
        return options
    }

    static func xdelex(_ engine: Engine, _ call: inout Call) {
        erase(engine, &call, from: 2) { stream, id, options, _ in
            stream.delete(id, options.references).rawValue
        }
    }

    static func xackdel(_ engine: Engine, _ call: inout Call) {
        erase(engine, &call, from: 3) { stream, id, options, call in
            guard let group = stream.group(call[2]), stream.acknowledge(id, in: group) else {
                return -1
            }
            // What was acknowledged was there for the group, whether the entry still is or not.
            return stream.delete(id, options.references) == .referenced ? 2 : 1
        }
    }

    private static func erase(
        _ engine: Engine, _ call: inout Call, from first: Int,
        _ body: (StreamValue, StreamID, EraseOptions, borrowing Call) -> Int
    ) {
        engine.writeStream(&call, call[1], isRead: first == 3) { _, call, stream in
            guard let options = eraseOptions(&call, from: first) else { return .none }
            guard let stream, first == 2 || stream.group(call[2]) != nil else {
                call.reply.array(options.ids.count)
                for _ in options.ids { call.reply.integer(-1) }
                return .none
            }
            guard let ids = call.streamIDs(options.ids) else { return .none }
            let before = stream.length
            var done = 0
            call.reply.array(ids.count)
            stream.change {
                for id in ids {
                    let result = body(stream, id, options, call)
                    if result != -1 { done += 1 }
                    call.reply.integer(result)
                }
            }
            let deleted = before - stream.length
            if deleted > 0 { return .changed(.stream, "xdel", weight: max(done, deleted)) }
            return .silent(weight: done)
        }
    }
}
