// The table of the pub/sub commands, one line a command; the handlers are in the files beside.
import RedwingContainers

enum PubSubCommands {
    private static let flags: CommandFlags = [.pubsub, .noScript, .loading, .stale]
    private static let askFlags: CommandFlags = [.pubsub, .loading, .stale]

    static let table: [CommandSpec] = [
        CommandSpec(
            "subscribe", -2, flags, group: "pubsub", since: "2.0.0",
            complexity: "O(N) for N channels",
            summary: "Has the client get the messages of channels.", syntax: "channel...",
            handler: subscribe),
        CommandSpec(
            "unsubscribe", -1, flags, group: "pubsub", since: "2.0.0",
            complexity: "O(N) for N channels",
            summary: "Ends subscriptions to channels, or to all of them.",
            syntax: "[channel...]", handler: unsubscribe),
        CommandSpec(
            "psubscribe", -2, flags, group: "pubsub", since: "2.0.0",
            complexity: "O(N) for N patterns",
            summary: "Has the client get the messages of channels that match patterns.",
            syntax: "pattern:pattern...", handler: subscribeToPatterns),
        CommandSpec(
            "punsubscribe", -1, flags, group: "pubsub", since: "2.0.0",
            complexity: "O(N) for N patterns",
            summary: "Ends subscriptions to patterns, or to all of them.",
            syntax: "[pattern:pattern...]", handler: unsubscribeFromPatterns),
        CommandSpec(
            "ssubscribe", -2, flags, keys: [.keys(1, to: -1, .notKey)], group: "pubsub",
            since: "7.0.0", complexity: "O(N) for N shard channels",
            summary: "Has the client get the messages of shard channels.",
            syntax: "shardchannel...", handler: subscribeToShards),
        CommandSpec(
            "sunsubscribe", -1, flags, keys: [.keys(1, to: -1, .notKey)], group: "pubsub",
            since: "7.0.0", complexity: "O(N) for N shard channels",
            summary: "Ends subscriptions to shard channels, or to all of them.",
            syntax: "[shardchannel...]", handler: unsubscribeFromShards),
        CommandSpec(
            "publish", 3, [.pubsub, .loading, .stale, .fast, .mayReplicate], group: "pubsub",
            since: "2.0.0",
            complexity: "O(N+M) for N subscribers and M patterns that begin like the channel",
            summary: "Sends a message to the subscribers of a channel.",
            syntax: "channel message", handler: publish),
        CommandSpec(
            "spublish", 3, [.pubsub, .loading, .stale, .fast, .mayReplicate],
            keys: [.key(1, .notKey)],
            group: "pubsub", since: "7.0.0", complexity: "O(N) for N subscribers",
            summary: "Sends a message to the subscribers of a shard channel.",
            syntax: "shardchannel message", handler: publishToShard),
        CommandSpec(
            "pubsub", -2, [], group: "pubsub", since: "2.8.0",
            complexity: "That of the subcommand", summary: "Tells who is subscribed to what.",
            subcommands: subcommands, handler: Call.refuseContainer),
    ]

    private static let subcommands: [CommandSpec] = [
        CommandSpec(
            "channels", -2, askFlags, group: "pubsub", since: "2.8.0",
            complexity: "O(N) for N channels",
            summary: "Answers the channels that somebody is subscribed to.",
            syntax: "[pattern:pattern]", handler: channels),
        CommandSpec(
            "help", 2, [.loading, .stale], group: "pubsub", since: "6.2.0",
            summary: "Explains the subcommands.", handler: help),
        CommandSpec(
            "numpat", 2, askFlags, group: "pubsub", since: "2.8.0",
            summary: "Answers the number of patterns that somebody is subscribed to.",
            handler: patternCount),
        CommandSpec(
            "numsub", -2, askFlags, group: "pubsub", since: "2.8.0",
            complexity: "O(N) for N channels",
            summary: "Answers how many clients are subscribed to each channel.",
            syntax: "[channel...]", handler: subscriberCounts),
        CommandSpec(
            "shardchannels", -2, askFlags, group: "pubsub", since: "7.0.0",
            complexity: "O(N) for N shard channels",
            summary: "Answers the shard channels that somebody is subscribed to.",
            syntax: "[pattern:pattern]", handler: shardChannels),
        CommandSpec(
            "shardnumsub", -2, askFlags, group: "pubsub", since: "7.0.0",
            complexity: "O(N) for N shard channels",
            summary: "Answers how many clients are subscribed to each shard channel.",
            syntax: "[shardchannel...]", handler: shardSubscriberCounts),
    ]
}
