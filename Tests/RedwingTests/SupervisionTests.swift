// Who started the server, as the environment tells it, and what leaving the terminal demands.
import Redwing
import RedwingEngine
import RedwingLinux
import Testing

@Suite struct SupervisionTests {
    @Test(arguments: [
        (SupervisionMode.no, ["NOTIFY_SOCKET", "UPSTART_JOB"], SupervisionMode.no, false),
        (.auto, [], .no, false),
        (.auto, ["NOTIFY_SOCKET"], .systemd, false),
        (.auto, ["UPSTART_JOB", "NOTIFY_SOCKET"], .upstart, false),
        (.systemd, ["NOTIFY_SOCKET"], .systemd, false),
        (.systemd, ["UPSTART_JOB"], .no, true),
        (.upstart, ["UPSTART_JOB"], .upstart, false),
        (.upstart, ["NOTIFY_SOCKET"], .no, true),
    ])
    func theEnvironmentDecides(
        wanted: SupervisionMode, variables: [String], expected: SupervisionMode, warns: Bool
    ) {
        let found = Supervision.detect(wanted) { variables.contains($0) ? "x" : nil }
        #expect(found.mode == expected)
        #expect((found.warning != nil) == warns)
    }

    @Test(arguments: [
        "", "/", "@", "relative", "vsock:2:1", "/" + String(repeating: "x", count: 108),
    ])
    func addressesThatAreNone(address: String) {
        #expect(throws: SystemError.self) { try NotificationSocket(address: address) }
    }

    /// A child would get one thread, and the locks of all others as they happen to be.
    @Test func aProcessWithThreadsDoesNotFork() throws {
        try #require(ProcessInfo.threadCount > 1)
        #expect(throws: SystemError.self) { try Daemon.detach() }
    }
}
