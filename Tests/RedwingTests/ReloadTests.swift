// What is saved comes back: DEBUG RELOAD writes the snapshot, empties the server and loads it.
import Redwing
import RedwingLinux
import RedwingTesting
import Testing

@Suite struct ReloadTests {
    /// The walk takes a bucket at a time and rests after some; with one bucket a database, the end
    /// of the walk comes at every place of such a round.
    @Test(arguments: 1...20)
    func fewKeysInManyDatabases(databases: Int) async throws {
        let directory = "/tmp/redwing-reload-\(ProcessInfo.identifier)-\(Entropy.bits())"
        try File.makeDirectory(directory)
        defer {
            try? File.remove("\(directory)/dump.redwing")
            try? File.removeDirectory(directory)
        }
        var configuration = Configuration()
        configuration.directory = directory
        configuration.databases = databases
        configuration.enableDebugCommand = .yes
        configuration.savePoints = []
        try await withRedwing(.tcp, configuration: configuration) { redis async throws in
            try await redis.execute("SET", "k", "v")
            try await redis.execute("HSET", "h", "f", "v")
            #expect(try await redis.execute("DEBUG", "RELOAD") == .simple("OK"))
            #expect(try await redis.execute("GET", "k") == "v")
            #expect(try await redis.execute("HGET", "h", "f") == "v")
            #expect(try await redis.execute("DBSIZE").integer == 2)
        }
    }
}
