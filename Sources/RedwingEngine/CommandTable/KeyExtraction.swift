// Which arguments of a request are keys, found by the command's key specs alone.
import RedwingContainers
import RedwingRESP

/// A key among the arguments of a request.
struct ExtractedKey: Equatable {
    /// The position among the arguments.
    var index: Int
    /// What the command does with it.
    var flags: KeySpec.Flags
}

/// The specs cannot say which arguments are keys.
struct KeyExtractionError: Error {}

extension CommandSpec {
    /// The keys of a request of this command; places that are only declared as no keys left out.
    ///
    /// - Throws: when the request is not as the specs demand (too short, a count that is none).
    func extractKeys(_ arguments: Arguments) throws(KeyExtractionError) -> [ExtractedKey] {
        var found: [ExtractedKey] = []
        for spec in keys where !spec.flags.contains(.notKey) {
            guard let first = begin(spec, arguments) else { continue }
            let flags = spec.flags.subtracting([.incomplete, .variable])
            for index in try places(spec, first, arguments) {
                found.append(ExtractedKey(index: index, flags: flags))
            }
        }
        refine(&found, arguments)
        return found
    }

    /// Whether there is a spec that COMMAND GETKEYS can use.
    var hasExtractableKeys: Bool { keys.contains { !$0.flags.contains(.notKey) } }

    private func begin(_ spec: KeySpec, _ arguments: Arguments) -> Int? {
        switch spec.begin {
        case .unknown: return nil
        case .index(let index): return index
        case .keyword(let word, let from):
            let backwards = from < 0
            var index = backwards ? arguments.count + from : from
            while index > 0, index < arguments.count {
                if arguments[index].equalsIgnoringCase(Bytes(word)) {
                    return index + 1 < arguments.count ? index + 1 : nil
                }
                index += backwards ? -1 : 1
            }
            return nil
        }
    }

    private func places(
        _ spec: KeySpec, _ first: Int, _ arguments: Arguments
    ) throws(KeyExtractionError) -> StrideThrough<Int> {
        let none = stride(from: 1, through: 0, by: 1)
        switch spec.find {
        case .unknown: return none
        case .range(let last, let step, let limit):
            var end = last >= 0 ? first + last : arguments.count + last
            if last == -1, limit > 1 { end = first + (arguments.count - first) / limit - 1 }
            if end >= arguments.count {
                // A command with a minimum of arguments may lack some places that it declares.
                if arity < 0 { return none }
                throw KeyExtractionError()
            }
            return stride(from: first, through: end, by: max(1, step))
        case .count(let at, let firstKey, let step):
            guard first + at < arguments.count,
                let count = arguments[first + at].parseInteger(), count >= 0
            else { throw KeyExtractionError() }
            let start = first + firstKey
            if count == 0 { return none }
            let (span, overflows) = Int(count - 1).multipliedReportingOverflow(by: max(1, step))
            guard !overflows, span <= arguments.count, start + span < arguments.count else {
                throw KeyExtractionError()
            }
            return stride(from: start, through: start + span, by: max(1, step))
        }
    }
}
