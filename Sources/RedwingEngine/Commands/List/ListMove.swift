// Moving an element from one list to another, or to the other end of the same.
import RedwingContainers

extension ListCommands {
    static func lmove(_ engine: Engine, _ call: inout Call) {
        guard let source = call.listEnd(3), let target = call.listEnd(4) else { return }
        if !move(engine, &call, source, target) { call.reply.null() }
    }

    static func rpoplpush(_ engine: Engine, _ call: inout Call) {
        if !move(engine, &call, .tail, .head) { call.reply.null() }
    }

    static func blmove(_ engine: Engine, _ call: inout Call) {
        guard let source = call.listEnd(3), let target = call.listEnd(4),
            let deadline = call.timeout(seconds: 5)
        else { return }
        moveOrWait(engine, &call, source, target, deadline)
    }

    static func brpoplpush(_ engine: Engine, _ call: inout Call) {
        guard let deadline = call.timeout(seconds: 3) else { return }
        moveOrWait(engine, &call, .tail, .head, deadline)
    }

    private static func moveOrWait(
        _ engine: Engine, _ call: inout Call, _ source: ListEnd, _ target: ListEnd,
        _ deadline: Int64?
    ) {
        if move(engine, &call, source, target) { return }
        guard call.mayWait else { return call.reply.null() }
        engine.wait(&call, keys: 1..<2, for: .list, until: deadline, onTimeout: .nullArray)
    }

    /// Moves an element of the first key to the second; returns false when there is none, and
    /// nothing was answered.
    private static func move(
        _ engine: Engine, _ call: inout Call, _ source: ListEnd, _ target: ListEnd
    ) -> Bool {
        guard let entry = engine.peek(&call, call[1]) else { return false }
        guard entry.type == .list else {
            call.reply.error(ReplyError.wrongType)
            return true
        }
        if call[1] == call[2] {
            rotate(engine, &call, source, target)
            return true
        }
        let other = engine.peek(&call, call[2])
        if let other, other.type != .list {
            call.reply.error(ReplyError.wrongType)
            return true
        }
        // The lookup of the second key may have removed it; the first one's entry is still there.
        let element = ListValue(entry: entry).element(at: source)
        let isCounted = !(element.isInteger && isQuicklist(entry))
        element.withCopy { bytes in
            engine.write(&call, call[2], as: .list) { slot, call in
                engine.push(&slot, bytes, at: target, isCounted: isCounted)
                call.reply.bulk(bytes)
                return .changed(.list, target.pushEvent, weight: 0)
            }
        }
        engine.write(&call, call[1], as: .list) { slot, _ in
            guard let entry = slot.entry else { return .none }
            engine.removeElement(slot, entry, at: source)
            return .changed(.list, source.popEvent)
        }
        return true
    }

    private static func isQuicklist(_ entry: Entry) -> Bool {
        entry.kind == ValueKind.chainList.rawValue && ListChain(address: entry.word).isQuicklist
    }

    /// Moves an element within one list.
    private static func rotate(
        _ engine: Engine, _ call: inout Call, _ source: ListEnd, _ target: ListEnd
    ) {
        engine.write(&call, call[1], as: .list) { slot, call in
            guard let entry = slot.entry else { return .none }
            let element = ListValue(entry: entry).element(at: source)
            let isCounted = !(element.isInteger && isQuicklist(entry))
            element.withCopy { bytes in
                engine.takeElement(slot, entry, at: source)
                engine.push(&slot, bytes, at: target, isCounted: isCounted)
                call.reply.bulk(bytes)
            }
            engine.finish(slot, KeyspaceEvent(eventClass: .list, name: target.pushEvent))
            engine.shrinkList(slot, entry)
            return .changed(.list, source.popEvent)
        }
    }
}
