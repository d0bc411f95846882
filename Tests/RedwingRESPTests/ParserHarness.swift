// Feeds a parser the way a connection does: in pieces, with what is not used kept at the front of
// a buffer, and the rest of a big bulk read straight into its block.
import RedwingContainers

@testable import RedwingRESP

/// What became of a stream of bytes.
struct Outcome: Equatable {
    var commands: [[[UInt8]]] = []
    var error: ProtocolError?
}

struct ParserHarness {
    var limits = RequestLimits()
    /// Whether big bulks bypass the buffer.
    var readsDirect = true

    /// Parses `pieces` one after the other. Checks that no memory is left over.
    func outcome(of pieces: [ArraySlice<UInt8>]) -> (outcome: Outcome, leaked: Int) {
        let memory = SlabAllocator()
        let outcome = parse(pieces, memory)
        let leaked = memory.usedBytes
        memory.destroy()
        return (outcome, leaked)
    }

    private func parse(_ pieces: [ArraySlice<UInt8>], _ memory: SlabAllocator) -> Outcome {
        var parser = RequestParser(memory: memory)
        let batch = RequestBatch()
        let input = InputBuffer(capacity: 64, memory: memory)
        defer {
            batch.destroy()
            input.destroy()
        }
        var outcome = Outcome()
        for piece in pieces {
            var rest = piece
            while readsDirect, parser.directBytes > 0, !rest.isEmpty {
                let count = parser.readDirect { room in
                    let count = min(room.count, rest.count)
                    room.copyBytes(from: rest.prefix(count))
                    return count
                }
                rest = rest.dropFirst(count)
                if parser.directBytes == 0 { drain(&parser, input, batch, memory, &outcome) }
                if outcome.error != nil { return outcome }
            }
            guard !rest.isEmpty else { continue }
            input.room(atLeast: rest.count).copyBytes(from: rest)
            input.advance(rest.count)
            drain(&parser, input, batch, memory, &outcome)
            if outcome.error != nil { return outcome }
        }
        return outcome
    }

    private func drain(
        _ parser: inout RequestParser, _ input: InputBuffer, _ batch: RequestBatch,
        _ memory: SlabAllocator, _ outcome: inout Outcome
    ) {
        var start = 0
        var more = true
        while more {
            batch.removeAll()
            do throws(ProtocolError) {
                start = try parser.parse(input.bytes, from: start, into: batch, limits: limits)
            } catch {
                outcome.error = error
            }
            for index in 0..<batch.count {
                let arguments = batch.arguments(batch[index])
                outcome.commands.append((0..<arguments.count).map { arguments[$0].array })
            }
            batch.finish(memory)
            more = batch.isFull && outcome.error == nil
        }
        input.consume(start)
    }

    /// What becomes of `bytes` that come at once.
    func outcome(of bytes: [UInt8]) -> (outcome: Outcome, leaked: Int) { outcome(of: [bytes[...]]) }

    /// What becomes of `bytes` cut at `places`, which are in order.
    func outcome(of bytes: [UInt8], cutAt places: [Int]) -> (outcome: Outcome, leaked: Int) {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        for place in places + [bytes.count] {
            pieces.append(bytes[start..<place])
            start = place
        }
        return outcome(of: pieces)
    }
}

/// A multi-bulk request of these arguments.
func request(_ arguments: [[UInt8]]) -> [UInt8] {
    var bytes = Array("*\(arguments.count)\r\n".utf8)
    for argument in arguments {
        bytes += Array("$\(argument.count)\r\n".utf8) + argument + [0x0d, 0x0a]
    }
    return bytes
}

/// A multi-bulk request of these words.
func request(_ words: String...) -> [UInt8] { request(words.map { Array($0.utf8) }) }

/// A command of these words.
func words(_ words: String...) -> [[UInt8]] { words.map { Array($0.utf8) } }
