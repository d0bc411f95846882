// TLS in a build without it (the package trait `TLS` is off): no context can be made, and so there
// is never a session.
#if !TLS
import RedwingContainers
import RedwingEngine
import RedwingLinux
import RedwingRESP

final class TLSContext: Sendable {
    let certificates = HostFacts.Certificates()

    init(_ configuration: TLSConfiguration) throws(TLSError) {
        throw TLSError("TLS is not part of this build")
    }

    func makeSession(_ socket: Descriptor, clients: TLSClientAuthentication) -> TLSSession? {
        nil
    }
}

final class TLSSession {
    enum Handshake {
        case done
        case waiting
        case failed(String)
    }

    static let typicalBytes = 0
    let mayHaveMore = false
    let readWaitsForRoom = false
    let failure: String? = nil
    private let ended = IOResult(rawValue: 0)

    private init() {}

    func handshake() -> Handshake { .failed("TLS is not part of this build") }
    func read(into buffer: InputBuffer, room: Int) -> IOResult { ended }
    func readDirect(_ parser: inout RequestParser) -> IOResult { ended }
    func send(_ bytes: Bytes) -> IOResult { ended }
    func send(_ replies: ReplyBuffer, limit: Int) -> IOResult { ended }
    func end() {}
    func peerNames(in field: TLSUserField) -> [[UInt8]] { [] }
}
#endif
