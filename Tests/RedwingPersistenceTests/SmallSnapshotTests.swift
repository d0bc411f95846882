// Snapshots of little data: as many keys and databases as fit one slice of the walk.
import Redwing
import RedwingTesting
import Testing

@Suite struct SmallSnapshotTests {
    /// The walk once took itself for done when a slice ended with the last table, and kept the
    /// blocks that were not full.
    @Test(arguments: [1, 2, 15, 16, 17, 64])
    func everyKeyIsInTheFile(databases: Int) async throws {
        let directory = try TemporaryDirectory()
        var configuration = Configuration()
        configuration.savePoints = []
        configuration.databases = databases
        configuration.directory = directory.path
        try await withRedwing(.tcp, configuration: configuration) { redis async throws in
            try await redis.execute("SET", "a", "1")
            try await redis.execute("HSET", "h", "f", "v")
            try await redis.execute("SAVE")
        }
        try await withRedwing(.tcp, configuration: configuration) { redis async throws in
            #expect(try await redis.execute("GET", "a") == "1")
            #expect(try await redis.execute("HGET", "h", "f") == "v")
            #expect(try await redis.execute("DBSIZE") == 2)
        }
        #expect(directory.fileNames == ["dump.redwing"])
    }
}
