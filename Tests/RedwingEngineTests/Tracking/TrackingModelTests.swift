// The one thing that client-side caching is for: once its messages have arrived, nothing in a
// client's cache differs from the server. Random clients, random commands, a small table.

import RedwingRESP
import Testing

@testable import RedwingEngine

@Suite struct TrackingModelTests {
    /// A client with a cache of its own.
    private final class CachingClient {
        let client: PretendedClient
        var cache: [String: String] = [:]
        let options: String
        let isWithoutLoops: Bool

        init(_ clients: ManyClients, _ options: String) {
            client = clients.modernClient()
            self.options = options
            isWithoutLoops = options.contains("NOLOOP")
            let words = options.split(separator: " ").map(String.init)
            #expect(client.send(["CLIENT", "TRACKING", "on"] + words) == "+OK\r\n")
        }

        /// Reads a key and keeps the reply until a message says otherwise.
        func get(_ key: String) {
            let answer = client("GET \(key)")
            let start = answer.start(of: ">2\r\n") ?? answer.endIndex
            cache[key] = String(answer[..<start])
            take(String(answer[start...]))
        }

        /// Sets a key.
        func set(_ key: String, _ value: Int) {
            if isWithoutLoops { cache[key] = nil }
            take(client("SET \(key) \(value)"))
        }

        /// Drops what messages are about.
        func take(_ messages: String) {
            for message in messages.split(separator: ">").map(String.init) {
                let lines = message.split(separator: "\r\n").map(String.init)
                if lines.last == "_" {
                    cache = [:]
                } else {
                    for key in lines.dropFirst(4).enumerated() where key.offset % 2 == 1 {
                        cache[key.element] = nil
                    }
                }
            }
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func cachesAreNeverStale(_ seed: UInt64) {
        var random = RandomSource(seed: seed)
        func pick(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        let clients = ManyClients { $0.trackingTableMaxKeys = 8 }
        let options = [
            "", "NOLOOP", "BCAST", "BCAST NOLOOP", "BCAST PREFIX k1 PREFIX k2", "OPTOUT",
        ]
        let caching = options.map { CachingClient(clients, $0) }
        let (writer, witness) = (clients.client(), clients.modernClient())
        let keys = (0..<24).map { "k\($0)" }
        let isLimited = caching[4]
        var history: [String] = []
        for round in 0..<1500 {
            let client = caching[pick(caching.count)]
            let key = "k\(pick(24))"
            let kind = pick(20)
            history.append("\(kind) \(client.options) \(key)")
            switch kind {
            case 0: _ = writer("FLUSHALL")
            case 1: _ = writer("RENAME \(key) k\(pick(24))")
            case 2: _ = writer("SET \(key) \(round) PX \(1 + pick(40))")
            case 3: clients.pass(Int64(pick(30)))
            case 4: _ = writer("DEL \(key) k\(pick(24))")
            case 5: _ = writer("APPEND \(key) x")
            case 6: client.set(key, round)
            case 7: _ = writer("MSET \(key) \(round) k\(pick(24)) \(round)")
            default:
                if client === isLimited, !key.hasPrefix("k1"), !key.hasPrefix("k2") { continue }
                client.get(key)
            }
            let actual = Dictionary(uniqueKeysWithValues: keys.map { ($0, witness("GET \($0)")) })
            for one in caching {
                one.take(clients.mail(one.client))
                for (key, value) in one.cache {
                    guard value != actual[key] else { continue }
                    let story = history.suffix(12).joined(separator: "; ")
                    Issue.record("\(seed): \(one.options) has \(value) for \(key): \(story)")
                    return
                }
            }
        }
        #expect(clients.engine.tracking.value.table.count <= 8)
    }
}

extension String {
    /// Where a text begins in this one.
    fileprivate func start(of text: String) -> Index? {
        indices.first { self[$0...].hasPrefix(text) }
    }
}
