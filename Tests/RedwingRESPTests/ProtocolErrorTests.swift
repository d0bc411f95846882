// Requests that cannot be read on, and what Valkey 9.1.2 answers to each, to the byte.
import RedwingContainers
import Testing

@testable import RedwingRESP

/// A stream, the number of commands before the fault, and the reply.
private struct Fault: Sendable, CustomTestStringConvertible {
    let bytes: [UInt8]
    let commands: Int
    let reply: [UInt8]

    init(_ text: String, _ reply: String, commands: Int = 0) {
        self.init(Array(text.utf8), Array(reply.utf8), commands: commands)
    }

    init(_ bytes: [UInt8], _ reply: [UInt8], commands: Int = 0) {
        self.bytes = bytes
        self.commands = commands
        self.reply = reply
    }

    var testDescription: String {
        String(decoding: bytes.prefix(40), as: UTF8.self).debugDescription
    }
}

private let multibulk = "ERR Protocol error: invalid multibulk length"
private let bulk = "ERR Protocol error: invalid bulk length"
private let lineEnd = "ERR Protocol error: invalid CRLF in request"
private let quotes = "ERR Protocol error: unbalanced quotes in request"

private func expected(_ got: String) -> String { "ERR Protocol error: expected '$', got '\(got)'" }

private let faults: [Fault] = [
    Fault("*x\r\n", multibulk), Fault("*\r\n", multibulk), Fault("*01\r\n", multibulk),
    Fault("*+1\r\n", multibulk), Fault("* 1\r\n", multibulk), Fault("*1 \r\n", multibulk),
    Fault("*1\0\r\n", multibulk), Fault("*-0\r\n", multibulk),
    Fault("*2147483648\r\n", multibulk), Fault("*9223372036854775808\r\n", multibulk),
    Fault("*1\r\n$x\r\n", bulk), Fault("*1\r\n$-1\r\n", bulk), Fault("*1\r\n$\r\n", bulk),
    Fault("*1\r\n$04\r\n", bulk), Fault("*1\r\n$+4\r\n", bulk), Fault("*1\r\n$4\0\r\n", bulk),
    Fault("*1\r\n$536870913\r\n", bulk), Fault("*1\r\n$9999999999999999999\r\n", bulk),
    Fault("*1\r\nx\r\n", expected("x")), Fault("*1\r\n*1\r\n", expected("*")),
    Fault("*1\r\nPING\r\n", expected("P")), Fault("*1\r\n'\r\n", expected("'")),
    Fault("*1\r\n\0\r\n", expected("\0")), Fault("*1\r\n\u{1b}[0m\r\n", expected("\u{1b}")),
    Fault("*1\r\n\r\n", expected(" ")), Fault("*1\r\n\n\r\n", expected(" ")),
    Fault(
        Array("*1\r\n".utf8) + [0x80, 0x0d, 0x0a],
        Array("ERR Protocol error: expected '$', got '".utf8) + [0x80, 0x27]),
    Fault("*3\r\n$4\r\nPING\r\n$1\r\na\r\n-1\r\n", expected("-")),
    Fault("*1\r\nx4\rx", expected("x")),
    Fault("*1\rx", lineEnd), Fault("*x\rx", lineEnd), Fault("*0\rx", lineEnd),
    Fault("*2147483648\rx", lineEnd), Fault("*1\r\n$4\rx", lineEnd),
    Fault("*1\r\n$x\rx", lineEnd), Fault("*1\r\n$4\r\nPINGxx", lineEnd),
    Fault("*1\r\n$4\r\nPING\rx", lineEnd), Fault("*1\r\n$4\r\nPINGx\n", lineEnd),
    Fault("*1\r\n$0\r\nxx", lineEnd),
    Fault("PING \"a\r\n", quotes), Fault("PING 'a\r\n", quotes), Fault("PING a\"\r\n", quotes),
    Fault("PING a'\r\n", quotes), Fault("PING \"a\nb\"\r\n", quotes), Fault("\"\r\n", quotes),
    Fault("PING \"a\\\" \r\n", quotes), Fault("PING \"ab\\\"c\r\n", quotes),
    Fault("PING \"a\\\r\n", quotes), Fault("PING 'a\\\r\n", quotes),
    Fault("PING \"a\\\"\r\r\n", quotes), Fault("PING \"\\x41\r\n", quotes),
    Fault("*1\r\n$4\r\nPING\r\n*x\r\n", multibulk, commands: 1),
    Fault("PING\r\n*1\r\n$4\r\nPING\r\nPING \"\r\n", quotes, commands: 2),
]

