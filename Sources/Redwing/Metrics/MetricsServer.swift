// The HTTP server for monitoring. It has an epoll set of its own, which the event loop watches like
// any descriptor: in a turn it handles a few events and comes back. Nothing that its clients do or
// leave undone costs more than that: heads are short, bodies refused, pages built a limited number
// of times, connections few, and each has a deadline.
import Logging
import RedwingLinux

/// What the server shows.
protocol MetricsSource: AnyObject {
    /// Why clients are not welcome now, or nil when they are.
    var reasonForNotBeingReady: String? { get }

    /// The page with all metrics, as of now.
    func metrics(_ format: MetricsText.Format) -> [UInt8]
}

/// Serves `/metrics`, `/healthz` and `/readyz`. For the loop's thread.
final class MetricsServer {
    /// Connections at most; a further one takes the place of the one that has idled for longest.
    static let maxConnections = 32
    /// Milliseconds that a client may take for sending a request, and for reading the answer.
    static let patience: Int64 = 5000
    /// Milliseconds that a connection may idle between two requests.
    static let idleTime: Int64 = 90_000
    /// Milliseconds that an ending connection is given for its last answer to arrive.
    static let endTime: Int64 = 1000
    /// Pages that are built between two `tend`; beyond that the last one is shown again.
    private static let buildLimit = 8
    /// Events of one turn.
    private static let eventsInTurn = 8

    private static let listenerRole: UInt32 = 1
    private static let connectionRole: UInt32 = 2

    private unowned let source: any MetricsSource
    private let epoll: Epoll
    private var listeners: [MetricsListener] = []
    private var connections: [Int32: HTTPConnection] = [:]
    private var page: [UInt8] = []
    private var pageFormat: MetricsText.Format?
    private var built = 0

    /// A server that does not listen yet.
    init(_ source: any MetricsSource) throws(SystemError) {
        self.source = source
        epoll = try Epoll(capacity: MetricsServer.eventsInTurn)
    }

    /// What to watch for being readable.
    var handle: Descriptor { epoll.handle }

    /// Where it listens.
    var ports: [Int] { listeners.compactMap(\.port) }

    /// The number of connections.
    var connectionCount: Int { connections.count }

    /// Listens on other addresses from now on; connections stay. Port 0 is none.
    func listen(_ addresses: [String], port: Int, _ logger: Logger) throws(ServerError) {
        // An address cannot be listened on twice, so what goes is closed first.
        let names = addresses.map { $0.hasPrefix("-") ? String($0.dropFirst()) : $0 }
        let kept = listeners.filter { $0.port == port && names.contains($0.address) }
        for listener in listeners where !kept.contains(where: { $0 === listener }) {
            epoll.remove(listener.handle)
        }
        listeners = kept
        guard port > 0 else { return }
        let opened = try MetricsListener.open(addresses, port: port, kept: kept, logger)
        for listener in opened where !kept.contains(where: { $0 === listener }) {
            do throws(SystemError) {
                try epoll.add(
                    listener.handle, .readable, generation: MetricsServer.listenerRole)
            } catch {
                throw .cannotListen(
                    address: "\(listener.address):\(port)", reason: error.description)
            }
        }
        listeners = opened
    }

    /// Handles some of what has happened. To be called when `handle` is readable.
    func serve(_ now: Int64) {
        guard let count = try? epoll.wait(timeout: 0) else { return }
        for index in 0..<count {
            let event = epoll[index]
            if event.generation == MetricsServer.listenerRole {
                accept(event.descriptor, now)
            } else if let connection = connections[event.descriptor.number] {
                advance(connection, now)
            }
        }
    }

    /// To be called about ten times a second: ends what has taken too long.
    func tend(_ now: Int64) {
        built = 0
        for connection in connections.values where now >= connection.deadline {
            if connection.input.isEmpty || connection.isAnswering || connection.isEnding {
                close(connection)
            } else {
                connection.answer(
                    HTTPResponse(.requestTimeout), now, keepsAlive: false, headOnly: false)
                // One attempt: who was slow to send does not get more time for reading.
                _ = connection.send()
                close(connection)
            }
        }
    }

