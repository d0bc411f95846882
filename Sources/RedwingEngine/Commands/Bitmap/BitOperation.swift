// BITOP: strings combined bit by bit.
import RedwingContainers

extension BitCombination {
    /// What BITOP calls it.
    fileprivate init?(name: Bytes) {
        let names: [(StaticString, BitCombination)] = [
            ("and", .and), ("or", .or), ("xor", .xor), ("not", .not), ("diff", .diff),
            ("diff1", .diff1), ("andor", .andOr), ("one", .one),
        ]
        guard let found = names.first(where: { name.isToken($0.0) }) else { return nil }
        self = found.1
    }

    /// The error about a number of sources that the operation cannot have, or nil.
    fileprivate func objection(sourceCount: Int) -> Bytes? {
        switch self {
        case .not where sourceCount != 1:
            "ERR BITOP NOT must be called with a single source key."
        case .diff where sourceCount < 2:
            "ERR BITOP DIFF must be called with at least two source keys."
        case .diff1 where sourceCount < 2:
            "ERR BITOP DIFF1 must be called with at least two source keys."
        case .andOr where sourceCount < 2:
            "ERR BITOP ANDOR must be called with at least two source keys."
        default: nil
        }
    }
}

extension BitmapCommands {
    static func bitop(_ engine: Engine, _ call: inout Call) {
        guard let combination = BitCombination(name: call[1]) else {
            return call.reply.error(ReplyError.syntax)
        }
        if let objection = combination.objection(sourceCount: call.count - 3) {
            return call.reply.error(objection)
        }
        for index in 3..<call.count {
            if let entry = engine.read(&call, call[index]), entry.type != .string {
                return call.reply.error(ReplyError.wrongType)
            }
        }
        var count = 0
        for index in 3..<call.count {
            count = max(count, engine.peek(&call, call[index])?.stringCount ?? 0)
        }
        store(engine, &call, combination, count)
        call.reply.integer(count)
    }

    private static func store(
        _ engine: Engine, _ call: inout Call, _ combination: BitCombination, _ count: Int
    ) {
        engine.write(&call, call[2]) { slot, call in
            guard count > 0 else {
                guard slot.entry != nil else { return .none }
                engine.remove(&slot)
                return .changed(.generic, "del")
            }
            engine.touchBeforeWrite(slot, call)
            // Nothing is left to expire among the sources, so that their entries stay valid.
            var sources = engine.strings(&call, 3..<call.count)
            engine.setBytes(&slot, count: count) { $0.combine(combination, sources.views) }
            sources.release(in: engine)
            return .changed(.string, "set")
        }
    }
}

/// The strings of several keys at a time; integers, which have no bytes of their own, are written
/// out for as long as they are needed.
private struct StringViews {
    var views: [Bytes] = []
    var texts: [LargeString] = []

    mutating func release(in engine: Engine) {
        for text in texts { text.release(in: engine.memory) }
    }
}

extension Engine {
    /// The strings of the keys with these argument indexes, empty ones for keys that are missing.
    fileprivate func strings(_ call: inout Call, _ indexes: Range<Int>) -> StringViews {
        var result = StringViews()
        result.views.reserveCapacity(indexes.count)
        for index in indexes {
            guard let entry = peek(&call, call[index]) else {
                result.views.append(.empty)
                continue
            }
            switch entry.valueKind {
            case .largeString: result.views.append(LargeString(address: entry.word).bytes)
            case .integerString:
                let text = entry.withString { LargeString.make($0, in: memory) }
                result.texts.append(text)
                result.views.append(text.bytes)
            default: result.views.append(entry.value)
            }
        }
        return result
    }
}
