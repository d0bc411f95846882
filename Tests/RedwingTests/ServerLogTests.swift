// The log's lines: form, levels, and what may not get into them.
import Glibc
import Logging
import Redwing
import RedwingEngine
import RedwingLinux
import Testing

@Suite struct ServerLogTests {
    @Test func linesHaveTheFormThatUsersKnow() throws {
        let lines = try logged(level: .notice) { $0.notice("Ready", metadata: ["id": "7"]) }
        let line = try #require(lines.first)
        let parts = line.split(separator: " ")
        #expect(parts[0] == "\(ProcessInfo.identifier):M")
        #expect(parts[3] == "2001" || parts[3] == "2000")
        #expect(parts[4].hasSuffix(".123") && parts[4].count == 12)
        #expect(line.hasSuffix(" * Ready id=7"))
    }

    @Test(arguments: [
        (ServerLogLevel.debug, [".", "-", "*", "#", "#"]), (.verbose, ["-", "*", "#", "#"]),
        (.notice, ["*", "#", "#"]), (.warning, ["#", "#"]), (.nothing, []),
    ])
    func levelsLetThrough(level: ServerLogLevel, marks: [String]) throws {
        let lines = try logged(level: level) { logger in
            logger.debug("text")
            logger.info("text")
            logger.notice("text")
            logger.warning("text")
            logger.critical("text")
        }
        #expect(lines.map { $0.split(separator: " ").map(String.init)[5] } == marks)
    }

    @Test func aMessageCannotForgeALine() throws {
        let lines = try logged(level: .notice) { $0.notice("a\r\n1:M forged\u{1b}[2J") }
        #expect(lines.count == 1)
        #expect(lines.first?.hasSuffix("a  1:M forged [2J") == true)
    }

    private func logged(level: ServerLogLevel, _ body: (Logger) -> Void) throws -> [String] {
        let path = "/tmp/redwing-log-\(ProcessInfo.identifier)-\(Entropy.bits())"
        defer { try? File.remove(path) }
        let log = try ServerLog(file: path, level: level, clock: { 978_307_200_123 })
        body(log.makeLogger())
        let text = try File.readAll(path, limit: 1 << 20)
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
