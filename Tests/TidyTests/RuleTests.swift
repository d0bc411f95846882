// Each tidy rule is fed a sample that breaks it and one that does not: a rule that cannot fail
// guards nothing.
import Testing

/// A text that a rule has to object to, and one close to it that it has to accept.
private struct Sample: Sendable, CustomTestStringConvertible {
    let rule: TidyRule
    var path = "Sources/RedwingEngine/Sample.swift"
    let bad: String
    let good: String

    var testDescription: String { "\(rule.name): \(bad.prefix { $0 != "\n" }.prefix(60))" }
}

private let samples: [Sample] = [
    Sample(
        rule: .columns, bad: String(repeating: "x", count: 101),
        good: String(repeating: "é", count: 100)),
    Sample(
        rule: .columns, bad: String(repeating: "x", count: 101) + ",",
        good: String(repeating: "x", count: 100) + ","),
    Sample(
        rule: .fileLength, bad: String(repeating: "// a line\n", count: 801),
        good: String(repeating: "// a line\n", count: 800)),
    Sample(
        rule: .functionLength,
        bad: "func long() {\n" + String(repeating: "    step()\n", count: 69) + "}\n",
        good: "func long() {\n" + String(repeating: "    step()\n", count: 68) + "}\n"),
    Sample(
        rule: .functionLength,
        bad: "init?(\n    _ body: () -> Void = {}\n) {\n" + String(repeating: "\n", count: 68)
            + "}",
        good: "protocol P {\n    func a()\n    init()\n}\nstruct S {"
            + String(repeating: "\n", count: 90) + "}"),
    Sample(
        rule: .functionLength,
        bad: "var long: Int {\n" + String(repeating: "    step()\n", count: 69) + "}\n",
        good: "let table = [\n" + String(repeating: "    \"{\",\n", count: 90) + "]\n"),
    Sample(
        rule: .header, bad: "import Testing\n", good: "// What lives here: samples.\nimport A\n"),
    Sample(rule: .header, bad: "// Sample\n", good: "/* The sample of a header */\n"),
    Sample(
        rule: .header, path: "scripts/sample", bad: "#!/usr/bin/env bash\nset -e\n",
        good: "#!/usr/bin/env bash\n# Does this and that.\n"),
    Sample(
        rule: .noTraps, bad: "fatalError(\"no\")", good: "// fatalError\nlet a = \"fatalError\""),
    Sample(rule: .noTraps, bad: "let a = try! parse()", good: "let a = try !parse()"),
    Sample(rule: .noTraps, bad: "let a = b as! Int", good: "let a = b as? Int"),
    Sample(rule: .noTraps, bad: "let a = \"\\(try! b())\"", good: "let a = #\"\\(try! b())\"#"),
    Sample(rule: .noForceUnwrap, bad: "let a = b!", good: "let a = !b"),
    Sample(rule: .noForceUnwrap, bad: "let a = b[0]!.c", good: "if a != b && !c {}"),
    Sample(rule: .noForceUnwrap, bad: "let a = b()!", good: "let a = \"b!\""),
    Sample(
        rule: .unsafeInItsRooms, bad: "let a = unsafe b.pointee",
        good: "// unsafe\nlet unsafely = 1"),
    Sample(
        rule: .unsafeInItsRooms, bad: "func f(_ p: UnsafeMutableRawPointer) {}",
        good: "func f(_ p: borrowing RawSpan) {}"),
    Sample(
        rule: .unsafeInItsRooms, bad: "a.withUnsafeBytes { $0.count }",
        good: "a.withBytes { $0.count }"),
    Sample(rule: .noFoundation, bad: "import Foundation", good: "import Logging"),
    Sample(
        rule: .noFoundation, bad: "public import FoundationEssentials", good: "let Foundation = 1"),
    Sample(rule: .noPlatformConditions, bad: "#if os(Linux)\n#endif", good: "#if DEBUG\n#endif"),
    Sample(
        rule: .noPlatformConditions, bad: "#if canImport(Glibc)\n#endif",
        good: "let os = (1, canImport(2))"),
    Sample(rule: .noPrinting, bad: "print(1)", good: "logger.print(1)\nfunc print(_ a: Int) {}"),
    Sample(
        rule: .noPrinting, bad: "func f() { dump(a) }",
        good: "let a = \"print(1)\"; reprint(2)"),
    Sample(rule: .words, bad: "// TO" + "DO: more", good: "// To do so is fine; TODOS too"),
    Sample(rule: .words, path: "README.md", bad: "only a stu" + "b yet", good: "stubborn"),
    Sample(rule: .words, path: "scripts/a", bad: "cd /wo" + "rk/x", good: "cd work/x"),
]

