// Every type of both protocols, to the byte.
import RedwingContainers
import Testing

@testable import RedwingRESP

/// What a writer of `version` makes of `body`.
private func written(_ version: ProtocolVersion, _ body: (ReplyWriter) -> Void) -> String {
    let memory = SlabAllocator()
    let buffer = ReplyBuffer(capacity: 0, memory: memory)
    defer {
        buffer.destroy()
        memory.destroy()
    }
    body(ReplyWriter(buffer: buffer, version: version))
    return buffer.bytes.string
}

private func expect(
    _ resp2: String, _ resp3: String? = nil, location: SourceLocation = #_sourceLocation,
    _ body: (ReplyWriter) -> Void
) {
    #expect(written(.resp2, body) == resp2, sourceLocation: location)
    #expect(written(.resp3, body) == resp3 ?? resp2, sourceLocation: location)
}

@Suite struct ReplyWriterTests {
    @Test func simpleStringsAndErrors() {
        expect("+OK\r\n") { $0.ok() }
        expect("+PONG\r\n") { $0.simple("PONG") }
        expect("+\r\n") { $0.simple("") }
        expect("-ERR no\r\n") { $0.error("ERR no") }
        expect("-ERR a  b\r\n") { $0.error(text: "ERR a\r\nb") }
        expect("*1\r\n") { $0.raw("*1\r\n") }
    }

    @Test func integers() {
        for value in [0, 1, 9, 10, 99, 100, -1, -10, 12345, Int64.max, Int64.min] {
            expect(":\(value)\r\n") { $0.integer(value) }
            expect("$\("\(value)".utf8.count)\r\n\(value)\r\n") { $0.bulk(integer: value) }
        }
        expect(":-7\r\n") { $0.integer(-7 as Int) }
    }

    @Test func bulks() {
        expect("$0\r\n\r\n") { $0.bulk("") }
        expect("$3\r\na\r\n\r\n") { $0.bulk("a\r\n") }
        for length in [9, 10, 99, 100, 9999, 10000, 20000] {
            let text = String(repeating: "x", count: length)
            expect("$\(length)\r\n\(text)\r\n") { $0.bulk(text: text) }
        }
    }

    @Test func nulls() {
        expect("$-1\r\n", "_\r\n") { $0.null() }
        expect("*-1\r\n", "_\r\n") { $0.nullArray() }
    }

    @Test func aggregates() {
        for count in [0, 1, 9, 10, 1000] {
            expect("*\(count)\r\n") { $0.array(count) }
            expect("*\(count * 2)\r\n", "%\(count)\r\n") { $0.map(count) }
            expect("*\(count)\r\n", "~\(count)\r\n") { $0.set(count) }
            expect("*\(count)\r\n", ">\(count)\r\n") { $0.push(count) }
            expect("|\(count)\r\n") { $0.attribute(count) }
        }
    }

    @Test func booleans() {
        expect(":1\r\n", "#t\r\n") { $0.boolean(true) }
        expect(":0\r\n", "#f\r\n") { $0.boolean(false) }
    }

    @Test func doubles() {
        expect("$4\r\n3.14\r\n", ",3.14\r\n") { $0.double(3.14) }
        expect("$1\r\n3\r\n", ",3\r\n") { $0.double(3) }
        expect("$3\r\ninf\r\n", ",inf\r\n") { $0.double(.infinity) }
        expect("$4\r\n-inf\r\n", ",-inf\r\n") { $0.double(-.infinity) }
        expect("$3\r\nnan\r\n", ",nan\r\n") { $0.double(.nan) }
        expect("$5\r\n1e-10\r\n", ",1e-10\r\n") { $0.double(1e-10) }
    }

    @Test func bigNumbersAndVerbatimStrings() {
        let digits: Bytes = "3492890328409238509324850943850943825024385"
        expect(
            "$43\r\n3492890328409238509324850943850943825024385\r\n",
            "(3492890328409238509324850943850943825024385\r\n"
        ) { $0.bigNumber(digits) }
        expect("$4\r\ntext\r\n", "=8\r\ntxt:text\r\n") { $0.verbatim("text") }
        expect("$0\r\n\r\n", "=4\r\nmkd:\r\n") { $0.verbatim("", format: "mkd") }
    }

    /// The elements of a list at once are what they are one by one, whatever comes last.
    @Test func packedListsAreBulks() {
        let memory = SlabAllocator()
        var list = PackedList.make(in: memory)
        var random = SplitMix(seed: 41)
        var expected = ""
        expect("") { $0.bulks(list) }
        for step in 0..<400 {
            let text =
                step % 3 == 0
                ? "\(Int64(bitPattern: random.next()) >> Int64(random.next() % 64))"
                : String(repeating: "x", count: Int(random.next() % (step % 7 == 0 ? 300 : 40)))
            text.withBytes { list.append($0, in: memory) }
            expected += "$\(text.utf8.count)\r\n\(text)\r\n"
            expect(expected) { $0.bulks(list) }
            guard step % 20 == 0 else { continue }
            expect(expected) { writer in
                for element in list { writer.bulk(element) }
            }
        }
        list.free(in: memory)
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }

    @Test func onlyLongStringsAreAttached() {
        let memory = SlabAllocator()
        let buffer = ReplyBuffer(capacity: 64, memory: memory)
        let writer = ReplyWriter(buffer: buffer, version: .resp2)
        let text = [UInt8](repeating: 0x61, count: ReplyBuffer.attachmentThreshold)
        let string = text.withBytes { LargeString.make($0, in: memory) }
        writer.bulk(string, offset: 1, count: text.count - 1)
        #expect(!buffer.hasAttachments)
        #expect(buffer.count == 1 + 5 + 2 + text.count - 1 + 2)
        buffer.removeAll()
        writer.bulk(string)
        #expect(buffer.hasAttachments)
        #expect(string.isShared)
        #expect(buffer.bytes == "$16384\r\n\r\n")
        #expect(buffer.count == 10 + text.count)
        #expect(buffer.attachments.map(\.position) == [8])
        buffer.destroy()
        #expect(!string.isShared)
        string.release(in: memory)
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }
}
