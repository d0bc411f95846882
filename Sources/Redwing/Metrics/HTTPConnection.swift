// One connection of the HTTP server: bytes that came, bytes that are to go, and until when.
import RedwingLinux

/// A client of the HTTP server.
final class HTTPConnection {
    private let socket: FileDescriptor
    /// What came and is not answered yet.
    private(set) var input: [UInt8] = []
    /// What it is watched for.
    var interest = Readiness.readable
    /// When it has taken too long, in Unix milliseconds.
    private(set) var deadline: Int64
    /// How long it was given for what it does now: the deadline less this is when that began.
    private(set) var allowance: Int64
    /// Whether it waits for the first byte of a further request.
    var isIdle = false
    private(set) var endsAfterAnswer = false
    /// Whether its last answer is sent, and it is only read from so that the answer arrives: the
    /// kernel drops what it has to send where a socket is closed that has unread input.
    private(set) var isEnding = false
    private var output: [UInt8] = []
    private var sent = 0
    /// Bytes of the input that hold no end of a head.
    private var searched = 0

    /// Bytes that one turn reads.
    private static let readSize = 4096

    init(_ socket: consuming FileDescriptor, deadline: Int64) {
        self.socket = socket
        self.deadline = deadline
        allowance = MetricsServer.patience
    }

    var handle: Descriptor { socket.handle }

    /// Whether an answer is not sent as a whole yet.
    var isAnswering: Bool { sent < output.count }

    /// Gives it so many milliseconds from `now` on.
    func setDeadline(_ now: Int64, _ allowance: Int64) {
        deadline = now + allowance
        self.allowance = allowance
    }

    /// Reads once. What has come already counts as read where the socket has no more.
    func receive() -> IOResult {
        let room = min(HTTPConnection.readSize, HTTPRequest.maxHead + 2 - input.count)
        let result = socket.handle.receive(appendingTo: &input, limit: max(1, room))
        return result.wouldBlock && !input.isEmpty ? IOResult(rawValue: input.count) : result
    }

    /// The next request's head, taken out of the input when it is whole.
    func takeHead() -> HTTPHead {
        let head = HTTPHead.parse(input, searched: searched)
        searched = 0
        switch head {
        case .incomplete: searched = input.count
        case .refused: input.removeAll()
        case .request(_, let length): input.removeFirst(length)
        }
        return head
    }

    /// Has a response sent.
    func answer(_ response: HTTPResponse, _ now: Int64, keepsAlive: Bool, headOnly: Bool) {
        output = response.bytes(now: now, keepsAlive: keepsAlive, headOnly: headOnly)
        sent = 0
        endsAfterAnswer = !keepsAlive
    }

    /// Sends as much as the socket takes; false when it failed.
    func send() -> Bool {
        let result = socket.handle.send(output, from: sent)
        sent += result.count
        return !result.isFailure
    }

    /// Waits for another request, or goes on with what has come of one.
    func beginRequest(_ now: Int64) {
        output = []
        sent = 0
        isIdle = input.isEmpty
        setDeadline(now, isIdle ? MetricsServer.idleTime : MetricsServer.patience)
    }

    /// Says that nothing more will come, and waits a moment for the client to say the same.
    func beginEnd(_ now: Int64) {
        output = []
        sent = 0
        isEnding = true
        setDeadline(now, MetricsServer.endTime)
        // It fails where the client has gone already, which the next read tells.
        try? socket.handle.shutdownWrite()
    }

    /// Reads once and forgets it; false when the connection is over.
    func discard() -> Bool {
        input.removeAll(keepingCapacity: true)
        let result = socket.handle.receive(
            appendingTo: &input, limit: HTTPConnection.readSize)
        return result.count > 0 || result.wouldBlock
    }
}
