// SAVE, BGSAVE and LASTSAVE: the commands that persistence adds to the engine's table.
import RedwingContainers
import RedwingEngine
import RedwingRESP

extension SnapshotController {
    /// Adds this controller's commands to its engine. Before the first command only.
    public func registerCommands(in engine: Engine) {
        let controller = EngineBound(self)
        engine.register([
            CommandSpec(
                "save", 1, [.admin, .noAsyncLoading, .noScript, .noMulti], group: "server",
                since: "1.0.0", complexity: "O(N) where N is the total number of keys",
                summary: "Writes the snapshot before it answers; nobody else is served meanwhile.",
                handler: { _, call in controller.object.save(&call) }),
            CommandSpec(
                "bgsave", -1, [.admin, .noAsyncLoading, .noScript], group: "server",
                since: "1.0.0",
                summary: "Writes a snapshot in the background.",
                syntax: "[operation<schedule:token@SCHEDULE | cancel:token@CANCEL>]",
                handler: { _, call in controller.object.backgroundSave(&call) }),
            CommandSpec(
                "lastsave", 1, [.loading, .stale, .fast], [.admin, .dangerous], group: "server",
                since: "1.0.0",
                summary: "Tells when the last snapshot was written, in Unix seconds.",
                tips: "nondeterministic_output",
                handler: { _, call in call.reply.integer(controller.object.history.lastSave) }),
        ])
    }

    private func save(_ call: inout Call) {
        guard !isRunning else {
            return call.reply.error("ERR Background save already in progress")
        }
        do {
            try save()
            call.reply.ok()
        } catch {
            call.reply.error(text: "ERR \(error)")
        }
    }

    private func backgroundSave(_ call: inout Call) {
        if call.count == 2, call[1].isToken("cancel") {
            guard isRunning else {
                return call.reply.error(
                    "ERR Background saving is currently not in progress or scheduled")
            }
            cancel()
            return call.reply.simple("Background saving cancelled")
        }
        guard call.count == 1 || call.count == 2 && call[1].isToken("schedule") else {
            return call.reply.error("ERR syntax error")
        }
        guard !isRunning else {
            return call.reply.error("ERR Background save already in progress")
        }
        do {
            try startBackground()
            call.reply.simple("Background saving started")
        } catch {
            call.reply.error(text: "ERR \(error)")
        }
    }
}
