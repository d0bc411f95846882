// Why a snapshot could not be written or was refused: always the file, where in it, and the cause.

import RedwingLinux

/// A snapshot file that could not be written, or was refused when read.
public struct SnapshotError: Error, Equatable, CustomStringConvertible {
    /// What went wrong.
    public enum Cause: Error, Equatable {
        /// A system call failed.
        case system(SystemError)
        /// The path is a directory, a pipe or a device.
        case notARegularFile
        /// The file does not begin with the magic bytes of a snapshot.
        case badMagic
        /// The file was written by a newer release in a format that this one does not know.
        case newerVersion(found: UInt32, supported: UInt32)
        /// The file has a version number that no release has written.
        case unknownVersion(UInt32)
        /// The file ends where more has to follow.
        case truncated
        /// The header's checksum does not fit its bytes.
        case headerChecksumMismatch
        /// The header's checksum fits, but its fields contradict each other.
        case malformedHeader(String)
        /// A block's checksum does not fit its bytes.
        case blockChecksumMismatch(block: UInt32)
        /// A block's header contradicts itself or its place in the file.
        case malformedBlock(block: UInt32, String)
        /// A length exceeds what the format allows.
        case lengthOverLimit(what: String, length: UInt64, limit: UInt64)
        /// The LZ4 frame of a block could not be expanded to the length that the block names.
        case decompressionFailed(block: UInt32, String)
        /// LZ4 could not compress a block.
        case compressionFailed(String)
        /// The file does not end with a footer.
        case footerMissing
        /// A total of the footer is not what the file holds.
        case footerMismatch(field: String, footer: UInt64, file: UInt64)
        /// There are bytes after the footer.
        case trailingBytes(UInt64)
        /// The blocks are sound, but the records inside were refused by whoever decodes them.
        case recordsRefused(block: UInt32, String)
    }

    /// The file.
    public let path: String
    /// Where in the file, in bytes from its start; nil where the cause has no place.
    public let offset: UInt64?
    /// What went wrong.
    public let cause: Cause

    /// An error at `offset` of the file `path`.
    public init(path: String, offset: UInt64? = nil, cause: Cause) {
        self.path = path
        self.offset = offset
        self.cause = cause
    }

    /// One line with file, offset and cause.
    public var description: String {
        let place = offset.map { " at offset \($0)" } ?? ""
        return "snapshot \(path): \(cause.text)\(place)"
    }

    /// True where the file does not exist, which at start only means that there is nothing to load.
    public var isFileMissing: Bool {
        if case .system(let error) = cause { return error.operation == "open" && error.isMissing }
        return false
    }
}

extension SnapshotError.Cause {
    fileprivate var text: String {
        switch self {
        case .system(let error): "\(error)"
        case .notARegularFile: "not a regular file"
        case .badMagic: "not a Redwing snapshot (wrong magic bytes)"
        case .newerVersion(let found, let supported):
            "format version \(found) is newer than this server reads (up to \(supported))"
        case .unknownVersion(let found): "unknown format version \(found)"
        case .truncated: "the file is cut short"
        case .headerChecksumMismatch: "checksum mismatch in the header"
        case .malformedHeader(let reason): "malformed header: \(reason)"
        case .blockChecksumMismatch(let block): "checksum mismatch in block \(block)"
        case .malformedBlock(let block, let reason): "malformed block \(block): \(reason)"
        case .lengthOverLimit(let what, let length, let limit):
            "\(what) of \(length) bytes is over the limit of \(limit)"
        case .decompressionFailed(let block, let reason):
            "block \(block) could not be decompressed: \(reason)"
        case .compressionFailed(let reason): "a block could not be compressed: \(reason)"
        case .footerMissing: "the footer is missing"
        case .footerMismatch(let field, let footer, let file):
            "the footer says \(field) \(footer), the file has \(file)"
        case .trailingBytes(let count): "\(count) bytes after the footer"
        case .recordsRefused(let block, let reason): "records of block \(block): \(reason)"
        }
    }
}
