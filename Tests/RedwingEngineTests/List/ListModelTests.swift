// Random commands on lists of every size against arrays, with every way to limit nodes; snapshots
// that are of one instant; and what loading makes of them.

import RedwingContainers
import Testing

@testable import RedwingEngine

/// The elements of the lists of a harness.
private func contents(_ harness: EngineHarness) -> [String: [String]] {
    var found: [String: [String]] = [:]
    harness.session.database.value.table.forEachEntry { entry in
        let list = ListValue(entry: entry)
        found[entry.key.string] = (0..<list.count).map {
            list.element(at: $0).withBytes { $0.string }
        }
    }
    return found
}

private func element(_ random: inout RandomSource) -> String {
    switch random.below(20) {
    case 0: String(repeating: "v", count: random.below(10_000))
    case 1: String(repeating: "w", count: 60 + random.below(80))
    case 2..<8: "\(random.below(200) - 50)"
    case 8..<14: "item \(random.below(6))"
    default: String(repeating: "x", count: random.below(30))
    }
}

private func bulks(_ elements: some Collection<String>) -> String {
    "*\(elements.count)\r\n" + elements.map { bulk($0) }.joined()
}

/// Lists and what they should hold.
private struct Subject {
    let harness: EngineHarness
    var model: [String: [String]] = [:]
    var random: RandomSource

    init(_ seed: UInt64, fill: Int) {
        harness = EngineHarness { $0.listMaxListpackSize = fill }
        random = RandomSource(seed: seed)
    }

    mutating func step() {
        let key = "l\(random.below(3))"
        let list = model[key] ?? []
        let atHead = random.below(2) == 0
        switch random.below(20) {
        case 0..<6: push(key, atHead)
        case 6..<9: pop(key, list, atHead)
        case 9..<13: edit(key, list, atHead)
        case 13: trim(key, list)
        case 14: remove(key, list)
        case 15..<17: move(key, atHead)
        default: read(key, list)
        }
        for key in model.keys where model[key] == [] { model[key] = nil }
    }

    private mutating func push(_ key: String, _ atHead: Bool) {
        let new = (0..<[1, 1, 3, 40][random.below(4)]).map { _ in element(&random) }
        let list = model[key] ?? []
        model[key] = atHead ? new.reversed() + list : list + new
        let reply = harness.run([atHead ? "LPUSH" : "RPUSH", key] + new)
        #expect(reply == ":\(list.count + new.count)\r\n")
    }

    private mutating func pop(_ key: String, _ list: [String], _ atHead: Bool) {
        let count = random.below(2) == 0 ? 1 : 1 + random.below(60)
        let gone = atHead ? Array(list.prefix(count)) : Array(list.suffix(count).reversed())
        model[key] = Array(atHead ? list.dropFirst(count) : list.dropLast(count))
        let reply = harness.run(atHead ? "LPOP" : "RPOP", key, "\(count)")
        #expect(reply == (list.isEmpty ? "*-1\r\n" : bulks(gone)))
    }

    private mutating func edit(_ key: String, _ list: [String], _ after: Bool) {
        guard !list.isEmpty else { return }
        let index = random.below(list.count)
        let new = element(&random)
        if random.below(2) == 0 {
            model[key]?[index] = new
            #expect(harness.run("LSET", key, "\(index - list.count)", new) == "+OK\r\n")
        } else if let pivot = list.firstIndex(of: list[index]) {
            model[key]?.insert(new, at: pivot + (after ? 1 : 0))
            let reply = harness.run("LINSERT", key, after ? "AFTER" : "BEFORE", list[index], new)
            #expect(reply == ":\(list.count + 1)\r\n")
        }
    }

    private mutating func trim(_ key: String, _ list: [String]) {
        let (first, last) = (random.below(8), -1 - random.below(8))
        let end = max(list.count + last + 1, 0)
        model[key] = first < end ? Array(list[first..<end]) : []
        #expect(harness.run("LTRIM", key, "\(first)", "\(last)") == "+OK\r\n")
    }

    private mutating func remove(_ key: String, _ list: [String]) {
        guard let needle = list.isEmpty ? nil : list[random.below(list.count)] else { return }
        let count = random.below(5) - 2
        let places = list.indices.filter { list[$0] == needle }
        let gone =
            count == 0 ? places[...] : count > 0 ? places.prefix(count) : places.suffix(-count)
        for place in gone.reversed() { model[key]?.remove(at: place) }
        #expect(harness.run("LREM", key, "\(count)", needle) == ":\(gone.count)\r\n")
    }

