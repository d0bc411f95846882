// The directives of TLS: their fields, and what CONFIG SET applies.

import Testing

@testable import RedwingEngine

@Suite struct TLSConfigurationTests {
    private let permissions = ConfigSetPermissions(isLocalClient: true, isLoading: false)

    private func set(
        _ configuration: inout Configuration, _ words: String...
    ) throws -> [String] {
        var applied: [String] = []
        _ = try configuration.set(words.map { Array($0.utf8) }, permissions: permissions) {
            directive, _, _ in
            applied.append(directive)
            return nil
        }
        return applied
    }

    @Test func everyDirectiveHasItsField() throws {
        var configuration = Configuration()
        _ = try set(
            &configuration, "tls-port", "7443", "tls-cert-file", "a", "tls-key-file", "b",
            "tls-key-file-pass", "c", "tls-ca-cert-file", "d", "tls-ca-cert-dir", "e",
            "tls-auth-clients", "optional", "tls-protocols", "TLSv1.3", "tls-ciphers", "f",
            "tls-ciphersuites", "g", "tls-prefer-server-ciphers", "yes", "tls-session-caching",
            "no", "tls-session-cache-size", "1", "tls-session-cache-timeout", "2",
            "tls-dh-params-file", "h", "max-new-tls-connections-per-cycle", "3",
            "tls-auto-reload-interval", "4", "tls-auth-clients-user", "uri")
        var expected = TLSConfiguration()
        expected.port = 7443
        expected.certificateFile = "a"
        expected.keyFile = "b"
        expected.keyPassphrase = Array("c".utf8)
        expected.authorityFile = "d"
        expected.authorityDirectory = "e"
        expected.clientAuthentication = .optional
        expected.protocols = "TLSv1.3"
        expected.ciphers = "f"
        expected.cipherSuites = "g"
        expected.prefersServerCiphers = true
        expected.cachesSessions = false
        expected.sessionCacheSize = 1
        expected.sessionCacheTimeout = 2
        expected.dhParametersFile = "h"
        expected.maxNewConnectionsPerCycle = 3
        expected.autoReloadInterval = 4
        expected.userField = .uri
        #expect(configuration.tls == expected)
    }

    @Test func filesAreAppliedAgainWhereTheNameStays() throws {
        var configuration = Configuration()
        for name in [
            "tls-cert-file", "tls-key-file", "tls-ca-cert-file", "tls-ca-cert-dir",
            "tls-dh-params-file",
        ] {
            #expect(try set(&configuration, name, "file") == [name])
            #expect(try set(&configuration, name, "file") == [name])
        }
        #expect(try set(&configuration, "tls-protocols", "TLSv1.3") == ["tls-protocols"])
        #expect(try set(&configuration, "tls-protocols", "TLSv1.3") == [])
    }

    @Test func wrongValuesAreRefused() throws {
        for (name, value, reason) in [
            ("tls-port", "65536", "argument must be between 0 and 65535 inclusive"),
            (
                "tls-auth-clients", "maybe",
                "argument(s) must be one of the following: no, yes, optional"
            ),
            (
                "tls-auth-clients-user", "DN",
                "argument(s) must be one of the following: CN, URI, off"
            ),
            (
                "max-new-tls-connections-per-cycle", "0",
                "argument must be between 1 and 1000 inclusive"
            ),
            ("tls-session-caching", "maybe", "argument must be 'yes' or 'no'"),
        ] {
            var configuration = Configuration()
            let text =
                "ERR CONFIG SET failed (possibly related to argument '\(name)') - \(reason)"
            #expect(throws: ConfigSetError.failed(text)) {
                try set(&configuration, name, value)
            }
            #expect(configuration == Configuration())
        }
    }

    @Test func thePassphraseIsSensitive() {
        let arguments = ["tls-port", "1", "tls-key-file-pass", "secret"].map { Array($0.utf8) }
        #expect(Configuration.sensitivePositions(inSetArguments: arguments) == [3])
    }
}
