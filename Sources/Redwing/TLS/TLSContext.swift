// What all TLS connections of a server have in common: certificate, key, authorities, protocol
// versions, session cache. Immutable: a change makes a new context for the connections to come,
// and those that exist keep theirs.
#if TLS
import COpenSSL
import RedwingEngine
import RedwingLinux

/// The server's side of TLS, as configured.
// Sendable: OpenSSL locks what connections of a context share, and nothing here changes.
@safe final class TLSContext: @unchecked Sendable {
    /// What INFO tells of the certificates.
    let certificates: HostFacts.Certificates
    private let context: OpaquePointer

    /// Loads everything that `configuration` names; blocks while files are read.
    init(_ configuration: TLSConfiguration) throws(TLSError) {
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
            throw OpenSSLQueue.error("OpenSSL has no context")
        }
        let loader = unsafe TLSContextLoader(context, configuration)
        do throws(TLSError) {
            certificates = try loader.load()
            unsafe self.context = context
        } catch {
            unsafe SSL_CTX_free(context)
            throw error
        }
    }

    deinit { unsafe SSL_CTX_free(context) }

    /// The server's side of a connection over `socket`, which has to stay open for as long as
    /// the session is used; nil when the library is out of memory.
    func makeSession(
        _ socket: Descriptor, clients: TLSClientAuthentication
    ) -> TLSSession? {
        guard let session = unsafe SSL_new(context) else {
            _ = OpenSSLQueue.take()
            return nil
        }
        return unsafe TLSSession(owning: session, over: socket, clients: clients)
    }
}

/// Fills a context step by step.
@safe private struct TLSContextLoader {
    private let context: OpaquePointer
    private let configuration: TLSConfiguration

    init(_ context: OpaquePointer, _ configuration: TLSConfiguration) {
        unsafe self.context = context
        self.configuration = configuration
    }

    func load() throws(TLSError) -> HostFacts.Certificates {
        guard !configuration.certificateFile.isEmpty else {
            throw TLSError("No tls-cert-file configured!")
        }
        guard !configuration.keyFile.isEmpty else {
            throw TLSError("No tls-key-file configured!")
        }
        guard configuration.clientAuthentication == .no || hasAuthorities else {
            throw TLSError(
                """
                tls-auth-clients needs authorities to check the clients' certificates: set \
                tls-ca-cert-file or tls-ca-cert-dir
                """)
        }
        try setProtocols()
        unsafe redwing_ctx_set_modes(context)
        var facts = HostFacts.Certificates()
        facts.server = try loadCertificate()
        try loadKey()
        if hasAuthorities { facts.authority = try loadAuthorities() }
        try setCiphers()
        setSessionCache()
        try setDHParameters()
        return facts
    }

    private var hasAuthorities: Bool {
        !configuration.authorityFile.isEmpty || !configuration.authorityDirectory.isEmpty
    }

    private func setProtocols() throws(TLSError) {
        let options = [
            "tlsv1": redwing_option_no_tls1_0(), "tlsv1.1": redwing_option_no_tls1_1(),
            "tlsv1.2": redwing_option_no_tls1_2(), "tlsv1.3": redwing_option_no_tls1_3(),
        ]
        var refused = options.values.reduce(0, |)
        let words = configuration.protocols
        for word in (words.isEmpty ? "TLSv1.2 TLSv1.3" : words).split(
            separator: " ", omittingEmptySubsequences: false)
        {
            guard let option = options[word.lowercased()] else {
                throw TLSError(
                    """
                    tls-protocols takes 'TLSv1', 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3', \
                    separated by single blanks
                    """)
            }
            refused &= ~option
        }
        _ = unsafe SSL_CTX_set_options(context, refused | redwing_option_always())
    }

    private func loadCertificate() throws(TLSError) -> HostFacts.Certificate? {
        let file = configuration.certificateFile
        guard unsafe SSL_CTX_use_certificate_chain_file(context, file) > 0 else {
            throw OpenSSLQueue.error("Failed to load certificate: \(file)")
        }
        let certificate = unsafe TLSCertificate(SSL_CTX_get0_certificate(context))
        guard let certificate, certificate.isInForce else {
            throw TLSError("The certificate of \(file) has expired, or is not in force yet")
        }
        return certificate.facts
    }

    private func loadKey() throws(TLSError) {
        let file = configuration.keyFile
        let passphrase = configuration.keyPassphrase.map { CChar(bitPattern: $0) }
        let result = unsafe redwing_ctx_use_key_file(
            context, file, passphrase, Int32(clamping: passphrase.count))
        guard result > 0 else {
            throw OpenSSLQueue.error("Failed to load private key: \(file)")
        }
    }