@Suite struct RuleTests {
    @Test(arguments: samples)
    private func ruleTellsGoodFromBad(_ sample: Sample) {
        let bad = SourceFile(path: sample.path, text: sample.bad)
        #expect(!sample.rule.check(bad).isEmpty)
        let good = SourceFile(path: sample.path, text: sample.good)
        #expect(sample.rule.check(good) == [])
    }

    @Test func everyRuleHasASample() {
        let covered = Set(samples.map(\.rule.name))
        #expect(covered == Set(TidyRule.all.map(\.name)))
    }

    @Test func roomsMayUseRawMemory() {
        let code = "let p: UnsafeRawPointer = q!"
        for room in memoryRooms {
            let file = SourceFile(path: "Sources/\(room)/A.swift", text: code)
            #expect(TidyRule.unsafeInItsRooms.check(file) == [])
            #expect(TidyRule.noForceUnwrap.check(file) == [])
        }
    }

    @Test func findingsNameFileAndLine() {
        let file = SourceFile(path: "Sources/Redwing/A.swift", text: "// a\n\nfatalError()\n")
        let findings = TidyRule.noTraps.check(file)
        #expect(findings.map(\.line) == [3])
        #expect(findings.first?.description.hasPrefix("Sources/Redwing/A.swift:3: ") == true)
    }
}

@Suite struct TokenTests {
    @Test func commentsAndStringsAreBlank() {
        let text = """
            a /* b /* c */ d */ e // f
            g("h \\(i("j")) k", #"l \\(m) \\#(n)"#)
            \"\"\"
            o " p \\(q)
            \"\"\"
            r
            """
        let words = SourceFile(path: "A.swift", text: text).tokens.filter(\.isWord)
        #expect(words.map(\.text) == ["a", "e", "g", "i", "n", "q", "r"])
        #expect(words.map(\.line) == [1, 1, 2, 2, 2, 4, 6])
    }

    @Test func functionsAreFoundWithTheirExtent() {
        let text = """
            protocol P {
                func a() -> Int
                var b: Int { get }
            }
            struct S {
                var c = 1
                var d: Int {
                    self.init(e: { 1 })
                }
                init(e: () -> Int = { 2 }) where T == [Int] {
                    func f() {}
                }
                subscript(_ g: Int) -> Int { g }
                deinit { }
            }
            """
        let found = SourceFile(path: "A.swift", text: text).functions()
        #expect(found.map(\.name) == ["b", "d", "init", "f", "subscript", "deinit"])
        #expect(found.map(\.lineCount) == [1, 3, 3, 1, 1, 1])
    }
}

@Suite struct FolderTests {
    private func file(_ folder: String, _ text: String) -> SourceFile {
        SourceFile(path: "Sources/T/\(folder)/F.swift", text: text)
    }

    @Test func cyclesAreFound() {
        let graph = FolderGraph([
            file("A", "struct InA { let b: InB }"), file("B", "struct InB { let c: InC }"),
            file("C", "struct InC { func f(_ a: InA?) {} }"), file("D", "let x = InA()"),
        ])
        #expect(Set(graph.cyclicUses().keys.map(\.from)) == ["A", "B", "C"])
    }

    @Test func downwardUseIsNoCycle() {
        let graph = FolderGraph([
            file("A", "struct InA { let b: InB }"),
            file("B", "struct InB { let a: Other.InA } // InA"),
            file("C", "final class Engine { let a: InA }"), file("B", "extension Engine {}"),
        ])
        #expect(graph.cyclicUses().isEmpty)
        #expect(graph.examples.count == 2)
    }
}

@Suite struct DocumentTests {
    @Test func scriptsAndRelativeLinksAreReferences() {
        let text = "Run `./scripts/serve`, see [a](docs/a.md#b), [c](https://d/e).\n![f](g.svg)"
        let document = SourceFile(path: "README.md", text: text)
        let paths = DocumentReference.all(in: document).map(\.path)
        #expect(paths == ["scripts/serve", "docs/a.md", "g.svg"])
    }
}
