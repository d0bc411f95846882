// TLS on one connection: handshake, reading, writing, the end. Everything is non-blocking and
// looks like a call on the socket below: a count, "would block", the end, or a failure.
#if TLS
import COpenSSL
import Glibc
import RedwingEngine
import RedwingLinux

/// The server's side of a TLS connection. For one thread.
@safe final class TLSSession {
    /// How a handshake stands.
    enum Handshake {
        case done
        /// It goes on when the socket is ready for something.
        case waiting
        /// It failed for this reason.
        case failed(String)
    }

    /// Bytes of memory that an idle session takes, as measured: the library does not tell.
    static let typicalBytes = 20 * 1024

    /// Whether another read may find something without the socket becoming ready again.
    private(set) var mayHaveMore = false
    /// Whether reading has stopped until the socket takes what TLS itself has to say.
    private(set) var readWaitsForRoom = false
    /// Why the connection broke; nil as long as it has not, or when the peer just left.
    private(set) var failure: String?
    private let session: OpaquePointer
    private let state: UnsafeMutablePointer<redwing_bio_state>
    private var isEstablished = false
    private var isBroken = false

    /// The same for all BIOs; nil without memory.
    nonisolated(unsafe) private static let method = unsafe redwing_bio_method_create()

    /// Takes over `session`, a new one of a context.
    init?(
        owning session: OpaquePointer, over socket: Descriptor,
        clients: TLSClientAuthentication
    ) {
        unsafe self.session = session
        guard let method = unsafe TLSSession.method,
            let bio = unsafe redwing_bio_create(method, socket.number),
            let state = unsafe redwing_bio_get_state(bio)
        else {
            _ = OpenSSLQueue.take()
            unsafe SSL_free(session)
            return nil
        }
        unsafe self.state = state
        unsafe SSL_set_bio(session, bio, bio)
        let mode =
            switch clients {
            case .no: SSL_VERIFY_NONE
            case .optional: SSL_VERIFY_PEER
            case .yes: SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
            }
        unsafe SSL_set_verify(session, mode, nil)
        // What was agreed upon under one rule for certificates is not resumed under another.
        let name = Array("redwing-\(clients.rawValue)".utf8)
        _ = unsafe SSL_set_session_id_context(session, name, UInt32(name.count))
        unsafe SSL_set_accept_state(session)
    }

    deinit { unsafe SSL_free(session) }

    /// Takes the handshake as far as it goes without waiting.
    func handshake() -> Handshake {
        let result = unsafe SSL_do_handshake(session)
        if result == 1 {
            isEstablished = true
            mayHaveMore = unsafe SSL_has_pending(session) == 1 || state.pointee.is_drained == 0
            return .done
        }
        let outcome = outcome(of: result)
        if outcome.wouldBlock { return .waiting }
        return .failed(failure ?? "the client closed the connection")
    }

    /// Reads once, as a read of a socket does.
    func read(into room: UnsafeMutableRawBufferPointer) -> IOResult {
        var total = 0
        readWaitsForRoom = false
        while total < room.count, let base = room.baseAddress {
            let wanted = Int32(clamping: room.count - total)
            let result = unsafe SSL_read(session, base + total, wanted)
            guard result > 0 else {
                let outcome = outcome(of: result)
                // An end or failure is found again by the next read, which it has to be.
                mayHaveMore = total > 0 && !outcome.wouldBlock
                return total > 0 ? IOResult(rawValue: total) : outcome
            }
            total += Int(result)
            mayHaveMore = unsafe SSL_has_pending(session) == 1 || state.pointee.is_drained == 0
            if !mayHaveMore { break }
        }
        return IOResult(rawValue: total)
    }

    /// Writes until all is written, or the socket is full.
    ///
    /// What was not written has to be offered again, and at least as much of it: the library
    /// has already encrypted the beginning.
    func write(_ bytes: UnsafeRawBufferPointer) -> IOResult {
        var total = 0
        while total < bytes.count, let base = bytes.baseAddress {
            let wanted = Int32(clamping: bytes.count - total)
            let result = unsafe SSL_write(session, base + total, wanted)
            guard result > 0 else {
                let outcome = outcome(of: result)
                return outcome.wouldBlock && total > 0 ? IOResult(rawValue: total) : outcome
            }
            total += Int(result)
        }
        return IOResult(rawValue: total)
    }

    /// Tells the peer that nothing more will come, if the socket takes that.
    func end() {
        guard isEstablished, !isBroken else { return }
        isBroken = true
        if unsafe SSL_shutdown(session) < 0 { _ = OpenSSLQueue.take() }
    }

    /// The names by which the peer's certificate may name a user, in their order; none without
    /// a certificate that was checked.
    func peerNames(in field: TLSUserField) -> [[UInt8]] {
        guard field != .off, unsafe SSL_get_verify_result(session) == Int(X509_V_OK),
            let certificate = unsafe TLSCertificate(SSL_get0_peer_certificate(session))
        else { return [] }
        return certificate.names(in: field)
    }

    /// What a result of 0 or less means.
    private func outcome(of result: Int32) -> IOResult {
        switch unsafe SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ:
            return IOResult(rawValue: -Int(EAGAIN))
        case SSL_ERROR_WANT_WRITE:
            readWaitsForRoom = true
            return IOResult(rawValue: -Int(EAGAIN))
        case SSL_ERROR_ZERO_RETURN:
            return IOResult(rawValue: 0)
        case SSL_ERROR_SYSCALL:
            isBroken = true
            let code = unsafe state.pointee.error
            let words = OpenSSLQueue.take()
            guard code != 0 else { return IOResult(rawValue: 0) }
            failure = words ?? SystemError(operation: "TLS", code: code).reason
            return IOResult(rawValue: -Int(code))
        default:
            isBroken = true
            failure = OpenSSLQueue.take() ?? failure ?? "unknown error"
            let verdict = unsafe SSL_get_verify_result(session)
            if !isEstablished, verdict != Int(X509_V_OK),
                let words = unsafe X509_verify_cert_error_string(verdict)
            {
                failure = unsafe "\(failure ?? ""): \(String(cString: words))"
            }
            return IOResult(rawValue: -Int(EPROTO))
        }
    }
}
#endif
