// What a value needs of snapshots, and all it knows of them: where its parts go, and how a part
// that is not sound is refused.
import RedwingContainers

/// Where a large value hands its content to the snapshot, part by part.
struct SnapshotParts {
    /// Adds one part of at most some tens of kilobytes, which the argument writes.
    let add: (_ body: (BlockBuffer) -> Void) -> Void
}

/// Why a record was refused.
public struct SnapshotRecordError: Error, CustomStringConvertible {
    /// The cause in words.
    public let description: String

    /// A record that goes beyond its block.
    static var cut: SnapshotRecordError {
        SnapshotRecordError(description: "a record ends too soon")
    }

    /// A block of a kind that this release does not know.
    public static func unknownTag(_ tag: UInt8) -> SnapshotRecordError {
        SnapshotRecordError(description: "block tag \(tag) is unknown")
    }
}

extension BlockBuffer {
    /// Strings at least this long are borrowed by the block, not copied.
    private static let borrowThreshold = 16 * 1024

    /// Appends the bytes of a large string.
    func append(large string: LargeString) {
        if string.count >= BlockBuffer.borrowThreshold {
            borrow(string)
        } else {
            append(string.bytes)
        }
    }
}
