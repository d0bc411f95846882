// The libraries of scripts within a snapshot: blocks with a tag of their own, which readers that
// know nothing of libraries refuse. A block is a byte, 1 in the last piece of a library and else 0,
// and a piece of its code.
import RedwingContainers

/// Whoever has the libraries.
public protocol SnapshotLibraries: AnyObject {
    /// The code of all libraries.
    var libraryCodes: [[UInt8]] { get }
    /// Loads a library from its code.
    func restoreLibrary(_ code: [UInt8]) throws
}

/// Writes and reads such blocks.
enum LibraryBlocks {
    static let tag: UInt8 = 2
    private static let pieceLength = 256 * 1024

    /// Hands over the blocks of these libraries.
    static func write(_ codes: [[UInt8]], to sink: (BlockBuffer) -> Void) {
        for code in codes {
            var start = 0
            repeat {
                let end = min(code.count, start + pieceLength)
                let block = BlockBuffer()
                block.tag = tag
                block.append(end == code.count ? 1 : 0)
                block.append(Array(code[start..<end]).span)
                sink(block)
                start = end
            } while start < code.count
        }
    }

    /// Adds the piece of a block to `code`; returns whether it is the last, or nil when the block
    /// is not sound.
    static func read(_ block: Bytes, into code: inout [UInt8]) -> Bool? {
        guard block.count > 0, block[0] < 2 else { return nil }
        code.append(block.slice(1, block.count - 1))
        return block[0] == 1
    }
}
