// ZUNION, ZINTER, ZDIFF, popping from several keys and waiting for members.

import RedwingContainers
import Testing

@testable import RedwingEngine

@Suite struct SortedSetAlgebraTests {
    private static let preparation: [(command: String, reply: String)] = [
        ("ZADD z 1 a 2 b 3 c", ":3\r\n"),
        ("ZADD y 10 b 20 c 30 d", ":3\r\n"),
        ("SADD set a b c", ":3\r\n"),
    ]

    private func pairs(_ pairs: (String, String)...) -> String {
        "*\(2 * pairs.count)\r\n" + pairs.map { bulk($0.0) + bulk($0.1) }.joined()
    }

    @Test func results() {
        expectReplies(
            Self.preparation + [
                (
                    "ZUNION 2 z y withscores",
                    pairs(("a", "1"), ("b", "12"), ("c", "23"), ("d", "30"))
                ),
                ("ZUNION 2 z set withscores", pairs(("a", "2"), ("b", "3"), ("c", "4"))),
                (
                    "ZUNION 2 z y withscores aggregate max weights 2 3",
                    pairs(("a", "2"), ("b", "30"), ("c", "60"), ("d", "90"))
                ),
                ("ZINTER 2 z y withscores", pairs(("b", "12"), ("c", "23"))),
                ("ZINTER 2 z y aggregate min withscores", pairs(("b", "2"), ("c", "3"))),
                ("ZINTER 2 z none", "*0\r\n"),
                ("ZDIFF 2 z y withscores", pairs(("a", "1"))),
                ("ZDIFF 2 z z", "*0\r\n"),
                ("ZINTERCARD 2 z y", ":2\r\n"),
                ("ZINTERCARD 2 z y limit 1", ":1\r\n"),
                ("ZUNIONSTORE z 2 z y", ":4\r\n"),
                ("ZSCORE z c", bulk("23")),
                ("ZINTERSTORE d 2 z y weights inf -inf", ":3\r\n"),
                ("ZSCORE d c", bulk("0")),
                ("ZDIFFSTORE d 2 none z", ":0\r\n"),
                ("EXISTS d", ":0\r\n"),
                ("ZUNIONSTORE hash 1 set", ":3\r\n"),
                ("TYPE hash", "+zset\r\n"),
            ])
    }

    @Test func errors() {
        let syntax = "-ERR syntax error\r\n"
        let wrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
        expectReplies(
            Self.preparation + [
                ("ZUNION 0 z", "-ERR at least 1 input key is needed for 'zunion' command\r\n"),
                (
                    "ZUNIONSTORE d -1 z",
                    "-ERR at least 1 input key is needed for 'zunionstore' command\r\n"
                ),
                ("ZUNION x z", "-ERR value is not an integer or out of range\r\n"),
                ("ZUNION 5 z", syntax),
                ("ZUNION 2 z y weights 1", syntax),
                ("ZUNION 2 z y weights 1 nan", "-ERR weight value is not a float\r\n"),
                ("ZUNION 2 z y aggregate foo", syntax),
                ("ZUNION 2 z hash foo", wrongType),
                ("ZINTER 2 none hash", wrongType),
                ("ZUNIONSTORE d 2 z y withscores", syntax),
                ("ZDIFF 2 z y weights 1 2", syntax),
                ("ZINTERCARD 2 z y limit x", "-ERR LIMIT can't be negative\r\n"),
                ("ZINTERCARD 2 z y limit", syntax),
                ("ZMPOP 0 z min", "-ERR numkeys should be greater than 0\r\n"),
                ("ZMPOP 1 z foo", syntax),
                ("ZMPOP 2 z min", syntax),
                ("ZMPOP 1 z min count 0", "-ERR count should be greater than 0\r\n"),
                ("ZMPOP 1 z min count 1 count 1", syntax),
                ("ZMPOP 9223372036854775807 z min", syntax),
                ("ZMPOP 2 none hash min", wrongType),
                ("BZMPOP x 1 z foo", syntax),
                ("BZMPOP x 1 z min", "-ERR timeout is not a float or out of range\r\n"),
                ("BZPOPMIN z -1", "-ERR timeout is negative\r\n"),
                ("BZPOPMIN hash 0", wrongType),
                ("ZPOPMIN z -1", "-ERR value is out of range, must be positive\r\n"),
                ("ZPOPMIN z 1 2", syntax),
                ("ZPOPMIN hash 0", wrongType),
                (
                    "ZRANDMEMBER z -9223372036854775808",
                    """
                    -ERR value is out of range, value must between -9223372036854775807 and \
                    9223372036854775807\r\n
                    """
                ),
                ("ZRANDMEMBER z 4611686018427387904 withscores", "-ERR value is out of range\r\n"),
            ])
    }

