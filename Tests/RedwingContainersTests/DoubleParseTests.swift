// Doubles from text beside what the standard library makes of them.
import Testing

@testable import RedwingContainers

@Suite struct DoubleParseTests {
    private func parse(_ text: String) -> Double? { text.withBytes { $0.parseDouble() } }

    @Test(arguments: [
        "0", "-0", "7", "-12.5", "+3", ".5", "5.", "1e3", "1E-3", "123456789012345678901234567890",
        "0.1", "0.3", "2.2250738585072014e-308", "4.9406564584124654e-324", "9007199254740993",
        "1.7976931348623157e308", "9007199254740992e22", "0.000000000000000000000000000001",
        "00000000000000000000000000000000000001.5", "1e0000000000000000000003", "8.5e22", "1e23",
        "0e999999999999999999", "0.0e-400",
    ])
    func readsNumbers(_ text: String) throws {
        let expected = try #require(Double(text.hasSuffix(".") ? text + "0" : text))
        let found = try #require(parse(text))
        #expect(found.bitPattern == expected.bitPattern, "\(found)")
    }

    @Test func readsWhatIsWritten() {
        var random = SplitMix(seed: 4)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            let text = "\(value)"
            #expect(parse(text)?.bitPattern == value.bitPattern, "\(text)")
        }
    }

    @Test(arguments: [
        "", "-", "+", ".", "e5", "-.", "1e", "1e+", "0x1", " 1", "1 ", "nan", "NAN", "infx", "in",
        "1e400", "-1e400", "1e-400", "1.7976931348623159e308", "1__", "--1", "+-1",
    ])
    func refuses(_ text: String) { #expect(parse(text) == nil) }

    @Test func readsInfinities() {
        for text in ["inf", "+inf", "Infinity", "INFINITY", "+iNf"] {
            #expect(parse(text) == .infinity)
        }
        for text in ["-inf", "-infinity"] { #expect(parse(text) == -.infinity) }
    }

    @Test func saysHowFarANumberGoes() {
        let prefixes = [
            ("12abc", 12, 2), ("1e5x", 100_000, 3), ("1e+", 1, 1), ("", 0, 0), ("(3", 0, 0),
            ("-infinite", -Double.infinity, 4), ("1e999z", .infinity, 5), ("1e-999", 0, 6),
        ]
        for (text, value, count) in prefixes {
            let prefix = text.withBytes { $0.parseDoublePrefix() }
            #expect(prefix.value == value && prefix.count == count, "\(text)")
        }
    }
}
