// What is done about a command that a user may not run: the answer, the count, the log entry.
import RedwingContainers
import RedwingRESP

extension Engine {
    /// Looks at a command thoroughly that was not allowed quickly; writes the answer when the user
    /// may not run it, and returns whether that is so.
    @inline(never)
    func refuseByACL(_ call: inout Call) -> Bool {
        let session = call.session
        if !session.flags.contains(.inTransaction), allowsAtOnce(call) { return false }
        let isQueueing = session.flags.contains(.inTransaction)
        // SELECT among the queued commands counts before it has run.
        let queued = isQueueing ? session.transaction?.selected : nil
        let database = queued ?? call.database.value.index
        guard
            let denial = denial(session.user, call.command, call.arguments, database: database)
        else { return false }
        let isExecuting = session.flags.contains(.executesTransaction)
        noteDenial(denial, call, origin: isQueueing || isExecuting ? .multi : .toplevel)
        if isExecuting {
            call.reply.error([
                """
                NOPERM ACLs rules changed between the moment the transaction was accumulated \
                and the EXEC call. This command is no longer allowed for the following reason: \

                """, denial.kind.changedText,
            ])
            noteRefused(&call)
            return true
        }
        refusalText(denial, session.user, call.command).withBytes {
            _ = refuse(&call, $0)
        }
        return true
    }

    /// Why the session's user may not run a command that a script calls, without the code of an
    /// error; nil when it may. The refusal is counted and logged.
    func aclRefusal(inScript call: borrowing Call) -> [UInt8]? {
        guard call.session.flags.contains(.restricted), !allowsAtOnce(call),
            let denial = denial(
                call.session.user, call.command, call.arguments,
                database: call.database.value.index)
        else { return nil }
        noteDenial(denial, call, origin: .lua)
        return Array(refusalText(denial, call.session.user, call.command).dropFirst(7))
    }

    /// The answer to a refused command.
    func refusalText(_ denial: Denial, _ user: User, _ command: CommandIndex) -> [UInt8] {
        switch denial.kind {
        case .command:
            return Array("NOPERM ".utf8) + describe(denial, user, command, argument: .empty)
        case .key: return Array("NOPERM No permissions to access a key".utf8)
        case .channel: return Array("NOPERM No permissions to access a channel".utf8)
        case .database: return Array("NOPERM No permissions to access database".utf8)
        }
    }

    /// What ACL DRYRUN says of a refusal.
    func describe(
        _ denial: Denial, _ user: User, _ command: CommandIndex, argument: Bytes
    ) -> [UInt8] {
        let start = Array("User ".utf8) + user.name + Array(" has no permissions to ".utf8)
        let name = argument.upToZero.array
        switch denial.kind {
        case .command: return start + Array("run the '\(table.fullName(command))' command".utf8)
        case .key: return start + Array("access the '".utf8) + name + Array("' key".utf8)
        case .channel: return start + Array("access the '".utf8) + name + Array("' channel".utf8)
        case .database: return start + Array("access database ".utf8) + name
        }
    }

    /// Counts a refused command and enters it into the log.
    func noteDenial(_ denial: Denial, _ call: borrowing Call, origin: AccessLogEntry.Origin) {
        let reason: AccessLogEntry.Reason
        switch denial.kind {
        case .command:
            accessControl.denials.commands += 1
            reason = .command
        case .key:
            accessControl.denials.keys += 1
            reason = .key
        case .channel:
            accessControl.denials.channels += 1
            reason = .channel
        case .database:
            accessControl.denials.databases += 1
            reason = .database
        }
        let object =
            denial.argument == 0
            ? Array(table.fullName(call.command).utf8) : call[denial.argument].array
        log(reason, origin, object, call.session.user.name, call)
    }

    /// Counts a refused login and enters it into the log.
    func noteLoginFailure(_ user: Bytes, _ call: borrowing Call) {
        accessControl.denials.logins += 1
        let isInTransaction = call.session.flags.contains(.executesTransaction)
        log(.auth, isInTransaction ? .multi : .toplevel, call[0].array, user.array, call)
    }

    private func log(
        _ reason: AccessLogEntry.Reason, _ origin: AccessLogEntry.Origin, _ object: [UInt8],
        _ user: [UInt8], _ call: borrowing Call
    ) {
        let entry = AccessLogEntry(
            id: accessControl.log.nextID, reason: reason, origin: origin, object: object,
            user: user, created: now, updated: now,
            client: describe(call.session, running: call))
        accessControl.log.add(entry, limit: configuration.aclLogMaxLength)
    }
}

extension Denial.Kind {
    /// Why EXEC does not run a command that could be queued.
    fileprivate var changedText: Bytes {
        switch self {
        case .command: "no permission to execute the command or subcommand"
        case .key: "no permission to touch the specified keys"
        case .channel: "no permission to access one of the channels used as arguments"
        case .database: "no permission"
        }
    }
}
