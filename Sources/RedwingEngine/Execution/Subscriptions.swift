// What one client is subscribed to, and what of that its session shows on every command.
import RedwingRESP

/// What clients subscribe to.
enum SubscriptionKind: Int, CaseIterable {
    case channel
    case pattern
    case shardChannel
}

/// The subscriptions of one client.
struct Subscriptions {
    /// By kind: the numbers of the audiences that the client is part of, each with its place there.
    private var places: [[Int: Int]] = SubscriptionKind.allCases.map { _ in [:] }
    /// Bytes of the names.
    private(set) var nameBytes = 0

    /// How many of a kind there are.
    func count(_ kind: SubscriptionKind) -> Int { places[kind.rawValue].count }

    /// The client's place in an audience, or nil.
    func place(_ kind: SubscriptionKind, in audience: Int) -> Int? {
        places[kind.rawValue][audience]
    }

    /// The audiences in the order of their numbers.
    func audiences(_ kind: SubscriptionKind) -> [Int] { places[kind.rawValue].keys.sorted() }

    /// The client joins an audience.
    mutating func join(_ kind: SubscriptionKind, _ audience: Int, at place: Int, nameBytes: Int) {
        places[kind.rawValue][audience] = place
        self.nameBytes += nameBytes
    }

    /// The client has another place in an audience.
    mutating func move(_ kind: SubscriptionKind, _ audience: Int, to place: Int) {
        places[kind.rawValue][audience] = place
    }

    /// The client leaves an audience.
    mutating func leave(_ kind: SubscriptionKind, _ audience: Int, nameBytes: Int) {
        places[kind.rawValue][audience] = nil
        self.nameBytes -= nameBytes
    }

    /// Whether there are none.
    var isEmpty: Bool { places.allSatisfy(\.isEmpty) }

    /// Bytes of memory that they take on the client's side.
    var bytes: Int {
        nameBytes + places.reduce(0) { $0 + $1.capacity * 2 * MemoryLayout<Int>.stride }
    }
}

extension Session {
    /// How many subscriptions of a kind the client has.
    func subscriptionCount(_ kind: SubscriptionKind) -> Int { subscriptions?.count(kind) ?? 0 }

    /// Whether the client is subscribed to anything.
    public var isSubscriber: Bool { flags.contains(.subscriber) }

    /// Notes what follows from the subscriptions and the protocol. With RESP2 nothing tells a
    /// message from a reply: then few commands may run.
    func settleSubscriptions() {
        if subscriptions?.isEmpty == true { subscriptions = nil }
        flags.subtract([.subscriber, .subscriberOnly])
        guard subscriptions != nil else { return }
        flags.insert(version == .resp2 ? [.subscriber, .subscriberOnly] : .subscriber)
    }
}
