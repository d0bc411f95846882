// Random commands on hashes of every size against a simple model, with time passing.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct HashModelTests {
    /// What a hash should hold.
    private struct Model {
        var values: [String: String] = [:]
        var deadlines: [String: Int64] = [:]

        mutating func set(_ field: String, _ value: String, _ deadline: Int64? = nil) {
            values[field] = value
            deadlines[field] = deadline
        }

        mutating func remove(_ field: String) -> Bool {
            deadlines[field] = nil
            return values.removeValue(forKey: field) != nil
        }

        mutating func expire(_ now: Int64) {
            for (field, deadline) in deadlines where deadline <= now { _ = remove(field) }
        }
    }

    private func settle(_ harness: EngineHarness) {
        harness.engine.beginTurn(now: harness.now)
        while harness.engine.hasBackgroundWork { _ = harness.engine.work() }
    }

    /// Everything about the hash that is wrong, or nil.
    private func fault(_ harness: EngineHarness, _ model: Model) -> String? {
        guard let entry = harness.entry("h") else {
            return model.values.isEmpty ? nil : "the key is gone"
        }
        let hash = HashValue(entry: entry, time: harness.now)
        var found: [String: String] = [:]
        var deadlines: [String: Int64] = [:]
        hash.forEachField { name, value in
            let field = name.withBytes { $0.string }
            found[field] = value.withBytes { $0.string }
            deadlines[field] = value.deadline
        }
        if found != model.values { return "values differ" }
        if deadlines != model.deadlines { return "deadlines differ" }
        if hash.isPacked { return hash.list.checkInvariants() }
        let table = hash.table
        if table.deadlineCount != deadlines.count { return "\(table.deadlineCount) deadlines" }
        if let index = table.state.value.deadlines,
            let fault = index.checkInvariants(in: table.fields)
        {
            return fault
        }
        var bytes = table.fields.overheadBytes + (table.state.value.deadlines?.bytes ?? 0)
        table.fields.forEach({ field in
            bytes += SlabLayout.rounded(field.size)
            if field.has(Entry.Flag.word) { bytes += LargeString(address: field.word).size }
        })
        if bytes != table.bytes { return "\(table.bytes) bytes, but \(bytes) in use" }
        return table.fields.checkInvariants()
    }

    private func value(_ random: inout RandomSource) -> String {
        switch random.below(40) {
        case 0: String(repeating: "v", count: 65 + random.below(200))
        case 1: String(repeating: "w", count: 4000 + random.below(100))
        case 2..<20: "\(random.below(100_000))"
        default: String(repeating: "x", count: random.below(30))
        }
    }

    @Test(arguments: [(8, 1), (40, 2), (200, 3), (600, 4), (2000, 5)])
    func randomCommands(_ fields: Int, _ seed: UInt64) {
        let harness = EngineHarness()
        var random = RandomSource(seed: seed)
        var model = Model()
        for step in 0..<4000 {
            run(harness, &model, &random, fields)
            if step % 50 == 0 {
                let fault = fault(harness, model)
                #expect(fault == nil, "step \(step): \(fault ?? "")")
                if fault != nil { return }
            }
        }
        harness.now += 10_000_000
        model.expire(harness.now)
        settle(harness)
        #expect(fault(harness, model) == nil)
    }

    private func run(
        _ harness: EngineHarness, _ model: inout Model, _ random: inout RandomSource, _ fields: Int
    ) {
        let field = "f\(random.below(fields))"
        switch random.below(20) {
        case 0..<8:
            let value = value(&random)
            let isNew = model.values[field] == nil
            #expect(harness.run("HSET", "h", field, value) == ":\(isNew ? 1 : 0)\r\n")
            model.set(field, value)
        case 8..<10:
            let removed = model.remove(field)
            #expect(harness.run("HDEL", "h", field) == ":\(removed ? 1 : 0)\r\n")
        case 10..<13:
            let wait = Int64(1 + random.below(3000))
            harness.run("HPEXPIRE", "h", "\(wait)", "FIELDS", "1", field)
            if model.values[field] != nil { model.deadlines[field] = harness.now + wait }
        case 13:
            let value = value(&random)
            harness.run("HSETEX", "h", "PX", "700", "FIELDS", "1", field, value)
            model.set(field, value, harness.now + 700)
        case 14:
            harness.run("HPERSIST", "h", "FIELDS", "1", field)
            model.deadlines[field] = nil
        case 15:
            let value = value(&random)
            harness.run("HSETEX", "h", "KEEPTTL", "FIELDS", "1", field, value)
            model.set(field, value, model.deadlines[field])
        case 16:
            let expected = model.values[field].map { bulk($0) } ?? "$-1\r\n"
            #expect(harness.run("HGET", "h", field) == expected)
        case 17:
            let name = random.below(2) == 0 ? "i" : "h"
            harness.run("RENAME", "h", name)
            harness.run("RENAME", name, "h")
        default:
            harness.now += Int64(random.below(60))
            model.expire(harness.now)
            settle(harness)
        }
    }
}
