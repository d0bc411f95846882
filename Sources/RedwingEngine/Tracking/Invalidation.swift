// Telling clients that what they have cached is no longer so.
import RedwingContainers
import RedwingRESP

extension Engine {
    /// A key has changed: tells those who have read it, and notes it for those who asked for all
    /// keys with its prefix.
    func noteTrackedChange(_ key: Bytes, _ event: KeyspaceEvent) {
        let running = tracking.value.runningID
        if tracking.value.prefixes.count > 0 {
            // Time and want of memory are nobody's doing.
            let isOwn = event.eventClass != .expired && event.eventClass != .evicted
            tracking.value.prefixes.note(key, by: isOwn ? running : 0)
        }
        guard tracking.value.table.count > 0 else { return }
        let hash = tracking.value.table.hash(key)
        guard let entry = tracking.value.table.take(hash, key) else { return }
        tell(entry, exceptFor: running)
    }

    /// Tells the readers of a key, and frees its entry. A client with NOLOOP is not told when its
    /// id is `running`.
    func tell(_ entry: Entry, exceptFor running: UInt64) {
        for index in 0..<entry.numberCount {
            guard let reader = tracking.value.readers[entry.number(at: index)],
                reader.flags.contains(.tracking),
                !reader.tracking.options.contains(.broadcast),
                !(reader.id == running && reader.tracking.options.contains(.noLoop))
            else { continue }
            sendInvalidation(for: reader) {
                $0.array(1)
                $0.bulk(entry.key)
            }
        }
        entry.free(in: memory)
    }

    /// Keys are gone, all of a database or of all of them: tells every client to drop everything.
    func invalidateAll() {
        guard !tracking.value.isIdle else { return }
        for session in sessions.values where session.flags.contains(.tracking) {
            // The null is that of the client's protocol, whoever gets it.
            let version = session.version
            sendInvalidation(for: session) {
                ReplyWriter(buffer: $0.buffer, version: version).null()
            }
        }
        forgetTrackedKeys()
    }

    /// Tells those who asked for prefixes what has changed since the last turn.
    func broadcastInvalidations() {
        for tracked in tracking.value.prefixes.takeChanged() {
            tracked.takeChanged(memory) { broadcast($0, to: tracked.sessions.values) }
        }
    }

    private func broadcast(_ entries: [Entry], to sessions: some Sequence<Session>) {
        // The same for all but those who are not told of their own changes.
        let text = makeReplyBuffer(capacity: 256)
        defer { text.destroy() }
        let writer = ReplyWriter(buffer: text, version: .resp2)
        writer.array(entries.count)
        for entry in entries { writer.bulk(entry.key) }
        for session in sessions {
            let id = session.id
            guard session.tracking.options.contains(.noLoop),
                entries.contains(where: { $0.word == id })
            else {
                sendInvalidation(for: session) { $0.buffer.append(text.bytes) }
                continue
            }
            let others = entries.filter { $0.word != id }
            guard !others.isEmpty else { continue }
            sendInvalidation(for: session) {
                $0.array(others.count)
                for entry in others { $0.bulk(entry.key) }
            }
        }
    }

    /// Sends a message about a client's cache to the client, or to the one that gets its messages.
    /// `keys` writes what is invalid.
    private func sendInvalidation(for session: Session, _ keys: (ReplyWriter) -> Void) {
        let redirect = session.tracking.redirect
        guard let target = redirect == 0 ? session : sessions[redirect] else {
            return tellRedirectIsBroken(session)
        }
        if target.version == .resp3 {
            push(to: target) {
                $0.push(2)
                $0.bulk("invalidate")
                keys($0)
            }
        } else if redirect != 0, target.isSubscriber {
            push(to: target) {
                $0.array(3)
                $0.bulk("message")
                $0.bulk("__redis__:invalidate")
                keys($0)
            }
        }
        // Others speak a protocol that has nothing to tell it with.
    }

    /// The client that was to get a client's messages has gone: the client itself is told.
    private func tellRedirectIsBroken(_ session: Session) {
        session.tracking.options.insert(.brokenRedirect)
        guard session.version == .resp3 else { return }
        push(to: session) {
            $0.push(2)
            $0.bulk("tracking-redir-broken")
            $0.integer(Int64(clamping: session.tracking.redirect))
        }
    }
}
