// Publish and subscribe within an engine: what a client gets in which order, what is shared, what
// is counted and given back. Replies are compared with Valkey's in the compatibility tests.
import RedwingContainers
import RedwingRESP
import Testing

@testable import RedwingEngine

/// What was pushed to a client and not sent yet, as it would go over the wire.
private func mail(_ client: PretendedClient) -> String {
    guard let outbox = client.session.outbox else { return "" }
    defer { outbox.removeAll() }
    return String(decoding: outbox.wire(), as: UTF8.self)
}

private func message(_ channel: String, _ text: String, head: Character = "*") -> String {
    "\(head)3\r\n$7\r\nmessage\r\n$\(channel.utf8.count)\r\n\(channel)\r\n"
        + "$\(text.utf8.count)\r\n\(text)\r\n"
}

@Suite struct PubSubTests {
    @Test func eachSubscriberGetsTheMessageInItsProtocol() {
        let clients = ManyClients()
        let (old, new, publisher) = (clients.client(), clients.client(), clients.client())
        new("HELLO 3")
        old("SUBSCRIBE a")
        new("SUBSCRIBE a")
        #expect(publisher("PUBLISH a hello") == ":2\r\n")
        #expect(mail(old) == message("a", "hello"))
        #expect(mail(new) == message("a", "hello", head: ">"))
    }

    @Test(arguments: [10, 3000, 100_000])
    func messagesKeepTheirOrderWhateverTheirSize(_ size: Int) {
        let clients = ManyClients()
        let (subscriber, publisher) = (clients.client(), clients.client())
        subscriber("SUBSCRIBE a")
        var expected = ""
        for number in 0..<20 {
            let text = number.isMultiple(of: 3) ? String(repeating: "x", count: size) : "\(number)"
            publisher.send(["PUBLISH", "a", text])
            expected += message("a", text)
        }
        #expect(mail(subscriber) == expected)
    }

    @Test func longMessagesAreSharedAndGivenBack() {
        let clients = ManyClients()
        let publisher = clients.client()
        let subscribers = (0..<50).map { _ in clients.client() }
        for subscriber in subscribers { subscriber("SUBSCRIBE a") }
        // From now on everybody has an outbox.
        publisher("PUBLISH a m")
        for subscriber in subscribers { #expect(mail(subscriber) == message("a", "m")) }
        let before = clients.engine.usedMemory
        publisher.send(["PUBLISH", "a", String(repeating: "x", count: 100_000)])
        let taken = clients.engine.usedMemory - before
        #expect(taken > 100_000 && taken < 250_000)
        for subscriber in subscribers { #expect(mail(subscriber).utf8.count > 100_000) }
        #expect(clients.engine.usedMemory == before)
    }

    @Test func whatCameBeforeACommandGoesOutBeforeItsReply() {
        let clients = ManyClients()
        let (subscriber, publisher) = (clients.client(), clients.client())
        subscriber("SUBSCRIBE a")
        publisher("PUBLISH a 1")
        #expect(
            subscriber("UNSUBSCRIBE a")
                == message("a", "1") + "*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n")
        #expect(mail(subscriber) == "")
    }

    @Test func aSubscriberThatIsTooFarBehindIsEndedAndOthersAreNot() {
        let clients = ManyClients { configuration in
            configuration.clientOutputBufferLimits.pubsub.hardBytes = 10_000
        }
        let (slow, other, publisher) = (clients.client(), clients.client(), clients.client())
        slow("PSUBSCRIBE *")
        other("SUBSCRIBE a")
        let text = String(repeating: "x", count: 900)
        for _ in 0..<10 { publisher.send(["PUBLISH", "a", text]) }
        #expect(!slow.session.closesNow)
        _ = mail(other)
        for _ in 0..<10 { publisher.send(["PUBLISH", "b", text]) }
        #expect(slow.session.closesNow)
        #expect(mail(slow) == "")
        #expect(!other.session.closesNow)
        // It counts as a receiver until its connection is gone, and gets nothing.
        #expect(publisher.send(["PUBLISH", "b", "x"]) == ":1\r\n")
        #expect(mail(slow) == "")
        clients.engine.end(slow.session)
        #expect(publisher.send(["PUBLISH", "b", "x"]) == ":0\r\n")
    }

    @Test func everythingIsGivenBackWhenClientsLeave() {
        let clients = ManyClients()
        let watcher = clients.client()
        watcher("SUBSCRIBE warm")
        watcher("PSUBSCRIBE warm*")
        watcher("SSUBSCRIBE warm")
        let many = (0..<20).map { _ in clients.client() }
        let before = clients.engine.usedMemory
        for (number, client) in many.enumerated() {
            for name in 0..<40 where (name + number).isMultiple(of: 3) {
                client("SUBSCRIBE channel-\(name)")
                client("PSUBSCRIBE pattern-\(name)*")
                client("SSUBSCRIBE shard-\(name)")
            }
        }
        #expect(field("pubsub_clients", of: watcher("RESET")) == nil)
        #expect(field("pubsub_clients", of: watcher("INFO clients")) == "20")
        #expect(watcher("PUBSUB NUMPAT") == ":40\r\n")
        for client in many.shuffled() { clients.engine.end(client.session) }
        #expect(watcher("PUBSUB CHANNELS") == "*0\r\n")
        #expect(watcher("PUBSUB SHARDCHANNELS") == "*0\r\n")
        #expect(watcher("PUBSUB NUMPAT") == ":0\r\n")
        #expect(field("pubsub_clients", of: watcher("INFO clients")) == "0")
        #expect(clients.engine.usedMemory <= before + 512)
    }

    @Test func comingsAndGoingsAgreeWithAModel() {
        let clients = ManyClients()
        let publisher = clients.client()
        let subscribers = (0..<12).map { _ in clients.client() }
        var model: [String: Set<Int>] = [:]
        for _ in 0..<4000 {
            let (who, channel) = (Int.random(in: 0..<12), "c\(Int.random(in: 0..<9))")
            if Bool.random() {
                subscribers[who]("SUBSCRIBE \(channel)")
                model[channel, default: []].insert(who)
            } else {
                subscribers[who]("UNSUBSCRIBE \(channel)")
                model[channel, default: []].remove(who)
            }
            let asked = "c\(Int.random(in: 0..<9))"
            let expected = model[asked] ?? []
            #expect(publisher("PUBLISH \(asked) m") == ":\(expected.count)\r\n")
            for (number, subscriber) in subscribers.enumerated() {
                #expect(
                    mail(subscriber) == (expected.contains(number) ? message(asked, "m") : ""))
            }
        }
    }
}
