// The configuration of TLS, as plain stored values; the lines of the directive table for it are in
// DirectiveTable+TLS.swift. Nothing here knows a TLS library: files are read by whoever uses them.

/// Whether clients have to show a certificate (`tls-auth-clients`).
public enum TLSClientAuthentication: String, CaseIterable, Sendable {
    /// They are not asked for one.
    case no
    /// Without a valid one there is no connection.
    case yes
    /// They are asked; one that is shown has to be valid.
    case optional
}

/// Which part of a client's certificate names its user (`tls-auth-clients-user`).
public enum TLSUserField: String, CaseIterable, Sendable {
    /// The common name of the subject.
    case commonName = "CN"
    /// The URIs among the subject's alternative names.
    case uri = "URI"
    /// None.
    case off
}

/// Everything that the directives `tls-*` decide. Paths are as the system takes them; empty is
/// none.
public struct TLSConfiguration: Equatable, Sendable {
    /// TCP port for TLS; 0 is none.
    public var port = 0
    /// The server's certificate and those that lead to its authority, PEM.
    public var certificateFile = ""
    /// The private key of that certificate, PEM.
    public var keyFile = ""
    /// What decrypts the private key; empty if it is not encrypted. Never log it.
    public var keyPassphrase: [UInt8] = []
    /// Certificates of the authorities that clients' certificates come from, PEM.
    public var authorityFile = ""
    /// A directory of such certificates, one a file.
    public var authorityDirectory = ""
    /// Whether clients have to show a certificate.
    public var clientAuthentication = TLSClientAuthentication.yes
    /// Which part of a certificate names the user.
    public var userField = TLSUserField.off
    /// Protocol versions, `TLSv1` to `TLSv1.3`, separated by blanks; empty is 1.2 and 1.3.
    public var protocols = ""
    /// Ciphers up to TLS 1.2 in OpenSSL's notation; empty leaves the library's choice.
    public var ciphers = ""
    /// Cipher suites of TLS 1.3 in OpenSSL's notation; empty leaves the library's choice.
    public var cipherSuites = ""
    /// Whether the server's order of ciphers counts, not the client's.
    public var prefersServerCiphers = false
    /// Whether clients may resume sessions.
    public var cachesSessions = true
    /// Sessions that are kept at most; 0 is no limit.
    public var sessionCacheSize = 20_480
    /// Seconds for which a session can be resumed.
    public var sessionCacheTimeout = 300
    /// Diffie-Hellman parameters for TLS 1.2, PEM; empty leaves the library's choice.
    public var dhParametersFile = ""
    /// Connections that one turn of the loop accepts, and handshakes that it takes on, at most.
    public var maxNewConnectionsPerCycle = 1
    /// Seconds from one look at the files to the next; 0 is never.
    public var autoReloadInterval = 0

    /// Creates the default: no TLS.
    public init() {}
}
