// How a message reaches its subscribers. It is put into words once, whatever their number and
// protocol: RESP2 and RESP3 differ in the head alone. Short messages are copied to each outbox,
// long ones are attached to it, and everybody's bytes are the same.
import RedwingContainers
import RedwingRESP

extension Engine {
    /// From this size on a message is shared and not copied.
    private static let sharedSize = 2048
    /// What the buffer for wording messages keeps.
    private static let keptFrame = 4096

    /// Sends a message to the subscribers of a channel and of matching patterns; returns how many
    /// there are.
    func publish(_ channel: Bytes, _ text: Bytes) -> Int {
        guard pubSub.hasListeners else { return 0 }
        var receivers = 0
        if let audience = pubSub.channels.find(channel) {
            let message = Message(head: "message", pattern: nil, channel: channel, text: text)
            receivers += send(message, to: pubSub.channels.subscribers(audience))
        }
        guard pubSub.patterns.count > 0 else { return receivers }
        for audience in pubSub.patternIndex.candidates(channel) {
            let pattern = pubSub.patterns.name(audience)
            guard GlobPattern.matches(channel, pattern: pattern) else { continue }
            let message = Message(head: "pmessage", pattern: pattern, channel: channel, text: text)
            receivers += send(message, to: pubSub.patterns.subscribers(audience))
        }
        return receivers
    }

    /// The same for a shard channel.
    func publish(shard channel: Bytes, _ text: Bytes) -> Int {
        guard let audience = pubSub.shardChannels.find(channel) else { return 0 }
        let message = Message(head: "smessage", pattern: nil, channel: channel, text: text)
        return send(message, to: pubSub.shardChannels.subscribers(audience))
    }

    /// The parts of a message.
    private struct Message {
        let head: Bytes
        let pattern: Bytes?
        let channel: Bytes
        let text: Bytes

        var partCount: Int { pattern == nil ? 3 : 4 }

        /// Everything but the number of parts, which is the protocol's.
        func write(_ writer: ReplyWriter) {
            writer.bulk(head)
            if let pattern { writer.bulk(pattern) }
            writer.bulk(channel)
            writer.bulk(text)
        }
    }

    private func send(_ message: Message, to subscribers: [Session]) -> Int {
        let frame = pubSub.frame
        message.write(ReplyWriter(buffer: frame, version: .resp2))
        let limit = configuration.clientOutputBufferLimits.pubsub.hardBytes
        let parts = message.partCount
        if frame.count >= Engine.sharedSize {
            let shared = LargeString.make(frame.bytes, in: memory)
            for session in subscribers {
                deliver(to: session, parts, limit) {
                    $0.attach(shared, offset: 0, count: shared.count)
                }
            }
            shared.release(in: memory)
        } else {
            for session in subscribers {
                deliver(to: session, parts, limit) { $0.append(frame.bytes) }
            }
        }
        frame.removeAll()
        frame.trim(to: Engine.keptFrame)
        return subscribers.count
    }

    /// Puts a message into a client's outbox, which ends a client that is too far behind.
    @inline(__always)
    private func deliver(
        to session: Session, _ parts: Int, _ limit: Int, _ append: (ReplyBuffer) -> Void
    ) {
        guard let output = mail(of: session) else { return }
        ReplyWriter(buffer: output, version: session.version).push(parts)
        append(output)
        noteMail(of: session)
        if limit > 0, output.count > limit { endSlowSubscriber(session, output) }
    }

    /// What a client has not been sent yet is beyond its limit, even before it could be.
    @inline(never)
    private func endSlowSubscriber(_ session: Session, _ output: ReplyBuffer) {
        output.removeAll()
        session.close(afterReply: false)
        let peer = session.transport?.peerAddress ?? "this process"
        host?.log(
            "Closing subscriber \(session.id) (\(peer)): its messages exceed "
                + "client-output-buffer-limit pubsub")
    }
}
