// Why something of TLS did not work, in words for the log.

/// A failure of TLS: wrong files, wrong settings, or a connection that cannot go on.
struct TLSError: Error, Equatable, CustomStringConvertible {
    /// One line, without secrets.
    let description: String

    init(_ description: String) { self.description = description }
}
