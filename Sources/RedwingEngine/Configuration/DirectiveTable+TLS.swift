// The directives of TLS. Those that name files are applied again when they are set to the value
// that they have: that is how a renewed certificate is loaded.

private let int32 = Int(Int32.max)
private let noClients = "the server opens no TLS connections of its own"

extension DirectiveTable {
    static let tls: [Directive] = [
        .integer("tls-port", \.tls.port, 0...65_535),
        .text("tls-cert-file", \.tls.certificateFile, flags: .reappliedWhenEqual),
        .text("tls-key-file", \.tls.keyFile, flags: .reappliedWhenEqual),
        .secret("tls-key-file-pass", \.tls.keyPassphrase),
        .text("tls-ca-cert-file", \.tls.authorityFile, flags: .reappliedWhenEqual),
        .text("tls-ca-cert-dir", \.tls.authorityDirectory, flags: .reappliedWhenEqual),
        .choice("tls-auth-clients", \.tls.clientAuthentication),
        .choice("tls-auth-clients-user", \.tls.userField),
        .text("tls-protocols", \.tls.protocols),
        .text("tls-ciphers", \.tls.ciphers),
        .text("tls-ciphersuites", \.tls.cipherSuites),
        .bool("tls-prefer-server-ciphers", \.tls.prefersServerCiphers),
        .bool("tls-session-caching", \.tls.cachesSessions),
        .integer("tls-session-cache-size", \.tls.sessionCacheSize, 0...int32),
        .integer("tls-session-cache-timeout", \.tls.sessionCacheTimeout, 0...int32),
        .text("tls-dh-params-file", \.tls.dhParametersFile, flags: .reappliedWhenEqual),
        .integer(
            "max-new-tls-connections-per-cycle", \.tls.maxNewConnectionsPerCycle, 1...1000),
        .integer("tls-auto-reload-interval", \.tls.autoReloadInterval, 0...int32),
        .inertText("tls-client-cert-file", .ignored(noClients)),
        .inertText("tls-client-key-file", .ignored(noClients)),
        .inertSecret("tls-client-key-file-pass", .ignored(noClients)),
        .inertBool("tls-cluster", false, .refused("cluster mode is not part of this build")),
        .inertBool("tls-replication", false, .refused("replication is not part of this build")),
    ]
}
