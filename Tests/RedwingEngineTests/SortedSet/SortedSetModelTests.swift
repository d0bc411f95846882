// Random commands on sorted sets of every size against a simple model.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct SortedSetModelTests {
    /// What a sorted set should hold.
    private struct Model {
        var scores: [String: Double] = [:]

        var sorted: [(member: String, score: Double)] {
            scores.map { ($0.key, $0.value) }.sorted {
                $0.1 != $1.1
                    ? $0.1 < $1.1 : Array($0.0.utf8).lexicographicallyPrecedes(Array($1.0.utf8))
            }
        }
    }

    /// Everything about the sorted set that is wrong, or nil.
    private func fault(_ harness: EngineHarness, _ model: Model) -> String? {
        guard let entry = harness.entry("z") else {
            return model.scores.isEmpty ? nil : "the key is gone"
        }
        let set = SortedSetValue(entry)
        var found: [String] = []
        set.forEach { member, score in
            found.append("\(member.withBytes { $0.string })=\(score)")
        }
        let expected = model.sorted.map { "\($0.member)=\($0.score)" }
        if found != expected { return "other members" }
        var backwards: [String] = []
        set.forEach(0..<set.count, .descending) { member, score in
            backwards.append("\(member.withBytes { $0.string })=\(score)")
        }
        if backwards != expected.reversed() { return "other members backwards" }
        if set.isPacked, let fault = set.list.checkInvariants() { return fault }
        if set.isPacked, !set.list.isSortedSet { return "out of order" }
        return harness.engine.checkKeyspaceInvariants()
    }

    private func text(_ score: Double) -> String { withDoubleText(score) { $0.string } }

    @Test(arguments: [(6, 1), (100, 2), (300, 3), (3000, 4)])
    func randomCommands(_ members: Int, _ seed: UInt64) {
        let harness = EngineHarness()
        var random = RandomSource(seed: seed)
        var model = Model()
        for step in 0..<5000 {
            run(harness, &model, &random, members)
            if step % 40 == 0 || members < 10 {
                let fault = fault(harness, model)
                #expect(fault == nil, "step \(step): \(fault ?? "")")
                if fault != nil { return }
            }
        }
        harness.line("DEL z")
        harness.finishWork()
        harness.expectSound()
    }

    private func score(_ random: inout RandomSource) -> Double {
        switch random.below(12) {
        case 0: .infinity
        case 1: -.infinity
        case 2: Double(random.below(1000)) / 7
        case 3: -1e17 * Double(random.below(5) + 1)
        default: Double(random.below(60)) - 10
        }
    }

    private func run(
        _ harness: EngineHarness, _ model: inout Model, _ random: inout RandomSource,
        _ members: Int
    ) {
        let pick = random.below(members)
        let member = pick % 3 == 0 ? "\(pick)" : "member:\(pick)"
        switch random.below(24) {
        case 0..<12:
            let score = score(&random)
            let reply = harness.run("ZADD", "z", text(score), member)
            #expect(reply == ":\(model.scores[member] == nil ? 1 : 0)\r\n")
            model.scores[member] = score
        case 12..<15:
            let increment = Double(random.below(9)) - 4
            let score = (model.scores[member] ?? 0) + increment
            #expect(harness.run("ZINCRBY", "z", text(increment), member) == bulk(text(score)))
            model.scores[member] = score
        case 15..<18:
            let isGone = model.scores.removeValue(forKey: member) == nil
            #expect(harness.run("ZREM", "z", member) == ":\(isGone ? 0 : 1)\r\n")
        case 18:
            let isLast = random.below(2) == 0
            let end = isLast ? model.sorted.last : model.sorted.first
            let reply = harness.run(isLast ? "ZPOPMAX" : "ZPOPMIN", "z")
            guard let end else { return #expect(reply == "*0\r\n") }
            #expect(reply == "*2\r\n" + bulk(end.member) + bulk(text(end.score)))
            model.scores[end.member] = nil
        case 19:
            let start = random.below(members)
            let sorted = model.sorted
            let ranks = min(start, sorted.count)..<min(start + 5, sorted.count)
            let reply = harness.line("ZREMRANGEBYRANK z \(start) \(start + 4)")
            #expect(reply == ":\(ranks.count)\r\n")
            for (member, _) in sorted[ranks] { model.scores[member] = nil }
        default: ask(harness, model, &random, member)
        }
    }

    private func ask(
        _ harness: EngineHarness, _ model: Model, _ random: inout RandomSource, _ member: String
    ) {
        let sorted = model.sorted
        let rank = sorted.firstIndex { $0.member == member }
        #expect(harness.run("ZRANK", "z", member) == rank.map { ":\($0)\r\n" } ?? "$-1\r\n")
        let behind = rank.map { ":\(sorted.count - 1 - $0)\r\n" }
        #expect(harness.run("ZREVRANK", "z", member) == behind ?? "$-1\r\n")
        let low = Double(random.below(60)) - 10
        let high = low + Double(random.below(20))
        let inside = sorted.filter { $0.score > low && $0.score <= high }
        let range = ["z", "(\(text(low))", text(high)]
        #expect(harness.run(["ZCOUNT"] + range) == ":\(inside.count)\r\n")
        let replies = inside.map { bulk($0.member) + bulk(text($0.score)) }
        #expect(
            harness.run(["ZRANGEBYSCORE"] + range + ["WITHSCORES"])
                == "*\(2 * inside.count)\r\n" + replies.joined())
        let backwards = ["ZRANGE", "z", text(high), "(\(text(low))", "BYSCORE", "REV"]
        let part = inside.reversed().dropFirst(2).prefix(3).map { bulk($0.member) }
        #expect(
            harness.run(backwards + ["LIMIT", "2", "3"]) == "*\(part.count)\r\n" + part.joined())
    }
}