    /// Loads the authorities and returns the one that expires first.
    private func loadAuthorities() throws(TLSError) -> HostFacts.Certificate? {
        let file = configuration.authorityFile
        let directory = configuration.authorityDirectory
        guard
            file.isEmpty || (unsafe SSL_CTX_load_verify_file(context, file)) > 0,
            directory.isEmpty || (unsafe SSL_CTX_load_verify_dir(context, directory)) > 0
        else {
            throw OpenSSLQueue.error("Failed to configure CA certificate(s) file/directory")
        }
        guard let store = unsafe SSL_CTX_get_cert_store(context) else { return nil }
        if !directory.isEmpty { try unsafe addCertificates(of: directory, to: store) }
        var first: HostFacts.Certificate?
        for index in 0..<(unsafe redwing_store_count(store)) {
            let held = unsafe redwing_store_certificate(store, index)
            guard let certificate = unsafe TLSCertificate(held) else { continue }
            guard certificate.isInForce else {
                throw TLSError("A CA certificate has expired, or is not in force yet")
            }
            guard let facts = certificate.facts else { continue }
            if facts.expires < first?.expires ?? .max { first = facts }
        }
        return first
    }

    /// The library itself finds in a directory only what `openssl rehash` has named.
    private func addCertificates(
        of directory: String, to store: OpaquePointer
    ) throws(TLSError) {
        let names: [String]
        do throws(SystemError) {
            names = try File.names(in: directory)
        } catch {
            throw TLSError("Failed to open CA certificate directory \(directory): \(error)")
        }
        for name in names.sorted() {
            guard let file = unsafe BIO_new_file("\(directory)/\(name)", "r") else {
                _ = OpenSSLQueue.take()
                continue
            }
            defer { unsafe BIO_free_all(file) }
            guard let certificate = unsafe PEM_read_bio_X509(file, nil, nil, nil) else {
                _ = OpenSSLQueue.take()
                continue
            }
            defer { unsafe X509_free(certificate) }
            guard unsafe X509_STORE_add_cert(store, certificate) != 1 else { continue }
            guard redwing_is_known_certificate_error(ERR_peek_last_error()) != 0 else {
                throw OpenSSLQueue.error("Failed to add a CA certificate of \(name)")
            }
            _ = OpenSSLQueue.take()
        }
    }

    private func setCiphers() throws(TLSError) {
        let ciphers = configuration.ciphers
        guard ciphers.isEmpty || (unsafe SSL_CTX_set_cipher_list(context, ciphers)) == 1
        else { throw OpenSSLQueue.error("Failed to configure ciphers: \(ciphers)") }
        let suites = configuration.cipherSuites
        guard suites.isEmpty || (unsafe SSL_CTX_set_ciphersuites(context, suites)) == 1
        else { throw OpenSSLQueue.error("Failed to configure ciphersuites: \(suites)") }
        if configuration.prefersServerCiphers {
            _ = unsafe SSL_CTX_set_options(context, redwing_option_server_ciphers())
        }
    }

    private func setSessionCache() {
        let isOn = configuration.cachesSessions
        unsafe redwing_ctx_set_session_cache(
            context, isOn ? 1 : 0, configuration.sessionCacheSize)
        if isOn {
            unsafe SSL_CTX_set_timeout(context, configuration.sessionCacheTimeout)
        } else {
            // A ticket would resume a session all the same, without any cache of the server.
            _ = unsafe SSL_CTX_set_options(context, redwing_option_no_ticket())
            _ = unsafe SSL_CTX_set_num_tickets(context, 0)
        }
    }

    private func setDHParameters() throws(TLSError) {
        let path = configuration.dhParametersFile
        guard !path.isEmpty else { return unsafe redwing_ctx_set_dh_auto(context) }
        guard let file = unsafe BIO_new_file(path, "r") else {
            throw OpenSSLQueue.error("Failed to load \(path)")
        }
        defer { unsafe BIO_free_all(file) }
        guard let parameters = unsafe PEM_read_bio_Parameters(file, nil) else {
            throw OpenSSLQueue.error("\(path): failed to read DH params")
        }
        // The context owns them once it has taken them.
        guard unsafe EVP_PKEY_is_a(parameters, "DH") == 1,
            unsafe SSL_CTX_set0_tmp_dh_pkey(context, parameters) == 1
        else {
            unsafe EVP_PKEY_free(parameters)
            throw OpenSSLQueue.error("Failed to load DH params file: \(path)")
        }
    }
}
#endif
