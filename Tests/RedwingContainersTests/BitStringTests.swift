// Bit strings beside models that look at one bit at a time.

import Testing

@testable import RedwingContainers

@Suite struct BitStringTests {
    private var random = Generator(state: 7)

    /// A repeatable source of numbers.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ state >> 33) &* 0xff51_afd7_ed55_8ccd
        }
    }

    /// Bytes with long runs of zeros and ones among others.
    private mutating func bytes(_ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        while result.count < count {
            let length = min(count - result.count, Int.random(in: 1...60, using: &random))
            switch Int.random(in: 0..<3, using: &random) {
            case 0: result += [UInt8](repeating: 0, count: length)
            case 1: result += [UInt8](repeating: 0xff, count: length)
            default:
                result += (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
        }
        return result
    }

    private func bits(_ bytes: [UInt8]) -> [Bool] {
        bytes.flatMap { byte in (0..<8).map { byte >> UInt8(7 - $0) & 1 != 0 } }
    }

    @Test mutating func countsAndPositions() {
        for _ in 0..<400 {
            let bytes = bytes(Int.random(in: 1...300, using: &random))
            let bits = bits(bytes)
            let start = Int.random(in: 0...bits.count, using: &random)
            let range = start..<Int.random(in: start...bits.count, using: &random)
            bytes.withBytes { view in
                #expect(view.setBitCount == bits.count { $0 })
                #expect(view.setBitCount(in: range) == bits[range].count { $0 })
                #expect(view.firstBit(true, in: range) == bits[range].firstIndex(of: true))
                #expect(view.firstBit(false, in: range) == bits[range].firstIndex(of: false))
                #expect(bits.indices.allSatisfy { view.bit(at: $0) == bits[$0] })
                #expect(!view.bit(at: bits.count))
            }
        }
    }

    /// What a combination makes of one bit of each source.
    private func model(_ combination: BitCombination, _ bits: [Bool]) -> Bool {
        let rest = bits.dropFirst().contains(true)
        return switch combination {
        case .and: !bits.contains(false)
        case .or: bits.contains(true)
        case .xor: bits.count { $0 } % 2 == 1
        case .not: !bits[0]
        case .diff: bits[0] && !rest
        case .diff1: !bits[0] && rest
        case .andOr: bits[0] && rest
        case .one: bits.count { $0 } == 1
        }
    }

    @Test(
        arguments: [
            BitCombination.and, .or, .xor, .not, .diff, .diff1, .andOr, .one,
        ])
    mutating func combinations(_ combination: BitCombination) {
        for round in 0..<60 {
            let limit = round % 10 == 0 ? 9000 : 60
            let count = combination == .not ? 1 : Int.random(in: 1...5, using: &random)
            let sources = (0..<count).map { _ in
                bytes(Int.random(in: 0...limit, using: &random))
            }
            let size = sources.map(\.count).max() ?? 0
            var result = [UInt8](repeating: 0xaa, count: size)
            lend(sources) { views in
                result.withUnsafeMutableBufferPointer { buffer in
                    guard let base = buffer.baseAddress else { return }
                    MutableBytes(base: base, count: size).combine(combination, views)
                }
            }
            let padded = sources.map { bits($0 + [UInt8](repeating: 0, count: size - $0.count)) }
            let expected = (0..<size * 8).map { index in
                model(combination, padded.map { $0[index] })
            }
            #expect(bits(result) == expected)
        }
    }

    private func lend(
        _ arrays: [[UInt8]], _ views: [Bytes] = [], _ body: ([Bytes]) -> Void
    ) {
        guard let first = arrays.first else { return body(views) }
        first.withBytes { lend(Array(arrays.dropFirst()), views + [$0], body) }
    }

    @Test mutating func fieldsOfEveryWidthAndPlace() {
        for width in 1...64 {
            for isSigned in [true, false] where isSigned || width < 64 {
                let type = BitFieldType(isSigned: isSigned, width: width)
                for _ in 0..<20 { checkField(type) }
            }
        }
    }

    private mutating func checkField(_ type: BitFieldType) {
        var bytes = bytes(20)
        let old = bits(bytes)
        let offset = Int.random(in: 0...160 - type.width, using: &random)
        let value = Int64.random(in: type.min...type.max, using: &random)
        let read = bytes.withUnsafeMutableBufferPointer { buffer -> Int64? in
            guard let base = buffer.baseAddress else { return nil }
            let view = MutableBytes(base: base, count: 20)
            view.setField(type, at: offset, to: value)
            return view.bytes.field(type, at: offset)
        }
        #expect(read == value)
        let new = bits(bytes)
        #expect(new[..<offset] == old[..<offset])
        #expect(new[(offset + type.width)...] == old[(offset + type.width)...])
        for index in 0..<type.width {
            #expect(new[offset + type.width - 1 - index] == (value >> Int64(index) & 1 == 1))
        }
        let behind = bytes.withBytes { $0.slice(0, 5).field(type, at: 36) }
        let start = bytes.withBytes {
            $0.slice(0, 5).field(.init(isSigned: false, width: 4), at: 36)
        }
        let unwrapped =
            type.width >= 4 ? start << Int64(type.width - 4) : start >> Int64(4 - type.width)
        #expect(behind == type.wrap(unwrapped))
    }

    @Test func overflow() {
        let byte = BitFieldType(isSigned: false, width: 8)
        let tiny = BitFieldType(isSigned: true, width: 4)
        let word = BitFieldType(isSigned: true, width: 64)
        #expect(byte.add(200, 100, .wrap) == 44)
        #expect(byte.add(200, 100, .saturate) == 255)
        #expect(byte.add(200, 100, .fail) == nil)
        #expect(byte.add(20, -100, .wrap) == 176)
        #expect(byte.add(20, -100, .saturate) == 0)
        #expect(byte.add(255, .max, .saturate) == 255)
        #expect(byte.add(255, .min, .saturate) == 0)
        #expect(byte.fit(-1, .saturate) == 255)
        #expect(byte.fit(-1, .wrap) == 255)
        #expect(tiny.add(7, 1, .wrap) == -8)
        #expect(tiny.add(-8, -1, .wrap) == 7)
        #expect(tiny.add(-8, -1, .saturate) == -8)
        #expect(tiny.add(3, .max, .saturate) == 7)
        #expect(tiny.fit(8, .fail) == nil)
        #expect(tiny.fit(-1000, .saturate) == -8)
        // Valkey looks at a distance that has no 64 bits.
        #expect(tiny.fit(.min, .saturate) == 7)
        #expect(word.add(.max, 1, .wrap) == .min)
        #expect(word.add(.max, 1, .saturate) == .max)
        #expect(word.add(.min, -1, .saturate) == .min)
        #expect(word.add(.min, -1, .fail) == nil)
    }
}
