// HRANDFIELD: fields picked at random, each with equal chances.
import RedwingContainers
import RedwingRESP

extension HashCommands {
    /// After so many misses in a row most fields of a table must have expired.
    private static let maxMisses = 100

    static func hrandfield(_ engine: Engine, _ call: inout Call) {
        guard call.count > 2 else { return pickOne(engine, &call) }
        guard let count = call.integer(2) else { return }
        guard count != .min else {
            return call.reply.error(
                """
                ERR value is out of range, value must between -9223372036854775807 and \
                9223372036854775807
                """)
        }
        guard call.count == 3 || call.count == 4 && call[3].isToken("withvalues") else {
            return call.reply.error(ReplyError.syntax)
        }
        if call.count == 4, count.magnitude > UInt64(Int64.max / 2) {
            return call.reply.error("ERR value is out of range")
        }
        guard let hash = engine.readHash(&call, missing: { $0.reply.array(0) }) else { return }
        var picker = FieldPicker(
            hash: hash, engine: engine, reply: call.reply, hasValues: call.count == 4)
        if count < 0 {
            picker.pickRepeating(Int(count.magnitude))
        } else {
            picker.pickDistinct(Int(count))
        }
    }

    private static func pickOne(_ engine: Engine, _ call: inout Call) {
        guard let hash = engine.readHash(&call, missing: { $0.reply.null() }) else { return }
        if hash.isPacked {
            guard let cursor = hash.list.randomField(&engine.random) else { return }
            return call.reply.bulk(hash.list.element(at: cursor))
        }
        guard let entry = randomEntry(hash, engine) else { return call.reply.null() }
        call.reply.bulk(entry.key)
    }

    /// A field of a table that has not expired, or nil when there is none.
    fileprivate static func randomEntry(_ hash: HashValue, _ engine: Engine) -> Entry? {
        let fields = hash.table.fields
        for _ in 0..<maxMisses {
            let entry = fields.randomEntry { engine.random.next() }
            if let entry, !entry.isExpiredField(at: hash.time) { return entry }
        }
        var left = hash.liveCount
        guard left > 0 else { return nil }
        left = engine.random.below(left)
        var found: Entry?
        fields.forEachEntry { entry in
            guard !entry.isExpiredField(at: hash.time) else { return }
            if left == 0 { found = entry }
            left -= 1
        }
        return found
    }
}

/// Picks fields of one hash and answers them.
private struct FieldPicker {
    let hash: HashValue
    let engine: Engine
    let reply: ReplyWriter
    let hasValues: Bool

    /// Tables this many times larger than the number wanted are not walked through.
    private static let sparseFactor = 3
    /// After so many repetitions in a row most fields must have expired.
    private static let maxRepeats = 100

    /// So many fields, each independent of the others.
    mutating func pickRepeating(_ count: Int) {
        if hash.isPacked {
            head(count)
            let list = hash.list
            for _ in 0..<count {
                guard let cursor = list.randomField(&engine.random) else { return }
                answer(
                    .element(list.element(at: cursor)),
                    .element(list.element(at: list.next(after: cursor))))
            }
            return
        }
        guard let first = HashCommands.randomEntry(hash, engine) else { return head(0) }
        head(count)
        var entry = first
        for index in 0..<count {
            answer(.entry(entry), .entry(entry))
            // Where there is one there are others, and the reply's length is promised.
            if index + 1 < count { entry = HashCommands.randomEntry(hash, engine) ?? first }
        }
    }

    /// So many different fields, or all.
    mutating func pickDistinct(_ count: Int) {
        if count == 0 { return head(0) }
        let isSparse = !hash.isPacked && hash.count / FieldPicker.sparseFactor >= count
        if isSparse { pickSparsely(count) } else { pickWalking(count) }
    }

    /// Walks through all fields and takes each with the chance that makes all equal (Knuth:
    /// selection sampling, algorithm S).
    private mutating func pickWalking(_ count: Int) {
        var left = hash.liveCount
        var wanted = min(count, left)
        head(wanted)
        let (engine, picker) = (engine, self)
        hash.forEachField { name, value in
            if wanted > 0, engine.random.below(left) < wanted {
                wanted -= 1
                picker.answer(name, value)
            }
            left -= 1
        }
    }

    /// Picks at random until there are enough different ones.
    private mutating func pickSparsely(_ count: Int) {
        var picked: [Entry] = []
        var known: Set<UInt64> = []
        var misses = 0
        while picked.count < count {
            guard let entry = HashCommands.randomEntry(hash, engine),
                misses < FieldPicker.maxRepeats
            else { return pickWalking(count) }
            let isNew = known.insert(hash.table.fields.hash(entry.key)).inserted
            if isNew { picked.append(entry) }
            misses = isNew ? 0 : misses + 1
        }
        head(picked.count)
        for entry in picked { answer(.entry(entry), .entry(entry)) }
    }

    private func head(_ count: Int) {
        let isFlat = hasValues && reply.version == .resp2
        reply.array(isFlat ? 2 * count : count)
    }

    private func answer(_ name: FieldName, _ value: FieldValue) {
        if hasValues, reply.version == .resp3 { reply.array(2) }
        reply.bulk(name)
        if hasValues { reply.bulk(value) }
    }
}

extension PackedList {
    /// The cursor of a field picked at random; nil in an empty list.
    fileprivate func randomField(_ random: inout RandomSource) -> Int? {
        count == 0 ? nil : cursor(at: 2 * random.below(count / 2))
    }
}

extension RandomSource {
    /// A number from 0 up to and without `limit`, each with equal chances.
    mutating func below(_ limit: Int) -> Int {
        Int(UInt64(limit).multipliedFullWidth(by: next()).high)
    }
}
