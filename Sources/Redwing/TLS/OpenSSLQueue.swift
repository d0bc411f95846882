// OpenSSL's queue of errors, one for each thread. It has to be empty before a call whose outcome
// `SSL_get_error` is to tell; so whoever makes a call that fails takes out what it left.
#if TLS
import COpenSSL

enum OpenSSLQueue {
    /// Empties the queue and returns its oldest error in the library's words.
    static func take() -> String? {
        let code = ERR_get_error()
        guard code != 0 else { return nil }
        ERR_clear_error()
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
            guard let base = text.baseAddress else { return nil }
            unsafe ERR_error_string_n(code, base, text.count)
            return unsafe String(cString: base)
        }
    }

    /// An error of an attempt; the library's words follow it.
    static func error(_ attempt: String) -> TLSError {
        TLSError(take().map { "\(attempt): \($0)" } ?? attempt)
    }
}
#endif
