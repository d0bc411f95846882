// Random commands on sets of every size against Swift's sets.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct SetModelTests {
    private typealias Model = [String: Set<String>]

    /// Everything about the sets that is wrong, or nil.
    private func fault(_ harness: EngineHarness, _ model: Model) -> String? {
        for (key, members) in model {
            let found = harness.members(key)
            if found.count != Set(found).count { return "\(key) has a member twice" }
            if Set(found) != members { return "\(key) differs" }
            if members.isEmpty, harness.entry(key) != nil { return "\(key) is empty and there" }
            guard let entry = harness.entry(key) else { continue }
            let set = SetValue(entry)
            if set.isPacked, let fault = set.list.checkInvariants() { return fault }
            if set.isIntegers, let fault = set.integers.checkInvariants() { return fault }
        }
        return harness.engine.checkKeyspaceInvariants()
    }

    private func member(_ random: inout RandomSource, _ range: Int, words: Int) -> String {
        let number = random.below(range)
        switch random.below(100) {
        case 0 where words > 0: return String(repeating: "y", count: 60 + number % 250)
        case 0..<words: return "word\(number)"
        default: return "\((number - range / 2) * 1001)"
        }
    }

    /// Ranges of members and how many in a hundred of them are words.
    @Test(arguments: [(8, 0), (30, 50), (300, 0), (700, 0), (120, 30), (400, 90), (3000, 60)])
    func randomCommands(_ range: Int, _ words: Int) {
        let harness = EngineHarness()
        var random = RandomSource(seed: UInt64(range + words))
        var model: Model = ["a": [], "b": [], "c": []]
        for step in 0..<2000 {
            run(harness, &model, &random, range, words)
            if step % 50 == 0 {
                let fault = fault(harness, model)
                #expect(fault == nil, "step \(step): \(fault ?? "")")
                if fault != nil { return }
            }
            if step % 300 == 0 { harness.finishWork() }
        }
    }

    private func run(
        _ harness: EngineHarness, _ model: inout Model, _ random: inout RandomSource,
        _ range: Int, _ words: Int
    ) {
        let names = ["a", "b", "c"]
        let key = names[random.below(3)]
        let other = names[random.below(3)]
        let member = member(&random, range, words: words)
        let old = model[key] ?? []
        let others = model[other] ?? []
        switch random.below(24) {
        case 0..<10:
            let isNew = !old.contains(member)
            #expect(harness.run("SADD", key, member) == ":\(isNew ? 1 : 0)\r\n")
            model[key] = old.union([member])
        case 10..<13:
            let more = (0..<random.below(40)).map { _ in
                self.member(&random, range, words: words)
            }
            harness.run(["SADD", key, member] + more)
            model[key] = old.union([member] + more)
        case 13..<17:
            #expect(harness.run("SREM", key, member) == ":\(old.contains(member) ? 1 : 0)\r\n")
            model[key] = old.subtracting([member])
        case 17:
            let popped = harness.bulks("SPOP \(key) \(1 + random.below(30))")
            #expect(Set(popped).isSubset(of: old) && Set(popped).count == popped.count)
            model[key] = old.subtracting(popped)
        case 18:
            harness.run("SMOVE", key, other, member)
            guard old.contains(member), key != other else { return }
            model[key] = old.subtracting([member])
            model[other] = others.union([member])
        case 19: combine(harness, &model, &random, "SINTERSTORE") { $0.intersection($1) }
        case 20: combine(harness, &model, &random, "SUNIONSTORE") { $0.union($1) }
        case 21: combine(harness, &model, &random, "SDIFFSTORE") { $0.subtracting($1) }
        case 22:
            for command in ["SINTER", "SUNION", "SDIFF"] {
                let found = harness.bulks("\(command) \(key) \(other)")
                let expected =
                    command == "SINTER"
                    ? old.intersection(others)
                    : command == "SUNION" ? old.union(others) : old.subtracting(others)
                #expect(Set(found) == expected && found.count == expected.count)
            }
            let common = old.intersection(others).count
            #expect(harness.line("SINTERCARD 2 \(key) \(other)") == ":\(common)\r\n")
        default:
            #expect(harness.run("SISMEMBER", key, member) == ":\(old.contains(member) ? 1 : 0)\r\n")
        }
    }

    private func combine(
        _ harness: EngineHarness, _ model: inout Model, _ random: inout RandomSource,
        _ command: String, _ operation: (Set<String>, Set<String>) -> Set<String>
    ) {
        // Seldom, or few members would be left.
        guard random.below(4) == 0 else { return }
        let names = ["a", "b", "c"]
        let (target, first, second) = (
            names[random.below(3)], names[random.below(3)], names[random.below(3)]
        )
        let expected = operation(model[first] ?? [], model[second] ?? [])
        #expect(harness.run(command, target, first, second) == ":\(expected.count)\r\n")
        model[target] = expected
    }
}
