// Which form a set has, as OBJECT ENCODING tells it: thresholds, conversions, and that no set goes
// back to a smaller form by losing members. The expectations are Valkey's.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct SetEncodingTests {
    private func words(_ range: Range<Int>) -> [String] { range.map { "m\($0)" } }
    private func numbers(_ range: Range<Int>) -> [String] { range.map { "\($0)" } }

    @Test func bornAs() {
        let harness = EngineHarness()
        let long = String(repeating: "x", count: 65)
        let cases: [(members: [String], encoding: String)] = [
            (["1"], "intset"), (["a"], "listpack"), ([long], "hashtable"), (["01"], "listpack"),
            (["9223372036854775808"], "listpack"), (["-9223372036854775808"], "intset"),
            ([String(long.dropLast())], "listpack"), (words(0..<128), "listpack"),
            (words(0..<129), "hashtable"), (numbers(0..<512), "intset"),
            (numbers(0..<513), "hashtable"), (["1"] + words(0..<127), "listpack"),
            (["1"] + words(0..<128), "hashtable"), (["1", "a"], "listpack"),
            (["1", long], "hashtable"),
        ]
        for (index, (members, encoding)) in cases.enumerated() {
            harness.run(["SADD", "k\(index)"] + members)
            #expect(harness.encoding("k\(index)") == encoding, "case \(index)")
            #expect(Set(harness.members("k\(index)")) == Set(members))
        }
        harness.expectSound()
    }

    @Test func growing() {
        let harness = EngineHarness()
        func add(_ key: String, _ members: [String], _ encoding: String) {
            harness.run(["SADD", key] + members)
            #expect(harness.encoding(key) == encoding, "\(key)")
        }
        add("i", numbers(0..<512), "intset")
        add("i", ["511"], "intset")
        add("i", ["512"], "hashtable")
        add("p", words(0..<128), "listpack")
        add("p", ["m127"], "listpack")
        add("p", ["m128"], "hashtable")
        add("j", numbers(0..<127), "intset")
        add("j", ["a"], "listpack")
        add("k", numbers(0..<128), "intset")
        add("k", ["a"], "hashtable")
        // Many members at once decide beforehand, however many of them are new.
        add("l", ["1"], "intset")
        add("l", [String](repeating: "1", count: 513), "hashtable")
        add("m", ["a"], "listpack")
        add("m", [String](repeating: "a", count: 129), "hashtable")
        harness.line("SREM i 512")
        #expect(harness.encoding("i") == "hashtable")
        harness.line("SREM j a")
        #expect(harness.encoding("j") == "listpack")
        harness.expectSound()
    }

    @Test func thresholds() {
        let harness = EngineHarness {
            $0.setMaxIntsetEntries = 3
            $0.setMaxListpackEntries = 4
            $0.setMaxListpackValue = 5
        }
        let steps: [(line: String, key: String, encoding: String)] = [
            ("SADD a 1 2 3", "a", "intset"), ("SADD a 4", "a", "hashtable"),
            ("SADD b 1 2 3 4", "b", "listpack"), ("SADD c 1 2 3 4 5", "c", "hashtable"),
            ("SADD d 123456 1", "d", "intset"), ("SADD d x", "d", "hashtable"),
            ("SADD e -1234 1", "e", "intset"), ("SADD e x", "e", "listpack"),
            ("SADD f -12345 1", "f", "intset"), ("SADD f x", "f", "hashtable"),
            ("SADD g abcde", "g", "listpack"), ("SADD g 123456", "g", "hashtable"),
            ("SADD h 1 2 3", "h", "intset"), ("SADD h abcdef", "h", "hashtable"),
        ]
        for step in steps {
            harness.line(step.line)
            #expect(harness.encoding(step.key) == step.encoding, "\(step.line)")
        }
        harness.expectSound()
    }

    @Test func popping() {
        // More than five of six members popped at once: those that stay move to a new set.
        let cases: [(form: SetForm, size: Int, popped: Int, encoding: String)] = [
            (.hashtable, 199, 166, "hashtable"), (.hashtable, 199, 167, "listpack"),
            (.hashtable, 999, 800, "hashtable"), (.hashtable, 999, 860, "hashtable"),
            (.hashtable, 999, 900, "listpack"), (.intset, 200, 190, "intset"),
            (.intset, 200, 20, "intset"), (.listpack, 100, 99, "listpack"),
            (.listpack, 100, 2, "listpack"),
        ]
        for item in cases {
            let harness = EngineHarness()
            var words = item.form.members(item.size)
            // A long member would keep whatever stays from being packed.
            if item.form == .hashtable { words[words.count - 1] = "last" }
            harness.run(["SADD", "s"] + words)
            harness.line("PEXPIRE s 5000")
            let popped = harness.bulks("SPOP s \(item.popped)")
            #expect(popped.count == item.popped)
            #expect(harness.encoding("s") == item.encoding, "\(item)")
            #expect(Set(popped).isDisjoint(with: harness.members("s")))
            #expect(Set(popped + harness.members("s")) == Set(words))
            #expect(harness.deadline("s") == harness.now + 5000)
            harness.finishWork()
            harness.expectSound()
        }
    }

    @Test func storing() {
        let harness = EngineHarness()
        harness.run(["SADD", "ints"] + numbers(0..<600))
        harness.run(["SADD", "words"] + words(0..<600))
        harness.line("SADD small 3 5 a b")
        harness.line("SADD few 5 3 1")
        let steps: [(line: String, encoding: String?)] = [
            // All integers, and not too many: integers again, wherever they came from.
            ("SINTERSTORE d ints few", "intset"), ("SINTERSTORE d small few", "intset"),
            ("SINTERSTORE d small ints", "intset"), ("SINTERSTORE d ints ints", "hashtable"),
            ("SINTERSTORE d small small", "listpack"), ("SINTERSTORE d words words", "hashtable"),
            ("SINTERSTORE d words few", nil), ("SUNIONSTORE d few few", "intset"),
            ("SUNIONSTORE d small few", "listpack"), ("SUNIONSTORE d ints few", "hashtable"),
            ("SUNIONSTORE d words few", "hashtable"), ("SDIFFSTORE d small few", "listpack"),
            ("SDIFFSTORE d few small", "intset"), ("SDIFFSTORE d ints none", "hashtable"),
            ("SDIFFSTORE d few few", nil),
        ]
        for step in steps {
            harness.line(step.line)
            #expect(harness.encoding("d") == step.encoding, "\(step.line)")
            harness.finishWork()
            harness.expectSound()
        }
        harness.line("SUNIONSTORE d small few")
        #expect(harness.members("d") == ["3", "5", "a", "b", "1"])
        harness.line("SUNIONSTORE d few small")
        #expect(harness.members("d") == ["1", "3", "5", "a", "b"])
    }
}
