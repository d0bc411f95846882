// HSETEX and HGETEX: values and the times at which their fields expire in one step.
import RedwingContainers

extension HashCommands {
    /// The options of HSETEX and HGETEX.
    private struct Options {
        /// NX or XX: whether the key must be there.
        var needsKey: Bool?
        /// FNX or FXX: whether the fields must be there, all of them.
        var needsFields: Bool?
        /// EX, PX, EXAT or PXAT, with the argument that holds the time.
        var expiry: (argument: Int, unit: ExpiryUnit)?
        /// KEEPTTL
        var keepsDeadline = false
        /// PERSIST
        var persists = false

        /// The options of the arguments in `range`; answers the error itself.
        init?(_ call: inout Call, _ range: Range<Int>, isSetting: Bool) {
            var index = range.lowerBound
            while index < range.upperBound {
                guard take(call, &index, range.upperBound, isSetting) else {
                    call.reply.error(ReplyError.syntax)
                    return nil
                }
            }
        }

        /// Takes the option at `index` and moves behind it; false when it does not belong there.
        private mutating func take(
            _ call: borrowing Call, _ index: inout Int, _ end: Int, _ isSetting: Bool
        ) -> Bool {
            let option = call[index]
            index += 1
            if isSetting {
                if option.isToken("nx") { return Options.set(&needsKey, false) }
                if option.isToken("xx") { return Options.set(&needsKey, true) }
                if option.isToken("fnx") { return Options.set(&needsFields, false) }
                if option.isToken("fxx") { return Options.set(&needsFields, true) }
                if option.isToken("keepttl") {
                    keepsDeadline = true
                    return expiry == nil
                }
            } else if option.isToken("persist") {
                persists = true
                return expiry == nil
            }
            guard let unit = Options.unit(option), index < end else { return false }
            if let expiry, expiry.unit != unit { return false }
            expiry = (index, unit)
            index += 1
            return !keepsDeadline && !persists
        }

        private static func set(_ condition: inout Bool?, _ value: Bool) -> Bool {
            if let condition, condition != value { return false }
            condition = value
            return true
        }

        private static func unit(_ option: Bytes) -> ExpiryUnit? {
            if option.isToken("ex") { return .seconds }
            if option.isToken("px") { return .milliseconds }
            if option.isToken("exat") { return .unixSeconds }
            if option.isToken("pxat") { return .unixMilliseconds }
            return nil
        }
    }

    static func hsetex(_ engine: Engine, _ call: inout Call) {
        // The keyword is searched from the key on, so a key of that name is taken for it.
        let keyword = call.fieldsKeyword(from: 1)
        guard let options = Options(&call, 2..<max(2, keyword ?? 2), isSetting: true),
            let fields = call.fields(behind: keyword.map { $0 + 1 }, each: 2)
        else { return }
        engine.write(&call, call[1], as: .hash) { slot, call in
            if let needsKey = options.needsKey, needsKey != (slot.entry != nil) {
                call.reply.integer(0)
                return .none
            }
            var deadline: Int64?
            if let expiry = options.expiry {
                deadline = engine.fieldDeadline(&call, expiry.argument, expiry.unit)
                if deadline == nil { return .none }
            }
            if let needed = options.needsFields, !all(engine, slot, call, fields, needed) {
                call.reply.integer(0)
                return .none
            }
            call.reply.integer(1)
            return store(engine, &slot, call, fields, deadline, options.keepsDeadline)
        }
    }

    /// Whether all fields are there, or all are missing.
    private static func all(
        _ engine: Engine, _ slot: borrowing Slot, _ call: borrowing Call, _ fields: Range<Int>,
        _ isThere: Bool
    ) -> Bool {
        guard let hash = engine.hash(slot, at: engine.fieldTime(call)) else { return !isThere }
        for index in stride(from: fields.lowerBound, to: fields.upperBound, by: 2)
        where (hash.value(call[index]) != nil) != isThere {
            return false
        }
        return true
    }

