// The reply buffer beside an array of bytes: whatever is appended, attached, sent in part and moved
// on, the stream is the same, and no string is kept or freed too soon.
import RedwingContainers
import Testing

@testable import RedwingRESP

/// A buffer and the stream that it should stand for.
private struct Stream {
    let buffer: ReplyBuffer
    var model: [UInt8] = []

    init(_ memory: SlabAllocator) { buffer = ReplyBuffer(capacity: 0, memory: memory) }

    /// The stream as a sender sees it.
    var sent: [UInt8] {
        var bytes: [UInt8] = []
        var position = 0
        for attachment in buffer.attachments {
            bytes += buffer.bytes.slice(position, attachment.position - position).array
            bytes += attachment.string.bytes.slice(attachment.offset, attachment.count).array
            position = attachment.position
        }
        return bytes + buffer.bytes.slice(position, buffer.ownCount - position).array
    }

    mutating func append(_ bytes: [UInt8]) {
        bytes.withBytes { buffer.append($0) }
        model += bytes
    }

    mutating func attach(_ string: LargeString, _ offset: Int, _ count: Int) {
        buffer.attach(string, offset: offset, count: count)
        model += string.bytes.slice(offset, count).array
    }

    mutating func consume(_ count: Int) {
        buffer.consume(count)
        model.removeFirst(count)
    }

    var isRight: Bool {
        sent == model && buffer.count == model.count && buffer.wire() == model
    }
}

@Suite struct ReplyBufferTests {
    private let memory = SlabAllocator()

    private func strings() -> [LargeString] {
        [40, 300, 20000].map { length in
            (0..<length).map { UInt8(truncatingIfNeeded: $0) }.withBytes {
                LargeString.make($0, in: memory)
            }
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func agreesWithAnArray(seed: UInt64) {
        let strings = strings()
        var random = SplitMix(seed: seed)
        func below(_ bound: Int) -> Int { Int(random.next() % UInt64(max(1, bound))) }
        var streams = [Stream(memory), Stream(memory)]
        for step in 0..<3000 {
            let side = below(2)
            switch below(10) {
            case 0...3:
                let byte = UInt8(truncatingIfNeeded: step)
                streams[side].append([UInt8](repeating: byte, count: below(100)))
            case 4...5:
                let string = strings[below(3)]
                let offset = below(string.count)
                streams[side].attach(string, offset, 1 + below(string.count - offset))
            case 6...7: streams[side].consume(below(streams[side].model.count + 1))
            case 8: streams[side].consume(streams[side].model.count)
            default:
                streams[side].buffer.move(to: streams[1 - side].buffer)
                streams[1 - side].model += streams[side].model
                streams[side].model = []
            }
            let isRight = streams[0].isRight && streams[1].isRight
            #expect(isRight, "step \(step)")
            if !isRight { break }
        }
        for stream in streams { stream.buffer.destroy() }
        for string in strings {
            #expect(!string.isShared)
            string.release(in: memory)
        }
        #expect(memory.usedBytes == 0)
        memory.destroy()
    }

    @Test func everyPartialSendLeavesTheRest() {
        let string = strings()[0]
        var whole = Stream(memory)
        whole.append(Array("$40\r\n".utf8))
        whole.attach(string, 0, 40)
        whole.append(Array("\r\n".utf8))
        whole.attach(string, 10, 20)
        whole.attach(string, 0, 1)
        whole.append(Array("end".utf8))
        for count in 0...whole.model.count {
            var stream = Stream(memory)
            whole.buffer.move(to: stream.buffer)
            stream.model = whole.model
            #expect(whole.buffer.count == 0)
            stream.consume(count)
            #expect(stream.isRight, "\(count) bytes sent")
            stream.buffer.destroy()
            whole = Stream(memory)
            whole.append(Array("$40\r\n".utf8))
            whole.attach(string, 0, 40)
            whole.append(Array("\r\n".utf8))
            whole.attach(string, 10, 20)
            whole.attach(string, 0, 1)
            whole.append(Array("end".utf8))
        }
        whole.buffer.destroy()
        #expect(!string.isShared)
        memory.destroy()
    }

    @Test func movesAndDropsOnlyWhatIsBehindAStart() {
        let string = strings()[1]
        var stream = Stream(memory)
        stream.append(Array("first".utf8))
        stream.append(Array("second".utf8))
        stream.attach(string, 5, 20)
        stream.append(Array("third".utf8))
        var other = Stream(memory)
        other.append(Array("before".utf8))
        stream.buffer.move(from: 5, to: other.buffer)
        other.model += stream.model.dropFirst(5)
        stream.model = Array("first".utf8)
        #expect(stream.isRight)
        #expect(other.isRight)
        other.buffer.drop(from: 6)
        other.model = Array("before".utf8)
        #expect(other.isRight)
        #expect(!string.isShared)
        stream.append(Array("more".utf8))
        stream.buffer.truncate(to: 5)
        #expect(stream.buffer.bytes == "first")
        stream.buffer.destroy()
        other.buffer.destroy()
        memory.destroy()
    }

    @Test func aBurstIsNotPaidForEver() {
        var stream = Stream(memory)
        stream.append([UInt8](repeating: 1, count: 100_000))
        let large = stream.buffer.capacity
        #expect(large >= 100_000)
        stream.buffer.trim(to: 4096)
        #expect(stream.buffer.capacity == large)
        stream.consume(99_000)
        stream.buffer.trim(to: 4096)
        #expect(stream.buffer.capacity == 4096)
        #expect(stream.isRight)
        stream.buffer.destroy()
        memory.destroy()
    }
}
