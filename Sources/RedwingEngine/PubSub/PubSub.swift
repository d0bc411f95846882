// Who is subscribed to what, and how clients come and go. Publishing is in the file beside.
import RedwingContainers
import RedwingRESP

/// The subscriptions of all clients of an engine.
struct PubSub {
    private(set) var channels: SubscriberTable
    private(set) var patterns: SubscriberTable
    private(set) var shardChannels: SubscriberTable
    private(set) var patternIndex: PatternIndex
    /// Clients that are subscribed to anything.
    private(set) var clientCount = 0
    /// Where a message is put into words.
    let frame: ReplyBuffer

    init(seed: HashSeed, random: UInt64, memory: SlabAllocator) {
        channels = SubscriberTable(.channel, seed: seed, memory: memory)
        patterns = SubscriberTable(.pattern, seed: seed, memory: memory)
        shardChannels = SubscriberTable(.shardChannel, seed: seed, memory: memory)
        patternIndex = PatternIndex(seed: random)
        frame = ReplyBuffer(capacity: 256, memory: memory)
    }

    func destroy() {
        for table in [channels, patterns, shardChannels] { table.destroy() }
        frame.destroy()
    }

    /// Whether a message can reach anybody but subscribers of shard channels.
    @inline(__always)
    var hasListeners: Bool { channels.count &+ patterns.count > 0 }

    /// The audiences of a kind.
    func table(_ kind: SubscriptionKind) -> SubscriberTable {
        switch kind {
        case .channel: channels
        case .pattern: patterns
        case .shardChannel: shardChannels
        }
    }

    /// Subscribes a client, unless it is already.
    mutating func subscribe(_ session: Session, _ kind: SubscriptionKind, _ name: Bytes) {
        if session.subscriptions == nil { clientCount += 1 }
        switch kind {
        case .channel: _ = channels.add(session, to: name)
        case .shardChannel: _ = shardChannels.add(session, to: name)
        case .pattern:
            if let added = patterns.add(session, to: name), added.isNew {
                patternIndex.add(added.audience, name)
            }
        }
        session.settleSubscriptions()
    }

    /// Ends a client's subscription; does nothing where there is none.
    mutating func unsubscribe(_ session: Session, _ kind: SubscriptionKind, audience: Int) {
        guard session.subscriptions?.place(kind, in: audience) != nil else { return }
        switch kind {
        case .channel: channels.remove(session, from: audience)
        case .shardChannel: shardChannels.remove(session, from: audience)
        case .pattern:
            if patterns.subscribers(audience).count == 1 {
                patternIndex.remove(audience, patterns.name(audience))
            }
            patterns.remove(session, from: audience)
        }
        session.settleSubscriptions()
        if session.subscriptions == nil { clientCount -= 1 }
    }
}

extension Engine {
    /// Subscribes a client, unless it is already.
    func subscribe(_ session: Session, _ kind: SubscriptionKind, _ name: Bytes) {
        pubSub.subscribe(session, kind, name)
        refreshObservers()
    }

    /// Ends a client's subscription to a name; does nothing where there is none.
    func unsubscribe(_ session: Session, _ kind: SubscriptionKind, _ name: Bytes) {
        guard let audience = pubSub.table(kind).find(name) else { return }
        pubSub.unsubscribe(session, kind, audience: audience)
        refreshObservers()
    }

    /// Ends all subscriptions of a client without a word.
    func unsubscribeAll(_ session: Session) {
        guard session.subscriptions != nil else { return }
        for kind in SubscriptionKind.allCases {
            for audience in session.subscriptions?.audiences(kind) ?? [] {
                pubSub.unsubscribe(session, kind, audience: audience)
            }
        }
        refreshObservers()
    }

    /// The names of a kind that a client is subscribed to.
    func subscribedNames(_ session: Session, _ kind: SubscriptionKind) -> [[UInt8]] {
        let table = pubSub.table(kind)
        return (session.subscriptions?.audiences(kind) ?? []).map { table.name($0).array }
    }
}
