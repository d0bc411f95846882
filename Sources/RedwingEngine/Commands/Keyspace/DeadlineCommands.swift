// EXPIRE, TTL and their relatives: setting, asking and removing when a key expires.
import RedwingContainers

extension KeyspaceCommands {
    static let deadlines: [CommandSpec] = [
        expiry(
            "expire", "1.0.0",
            """
            key:key seconds:integer \
            [condition<nx:token@NX | xx:token@XX | gt:token@GT | lt:token@LT>]
            """, "Lets a key expire in so many seconds."
        ) {
            expire($0, &$1, .seconds, isRelative: true)
        },
        expiry(
            "pexpire", "2.6.0",
            """
            key:key milliseconds:integer \
            [condition<nx:token@NX | xx:token@XX | gt:token@GT | lt:token@LT>]
            """,
            "Lets a key expire in so many milliseconds."
        ) { expire($0, &$1, .milliseconds, isRelative: true) },
        expiry(
            "expireat", "1.2.0",
            """
            key:key unix-time-seconds:unix-time \
            [condition<nx:token@NX | xx:token@XX | gt:token@GT | lt:token@LT>]
            """,
            "Lets a key expire at a Unix time in seconds."
        ) { expire($0, &$1, .seconds, isRelative: false) },
        expiry(
            "pexpireat", "2.6.0",
            """
            key:key unix-time-milliseconds:unix-time \
            [condition<nx:token@NX | xx:token@XX | gt:token@GT | lt:token@LT>]
            """,
            "Lets a key expire at a Unix time in milliseconds."
        ) { expire($0, &$1, .milliseconds, isRelative: false) },
        question(
            "ttl", "1.0.0", "Says in how many seconds a key expires.",
            tips: "nondeterministic_output"
        ) { timeToLive($0, &$1, .seconds, isRelative: true) },
        question(
            "pttl", "2.6.0", "Says in how many milliseconds a key expires.",
            tips: "nondeterministic_output"
        ) { timeToLive($0, &$1, .milliseconds, isRelative: true) },
        question("expiretime", "7.0.0", "Says at which Unix time in seconds a key expires.") {
            timeToLive($0, &$1, .seconds, isRelative: false)
        },
        question(
            "pexpiretime", "7.0.0", "Says at which Unix time in milliseconds a key expires."
        ) { timeToLive($0, &$1, .milliseconds, isRelative: false) },
        CommandSpec(
            "persist", 2, [.write, .fast], .keyspace, keys: [.key(1, [.readWrite, .update])],
            group: "generic", since: "2.2.0", summary: "Lets a key live without a deadline.",
            syntax: "key:key", handler: persist),
    ]

    private static func expiry(
        _ name: StaticString, _ since: StaticString, _ syntax: StaticString,
        _ summary: StaticString, _ handler: @escaping CommandHandler
    ) -> CommandSpec {
        CommandSpec(
            name, -3, [.write, .fast], .keyspace, keys: [.key(1, [.readWrite, .update])],
            group: "generic", since: since, summary: summary, syntax: syntax, handler: handler)
    }

    private static func question(
        _ name: StaticString, _ since: StaticString, _ summary: StaticString,
        tips: StaticString = "", _ handler: @escaping CommandHandler
    ) -> CommandSpec {
        CommandSpec(
            name, 2, [.readonly, .fast], .keyspace, keys: [.key(1, [.readOnly, .access])],
            group: "generic", since: since, summary: summary, syntax: "key:key", tips: tips,
            handler: handler)
    }

    /// What a time is given in.
    enum TimeUnit: Int64 {
        case milliseconds = 1
        case seconds = 1000
    }

    /// Under which conditions a deadline is set.
    private struct Conditions: OptionSet {
        let rawValue: UInt8
        static let none = Conditions(rawValue: 1 << 0)
        static let some = Conditions(rawValue: 1 << 1)
        static let greater = Conditions(rawValue: 1 << 2)
        static let less = Conditions(rawValue: 1 << 3)

        /// Whether a key with this deadline, nil for none, may get another.
        func allow(_ deadline: Int64, after old: Int64?) -> Bool {
            if contains(.none), old != nil { return false }
            if contains(.some), old == nil { return false }
            // No deadline is as if it were infinitely far.
            if contains(.greater), deadline <= old ?? .max { return false }
            if contains(.less), let old, deadline >= old { return false }
            return true
        }
    }

    private static func expire(
        _ engine: Engine, _ call: inout Call, _ unit: TimeUnit, isRelative: Bool
    ) {
        guard let conditions = conditions(&call), let time = call.integer(2) else { return }
        let (scaled, overflowed) = time.multipliedReportingOverflow(by: unit.rawValue)
        let basis = isRelative ? call.now : 0
        guard !overflowed, scaled <= Int64.max - basis else {
            let name = engine.table.fullName(call.command)
            return call.reply.error(text: "ERR invalid expire time in '\(name)' command")
        }
        let deadline = scaled + basis
        engine.write(&call, call[1]) { slot, call in
            guard let entry = slot.entry, conditions.allow(deadline, after: entry.deadline) else {
                call.reply.integer(0)
                return .none
            }
            engine.touch(entry, call)
            call.reply.integer(1)
            if deadline <= call.now, !engine.keepsExpired {
                engine.remove(&slot)
                engine.statistics.expiredKeys &+= 1
                return .changed(.expired, "expired")
            }
            engine.setDeadline(&slot, deadline)
            return .changed(.generic, "expire")
        }
    }

    /// The conditions behind the time; answers the error itself when they make no sense.
    private static func conditions(_ call: inout Call) -> Conditions? {
        guard call.count > 3 else { return [] }
        var found: Conditions = []
        for index in 3..<call.count {
            let option = call[index]
            if option.isToken("nx") {
                found.insert(.none)
            } else if option.isToken("xx") {
                found.insert(.some)
            } else if option.isToken("gt") {
                found.insert(.greater)
            } else if option.isToken("lt") {
                found.insert(.less)
            } else {
                call.reply.error(["ERR Unsupported option ", option])
                return nil
            }
        }
        if found.contains(.none), found != .none {
            call.reply.error(
                "ERR NX and XX, GT or LT options at the same time are not compatible")
            return nil
        }
        if found.isSuperset(of: [.greater, .less]) {
            call.reply.error("ERR GT and LT options at the same time are not compatible")
            return nil
        }
        return found
    }

    private static func timeToLive(
        _ engine: Engine, _ call: inout Call, _ unit: TimeUnit, isRelative: Bool
    ) {
        guard let entry = engine.inspect(&call, call[1]) else { return call.reply.integer(-2) }
        guard let deadline = entry.deadline else { return call.reply.integer(-1) }
        let time = isRelative ? max(0, deadline - call.now) : deadline
        guard unit == .seconds else { return call.reply.integer(time) }
        call.reply.integer(time / 1000 + (time % 1000 >= 500 ? 1 : 0))
    }

    private static func persist(_ engine: Engine, _ call: inout Call) {
        engine.write(&call, call[1]) { slot, call in
            guard let entry = slot.entry else {
                call.reply.integer(0)
                return .none
            }
            engine.touch(entry, call)
            guard entry.deadline != nil else {
                call.reply.integer(0)
                return .none
            }
            engine.setDeadline(&slot, nil)
            call.reply.integer(1)
            return .changed(.generic, "persist")
        }
    }
}
