// Integers as text: what is written is read back, and only what would be written is read.
import Testing

@testable import RedwingContainers

private let edges: [Int64] = {
    var values: [Int64] = [0, 1, -1, 9, 10, 11, 99, 100, 101, Int64.max, Int64.min]
    var power: Int64 = 1
    for _ in 0..<19 {
        values += [power - 1, power, power + 1, -power, 1 - power, -power - 1]
        power = power &* 10
    }
    for bits in 0..<63 { values += [1 << bits, (1 << bits) - 1, -(1 << bits)] }
    return values
}()

private func formatted(_ value: Int64) -> String { withIntegerText(value) { $0.string } }

@Suite struct NumbersTests {
    @Test func integersAreWrittenAndReadBack() {
        var random = SplitMix(seed: 17)
        let random64 = (0..<20000).map { _ -> Int64 in
            Int64(bitPattern: random.next()) >> Int64(random.next() % 64)
        }
        for value in edges + random64 {
            #expect(formatted(value) == "\(value)")
            #expect("\(value)".withBytes { $0.parseInteger() } == value)
        }
    }

    @Test func unsignedIntegersAreWrittenAndReadBack() {
        var random = SplitMix(seed: 18)
        var values: [UInt64] = [0, 9, 10, UInt64.max, UInt64.max - 1, 1 << 63, (1 << 63) - 1]
        values += [9_999_999_999_999_999_999, 10_000_000_000_000_000_000]
        values += (0..<20000).map { _ in random.next() >> (random.next() % 64) }
        for value in values {
            var text = [UInt8](repeating: 0, count: 20)
            let length = text.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.map { formatUnsigned(value, to: $0) } ?? 0
            }
            #expect(String(decoding: text[..<length], as: UTF8.self) == "\(value)")
            #expect(digitCount(value) == length)
            #expect("\(value)".withBytes { $0.parseUnsigned() } == value)
        }
    }

    @Test(arguments: [
        "", "-", "+1", "-0", "00", "01", "-01", " 1", "1 ", "1\0", "\0", "0x1", "1.0", "1e3", "--1",
        "9223372036854775808", "-9223372036854775809", "18446744073709551616",
        "99999999999999999999", "-99999999999999999999", "100000000000000000000", "1:", "1/", "٣",
    ])
    func otherTextIsNoInteger(text: String) {
        #expect(text.withBytes { $0.parseInteger() } == nil)
    }

    @Test(arguments: [
        "", "-", "-1", "+1", "-0", "00", "01", " 1", "1 ", "18446744073709551616",
        "99999999999999999999", "100000000000000000000", "1a",
    ])
    func otherTextIsNoUnsignedInteger(text: String) {
        #expect(text.withBytes { $0.parseUnsigned() } == nil)
    }

    /// Whatever is read is just what would be written.
    @Test func onlyCanonicalTextIsRead() {
        var random = SplitMix(seed: 19)
        let alphabet = Array("0123456789-+ .".utf8)
        for _ in 0..<50000 {
            let text = (0..<(random.next() % 22)).map { _ in
                alphabet[Int(random.next() % UInt64(alphabet.count))]
            }
            if let value = text.withBytes({ $0.parseInteger() }) {
                #expect(Array("\(value)".utf8) == text)
            } else {
                let string = String(decoding: text, as: UTF8.self)
                let value = Int64(string)
                #expect(value == nil || "\(value ?? 0)" != string)
            }
        }
    }
}
