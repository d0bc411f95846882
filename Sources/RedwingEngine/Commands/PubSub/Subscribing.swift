// SUBSCRIBE and its kin: each name is answered with a message of its own, which is a push in RESP3
// and goes out even where the client does not want replies.
import RedwingContainers
import RedwingRESP

extension PubSubCommands {
    static func subscribe(_ engine: Engine, _ call: inout Call) {
        guard maySubscribe(&call, "SUBSCRIBE") else { return }
        engine.subscribe(&call, .channel, "subscribe")
    }

    static func subscribeToPatterns(_ engine: Engine, _ call: inout Call) {
        guard maySubscribe(&call, "PSUBSCRIBE") else { return }
        engine.subscribe(&call, .pattern, "psubscribe")
    }

    static func subscribeToShards(_ engine: Engine, _ call: inout Call) {
        guard call.mayWait else { return refuse(&call, "SSUBSCRIBE") }
        guard maySubscribe(&call, "SSUBSCRIBE") else { return }
        engine.subscribe(&call, .shardChannel, "ssubscribe")
    }

    static func unsubscribe(_ engine: Engine, _ call: inout Call) {
        engine.unsubscribe(&call, .channel, "unsubscribe")
    }

    static func unsubscribeFromPatterns(_ engine: Engine, _ call: inout Call) {
        engine.unsubscribe(&call, .pattern, "punsubscribe")
    }

    static func unsubscribeFromShards(_ engine: Engine, _ call: inout Call) {
        engine.unsubscribe(&call, .shardChannel, "sunsubscribe")
    }

    /// Whether messages could reach the client; answers the error itself where not. A transaction
    /// may subscribe to channels and patterns, as it always could.
    private static func maySubscribe(_ call: inout Call, _ name: Bytes) -> Bool {
        let flags = call.session.flags
        let mayWait = call.mayWait || flags.contains(.executesTransaction)
        if mayWait, !flags.contains(.cannotSubscribe) { return true }
        refuse(&call, name)
        return false
    }

    private static func refuse(_ call: inout Call, _ name: Bytes) {
        call.reply.error(["ERR ", name, " isn't allowed for a DENY BLOCKING client"])
    }
}

extension Engine {
    /// Subscribes to each argument and answers each.
    fileprivate func subscribe(_ call: inout Call, _ kind: SubscriptionKind, _ head: Bytes) {
        for index in 1..<call.count {
            subscribe(call.session, kind, call[index])
            confirm(&call, kind, head, call[index])
        }
    }

    /// Ends the subscriptions to the arguments, or all of a kind, and answers each.
    fileprivate func unsubscribe(_ call: inout Call, _ kind: SubscriptionKind, _ head: Bytes) {
        guard call.count == 1 else {
            for index in 1..<call.count {
                unsubscribe(call.session, kind, call[index])
                confirm(&call, kind, head, call[index])
            }
            return
        }
        let names = subscribedNames(call.session, kind)
        if names.isEmpty { return confirm(&call, kind, head, nil) }
        for name in names {
            name.withBytes {
                unsubscribe(call.session, kind, $0)
                confirm(&call, kind, head, $0)
            }
        }
    }

    /// Tells the client what it has subscribed to, or no longer is, and how much is left: channels
    /// and patterns together, shard channels by themselves.
    private func confirm(
        _ call: inout Call, _ kind: SubscriptionKind, _ head: Bytes, _ name: Bytes?
    ) {
        let session = call.session
        let count =
            kind == .shardChannel
            ? session.subscriptionCount(kind)
            : session.subscriptionCount(.channel) + session.subscriptionCount(.pattern)
        func write(_ writer: ReplyWriter) {
            writer.push(3)
            writer.bulk(head)
            if let name { writer.bulk(name) } else { writer.null() }
            writer.integer(count)
        }
        if session.flags.isDisjoint(with: [.replyOff, .replySkip]) {
            write(call.reply)
        } else {
            push(to: session, write)
        }
    }
}

// What clients that speak RESP2 may do while they are subscribed.
extension Engine {
    /// The commands that they may run.
    static func subscriberCommands(_ table: CommandTable) -> Set<CommandIndex> {
        let names: [Bytes] = [
            "subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ssubscribe", "sunsubscribe",
            "ping", "quit", "reset",
        ]
        return Set(names.compactMap { table.find($0) })
    }

    /// Whether the command does not disturb a client that gets messages.
    func maySubscriberRun(_ call: borrowing Call) -> Bool {
        let flags = call.session.flags
        return !flags.contains(.subscriberOnly) || flags.contains(.executesTransaction)
            || subscriberCommands.contains(call.command)
    }

    /// Answers that it does; returns false.
    func refuseSubscriber(_ call: inout Call) -> Bool {
        let name = table.fullName(call.command)
        return """
            ERR Can't execute '\(name)': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / \
            RESET are allowed in this context
            """.withBytes { refuse(&call, $0) }
    }
}
