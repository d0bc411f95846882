// What OBJECT ENCODING says of strings. The limits were measured with Valkey 9.1.2.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct StringEncodingTests {
    private func key(_ count: Int) -> String { String(repeating: "k", count: count) }
    private func value(_ count: Int) -> String { String(repeating: "x", count: count) }

    /// Key lengths with the longest value that is still `embstr`.
    private static let limits = [
        (1, 112), (8, 105), (16, 97), (31, 82), (32, 79), (33, 78), (60, 51), (100, 11), (111, 0),
    ]

    @Test(arguments: limits)
    func keyAndValueTogetherDecide(_ keyCount: Int, _ limit: Int) {
        let harness = EngineHarness()
        let key = key(keyCount)
        harness.run("SET", key, value(limit))
        #expect(harness.encoding(key) == "embstr")
        harness.run("SET", key, value(limit + 1))
        #expect(harness.encoding(key) == "raw")
        harness.run("SET", key, value(limit))
        #expect(harness.encoding(key) == "embstr")
        harness.run("SET", "other" + key, value(limit), "EX", "10")
        harness.line("GETDEL \(key)")
        harness.run("SET", key, value(limit), "EX", "10")
        #expect(harness.encoding(key) == "embstr")
    }

    @Test(arguments: limits.filter { $0.1 >= 8 })
    func replacedDeadlinesTakeRoom(_ keyCount: Int, _ limit: Int) {
        let harness = EngineHarness()
        let key = key(keyCount)
        for command in [["SET"], ["SET", "KEEPTTL"], ["SET", "EX", "100"], ["GETSET"], ["MSET"]] {
            harness.run("SET", key, "a", "EX", "100")
            harness.run([command[0], key, value(limit - 8)] + command[1...])
            #expect(harness.encoding(key) == "embstr", "\(command)")
            harness.run("SET", key, "a", "EX", "100")
            harness.run([command[0], key, value(limit - 7)] + command[1...])
            #expect(harness.encoding(key) == "raw", "\(command)")
            harness.run("GETEX", key, "EX", "100")
            #expect(harness.encoding(key) == "raw")
            harness.run("GETEX", key, "PERSIST")
            #expect(harness.encoding(key) == "raw")
            harness.run("SET", key, value(limit - 7))
            #expect(harness.encoding(key) == "embstr")
        }
    }

    @Test func editsMakeRaw() {
        let harness = EngineHarness()
        func encoding(_ commands: String...) -> String? {
            harness.line("GETDEL k")
            for command in commands { harness.line(command) }
            return harness.encoding("k")
        }
        #expect(encoding("SET k 5") == "int")
        #expect(encoding("SET k -9223372036854775808") == "int")
        #expect(encoding("SET k 9223372036854775808") == "embstr")
        #expect(encoding("SET k 05") == "embstr")
        #expect(encoding("SET k ''") == "embstr")
        #expect(encoding("SET k 5", "APPEND k ''") == "raw")
        #expect(encoding("SET k 5", "APPEND k 6") == "raw")
        #expect(encoding("SET k 5", "APPEND k 6", "INCR k") == "int")
        #expect(encoding("SET k abc", "APPEND k ''") == "raw")
        #expect(encoding("SET k abc", "APPEND k ''", "SET k abc") == "embstr")
        #expect(encoding("SET k abc", "SETRANGE k 1 b") == "raw")
        #expect(encoding("SET k abc", "SETRANGE k 1 ''") == "embstr")
        #expect(encoding("SET k 5", "SETRANGE k 0 ''") == "int")
        #expect(encoding("APPEND k 10") == "int")
        #expect(encoding("APPEND k ''") == "embstr")
        #expect(encoding("SETRANGE k 0 10") == "raw")
        #expect(encoding("SET k abc", "SETRANGE k 1 b", "GETEX k EX 10") == "raw")
        #expect(
            encoding("SET k abc", "SETRANGE k 1 b", "GETEX k EX 10", "GETEX k PERSIST") == "raw")
        #expect(encoding("SET k 1.5", "INCRBYFLOAT k 0.5") == "embstr")
        #expect(encoding("SET k 1.5", "INCRBYFLOAT k 0.5", "INCR k") == "int")
        #expect(encoding("INCRBYFLOAT k 3") == "embstr")
        #expect(encoding("MSET k 5") == "int")
        #expect(encoding("SETEX k 10 5") == "int")
        #expect(encoding("GETSET k 5") == "int")
    }

    @Test func longKeysAndValues() {
        let harness = EngineHarness()
        for keyCount in [1000, 1023, 1024, 70_000] {
            let key = key(keyCount)
            harness.run("SET", key, "a")
            #expect(harness.encoding(key) == "raw")
            #expect(harness.run("APPEND", key, "b") == ":2\r\n")
            #expect(harness.run("SETRANGE", key, "5000", "c") == ":5001\r\n")
            #expect(harness.run("GETRANGE", key, "4999", "-1") == bulk("\0c"))
            harness.run("SET", key, "7", "EX", "10")
            #expect(harness.run("INCR", key) == ":8\r\n")
            #expect(harness.encoding(key) == "int")
        }
    }
}
