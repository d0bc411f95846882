// What the loop does for callers within its process: their commands and their time, both on the
// loop's thread.
import RedwingContainers
import RedwingEngine
import RedwingRESP

extension EventLoop {
    func executeInProcess(_ arguments: [[UInt8]]) -> ReplyValue {
        if ownClient == nil { ownClient = OwnClient(engine) }
        guard let client = ownClient else { return .null }
        var request = Array("*\(arguments.count)\r\n".utf8)
        for argument in arguments {
            request += Array("$\(argument.count)\r\n".utf8) + argument + [0x0d, 0x0a]
        }
        let output = engine.makeReplyBuffer(capacity: 256)
        defer { output.destroy() }
        _ = request.withBytes { engine.receive(client.session, &client.parser, $0, output) }
        var reader = ReplyReader(output.wire())
        return reader.next() ?? .null
    }

    /// Moves the loop's time and lets what is due happen.
    func advance(by milliseconds: Int64) {
        clockOffset += milliseconds
        engine.beginTurn(now: time())
        while engine.work() {}
    }
}

/// The client that callers within the process share.
final class OwnClient {
    let session: Session
    var parser: RequestParser

    init(_ engine: Engine) {
        session = engine.makeSession()
        parser = engine.makeParser()
    }
}
