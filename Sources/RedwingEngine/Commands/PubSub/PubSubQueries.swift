// PUBLISH, SPUBLISH and PUBSUB: messages, and who would get them.
import RedwingContainers
import RedwingRESP

extension PubSubCommands {
    static func publish(_ engine: Engine, _ call: inout Call) {
        call.reply.integer(engine.publish(call[1], call[2]))
    }

    static func publishToShard(_ engine: Engine, _ call: inout Call) {
        call.reply.integer(engine.publish(shard: call[1], call[2]))
    }

    static func channels(_ engine: Engine, _ call: inout Call) {
        answerNames(&call, engine.pubSub.channels)
    }

    static func shardChannels(_ engine: Engine, _ call: inout Call) {
        answerNames(&call, engine.pubSub.shardChannels)
    }

    private static func answerNames(_ call: inout Call, _ table: SubscriberTable) {
        guard call.count <= 3 else { return call.badSubcommand("PUBSUB") }
        let open = call.reply.open(expecting: table.count)
        var count = 0
        for audience in table.numbers {
            let name = table.name(audience)
            guard call.count == 2 || GlobPattern.matches(name, pattern: call[2]) else { continue }
            call.reply.bulk(name)
            count += 1
        }
        call.reply.close(open, array: count)
    }

    static func patternCount(_ engine: Engine, _ call: inout Call) {
        call.reply.integer(engine.pubSub.patterns.count)
    }

    static func subscriberCounts(_ engine: Engine, _ call: inout Call) {
        answerCounts(&call, engine.pubSub.channels)
    }

    static func shardSubscriberCounts(_ engine: Engine, _ call: inout Call) {
        answerCounts(&call, engine.pubSub.shardChannels)
    }

    private static func answerCounts(_ call: inout Call, _ table: SubscriberTable) {
        call.reply.array((call.count - 2) * 2)
        for index in 2..<max(2, call.count) {
            call.reply.bulk(call[index])
            call.reply.integer(table.find(call[index]).map { table.subscribers($0).count } ?? 0)
        }
    }

    static func help(_ engine: Engine, _ call: inout Call) {
        call.help(
            "PUBSUB",
            [
                "CHANNELS [<pattern>]",
                "    Answer the channels with subscribers, those that match if there is a pattern.",
                "NUMPAT", "    Answer the number of patterns with subscribers.",
                "NUMSUB [<channel> ...]", "    Answer each channel's number of subscribers; those",
                "    of patterns do not count.",
                "SHARDCHANNELS [<pattern>]", "    The same as CHANNELS for shard channels.",
                "SHARDNUMSUB [<shardchannel> ...]", "    The same as NUMSUB for shard channels.",
            ])
    }
}
