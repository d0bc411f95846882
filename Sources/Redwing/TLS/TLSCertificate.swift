// What the server reads from certificates: serial number, dates, the names of a user.
#if TLS
import COpenSSL
import RedwingEngine

/// A certificate that somebody else keeps alive.
@safe struct TLSCertificate {
    private let certificate: OpaquePointer

    init?(_ certificate: OpaquePointer?) {
        guard let certificate = unsafe certificate else { return nil }
        unsafe self.certificate = certificate
    }

    /// Whether now is between its two dates.
    var isInForce: Bool {
        guard let from = unsafe X509_get0_notBefore(certificate),
            let to = unsafe X509_get0_notAfter(certificate)
        else { return false }
        return unsafe X509_cmp_current_time(from) < 0 && X509_cmp_current_time(to) > 0
    }

    /// What INFO tells of it; nil if it has no date of expiry that can be understood.
    var facts: HostFacts.Certificate? {
        guard let epoch = unsafe ASN1_TIME_set(nil, 0) else { return nil }
        defer { unsafe ASN1_STRING_free(epoch) }
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard let expiry = unsafe X509_get0_notAfter(certificate),
            unsafe ASN1_TIME_diff(&days, &seconds, epoch, expiry) == 1
        else { return nil }
        return HostFacts.Certificate(
            serial: serial ?? "none", expires: Int64(days) * 86_400 + Int64(seconds))
    }

    private var serial: String? {
        guard let number = unsafe X509_get0_serialNumber(certificate),
            let big = unsafe ASN1_INTEGER_to_BN(number, nil)
        else { return nil }
        defer { unsafe BN_free(big) }
        guard let text = unsafe BN_bn2hex(big) else { return nil }
        defer { unsafe CRYPTO_free(text, "", 0) }
        return unsafe String(cString: text)
    }

    /// The names that the field holds, in their order; the common name is one at most. A name
    /// with a zero byte is none: others would read it as a shorter one.
    func names(in field: TLSUserField) -> [[UInt8]] {
        switch field {
        case .commonName: commonName.map { [$0] } ?? []
        case .uri: uris
        case .off: []
        }
    }

    private var commonName: [UInt8]? {
        guard let subject = unsafe X509_get_subject_name(certificate) else { return nil }
        let index = unsafe X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
        guard index >= 0, let entry = unsafe X509_NAME_get_entry(subject, index) else {
            return nil
        }
        return unsafe TLSCertificate.bytes(X509_NAME_ENTRY_get_data(entry))
    }

    private var uris: [[UInt8]] {
        guard let names = unsafe redwing_alternative_names(certificate) else { return [] }
        defer { unsafe GENERAL_NAMES_free(names) }
        return (0..<max(0, unsafe redwing_names_count(names))).compactMap {
            unsafe TLSCertificate.bytes(redwing_names_uri(names, $0))
        }
    }

    private static func bytes(_ string: UnsafePointer<ASN1_STRING>?) -> [UInt8]? {
        guard let string = unsafe string, let start = unsafe ASN1_STRING_get0_data(string)
        else { return nil }
        let count = Int(unsafe ASN1_STRING_length(string))
        let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: max(0, count)))
        return bytes.isEmpty || bytes.contains(0) ? nil : bytes
    }
}
#endif
