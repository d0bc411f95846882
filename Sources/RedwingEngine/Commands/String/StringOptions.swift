// The options that SET, GETEX and MSETEX share: conditions, expiry, GET. Parsed whole before any
// data is touched.
import RedwingContainers

/// What the options of a command ask for.
struct StringOptions {
    /// The commands that have options; each knows a part of them.
    enum Form {
        case set
        case getex
        case msetex
    }

    /// When the command is to act.
    enum Condition {
        case always
        /// NX
        case ifAbsent
        /// XX
        case ifPresent
        /// IFEQ, with the argument that holds the value to compare with.
        case ifEqual(Int)
    }

    /// What becomes of the deadline.
    enum Expiry {
        case unspecified
        /// KEEPTTL
        case keep
        /// PERSIST
        case persist
        /// EX, PX, EXAT or PXAT, with the argument that holds the time.
        case at(Int, ExpiryUnit)
    }

    var condition = Condition.always
    var expiry = Expiry.unspecified
    /// GET
    var answersOld = false
    /// The new deadline in Unix milliseconds, if there is to be one.
    var deadline: Int64?

    /// The options of the arguments from `first` on; answers the error itself and returns nil when
    /// they make no sense.
    init?(_ engine: Engine, _ call: inout Call, from first: Int, _ form: Form) {
        var index = first
        while index < call.count {
            guard take(call, &index, form) else {
                call.reply.error(ReplyError.syntax)
                return nil
            }
        }
        if case .at(let argument, let unit) = expiry {
            guard let deadline = engine.deadline(&call, argument, unit) else { return nil }
            self.deadline = deadline
        }
    }

    /// Takes the option at `index` and moves behind it; false when it does not belong there.
    private mutating func take(_ call: borrowing Call, _ index: inout Int, _ form: Form) -> Bool {
        let option = call[index]
        let hasNext = index + 1 < call.count
        index += 1
        switch option.count {
        case 2:
            if form != .getex, option.isToken("nx") { return takeAbsent() }
            if form != .getex, option.isToken("xx") { return takePresent() }
            if option.isToken("ex") { return hasNext && takeTime(&index, .seconds) }
            if option.isToken("px") { return hasNext && takeTime(&index, .milliseconds) }
        case 3:
            guard form == .set, option.isToken("get") else { return false }
            answersOld = true
            return true
        case 4:
            if option.isToken("exat") { return hasNext && takeTime(&index, .unixSeconds) }
            if option.isToken("pxat") { return hasNext && takeTime(&index, .unixMilliseconds) }
            guard form == .set, option.isToken("ifeq") else { return false }
            guard hasNext, case .always = condition else { return false }
            condition = .ifEqual(index)
            index += 1
            return true
        case 7:
            if form != .getex, option.isToken("keepttl") { return takeKeep() }
            if form == .getex, option.isToken("persist") { return takePersist() }
        default: break
        }
        return false
    }

    private mutating func takeAbsent() -> Bool {
        switch condition {
        case .always, .ifAbsent: condition = .ifAbsent
        default: return false
        }
        return true
    }

    private mutating func takePresent() -> Bool {
        switch condition {
        case .always, .ifPresent: condition = .ifPresent
        default: return false
        }
        return true
    }

    private mutating func takeKeep() -> Bool {
        switch expiry {
        case .unspecified, .keep: expiry = .keep
        default: return false
        }
        return true
    }

    private mutating func takePersist() -> Bool {
        switch expiry {
        case .unspecified, .persist: expiry = .persist
        default: return false
        }
        return true
    }

    /// The same unit may come again; then the last time holds.
    private mutating func takeTime(_ index: inout Int, _ unit: ExpiryUnit) -> Bool {
        switch expiry {
        case .unspecified: break
        case .at(_, let earlier) where earlier == unit: break
        default: return false
        }
        expiry = .at(index, unit)
        index += 1
        return true
    }
}

/// How an argument states a time.
enum ExpiryUnit {
    /// Seconds from now.
    case seconds
    /// Milliseconds from now.
    case milliseconds
    case unixSeconds
    case unixMilliseconds

    var isSeconds: Bool { self == .seconds || self == .unixSeconds }
    var isRelative: Bool { self == .seconds || self == .milliseconds }
}

extension Engine {
    /// The deadline that an argument states, in Unix milliseconds; answers the error itself and
    /// returns nil when it states none.
    func deadline(_ call: inout Call, _ index: Int, _ unit: ExpiryUnit) -> Int64? {
        guard let stated = call.integer(index) else { return nil }
        var (time, overflow) = stated.multipliedReportingOverflow(by: unit.isSeconds ? 1000 : 1)
        if stated > 0, !overflow, unit.isRelative {
            (time, overflow) = time.addingReportingOverflow(call.now)
        }
        if stated > 0, !overflow { return time }
        let name = table.fullName(call.command)
        call.reply.error(text: "ERR invalid expire time in '\(name)' command")
        return nil
    }
}
