// MULTI, EXEC, DISCARD, WATCH and UNWATCH: the table and the handlers.
import RedwingContainers
import RedwingRESP

enum TransactionCommands {
    static let table: [CommandSpec] = [
        CommandSpec(
            "multi", 1, [.noScript, .loading, .stale, .fast, .noMulti, .allowBusy], .transaction,
            group: "transactions", since: "1.2.0", complexity: "O(1)",
            summary: "Begins a transaction.", handler: multi),
        CommandSpec(
            "exec", 1, [.noScript, .loading, .stale, .skipSlowlog], .transaction,
            group: "transactions", since: "1.2.0",
            complexity: "That of the transaction's commands",
            summary: "Runs the commands of a transaction.", handler: exec),
        CommandSpec(
            "discard", 1, [.noScript, .loading, .stale, .fast, .allowBusy], .transaction,
            group: "transactions", since: "2.0.0",
            complexity: "O(N) for N queued commands",
            summary: "Ends a transaction without running it.", handler: discard),
        CommandSpec(
            "watch", -2, [.noScript, .loading, .stale, .fast, .noMulti, .allowBusy], .transaction,
            keys: [.keys(1, to: -1, .readOnly)], group: "transactions", since: "2.2.0",
            complexity: "O(1) a key",
            summary: "Has the next transaction run only if the keys have not changed by then.",
            syntax: "key:key...", handler: watch),
        CommandSpec(
            "unwatch", 1, [.noScript, .loading, .stale, .fast, .allowBusy], .transaction,
            group: "transactions", since: "2.2.0", complexity: "O(1)",
            summary: "Forgets all watched keys.", handler: unwatch),
    ]

    static func multi(_ engine: Engine, _ call: inout Call) {
        call.session.transaction = Transaction()
        call.session.flags.insert(.inTransaction)
        call.reply.ok()
    }

    static func discard(_ engine: Engine, _ call: inout Call) {
        guard call.session.flags.contains(.inTransaction) else {
            return call.reply.error("ERR DISCARD without MULTI")
        }
        engine.discardTransaction(call.session)
        call.reply.ok()
    }

    static func watch(_ engine: Engine, _ call: inout Call) {
        // A client that has lost already need not watch more.
        if !call.session.flags.contains(.watchedKeyChanged) {
            for index in 1..<call.count { engine.watch(call.session, call[index]) }
        }
        call.reply.ok()
    }

    static func unwatch(_ engine: Engine, _ call: inout Call) {
        engine.unwatchAll(call.session)
        call.reply.ok()
    }

    static func exec(_ engine: Engine, _ call: inout Call) {
        let session = call.session
        guard session.flags.contains(.inTransaction), let transaction = session.transaction else {
            return call.reply.error("ERR EXEC without MULTI")
        }
        let hasLost =
            session.flags.contains(.watchedKeyChanged) || engine.hasExpiredWatch(session)
        let hasFailed = session.flags.contains(.transactionFailed)
        engine.discardTransaction(session)
        if hasFailed {
            call.reply.error("EXECABORT Transaction discarded because of previous errors.")
        } else if hasLost {
            call.reply.nullArray()
        } else {
            engine.run(transaction, &call)
        }
    }
}

extension Engine {
    /// Runs the commands of a transaction, one reply each.
    fileprivate func run(_ transaction: Transaction, _ call: inout Call) {
        let session = call.session
        call.reply.array(transaction.commands.count)
        session.transaction = transaction
        session.flags.insert([.neverWaits, .executesTransaction])
        for command in transaction.commands {
            var inner = Call(
                session: session, database: session.database,
                arguments: command.arguments.arguments,
                reply: ReplyWriter(buffer: call.reply.buffer, version: session.version), now: now,
                hashedKey: .empty, keyHash: 0, command: command.index)
            executeInner(&inner)
        }
        session.transaction = nil
        session.flags.subtract([.neverWaits, .executesTransaction])
        call.database = session.database
        call.reply.version = session.version
    }

    /// Runs one command that is part of something larger (a transaction), whose name, arity and
    /// place in it are known to be right, and accounts for it. Those who wait for its keys are not
    /// served before the whole is done.
    func executeInner(_ call: inout Call) {
        let before = ticks()
        let mark = ReplyMark(call.reply.buffer)
        if isPlain(call.session) {
            table.hot[Int(call.command)].handler(self, &call)
        } else {
            executeCarefully(&call)
        }
        if mark.isError(call.reply.buffer) { noteError(&call, mark) }
        account(&call, 1, ticks() &- before, mark.written(call.reply.buffer))
    }
}
