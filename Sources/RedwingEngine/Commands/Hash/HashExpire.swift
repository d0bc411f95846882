// When fields expire: setting it, clearing it, asking for it.
import RedwingContainers

extension HashCommands {
    static func hexpire(_ engine: Engine, _ call: inout Call) {
        expire(engine, &call, .seconds)
    }

    static func hpexpire(_ engine: Engine, _ call: inout Call) {
        expire(engine, &call, .milliseconds)
    }

    static func hexpireat(_ engine: Engine, _ call: inout Call) {
        expire(engine, &call, .unixSeconds)
    }

    static func hpexpireat(_ engine: Engine, _ call: inout Call) {
        expire(engine, &call, .unixMilliseconds)
    }

    /// When an expiry is to be set.
    private struct Conditions: OptionSet {
        let rawValue: UInt8
        /// NX: the field has none.
        static let absent = Conditions(rawValue: 1)
        /// XX: the field has one.
        static let present = Conditions(rawValue: 2)
        /// GT: it is later than the field's.
        static let greater = Conditions(rawValue: 4)
        /// LT: it is earlier than the field's.
        static let less = Conditions(rawValue: 8)

        /// The conditions of the arguments in `range`; answers the error itself.
        init?(_ call: inout Call, _ range: Range<Int>) {
            self = []
            for index in range {
                let option = call[index]
                if option.isToken("nx") {
                    insert(.absent)
                } else if option.isToken("xx") {
                    insert(.present)
                } else if option.isToken("gt") {
                    insert(.greater)
                } else if option.isToken("lt") {
                    insert(.less)
                } else {
                    call.reply.error(["ERR Unsupported option ", option])
                    return nil
                }
            }
            if contains(.absent), self != .absent {
                call.reply.error(
                    "ERR NX and XX, GT or LT options at the same time are not compatible")
                return nil
            }
            if contains(.greater), contains(.less) {
                call.reply.error("ERR GT and LT options at the same time are not compatible")
                return nil
            }
        }

        init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Whether they allow `new` in the place of `old`. No deadline counts as one that never
        /// comes.
        func allow(_ old: Int64?, _ new: Int64) -> Bool {
            if contains(.absent), old != nil { return false }
            if contains(.present), old == nil { return false }
            if contains(.greater) {
                guard let old, new > old else { return false }
            }
            if contains(.less), let old, new >= old { return false }
            return true
        }
    }

    private static func expire(_ engine: Engine, _ call: inout Call, _ unit: ExpiryUnit) {
        let keyword = call.fieldsKeyword(from: 3)
        guard let conditions = Conditions(&call, 3..<(keyword ?? 3)),
            let fields = call.fields(behind: keyword.map { $0 + 1 }, each: 1),
            let deadline = engine.fieldDeadline(&call, 2, unit)
        else { return }
        engine.write(&call, call[1], as: .hash) { slot, call in
            call.reply.array(fields.count)
            guard let entry = slot.entry else {
                for _ in fields { call.reply.integer(-2) }
                return .none
            }
            let isPast = deadline <= call.now
            var changed = 0
            for index in fields {
                let hash = HashValue(entry: entry, time: engine.fieldTime(call))
                guard let value = hash.value(call[index]) else {
                    call.reply.integer(-2)
                    continue
                }
                guard conditions.allow(value.deadline, deadline) else {
                    call.reply.integer(0)
                    continue
                }
                changed += 1
                call.reply.integer(isPast ? 2 : 1)
                if isPast {
                    _ = engine.removeField(entry, call[index], at: hash.time)
                } else {
                    engine.setFieldDeadline(entry, call[index], deadline)
                }
            }
            guard changed > 0 else { return .none }
            if isPast { engine.statistics.expiredFields &+= changed }
            return .changed(.hash, isPast ? "hexpired" : "hexpire", weight: changed)
        }
    }

    static func hpersist(_ engine: Engine, _ call: inout Call) {
        guard let fields = call.fixedFields(mismatch: ReplyError.fieldCount) else { return }
        engine.write(&call, call[1], as: .hash) { slot, call in
            call.reply.array(fields.count)
            let time = engine.fieldTime(call)
            var changed = 0
            for index in fields {
                guard let hash = engine.hash(slot, at: time), let value = hash.value(call[index])
                else {
                    call.reply.integer(-2)
                    continue
                }
                guard value.deadline != nil else {
                    call.reply.integer(-1)
                    continue
                }
                engine.clearFieldDeadline(hash.entry, call[index])
                changed += 1
                call.reply.integer(1)
            }
            return changed == 0 ? .none : .changed(.hash, "hpersist", weight: changed)
        }
    }

    static func httl(_ engine: Engine, _ call: inout Call) {
        ask(engine, &call) { ($0 + 500) / 1000 }
    }

    static func hpttl(_ engine: Engine, _ call: inout Call) {
        ask(engine, &call) { $0 }
    }

    static func hexpiretime(_ engine: Engine, _ call: inout Call) {
        ask(engine, &call, isAbsolute: true) { roundedSeconds($0) }
    }

    static func hpexpiretime(_ engine: Engine, _ call: inout Call) {
        ask(engine, &call, isAbsolute: true) { $0 }
    }

    /// Milliseconds to the nearest second, without overflow at the end of time.
    private static func roundedSeconds(_ time: Int64) -> Int64 { time / 1000 + time % 1000 / 500 }

    private static func ask(
        _ engine: Engine, _ call: inout Call, isAbsolute: Bool = false,
        _ convert: (Int64) -> Int64
    ) {
        guard let fields = call.fixedFields(mismatch: ReplyError.syntax) else { return }
        let hash = engine.readHash(&call) { call in
            call.reply.array(fields.count)
            for _ in fields { call.reply.integer(-2) }
        }
        guard let hash else { return }
        call.reply.array(fields.count)
        for index in fields {
            guard let value = hash.value(call[index]) else {
                call.reply.integer(-2)
                continue
            }
            guard let deadline = value.deadline else {
                call.reply.integer(-1)
                continue
            }
            let time = isAbsolute ? deadline : max(0, deadline - call.now)
            call.reply.integer(convert(time))
        }
    }
}
