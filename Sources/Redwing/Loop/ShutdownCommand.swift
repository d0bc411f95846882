// SHUTDOWN: the command that only a server with a loop can have.
import RedwingContainers
import RedwingEngine
import RedwingRESP

extension ShutdownOptions {
    /// Whether a signal with these options saves first.
    var saving: StopRequest.Save {
        if contains(.save) { return .always }
        return contains(.noSave) ? .never : .asConfigured
    }
}

extension EventLoop {
    /// Adds the commands of this loop to its engine's table.
    func registerCommands() {
        snapshots.registerCommands(in: engine)
        scripts.registerCommands()
        let loop = EngineBound(self)
        engine.register([
            CommandSpec(
                "shutdown", -1, [.admin, .noScript, .loading, .stale, .noMulti, .allowBusy],
                .dangerous, group: "server", since: "1.0.0",
                complexity: "O(N) when saving, where N is the total number of keys",
                summary: "Saves the data if configured or asked to, and ends the server.",
                syntax: """
                    [save-selector<nosave:token@NOSAVE | save:token@SAVE>] [now:token@NOW] \
                    [force:token@FORCE] [abort:token@ABORT]
                    """,
                handler: { _, call in loop.object.shutdown(&call) })
        ])
    }

    private func shutdown(_ call: inout Call) {
        var save = StopRequest.Save.asConfigured
        var isForced = false
        var isNow = false
        var isAborting = false
        for index in 1..<max(1, call.count) {
            let word = call[index]
            if word.isToken("nosave"), save != .always {
                save = .never
            } else if word.isToken("save"), save != .never {
                save = .always
            } else if word.isToken("now") {
                isNow = true
            } else if word.isToken("force") {
                isForced = true
            } else if word.isToken("abort") {
                isAborting = true
            } else {
                return call.reply.error("ERR syntax error")
            }
        }
        if isAborting {
            guard call.count == 2 else { return call.reply.error("ERR syntax error") }
            return call.reply.error("ERR No shutdown in progress.")
        }
        if scripts.isBusy, save != .never { return call.reply.error(text: scripts.busyText) }
        logger.notice("User requested shutdown\(isNow ? " now" : "")")
        // A success has no reply: the connection just ends.
        guard stop(save: save, force: isForced) else {
            return call.reply.error("ERR Errors trying to SHUTDOWN. Check logs.")
        }
        call.session.close(afterReply: true)
    }
}
