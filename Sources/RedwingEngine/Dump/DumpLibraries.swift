// FUNCTION DUMP's payload: the text of each library behind a byte of its own, and the footer of all
// dumps.
import RedwingContainers

/// The libraries of scripts as a payload.
package enum DumpLibraries {
    /// What stands before each library; source: Valkey's RDB files.
    static let mark: UInt8 = 245

    /// A payload with the texts of libraries.
    package static func write(_ codes: [[UInt8]]) -> [UInt8] {
        var writer = DumpWriter.empty
        for code in codes {
            writer.append(byte: mark)
            code.withBytes { writer.append(string: $0) }
        }
        return writer.sealed()
    }

    /// Why a payload is not taken.
    package enum Failure: Error {
        /// The footer does not fit.
        case badFooter
        /// Something else than libraries is in it.
        case notLibraries
        /// It is not sound.
        case malformed
    }
}

extension Engine {
    /// The texts of the libraries of a payload of `DumpLibraries`.
    package func libraries(
        of payload: Bytes
    ) throws(DumpLibraries.Failure) -> [[UInt8]] {
        guard let (body, _) = DumpFooter.open(payload) else { throw .badFooter }
        var reader = DumpReader(body, in: memory)
        defer { reader.release() }
        var codes: [[UInt8]] = []
        while !reader.isAtEnd {
            do throws(DumpError) {
                guard try reader.byte() == DumpLibraries.mark else { throw .badFormat }
            } catch { throw .notLibraries }
            do throws(DumpError) {
                codes.append(try reader.string().withBytes { $0.array })
            } catch { throw .malformed }
        }
        return codes
    }
}
