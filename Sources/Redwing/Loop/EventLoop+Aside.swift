// Serving clients while a script runs for long: a turn of the loop in the middle of a command. It
// has lanes, input and reply buffers of its own, as those of the outer turn are in use, and leaves
// alone the connections that the outer turn is not done with. All that clients can do is what may
// run while the server is busy; everything else is refused by the engine.
import RedwingContainers
import RedwingEngine
import RedwingLinux
import RedwingRESP
import RedwingPersistence
import RedwingScripting

/// What a turn in the middle of a script has of its own.
struct AsideTurn {
    /// The events of such turns: those of the outer turn are not all looked at yet.
    let events: ReadyEvents
    let replies: ReplyBuffer
    /// Connections that wait for the outer turn to end.
    let kept: [Connection]
}

extension EventLoop {
    /// The first of the lanes that such a turn uses.
    private static let firstLane = 2

    /// Serves those who are ready, once and without waiting.
    func serveAside() {
        guard aside == nil else { return }
        let outer = (replies: replies, unsent: unsent, prepared: prepared, lane: lane)
        let turn = AsideTurn(
            events: ReadyEvents(capacity: 128), replies: engine.makeReplyBuffer(capacity: 1024),
            kept: [executing, prepared].compactMap { $0 })
        aside = turn
        replies = turn.replies
        unsent = []
        prepared = nil
        engine.serveAside {
            let now = time()
            serveFollowing(now)
            lane = EventLoop.firstLane
            let count = (try? epoll.poll(into: turn.events)) ?? 0
            for index in 0..<count { handleAside(turn.events[index], now) }
            runPrepared(now)
            sendAll(now)
            if tls.handshakes.hasReady { takeHandshakeTurn(now) }
        }
        (replies, unsent, prepared, lane) = outer
        aside = nil
        turn.replies.destroy()
        turn.events.destroy()
        // The server is to end, and does not wait for the script.
        if stopping != nil { scripts.endRunning() }
    }

    /// Serves the connection whose commands are parsed already and stand behind the script.
    private func serveFollowing(_ now: Int64) {
        guard let connection = following else { return }
        following = nil
        lane ^= 1
        guard connections[connection.descriptor] === connection, !connection.session.closesNow
        else { return engine.abandon(lane: lane) }
        execute(connection, now)
    }

    private func handleAside(_ event: ReadyEvent, _ now: Int64) {
        switch event.generation {
        case Role.wake, Role.signal: return
        case Role.listener: handle(event, now)
        default:
            let kept = aside?.kept.first { $0.descriptor == Int(event.descriptor.number) }
            guard let kept else { return handle(event, now) }
            // Its readiness is not told again.
            if !unread.contains(where: { $0 === kept }) { unread.append(kept) }
        }
    }
}

/// The libraries of scripts are part of snapshots.
extension ScriptController: SnapshotLibraries {}
