// What part of a sorted set a command means: by score or by the members' bytes, with ends that
// belong to it or not. Parsed from arguments, and asked of members.
import RedwingContainers

/// An interval of scores.
struct ScoreInterval {
    var min: Double
    var max: Double
    var excludesMin = false
    var excludesMax = false

    /// The interval between two scores, which belong to it.
    init(min: Double, max: Double) {
        self.min = min
        self.max = max
    }

    /// The interval that two arguments such as `1.5`, `(3` and `+inf` state, or nil.
    init?(min lower: Bytes, max upper: Bytes) {
        guard let (min, excludesMin) = ScoreInterval.end(lower),
            let (max, excludesMax) = ScoreInterval.end(upper)
        else { return nil }
        self.min = min
        self.max = max
        self.excludesMin = excludesMin
        self.excludesMax = excludesMax
    }

    /// One end. As in Valkey an empty number is 0, one that is too large is infinite, and what
    /// follows a zero byte is not looked at.
    private static func end(_ text: Bytes) -> (Double, Bool)? {
        let isExcluded = text.count > 0 && text[0] == UInt8(ascii: "(")
        let number = isExcluded ? text.slice(1, text.count - 1) : text
        let prefix = number.parseDoublePrefix()
        guard prefix.count == number.count || number[prefix.count] == 0, !prefix.value.isNaN else {
            return nil
        }
        return (prefix.value, isExcluded)
    }

    /// Whether no score can be in the interval.
    var isEmpty: Bool { min > max || min == max && (excludesMin || excludesMax) }

    /// Whether a score lies before the interval.
    @inline(__always)
    func isAbove(_ score: Double) -> Bool { excludesMin ? score <= min : score < min }

    /// Whether a score lies behind the interval.
    @inline(__always)
    func isBelow(_ score: Double) -> Bool { excludesMax ? score >= max : score > max }
}

/// An interval of the bytes of members.
struct MemberInterval {
    /// One end of the interval.
    enum End {
        /// `-`
        case first
        /// `+`
        case last
        /// `[text`
        case included(Bytes)
        /// `(text`
        case excluded(Bytes)

        init?(_ text: Bytes) {
            guard text.count > 0 else { return nil }
            let rest = text.slice(1, text.count - 1)
            switch text[0] {
            case UInt8(ascii: "-") where rest.isEmpty: self = .first
            case UInt8(ascii: "+") where rest.isEmpty: self = .last
            case UInt8(ascii: "["): self = .included(rest)
            case UInt8(ascii: "("): self = .excluded(rest)
            default: return nil
            }
        }
    }

    let min: End
    let max: End

    /// The interval that two arguments such as `-`, `[a` and `(b` state, or nil.
    init?(min lower: Bytes, max upper: Bytes) {
        guard let min = End(lower), let max = End(upper) else { return nil }
        self.min = min
        self.max = max
    }

    /// Whether no member can be in the interval.
    var isEmpty: Bool {
        switch (min, max) {
        case (.last, _), (_, .first): return true
        case (.first, _), (_, .last): return false
        case (.included(let low), .included(let high)): return low.compare(high) > 0
        case (.included(let low), .excluded(let high)), (.excluded(let low), .included(let high)),
            (.excluded(let low), .excluded(let high)):
            return low.compare(high) >= 0
        }
    }

    /// Whether a member lies before the interval.
    @inline(__always)
    func isAbove(_ member: Bytes) -> Bool {
        switch min {
        case .first: false
        case .last: true
        case .included(let text): member.compare(text) < 0
        case .excluded(let text): member.compare(text) <= 0
        }
    }

    /// Whether a member lies behind the interval.
    @inline(__always)
    func isBelow(_ member: Bytes) -> Bool {
        switch max {
        case .first: true
        case .last: false
        case .included(let text): member.compare(text) > 0
        case .excluded(let text): member.compare(text) >= 0
        }
    }
}