    @Test func popping() {
        expectReplies(
            Self.preparation + [
                (
                    "ZMPOP 2 none z max count 2",
                    "*2\r\n" + bulk("z") + "*2\r\n*2\r\n" + bulk("c") + bulk("3") + "*2\r\n"
                        + bulk("b") + bulk("2")
                ),
                ("BZPOPMAX none z 0", "*3\r\n" + bulk("z") + bulk("a") + bulk("1")),
                ("EXISTS z", ":0\r\n"),
                (
                    "BZMPOP 0 2 z y min",
                    "*2\r\n" + bulk("y") + "*1\r\n*2\r\n" + bulk("b") + bulk("10")
                ),
                ("ZPOPMAX y 9", pairs(("d", "30"), ("c", "20"))),
                ("ZPOPMIN y 9", "*0\r\n"),
            ])
    }

    /// What a client that waited was answered meanwhile.
    private func delivered(_ client: PretendedClient) -> String {
        guard let output = client.session.outbox else { return "" }
        defer { output.removeAll() }
        return output.bytes.string
    }

    @Test func clientsWaitInOrder() {
        let clients = ManyClients()
        let waiting = (0..<3).map { _ in clients.client() }
        for client in waiting { #expect(client("BZPOPMIN a b 0") == "") }
        let writer = clients.client()
        #expect(writer("ZADD b 2 y 1 x") == ":2\r\n")
        #expect(delivered(waiting[0]) == "*3\r\n" + bulk("b") + bulk("x") + bulk("1"))
        #expect(delivered(waiting[1]) == "*3\r\n" + bulk("b") + bulk("y") + bulk("2"))
        #expect(delivered(waiting[2]) == "")
        #expect(writer("EXISTS b") == ":0\r\n")
        writer("SADD a 1")
        #expect(delivered(waiting[2]) == "")
        writer("ZUNIONSTORE a 1 a")
        #expect(delivered(waiting[2]) == "*3\r\n" + bulk("a") + bulk("1") + bulk("1"))
    }

    @Test func picksAreFairAndDistinct() {
        for (count, limit) in [(100, 128), (100, 0), (3000, 128)] {
            let harness = EngineHarness { $0.zsetMaxListpackEntries = limit }
            for member in 0..<count { harness.line("ZADD z \(member % 7) m\(member)") }
            var hits: [String: Int] = [:]
            for _ in 0..<200 {
                let reply = harness.line("ZRANDMEMBER z 20").split(separator: "\r\n")
                let members = stride(from: 2, to: reply.count, by: 2).map { String(reply[$0]) }
                #expect(Set(members).count == 20)
                for member in members { hits[member, default: 0] += 1 }
            }
            if count == 100 {
                #expect(hits.count == 100)
                #expect(hits.values.allSatisfy { (15...75).contains($0) })
            }
            let many = harness.line("ZRANDMEMBER z -500")
            #expect(many.hasPrefix("*500\r\n"))
        }
    }

    @Test func aScanFindsWhatStays() {
        let harness = EngineHarness()
        for member in 0..<1000 { harness.line("ZADD z \(member) stay:\(member)") }
        var seen: Set<String> = []
        var cursor = "0"
        var step = 0
        repeat {
            let reply = harness.line("ZSCAN z \(cursor) NOSCORES COUNT 20")
            let lines = reply.split(separator: "\r\n").map(String.init)
            cursor = lines[2]
            for place in stride(from: 5, to: lines.count, by: 2) { seen.insert(lines[place]) }
            for _ in 0..<30 {
                harness.line("ZADD z 5 go:\(step)")
                if step > 400 { harness.line("ZREM z go:\(step - 400)") }
                step += 1
            }
        } while cursor != "0"
        for member in 0..<1000 { #expect(seen.contains("stay:\(member)")) }
    }
}
