// CLUSTER on a server that is no part of one. Expected replies are those of Valkey 9.1.2.

import Testing

@testable import RedwingEngine

@Suite struct ClusterTests {
    @Test(arguments: [
        ("a", 15_495), ("foo", 12_182), ("{user1000}.following", 3443),
        ("{user1000}.followers", 3443), ("foo{}{bar}", 8363), ("foo{{bar}}zap", 4015),
        ("foo{bar}{zap}", 5061),
    ])
    func slotsOfKeys(_ key: String, _ slot: Int) {
        #expect(EngineHarness().line("CLUSTER KEYSLOT \(key)") == ":\(slot)\r\n")
    }

    @Test func everythingElseIsRefused() {
        let harness = EngineHarness()
        let error = "-ERR This instance has cluster support disabled\r\n"
        for line in ["INFO", "NODES", "SLOTS", "SHARDS", "MYID", "LINKS", "COUNTKEYSINSLOT 1"] {
            #expect(harness.line("CLUSTER \(line)") == error)
        }
        #expect(harness.line("ASKING") == error)
        #expect(harness.line("READONLY") == "+OK\r\n")
        #expect(harness.line("READWRITE") == "+OK\r\n")
    }
}