    private mutating func move(_ key: String, _ fromHead: Bool) {
        let target = "l\(random.below(3))"
        let toHead = random.below(2) == 0
        let reply = harness.run(
            "LMOVE", key, target, fromHead ? "LEFT" : "RIGHT", toHead ? "LEFT" : "RIGHT")
        guard let list = model[key] else { return #expect(reply == "$-1\r\n") }
        let moved = list[fromHead ? 0 : list.count - 1]
        model[key]?.remove(at: fromHead ? 0 : list.count - 1)
        let other = model[target] ?? []
        model[target] = toHead ? [moved] + other : other + [moved]
        #expect(reply == bulk(moved))
    }

    private mutating func read(_ key: String, _ list: [String]) {
        let (first, last) = (random.below(100), random.below(200))
        let range = first < min(last + 1, list.count) ? list[first...min(last, list.count - 1)] : []
        #expect(harness.run("LRANGE", key, "\(first)", "\(last)") == bulks(range))
        #expect(harness.run("LLEN", key) == ":\(list.count)\r\n")
        let found = list.indices.contains(last) ? bulk(list[last]) : "$-1\r\n"
        #expect(harness.run("LINDEX", key, "\(last)") == found)
        let needle = list.isEmpty ? "none" : list[first % list.count]
        let places = list.indices.filter { list[$0] == needle }.reversed()
        let reply = harness.run("LPOS", key, needle, "RANK", "-2", "COUNT", "0")
        let rest = places.dropFirst().map { ":\($0)\r\n" }
        #expect(reply == "*\(rest.count)\r\n" + rest.joined())
    }
}

@Suite struct ListModelTests {
    @Test(arguments: [-2, -1, -5, 1, 5, 60])
    func randomCommands(_ fill: Int) {
        var subject = Subject(UInt64(fill + 100), fill: fill)
        for step in 0..<1500 {
            subject.step()
            guard step % 20 == 0 else { continue }
            let fault = subject.harness.engine.checkKeyspaceInvariants()
            #expect(fault == nil, "step \(step)")
            #expect(contents(subject.harness) == subject.model, "step \(step)")
            if fault != nil { return }
        }
        subject.harness.line("FLUSHALL SYNC")
        subject.harness.finishWork()
        subject.harness.expectSound()
    }

    @Test(arguments: [-2, 3, 128])
    func aSnapshotIsOfOneInstant(_ fill: Int) throws {
        var subject = Subject(7, fill: fill)
        for _ in 0..<400 { subject.step() }
        for number in 0..<3000 {
            subject.harness.run("RPUSH", "l0", "number \(number)")
            subject.model["l0", default: []].append("number \(number)")
        }
        let expected = subject.model
        let sink = CollectingSink()
        subject.harness.engine.beginWalk(to: sink)
        repeat {
            for _ in 0..<30 { subject.step() }
            subject.harness.expectSound()
        } while !subject.harness.engine.stepWalk()
        let restored = try sink.restore()
        #expect(contents(restored) == expected)
        #expect(contents(subject.harness) == subject.model)
        restored.expectSound()
        subject.harness.finishWork()
        subject.harness.expectSound()
    }

    @Test func listsThatGoDuringASnapshotAreInIt() throws {
        let harness = EngineHarness()
        for number in 0..<5000 { harness.run("RPUSH", "l", "\(number * 7)") }
        let expected = contents(harness)
        let sink = CollectingSink()
        harness.engine.beginWalk(to: sink)
        harness.line("RPUSH l last")
        harness.line("DEL l")
        harness.line("RPUSH l other")
        while !harness.engine.stepWalk() {}
        #expect(contents(try sink.restore()) == expected)
        harness.finishWork()
        harness.expectSound()
        #expect(harness.line("LRANGE l 0 -1") == "*1\r\n" + bulk("other"))
    }

    @Test func copiesAreIndependent() {
        let harness = EngineHarness()
        for number in 0..<2000 { harness.run("RPUSH", "l", "element \(number)") }
        harness.run("LSET", "l", "1000", String(repeating: "z", count: 50_000))
        harness.line("COPY l m")
        harness.expectSound()
        harness.line("LPUSH m first")
        harness.line("RPOP l 1500")
        #expect(harness.line("LLEN m") == ":2001\r\n")
        #expect(harness.line("LLEN l") == ":500\r\n")
        harness.expectSound()
        harness.line("DEL l m")
        harness.finishWork()
        harness.expectSound()
    }
}
