// The files that a TLS configuration names, watched for changes: a renewed certificate is to be
// used without anybody saying so.
import RedwingEngine
import RedwingLinux

/// What the files of a configuration looked like at one time.
struct TLSFiles: Equatable {
    private let states: [File.Status?]

    init(of configuration: TLSConfiguration) {
        let paths = [
            configuration.certificateFile, configuration.keyFile, configuration.authorityFile,
            configuration.authorityDirectory, configuration.dhParametersFile,
        ]
        states = paths.map { $0.isEmpty ? nil : try? File.status($0) }
    }
}