    private static func store(
        _ engine: Engine, _ slot: inout Slot, _ call: borrowing Call, _ fields: Range<Int>,
        _ deadline: Int64?, _ keepsDeadline: Bool
    ) -> Change {
        let time = engine.fieldTime(call)
        if let deadline, deadline <= call.now {
            return storeExpired(engine, &slot, call, fields)
        }
        var changes = FieldChanges()
        for index in stride(from: fields.lowerBound, to: fields.upperBound, by: 2) {
            let kind: FieldDeadline =
                deadline.map { .at($0) } ?? (keepsDeadline ? .keep : .none)
            let change = engine.setField(&slot, call[index], call[index + 1], kind, at: time)
            changes.revived += change.revived
        }
        announceRevived(engine, slot, changes)
        guard deadline != nil else {
            return .changed(.hash, "hset", weight: fields.count / 2)
        }
        engine.finish(slot, KeyspaceEvent(eventClass: .hash, name: "hset"))
        return .changed(.hash, "hexpire", weight: fields.count / 2)
    }

    /// The fields are set to expire in the past: they go, and clients hear of all that at once.
    private static func storeExpired(
        _ engine: Engine, _ slot: inout Slot, _ call: borrowing Call, _ fields: Range<Int>
    ) -> Change {
        let entry = slot.entry ?? engine.makeHash(&slot, isPacked: true)
        var removed = 0
        for index in stride(from: fields.lowerBound, to: fields.upperBound, by: 2)
        where engine.removeField(entry, call[index], at: .min) {
            removed += 1
        }
        engine.statistics.expiredFields &+= removed
        engine.finish(slot, KeyspaceEvent(eventClass: .hash, name: "hset"))
        engine.finish(slot, KeyspaceEvent(eventClass: .hash, name: "hexpire"))
        return .changed(.hash, "hexpired", weight: removed)
    }

    static func hgetex(_ engine: Engine, _ call: inout Call) {
        let keyword = call.fieldsKeyword(from: 1)
        guard let options = Options(&call, 2..<max(2, keyword ?? 2), isSetting: false),
            let fields = call.fields(behind: keyword.map { $0 + 1 }, each: 1)
        else { return }
        engine.write(&call, call[1]) { slot, call in
            engine.countRead(slot, &call)
            if let entry = slot.entry, entry.type != .hash {
                call.reply.error(ReplyError.wrongType)
                return .none
            }
            var deadline: Int64?
            if let expiry = options.expiry {
                deadline = engine.fieldDeadline(&call, expiry.argument, expiry.unit)
                if deadline == nil { return .none }
            }
            call.reply.array(fields.count)
            guard let entry = slot.entry else {
                for _ in fields { call.reply.null() }
                return .none
            }
            return answer(engine, entry, call, fields, deadline, persists: options.persists)
        }
    }

    /// Answers each field's value and then changes when it expires.
    private static func answer(
        _ engine: Engine, _ entry: Entry, _ call: borrowing Call, _ fields: Range<Int>,
        _ deadline: Int64?, persists: Bool
    ) -> Change {
        let time = engine.fieldTime(call)
        let isPast = deadline.map { $0 <= call.now } ?? false
        var changed = 0
        for index in fields {
            let value = HashValue(entry: entry, time: time).value(call[index])
            reply(value, call)
            guard let value else { continue }
            if isPast {
                _ = engine.removeField(entry, call[index], at: time)
            } else if let deadline {
                engine.setFieldDeadline(entry, call[index], deadline)
            } else if persists, value.deadline != nil {
                engine.clearFieldDeadline(entry, call[index])
            } else {
                continue
            }
            changed += 1
        }
        guard changed > 0 else { return .none }
        if isPast {
            engine.statistics.expiredFields &+= changed
            return .changed(.hash, "hexpired", weight: changed)
        }
        return .changed(.hash, persists ? "hpersist" : "hexpire", weight: changed)
    }
}