private let loginFaults: [Fault] = [
    Fault("*11\r\n", "ERR Protocol error: unauthenticated multibulk length"),
    Fault("*1\r\n$16385\r\n", "ERR Protocol error: unauthenticated bulk length"),
    Fault("*11\r\n$4\r\nPING\r\n", "ERR Protocol error: unauthenticated multibulk length"),
    Fault("*11\rx", lineEnd), Fault("*1\r\n$16385\rx", lineEnd),
    Fault("*2147483648\r\n", multibulk), Fault("*1\r\n$536870913\r\n", bulk),
    Fault("*1\r\n$x\r\n", bulk), Fault("*1\r\nx\r\n", expected("x")),
    Fault(
        request("AUTH", "a") + Array("*11\r\n".utf8),
        Array("ERR Protocol error: unauthenticated multibulk length".utf8), commands: 1),
]

@Suite struct ProtocolErrorTests {
    private func check(_ fault: Fault, _ limits: RequestLimits, _ cuts: [Int]) {
        for readsDirect in [true, false] {
            let harness = ParserHarness(limits: limits, readsDirect: readsDirect)
            let (outcome, leaked) = harness.outcome(of: fault.bytes, cutAt: cuts)
            #expect(outcome.error?.message == fault.reply, "cut at \(cuts.prefix(3))")
            #expect(outcome.commands.count == fault.commands, "cut at \(cuts.prefix(3))")
            #expect(leaked == 0)
        }
    }

    @Test(arguments: faults)
    private func answersAsValkey(fault: Fault) {
        check(fault, RequestLimits(), [])
        for place in 1..<fault.bytes.count { check(fault, RequestLimits(), [place]) }
        check(fault, RequestLimits(), Array(1..<fault.bytes.count))
    }

    @Test(arguments: loginFaults)
    private func limitsClientsThatHaveNotAuthenticated(fault: Fault) {
        let limits = RequestLimits(isUnauthenticated: true)
        check(fault, limits, [])
        for place in 1..<fault.bytes.count { check(fault, limits, [place]) }
    }

    @Test func aFaultWaitsForItsLine() {
        for text in ["*x", "*x\r", "*1\r\n$x\r", "*1\r\nx", "*1\r\n$4\r\nPINGx", "PING \"a\r"] {
            let (outcome, leaked) = ParserHarness().outcome(of: Array(text.utf8))
            #expect(outcome == Outcome())
            #expect(leaked == 0)
        }
    }

    @Test func clientsThatHaveNotAuthenticatedMaySendWhatALoginNeeds() {
        let harness = ParserHarness(limits: RequestLimits(isUnauthenticated: true))
        let value = [UInt8](repeating: 0x61, count: 16384)
        let arguments = [value] + (1..<10).map { Array("\($0)".utf8) }
        let line = Array("PING ".utf8) + [UInt8](repeating: 0x61, count: 20000) + [0x0a]
        let bytes = request(arguments) + line + Array("A b c d e f g h i j k l\r\n".utf8)
        let (outcome, _) = harness.outcome(of: bytes)
        #expect(outcome.error == nil)
        #expect(outcome.commands.map(\.count) == [10, 2, 12])
    }

