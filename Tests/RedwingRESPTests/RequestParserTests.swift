// Requests, whole and cut at every byte: the commands must be the same.
import RedwingContainers
import Testing

@testable import RedwingRESP

private let binary = (0...255).map { UInt8($0) }
private let big = (0..<40000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

/// A stream and the commands in it.
struct Sample: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let commands: [[[UInt8]]]

    init(_ name: String, _ bytes: [UInt8], _ commands: [[[UInt8]]]) {
        self.name = name
        self.bytes = bytes
        self.commands = commands
    }

    init(_ line: String, _ commands: [[UInt8]]...) {
        self.init(line, Array(line.utf8), commands)
    }

    var testDescription: String { name.debugDescription }
}

private let requests: [Sample] = [
    Sample("nothing", [], []),
    Sample("*1\r\n$4\r\nPING\r\n", words("PING")),
    Sample("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n", words("SET", "k", "")),
    Sample("*0\r\n*1\r\n$4\r\nPING\r\n", words("PING")),
    Sample("*-1\r\n*-9223372036854775808\r\n*1\r\n$1\r\na\r\n", words("a")),
    Sample("*1\r\n$0\r\n\r\nPING\r\n", words(""), words("PING")),
    Sample("every byte", request([Array("SET".utf8), binary]), [[Array("SET".utf8), binary]]),
    Sample(
        "line ends inside", request("SET", "\r\n", "*1\r\n$1\r\n"),
        [
            words("SET", "\r\n", "*1\r\n$1\r\n")
        ]),
    Sample(
        "a cut one at the end", request("GET", "a") + Array("*2\r\n$3\r\nGE".utf8),
        [
            words("GET", "a")
        ]),
    Sample(
        "twenty arguments", request((0..<20).map { Array("argument\($0)".utf8) }),
        [
            (0..<20).map { Array("argument\($0)".utf8) }
        ]),
    Sample(
        "both kinds", request("GET", "a") + Array("GET b\r\n".utf8) + request("GET", "c"),
        [
            words("GET", "a"), words("GET", "b"), words("GET", "c"),
        ]),
]

