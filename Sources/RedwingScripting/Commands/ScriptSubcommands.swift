// SCRIPT and its subcommands.
import RedwingContainers
import RedwingEngine
import RedwingLua
import RedwingRESP

extension ScriptController {
    func scriptLoad(_ call: inout Call) {
        let digest = SHA1(call[2])
        if let place = cache.find(digest) {
            cache.keep(place)
        } else {
            do throws(ScriptError) {
                _ = try compile(call[2], digest, isLoaded: true)
            } catch {
                return error.text.withBytes { call.reply.error(line: $0) }
            }
        }
        digest.hex.withBytes { call.reply.bulk($0) }
    }

    func scriptExists(_ call: inout Call) {
        call.reply.array(call.count - 2)
        for index in 2..<call.count {
            let isThere = SHA1(hex: call[index]).map { cache.find($0) != nil } ?? false
            call.reply.integer(isThere ? 1 : 0)
        }
    }

    func scriptShow(_ call: inout Call) {
        guard let digest = SHA1(hex: call[2]), let place = cache.find(digest) else {
            return call.reply.error("NOSCRIPT No matching script.")
        }
        cache[place].body.withBytes { call.reply.bulk($0) }
    }

    func scriptFlush(_ call: inout Call) {
        guard call.count == 2 || call.count == 3 && isFlushMode(call[2]) else {
            return call.reply.error("ERR SCRIPT FLUSH only support SYNC|ASYNC option")
        }
        forgetScripts()
        call.reply.ok()
    }

    func isFlushMode(_ word: Bytes) -> Bool { word.isToken("sync") || word.isToken("async") }

    /// There is no debugger: YES is refused, so that nobody waits for one.
    func scriptDebug(_ call: inout Call) {
        let mode = call[2]
        if mode.isToken("no") { return call.reply.ok() }
        if mode.isToken("yes") || mode.isToken("sync") {
            return call.reply.error("ERR the scripting engine of this server has no debugger")
        }
        call.reply.error("ERR Use SCRIPT DEBUG YES/SYNC/NO")
    }

    /// SCRIPT KILL and FUNCTION KILL.
    func kill(_ call: inout Call, isFunction: Bool) {
        guard let script = running else {
            return call.reply.error("NOTBUSY No scripts in execution right now.")
        }
        guard (script.function != nil) == isFunction else {
            return call.reply.error(isFunction ? ReplyError.busyScript : ReplyError.busyFunction)
        }
        guard !script.rules.hasWritten else {
            return call.reply.error(
                """
                UNKILLABLE Sorry the script already executed write commands against the dataset. \
                You can either wait the script termination or kill the server in a hard way using \
                the SHUTDOWN NOSAVE command.
                """)
        }
        running?.isKilled = true
        call.reply.ok()
    }

    func scriptHelp(_ call: inout Call) {
        call.help(
            "SCRIPT",
            [
                "DEBUG (YES|SYNC|NO) [<engine_name>]",
                "    Set the debug mode for subsequent scripts executed of the specified engine.",
                "    Default engine name: 'lua'",
                "EXISTS <sha1> [<sha1> ...]",
                "    Return information about the existence of the scripts in the script cache.",
                "FLUSH [ASYNC|SYNC]",
                "    Flush the Lua scripts cache. Very dangerous on replicas.",
                "    When called without the optional mode argument, the behavior is determined",
                "     by the lazyfree-lazy-user-flush configuration directive. Valid modes are:",
                "    * ASYNC: Asynchronously flush the scripts cache.",
                "    * SYNC: Synchronously flush the scripts cache.",
                "KILL",
                "    Kill the currently executing Lua script.",
                "LOAD <script>",
                "    Load a script into the scripts cache without executing it.",
                "SHOW <sha1>",
                "    Show a script from the scripts cache.",
            ])
    }
}