    private func accept(_ handle: Descriptor, _ now: Int64) {
        // One a turn: the next one keeps the listener ready.
        guard let accepted = try? Socket.accept(handle) else { return }
        if connections.count >= MetricsServer.maxConnections { closeOldest() }
        let connection = HTTPConnection(accepted.take(), deadline: now + MetricsServer.patience)
        let isWatched: Void? = try? epoll.add(
            connection.handle, .readable, generation: MetricsServer.connectionRole)
        guard isWatched != nil else { return }
        connections[connection.handle.number] = connection
    }

    private func closeOldest() {
        let oldest = connections.values.min {
            $0.deadline - $0.allowance < $1.deadline - $1.allowance
        }
        if let oldest { close(oldest) }
    }

    private func close(_ connection: HTTPConnection) {
        epoll.remove(connection.handle)
        connections[connection.handle.number] = nil
    }

    /// Goes on with a connection that is ready: reads a piece or writes one.
    private func advance(_ connection: HTTPConnection, _ now: Int64) {
        if connection.isEnding { return connection.discard() ? () : close(connection) }
        if !connection.isAnswering {
            let result = connection.receive()
            guard result.count > 0 else { return result.wouldBlock ? () : close(connection) }
            answer(connection, now)
        }
        guard connection.isAnswering else { return watch(connection, .readable) }
        guard connection.send() else { return close(connection) }
        if connection.isAnswering {
            watch(connection, .writable)
        } else if connection.endsAfterAnswer {
            connection.beginEnd(now)
            watch(connection, .readable)
        } else {
            // What has come meanwhile is answered, too, but in the next turn.
            connection.beginRequest(now)
            watch(connection, connection.input.isEmpty ? .readable : [.readable, .writable])
        }
    }

    private func watch(_ connection: HTTPConnection, _ interest: Readiness) {
        guard connection.interest != interest else { return }
        connection.interest = interest
        let isWatched: Void? = try? epoll.modify(
            connection.handle, interest, generation: MetricsServer.connectionRole)
        if isWatched == nil { close(connection) }
    }

    private func answer(_ connection: HTTPConnection, _ now: Int64) {
        if connection.isIdle {
            connection.isIdle = false
            connection.setDeadline(now, MetricsServer.patience)
        }
        switch connection.takeHead() {
        case .incomplete: break
        case .refused(let status):
            connection.answer(HTTPResponse(status), now, keepsAlive: false, headOnly: false)
        case .request(let request, _):
            connection.setDeadline(now, MetricsServer.patience)
            connection.answer(
                response(to: request), now, keepsAlive: request.keepsAlive,
                headOnly: request.method == "HEAD")
        }
    }

    private func response(to request: HTTPRequest) -> HTTPResponse {
        let pages = ["/metrics", "/healthz", "/readyz"]
        guard pages.contains(request.path) else { return HTTPResponse(.notFound) }
        guard request.method == "GET" || request.method == "HEAD" else {
            return HTTPResponse(.methodNotAllowed)
        }
        if let refusal = request.bodyRefusal { return HTTPResponse(refusal) }
        switch request.path {
        case "/healthz": return HTTPResponse(.ok, "ok")
        case "/readyz":
            guard let reason = source.reasonForNotBeingReady else {
                return HTTPResponse(.ok, "ready")
            }
            return HTTPResponse(.serviceUnavailable, reason)
        default:
            let format = MetricsText.Format(accept: request.accept)
            if built < MetricsServer.buildLimit || pageFormat != format {
                page = source.metrics(format)
                pageFormat = format
                built += 1
            }
            return HTTPResponse(page, contentType: format.contentType)
        }
    }
}
