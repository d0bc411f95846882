// How scripts run commands: with rules of their own about which, and in the words that scripts
// know for errors. The engine knows nothing of the language.
import RedwingContainers
import RedwingRESP

/// What holds for the commands of a script.
package struct ScriptRules {
    /// May not change anything.
    package var isReadOnly: Bool
    /// May run commands that need memory though there is none left.
    package var mayExceedMemory: Bool
    /// Whether it has changed something, or tried to.
    package var hasWritten = false

    /// Rules for a script at its beginning.
    package init(isReadOnly: Bool, mayExceedMemory: Bool) {
        self.isReadOnly = isReadOnly
        self.mayExceedMemory = mayExceedMemory
    }
}

/// What a session goes back to when a script of its has ended.
package struct ScriptFrame {
    fileprivate let database: Database
    fileprivate let couldWait: Bool
}

extension Engine {
    /// A script of the session begins.
    package func beginScript(_ session: Session) -> ScriptFrame {
        let frame = ScriptFrame(
            database: session.database, couldWait: !session.flags.contains(.neverWaits))
        session.flags.insert([.neverWaits, .script])
        return frame
    }

    /// It has ended.
    package func endScript(_ session: Session, _ frame: ScriptFrame) {
        session.database = frame.database
        session.flags.remove(.script)
        if frame.couldWait { session.flags.remove(.neverWaits) }
    }

    /// Runs a command for a script of the session, and writes the reply, or why it may not run.
    package func runScripted(
        _ arguments: Arguments, as session: Session, _ rules: inout ScriptRules,
        into reply: ReplyWriter
    ) {
        guard let command = scriptedCommand(arguments, reply) else { return }
        var call = Call(
            session: session, database: session.database, arguments: arguments, reply: reply,
            now: now, hashedKey: .empty, keyHash: 0, command: command)
        if let refusal = aclRefusal(inScript: call) {
            return refusal.withBytes { text in
                reply.error(["ERR ACL failure in script: ", text])
                countError(code: "ERR")
            }
        }
        let flags = table.hot[Int(command)].flags
        if rules.isReadOnly, !flags.isDisjoint(with: [.write, .mayReplicate]) {
            return refuseScripted(
                "ERR Write commands are not allowed from read-only scripts.", reply)
        }
        // What has begun to write may go on.
        if isOutOfMemory, flags.contains(.denyOOM), !rules.hasWritten, !rules.mayExceedMemory {
            reply.error(ReplyError.outOfMemory)
            return countError(code: "OOM")
        }
        if flags.contains(.write) { rules.hasWritten = true }
        executeInner(&call)
    }

    /// The command that the arguments name, if scripts may run it.
    @inline(__always)
    private func scriptedCommand(_ arguments: Arguments, _ reply: ReplyWriter) -> CommandIndex? {
        guard var command = table.find(arguments[0]) else {
            refuseScripted("ERR Unknown command called from script", reply)
            return nil
        }
        if table.hot[Int(command)].isContainer, arguments.count > 1 {
            guard let found = table.subcommand(of: command, arguments[1]) else {
                let name = arguments[1].slice(0, min(arguments[1].count, 128))
                table.fullName(command).uppercased().withBytes {
                    reply.error(["ERR unknown subcommand '", name, "'. Try ", $0, " HELP."])
                }
                countError(code: "ERR")
                return nil
            }
            command = found
        }
        let arity = Int(table.hot[Int(command)].arity)
        guard arity >= 0 ? arguments.count == arity : arguments.count >= -arity else {
            refuseScripted("ERR Wrong number of args calling command from script", reply)
            return nil
        }
        guard !table.hot[Int(command)].flags.contains(.noScript) else {
            refuseScripted("ERR This Valkey command is not allowed from script", reply)
            return nil
        }
        return command
    }

    @inline(never)
    private func refuseScripted(_ error: Bytes, _ reply: ReplyWriter) {
        reply.error(error)
        countError(code: "ERR")
    }

    /// The answer is an error that was counted when the command behind it ran.
    package func noteCountedError() { isErrorCounted = true }

    /// Something has changed that is no key but belongs into snapshots.
    package func noteChange() { dirty &+= 1 }

    /// Writes a line of a script's to the log.
    package func logFromScript(level: Int, _ text: Bytes) {
        host?.log(level: level, text.string)
    }

    /// Whether there is a command of that name that the user of the session may run; nil without
    /// one.
    package func mayRun(_ arguments: Arguments, as session: Session) -> Bool? {
        guard let command = commandIndex(arguments) else { return nil }
        let database = session.database.value.index
        return denial(session.user, command, arguments, database: database) == nil
    }

    /// The version of the features that scripts are told.
    package static var featureVersion: String { "9.1.2" }
}
