// Lists of rules: selectors that were split at their blanks are put together again, then the rules
// are applied in order, all of them or none.
import RedwingContainers

/// Why a list of rules was not applied.
enum RuleListError: Error {
    /// A parenthesis that does not close, in the rule with which it opens.
    case unmatchedParenthesis([UInt8])
    case rule([UInt8], RuleError)

    /// What ACL SETUSER answers, without its code.
    var text: [UInt8] {
        func quoted(_ word: [UInt8]) -> [UInt8] {
            [UInt8(ascii: "'")] + word.prefix { $0 != 0 } + [UInt8(ascii: "'")]
        }
        switch self {
        case .unmatchedParenthesis(let word):
            return Array("Unmatched parenthesis in acl selector starting at ".utf8)
                + quoted(word) + [UInt8(ascii: ".")]
        case .rule(let word, let error):
            return Array("Error in ACL SETUSER modifier ".utf8) + quoted(word)
                + Array(": ".utf8) + error.text.array
        }
    }
}

enum RuleList {
    /// The rules with each selector in one piece; throws the rule in which one opens and does not
    /// close.
    static func merge(_ words: [[UInt8]]) throws(RuleListError) -> [[UInt8]] {
        var merged: [[UInt8]] = []
        var open: (selector: [UInt8], first: [UInt8])?
        for word in words {
            let closes = word.last == UInt8(ascii: ")")
            if let (selector, first) = open {
                let longer = selector + [0x20] + word
                open = closes ? nil : (longer, first)
                if closes { merged.append(longer) }
            } else if word.first == UInt8(ascii: "("), !closes {
                open = (word, word)
            } else {
                merged.append(word)
            }
        }
        if let open { throw .unmatchedParenthesis(open.first) }
        return merged
    }
}

extension Rights {
    /// These rights after the rules of a list.
    func applying(_ words: [[UInt8]], _ context: RuleContext) throws(RuleListError) -> Rights {
        var rights = self
        for rule in try RuleList.merge(words) {
            if let error = rights.failure(rule, context) { throw .rule(rule, error) }
        }
        return rights
    }

    /// Applies a rule; answers what is wrong with it.
    mutating func failure(_ rule: [UInt8], _ context: RuleContext) -> RuleError? {
        var failure: RuleError?
        rule.withBytes { rule in
            do throws(RuleError) { try apply(rule, context) } catch { failure = error }
        }
        return failure
    }
}
