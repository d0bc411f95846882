// Requests with big arguments, which get blocks of their own: cut at any place, read partly into
// the block itself, and handed over to who wants to keep them.

import RedwingContainers
import Testing

@testable import RedwingRESP

@Suite struct LargeArgumentTests {
    private let limits = RequestLimits(maxBulk: 512 << 20, isUnauthenticated: false)
    private static let big = [UInt8](repeating: 0x79, count: RequestParser.bigBulk + 7)

    private func request(_ arguments: [[UInt8]]) -> [UInt8] {
        var bytes = Array("*\(arguments.count)\r\n".utf8)
        for argument in arguments {
            bytes += Array("$\(argument.count)\r\n".utf8) + argument + [0x0d, 0x0a]
        }
        return bytes
    }

    /// The arguments of all commands that come of `pieces`, given to a parser one after the other.
    private func parse(_ pieces: [ArraySlice<UInt8>], direct: Bool) throws -> [[[UInt8]]] {
        let memory = SlabAllocator()
        let batch = RequestBatch()
        var commands: [[[UInt8]]] = []
        do {
            var parser = RequestParser(memory: memory)
            var kept: [UInt8] = []
            for piece in pieces {
                var rest = piece
                while direct, parser.directBytes > 0, !rest.isEmpty {
                    let read = parser.readDirect { room in
                        let count = min(room.count, rest.count)
                        room.copyBytes(from: rest.prefix(count))
                        return count
                    }
                    rest = rest.dropFirst(read)
                }
                kept += rest
                let used = try kept.withBytes { data in
                    let used = try parser.parse(data, from: 0, into: batch, limits: limits)
                    for index in 0..<batch.count {
                        let arguments = batch.arguments(batch[index])
                        commands.append((0..<arguments.count).map { arguments[$0].array })
                    }
                    return used
                }
                batch.finish(memory)
                batch.removeAll()
                kept.removeFirst(used)
            }
            #expect(!parser.isMidRequest && kept.isEmpty)
        }
        #expect(memory.usedBytes == 0)
        batch.destroy()
        memory.destroy()
        return commands
    }

    @Test(arguments: [false, true])
    func everyCutGivesTheSame(direct: Bool) throws {
        let expected: [[[UInt8]]] = [
            [Array("SET".utf8), Array("k".utf8), LargeArgumentTests.big],
            [
                Array("MSET".utf8), LargeArgumentTests.big, [], LargeArgumentTests.big,
                [0x0d, 0x0a],
            ],
            [Array("PING".utf8)],
        ]
        let bytes = expected.flatMap(request)
        // Around the lengths and ends every place, within the big ones some.
        for cut in 0...bytes.count where cut % 4099 == 0 || isEdge(bytes, cut) {
            #expect(try parse([bytes[..<cut], bytes[cut...]], direct: direct) == expected)
        }
    }

    private func isEdge(_ bytes: [UInt8], _ cut: Int) -> Bool {
        bytes[max(0, cut - 3)..<min(bytes.count, cut + 3)].contains { $0 != 0x79 }
    }

    @Test func manySmallPieces() throws {
        let expected: [[[UInt8]]] = [[Array("ECHO".utf8), LargeArgumentTests.big]]
        let bytes = expected.flatMap(request)
        let pieces = stride(from: 0, to: bytes.count, by: 61).map {
            bytes[$0..<min(bytes.count, $0 + 61)]
        }
        #expect(try parse(pieces, direct: true) == expected)
        #expect(try parse(pieces, direct: false) == expected)
    }

    @Test func blocksCanBeTaken() throws {
        let memory = SlabAllocator()
        let batch = RequestBatch()
        var parser = RequestParser(memory: memory)
        let bytes = request([Array("SET".utf8), Array("k".utf8), LargeArgumentTests.big])
        let taken: LargeString? = try bytes.withBytes { data in
            let used = try parser.parse(data, from: 0, into: batch, limits: limits)
            #expect(used == data.count)
            let arguments = batch.arguments(batch[0])
            #expect(batch.takeLarge(arguments[1]) == nil)
            return batch.takeLarge(arguments[2])
        }
        let string = try #require(taken)
        #expect(string.isShared)
        batch.finish(memory)
        #expect(!string.isShared)
        #expect(string.bytes.array == LargeArgumentTests.big)
        // Room beyond the bytes, but for their line end, would be lost for as long as they live.
        #expect(string.capacity - string.count < 32)
        string.release(in: memory)
        #expect(memory.usedBytes == 0)
        batch.destroy()
        memory.destroy()
    }
}