    @Test func theLimitsOfEachCommandAreThoseAfterTheOneBefore() throws {
        let parser = SlabAllocator()
        var subject = RequestParser(memory: parser)
        let batch = RequestBatch()
        let many = request((0..<11).map { Array("\($0)".utf8) })
        let login = request("AUTH", "pw")
        try (login + many).withBytes { bytes in
            let before = RequestLimits(isUnauthenticated: true)
            let first = try subject.parse(bytes, from: 0, into: batch, limits: before)
            #expect(first == login.count)
            #expect(batch.count == 1)
            #expect(batch.isFull)
            batch.removeAll()
            let after = RequestLimits()
            let second = try subject.parse(bytes, from: first, into: batch, limits: after)
            #expect(second == bytes.count)
            #expect(batch.count == 1)
            #expect(!batch.isFull)
        }
        batch.destroy()
        parser.destroy()
    }

    /// The longest line that is waited for is 65536 bytes without its end, wherever it is cut.
    @Test func linesThatAreTooLong() {
        func line(_ head: String, _ count: Int, _ end: String) -> [UInt8] {
            Array(head.utf8) + [UInt8](repeating: 0x31, count: count) + Array(end.utf8)
        }
        let count = "ERR Protocol error: too big mbulk count string"
        let length = "ERR Protocol error: too big bulk count string"
        let inline = "ERR Protocol error: too big inline request"
        for (head, reply, late) in [("*", count, multibulk), ("*1\r\n$", length, bulk)] {
            for end in ["", "\r", "\r\n", "\r\n*1\r\n"] {
                let fault = Fault(line(head, 65536, end), Array(reply.utf8))
                check(fault, RequestLimits(), [])
                check(fault, RequestLimits(), [65000])
                check(fault, RequestLimits(), [fault.bytes.count - 1])
            }
            check(Fault(line(head, 65535, "\r\n"), Array(late.utf8)), RequestLimits(), [])
            check(Fault(line(head, 65535, "\r\n"), Array(late.utf8)), RequestLimits(), [65537])
            #expect(ParserHarness().outcome(of: line(head, 65535, "")).outcome == Outcome())
        }
        for end in ["", "\n", "\r\n", "\0\n"] {
            let fault = Fault(line("", 65537, end), Array(inline.utf8))
            check(fault, RequestLimits(), [])
            check(fault, RequestLimits(), [65537])
            check(fault, RequestLimits(), [1])
        }
        check(Fault(line("\0\n", 65536, ""), Array(inline.utf8)), RequestLimits(), [])
        let longest = ParserHarness().outcome(of: line("", 65536, "\n")).outcome
        #expect(longest.commands.first?.first?.count == 65536)
        #expect(longest.error == nil)
        #expect(ParserHarness().outcome(of: line("", 65536, "")).outcome == Outcome())
    }

    @Test func bigBulksNeedTheirLineEnd() {
        let bytes = Array(request([[UInt8](repeating: 0x61, count: 40000)]).dropLast(2))
        for end in ["xx", "\rx", "x\n"] {
            let fault = Fault(bytes + Array(end.utf8), Array(lineEnd.utf8))
            check(fault, RequestLimits(), [])
            for place in (fault.bytes.count - 4)..<fault.bytes.count {
                check(fault, RequestLimits(), [place])
            }
        }
        #expect(ParserHarness().outcome(of: bytes + [0x78]).outcome == Outcome())
    }

    @Test func limitsFollowTheConfiguration() {
        let limits = RequestLimits(maxBulk: 1 << 20, maxArguments: 100)
        check(Fault("*101\r\n", multibulk), limits, [])
        check(Fault("*1\r\n$1048577\r\n", bulk), limits, [])
        let harness = ParserHarness(limits: limits)
        #expect(harness.outcome(of: Array("*100\r\n$1048576\r\n".utf8)).outcome == Outcome())
    }
}