private let inlines: [Sample] = [
    Sample("PING\r\n", words("PING")),
    Sample("PING\n\rPING\n", words("PING"), words("PING")),
    Sample("\r\n\n   \r\n \t PING  a \r\r\n", words("PING", "a")),
    Sample("PING a\rb\r\n", words("PING", "a", "b")),
    Sample("PING \u{0b}a\u{0b}b\u{0c}c\r\n", words("PING", "a\u{0b}b\u{0c}c")),
    Sample("$4\r\nPING\r\n", words("$4"), words("PING")),
    Sample(#"PING "\x41\n\"\q""# + "\r\n", words("PING", "A\n\"q")),
    Sample(#"PING "\a\b\t\r\\""# + "\r\n", words("PING", "\u{07}\u{08}\t\r\\")),
    Sample(#"PING 'a\'b\n'"# + "\r\n", words("PING", #"a'b\n"#)),
    Sample(#"PING "\x4" "\xZZ" "\x4G""# + "\r\n", words("PING", "x4", "xZZ", "x4G")),
    Sample("PING \"a\"b 'c'd e\"f g\"h\r\n", words("PING", "ab", "cd", "ef gh")),
    Sample("PING \"a\"'b'c\r\n", words("PING", "abc")),
    Sample("PING \"\" '' ''''\r\n", words("PING", "", "", "")),
    Sample("\"\"\r\n", words("")),
    Sample(#"PING "a\""# + "\r\n", words("PING", #"a\"#)),
    Sample(#"PING 'a\'"# + "\r\n", words("PING", #"a\"#)),
    Sample(#"PING "\"""# + "\n", words("PING", "\"")),
    Sample(#"PING \x \\"# + "\r\n", words("PING", #"\x"#, #"\\"#)),
    Sample(
        "any byte", Array("a".utf8) + [0x80, 0xff, 0x85, 0xa0, 0x1c, 0x0a],
        [
            [Array("a".utf8) + [0x80, 0xff, 0x85, 0xa0, 0x1c]]
        ]),
    Sample("hex bytes", Array(#""\xff\xFE\x00""#.utf8) + [0x0a], [[[0xff, 0xfe, 0x00]]]),
    Sample("hidden end", Array("PING\n\u{0}\nPING\nPING a\0b\n".utf8), [words("PING")]),
]

@Suite struct RequestParserTests {
    @Test(arguments: requests + inlines)
    func parsesWhatIsCutAnywhere(sample: Sample) {
        let expected = Outcome(commands: sample.commands, error: nil)
        for authenticated in [true, false] {
            let isLong = sample.commands.contains { $0.count > 10 }
            if isLong, !authenticated { continue }
            let harness = ParserHarness(limits: RequestLimits(isUnauthenticated: !authenticated))
            #expect(harness.outcome(of: sample.bytes) == (expected, 0))
            for place in 0...sample.bytes.count {
                #expect(
                    harness.outcome(of: sample.bytes, cutAt: [place]) == (expected, 0),
                    "cut at \(place)")
            }
            let everywhere = Array(0..<sample.bytes.count)
            #expect(harness.outcome(of: sample.bytes, cutAt: everywhere) == (expected, 0))
        }
    }

    @Test(arguments: [true, false])
    func readsBigBulksCutAnywhere(readsDirect: Bool) {
        let name = Array("SET".utf8)
        let bytes = request("PING") + request([name, big, name, big]) + request("GET", "a")
        let expected = Outcome(
            commands: [words("PING"), [name, big, name, big], words("GET", "a")], error: nil)
        let harness = ParserHarness(readsDirect: readsDirect)
        #expect(harness.outcome(of: bytes) == (expected, 0))
        let edges = [0, 14, 27, 36, 40036, 40038, 40051, 80051, 80080]
        var places = edges.flatMap { ($0 - 12)...($0 + 12) }
        places += stride(from: 1, to: bytes.count, by: 3989)
        for place in places where place > 0 && place < bytes.count {
            #expect(
                harness.outcome(of: bytes, cutAt: [place]) == (expected, 0), "cut at \(place)")
        }
        for step in [1000, 4096, 16384, 33000] {
            let cuts = Array(stride(from: step, to: bytes.count, by: step))
            #expect(harness.outcome(of: bytes, cutAt: cuts) == (expected, 0), "steps of \(step)")
        }
    }

    @Test func bulksAroundTheBigOnesAreAllTheSame() {
        for length in [32767, 32768, 32769, 65536] {
            let value =
                Array(big.prefix(length)) + [UInt8](repeating: 1, count: max(0, length - 40000))
            let bytes = request([Array("SET".utf8), value])
            let expected = Outcome(commands: [[Array("SET".utf8), value]], error: nil)
            for cuts in [[], [20], [bytes.count - 1], [bytes.count - 2], [bytes.count - 3]] {
                #expect(ParserHarness().outcome(of: bytes, cutAt: cuts) == (expected, 0))
            }
        }
    }

    @Test func pipelinesLongerThanABatch() {
        var bytes: [UInt8] = []
        var expected = Outcome()
        for index in 0..<300 {
            bytes += index % 7 == 3 ? Array("GET \(index)\r\n".utf8) : request("GET", "\(index)")
            expected.commands.append(words("GET", "\(index)"))
        }
        let harness = ParserHarness()
        #expect(harness.outcome(of: bytes) == (expected, 0))
        for place in stride(from: 1, to: bytes.count, by: 13) {
            #expect(harness.outcome(of: bytes, cutAt: [place]) == (expected, 0))
        }
    }

    @Test func manyArguments() {
        let arguments = (0..<3000).map { Array("\($0)".utf8) }
        let bytes = request(arguments)
        let expected = Outcome(commands: [arguments], error: nil)
        let harness = ParserHarness()
        #expect(harness.outcome(of: bytes) == (expected, 0))
        let cuts = Array(stride(from: 7, to: bytes.count, by: 911))
        #expect(harness.outcome(of: bytes, cutAt: cuts) == (expected, 0))
    }

    @Test func aPromisedLengthCostsLittle() throws {
        let memory = SlabAllocator()
        var parser = RequestParser(memory: memory)
        let batch = RequestBatch()
        let bytes = Array("*1\r\n$536870912\r\nabc".utf8)
        let used = try bytes.withBytes {
            try parser.parse($0, from: 0, into: batch, limits: RequestLimits())
        }
        #expect(used == 0)
        let (direct, isMidRequest) = (parser.directBytes, parser.isMidRequest)
        #expect(direct == 536_870_912 + 2 - 3)
        #expect(isMidRequest)
        #expect(memory.usedBytes <= 1 << 20 + 64)
        let held = parser.largeBytes
        #expect(held == memory.usedBytes)
        batch.destroy()
    }

    @Test func aBigBulkCanBeTakenOver() throws {
        let memory = SlabAllocator()
        let batch = RequestBatch()
        let bytes = request([Array("SET".utf8), big])
        var taken: LargeString?
        do {
            var parser = RequestParser(memory: memory)
            try bytes.withBytes { bytes in
                _ = try parser.parse(bytes, from: 0, into: batch, limits: RequestLimits())
                let arguments = batch.arguments(batch[0])
                #expect(batch.holdsLargeArguments)
                #expect(batch.takeLarge(arguments[0]) == nil)
                taken = batch.takeLarge(arguments[1])
                batch.finish(memory)
                #expect(!batch.holdsLargeArguments)
            }
        }
        let string = try #require(taken)
        #expect(string.bytes.array == big)
        #expect(!string.isShared)
        string.release(in: memory)
        #expect(memory.usedBytes == 0)
        batch.destroy()
        memory.destroy()
    }

    @Test func rewindingForgetsACutRequest() throws {
        for tail in [request("GET", "key"), request([Array("SET".utf8), big])] {
            let memory = SlabAllocator()
            let batch = RequestBatch()
            do {
                var parser = RequestParser(memory: memory)
                let head = request("A") + request("B")
                try (head + tail.dropLast(4)).withBytes { bytes in
                    let limits = RequestLimits()
                    let used = try parser.parse(bytes, from: 0, into: batch, limits: limits)
                    #expect(used == 22)
                    #expect(batch.count == 2)
                    let isMidRequest = parser.isMidRequest
                    #expect(isMidRequest)
                }
                parser.rewind()
                #expect(memory.usedBytes == 0)
                let isMidRequest = parser.isMidRequest
                #expect(!isMidRequest)
                // The caller goes back to the second command.
                try (request("B") + tail).withBytes { bytes in
                    batch.removeAll()
                    let limits = RequestLimits()
                    let used = try parser.parse(bytes, from: 0, into: batch, limits: limits)
                    #expect(used == bytes.count)
                    #expect(batch.count == 2)
                    #expect(batch.arguments(batch[0])[0] == "B")
                    #expect(batch[0].end == 11)
                    batch.finish(memory)
                }
            }
            #expect(memory.usedBytes == 0)
            batch.destroy()
            memory.destroy()
        }
    }
}

/// Tuples are not equatable as a type, but they compare.
private func == (left: (outcome: Outcome, leaked: Int), right: (Outcome, Int)) -> Bool {
    left.outcome == right.0 && left.leaked == right.1
}
