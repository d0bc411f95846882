// The server as a program: command line, log, exit codes.
import Glibc
import Logging
import Redwing
import RedwingEngine

do {
    let loaded = try Configuration.load(
        arguments: Array(CommandLine.arguments.dropFirst()),
        readFile: { _ in [] })
    let server = try Server(
        loaded.configuration, logger: Logger(label: "redwing"), handlesSignals: true)
    try await server.run()
} catch {
    print("\(error)")
    exit(1)
}
