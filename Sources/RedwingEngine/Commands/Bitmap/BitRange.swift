// Counting and finding bits in a part of a string: BITCOUNT and BITPOS.
import RedwingContainers

/// The part of a string that BITCOUNT or BITPOS looks at, as the client gives it.
private struct BitRange {
    private var start: Int64 = 0
    private var end: Int64?
    private var isInBits = false

    /// Whether the client said where to stop.
    var hasEnd: Bool { end != nil }

    /// The range in the arguments from `first` on; answers the error itself.
    init?(_ call: inout Call, from first: Int) {
        guard call.count > first else { return }
        guard call.count <= first + 3 else {
            call.reply.error(ReplyError.syntax)
            return nil
        }
        guard let start = call.integer(first) else { return nil }
        self.start = start
        if call.count == first + 3 {
            isInBits = call[first + 2].isToken("bit")
            guard isInBits || call[first + 2].isToken("byte") else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
        }
        guard call.count > first + 1 else { return }
        guard let end = call.integer(first + 1) else { return nil }
        self.end = end
    }

    /// Whether both ends count from behind and are in the wrong order, before they are cut to the
    /// string.
    var isReversed: Bool {
        guard let end else { return false }
        return start < 0 && end < 0 && start > end
    }

    /// The offsets of the bits in a string of `count` bytes.
    func bits(count: Int) -> Range<Int> {
        let total = Int64(isInBits ? count * 8 : count)
        let first = max(0, start < 0 ? start + total : start)
        let end = self.end ?? total - 1
        let last = min(total - 1, max(0, end < 0 ? end + total : end))
        guard first <= last else { return 0..<0 }
        return isInBits ? Int(first)..<Int(last) + 1 : Int(first) * 8..<Int(last) * 8 + 8
    }
}

extension BitmapCommands {
    static func bitcount(_ engine: Engine, _ call: inout Call) {
        guard let range = BitRange(&call, from: 2) else { return }
        guard let entry = engine.read(&call, call[1]) else { return call.reply.integer(0) }
        guard entry.type == .string else { return call.reply.error(ReplyError.wrongType) }
        if range.isReversed { return call.reply.integer(0) }
        call.reply.integer(entry.withString { $0.setBitCount(in: range.bits(count: $0.count)) })
    }

    static func bitpos(_ engine: Engine, _ call: inout Call) {
        guard let wanted = call.integer(2) else { return }
        guard wanted == 0 || wanted == 1 else {
            return call.reply.error("ERR The bit argument must be 1 or 0.")
        }
        guard let range = BitRange(&call, from: 3) else { return }
        guard let entry = engine.read(&call, call[1]) else { return call.reply.integer(-wanted) }
        guard entry.type == .string else { return call.reply.error(ReplyError.wrongType) }
        let bits = range.bits(count: entry.stringCount)
        if let found = entry.withString({ $0.firstBit(wanted == 1, in: bits) }) {
            return call.reply.integer(found)
        }
        // A string without an end given goes on with zeros for ever.
        let isBehind = wanted == 0 && !range.hasEnd && !bits.isEmpty
        call.reply.integer(isBehind ? bits.upperBound : -1)
    }
}
