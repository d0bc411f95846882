// Mutated requests: the parser survives them, and however the bytes are cut, the commands and the
// error are those of the whole. `REDWING_FUZZ_SECONDS` sets for how long (2), `REDWING_FUZZ_SEED`
// where to begin; a failure prints the seed of its round.
import Glibc
import RedwingContainers
import Testing

@testable import RedwingRESP

private func number(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
}

private let seeds: [[UInt8]] = [
    request("PING"), request("SET", "key", "value") + request("GET", "key"),
    request("SET", "", "\r\n", "$1\r\n*1\r\n"), request("HSET", "h", "f", "1", "g", "-22"),
    Array("*0\r\n*-1\r\n*1\r\n$4\r\nPING\r\n".utf8),
    Array("SET a \"b c\\x41\\n\" 'd\\'e'\r\nPING\r\n\r\n  GET a\n".utf8),
    Array("*1\r\n$4\r\nPING\r\nGET a\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n".utf8),
    Array("*2\r\n$3\r\nGET\r\n$536870912\r\nabc".utf8), Array("*2147483647\r\n$1\r\na\r\n".utf8),
    request((0..<12).map { Array("\($0)".utf8) }),
    (0..<80).flatMap { request("GET", "\($0)") },
    request([Array("SET".utf8), [UInt8](repeating: 0x62, count: 33000)]) + request("PING"),
    [UInt8](repeating: 0x63, count: 65536) + Array("\nPING\r\n".utf8),
    Array("*".utf8) + [UInt8](repeating: 0x31, count: 65536) + Array("\r\n".utf8),
    Array("*1\r\n$".utf8) + [UInt8](repeating: 0x31, count: 65536) + Array("\r\n".utf8),
]

/// What a mutation likes to put in: the bytes and numbers that mean something.
private let tokens: [[UInt8]] = [
    "\r\n", "\r", "\n", "*", "$", "*1\r\n", "$0\r\n\r\n", "$1\r\n", "$-1\r\n", "*-1\r\n", "\"",
    "'", "\\", "\\x", " ", "\0", "-", "0", "9", "*11\r\n", "$16385\r\n", "$32768\r\n",
    "$536870913\r\n", "*2147483648\r\n", "9223372036854775807", "PING\r\n",
].map { Array($0.utf8) }

private struct Mutator {
    var random: SplitMix

    mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(max(1, bound))) }

    mutating func stream() -> [UInt8] {
        var bytes = seeds[below(seeds.count)]
        for _ in 0..<below(6) { mutate(&bytes) }
        return bytes
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        // Most of what matters is at the front, and long seeds are long in one place.
        let place = below(below(2) == 0 ? min(bytes.count, 64) : bytes.count)
        let end = min(bytes.count, place + below(12))
        switch below(7) {
        case 0 where !bytes.isEmpty: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8(below(8))
        case 2: bytes.insert(contentsOf: tokens[below(tokens.count)], at: place)
        case 3: bytes.replaceSubrange(place..<end, with: tokens[below(tokens.count)])
        case 4: bytes.removeSubrange(place..<end)
        case 5: bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
        default: bytes += seeds[below(seeds.count)]
        }
    }

    mutating func cuts(of count: Int) -> [Int] {
        if count < 200, below(8) == 0 { return Array(1..<max(2, count)).filter { $0 < count } }
        let near = below(2) == 0 ? min(count, 100) : count
        return (0...below(5)).map { _ in below(near) }.sorted()
    }
}

@Suite struct RequestFuzzTests {
    @Test func cutsDoNotMatter() {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(Int64(number("REDWING_FUZZ_SECONDS") ?? 2))
        var seed = number("REDWING_FUZZ_SEED") ?? 1
        while clock.now < end {
            guard agrees(seed) else { break }
            seed += 1
        }
        #expect(seed > 1)
    }

    private func agrees(_ seed: UInt64) -> Bool {
        var mutator = Mutator(random: SplitMix(seed: seed))
        let bytes = mutator.stream()
        var harness = ParserHarness()
        harness.limits.isUnauthenticated = mutator.below(4) == 0
        let (whole, leaked) = harness.outcome(of: bytes)
        #expect(leaked == 0, "seed \(seed)")
        for _ in 0..<3 {
            harness.readsDirect = mutator.below(2) == 0
            let cuts = mutator.cuts(of: bytes.count)
            let (outcome, leaked) = harness.outcome(of: bytes, cutAt: cuts)
            guard outcome == whole, leaked == 0 else {
                Issue.record("seed \(seed): cut at \(cuts), \(leaked) bytes leaked")
                return false
            }
        }
        return true
    }
}

/// A small seeded generator (Steele, Lea, Flood: SplitMix64).
struct SplitMix {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
