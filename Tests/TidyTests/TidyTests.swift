// Holds the checkout to the project's own rules, so that reviewers need not repeat them.
import Foundation
import Testing

@Suite struct TidyTests {
    @Test(arguments: TidyRule.all)
    func checkoutFollows(_ rule: TidyRule) {
        let findings = Checkout.files.flatMap(rule.check)
        if !findings.isEmpty { Issue.record("\(Self.list(findings))") }
    }

    /// The rules would pass over an empty list as well.
    @Test func checkoutIsRead() {
        let paths = Set(Checkout.files.map(\.path))
        for path in ["Package.swift", "README.md", "scripts/test", ".ci/run", "conf/redwing.conf"] {
            let isRead = paths.contains(path)
            #expect(isRead, "\(path)")
        }
        #expect(Checkout.files.contains { $0.isSwiftSource && $0.functions().count > 1 })
    }

    @Test func exceptionsAreStillNeeded() {
        for path in unsafeFiles.keys {
            let file = Checkout.files.first { $0.path == path }
            #expect(file?.tokens.contains(where: \.isUnsafe) == true, "\(path) needs no exception")
        }
    }

    @Test func foldersFormNoCycles() {
        let cyclic = FolderGraph(Checkout.files).cyclicUses()
        let lines = cyclic.map { "\($0.key.from) -> \($0.key.to): \($0.value)" }.sorted()
        if !lines.isEmpty { Issue.record("\(lines.joined(separator: "\n"))") }
    }

    @Test func scriptsAreExecutable() {
        let scripts = Checkout.files.filter { $0.text.hasPrefix("#!") }
        for script in scripts {
            let path = Checkout.root.appending(path: script.path).path
            #expect(FileManager.default.isExecutableFile(atPath: path), "\(script.path)")
        }
    }

    @Test func documentsNameWhatExists() {
        for document in Checkout.files where document.path.hasSuffix(".md") {
            for reference in DocumentReference.all(in: document) {
                let path = Checkout.root.appending(path: reference.path).path
                #expect(
                    FileManager.default.fileExists(atPath: path),
                    "\(document.path):\(reference.line) names \(reference.path)")
            }
        }
    }

    private static func list(_ findings: [Finding]) -> String {
        let shown = findings.prefix(50).map(\.description).joined(separator: "\n")
        return "\(findings.count) findings\n\(shown)"
    }
}
