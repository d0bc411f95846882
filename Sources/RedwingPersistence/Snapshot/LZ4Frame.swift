// LZ4 frames by the system's liblz4. The only file that sees the library and its raw pointers;
// everyone else gives and takes spans and block buffers.

import CLZ4
import RedwingContainers

/// How the blocks of a snapshot are compressed.
public enum SnapshotCompression: Equatable, Sendable {
    /// Stored as they are.
    case none
    /// An LZ4 frame. Below 0 faster and larger (-1, -2, ...), 0 to 2 the normal fast mode, 3 to 12
    /// the slow mode that finds more. Values outside of what the library knows are clamped by it.
    case lz4(level: Int32)
}

/// A failure reported by liblz4, with its name for it.
struct LZ4Error: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }

    init(code: Int) { reason = unsafe String(cString: LZ4F_getErrorName(code)) }

    var asCause: SnapshotError.Cause { .compressionFailed(reason) }
}

/// A reusable LZ4 frame compressor: `begin`, `update` as often as needed, `end`.
@safe final class LZ4Compressor {
    private let context: OpaquePointer
    private var preferences = LZ4F_preferences_t()

    init(level: Int32) throws(SnapshotError.Cause) {
        var created: OpaquePointer?
        let code = unsafe LZ4F_createCompressionContext(&created, UInt32(LZ4F_VERSION))
        guard LZ4F_isError(code) == 0, let context = unsafe created else {
            throw LZ4Error(code: code).asCause
        }
        unsafe self.context = context
        preferences.frameInfo.blockSizeID = LZ4F_max256KB
        preferences.frameInfo.blockMode = LZ4F_blockIndependent
        preferences.compressionLevel = max(-65_536, min(level, 12))
    }

    deinit { unsafe _ = LZ4F_freeCompressionContext(context) }

    /// Starts a frame at the end of `output`. A frame of one `update` is compressed in place;
    /// one of several first gathers them, so that small parts share a window.
    func begin(gathering: Bool, into output: BlockBuffer) throws(SnapshotError.Cause) {
        preferences.autoFlush = gathering ? 0 : 1
        try unsafe append(bound: 32, to: output) {
            unsafe LZ4F_compressBegin(context, $0.baseAddress, $0.count, &preferences)
        }
    }

    func update(_ bytes: RawSpan, into output: BlockBuffer) throws(SnapshotError.Cause) {
        let bound = unsafe LZ4F_compressBound(bytes.byteCount, &preferences)
        try unsafe append(bound: bound, to: output) { space in
            unsafe bytes.withUnsafeBytes {
                unsafe LZ4F_compressUpdate(
                    context, space.baseAddress, space.count, $0.baseAddress, $0.count, nil)
            }
        }
    }

    func end(into output: BlockBuffer) throws(SnapshotError.Cause) {
        try unsafe append(bound: LZ4F_compressBound(0, &preferences), to: output) {
            unsafe LZ4F_compressEnd(context, $0.baseAddress, $0.count, nil)
        }
    }

    private func append(
        bound: Int, to output: BlockBuffer, _ call: (UnsafeMutableRawBufferPointer) -> Int
    ) throws(SnapshotError.Cause) {
        try unsafe output.appendUninitialized(bound) { space throws(SnapshotError.Cause) in
            let written = unsafe call(space)
            if LZ4F_isError(written) != 0 { throw LZ4Error(code: written).asCause }
            return written
        }
    }
}

/// A reusable LZ4 frame decompressor.
@safe final class LZ4Decompressor {
    /// The frame's own block size is at most this; more would let a file make the library allocate.
    private static let blockLength = 256 * 1024

    private let context: OpaquePointer

    init() throws(LZ4Error) {
        var created: OpaquePointer?
        let code = unsafe LZ4F_createDecompressionContext(&created, UInt32(LZ4F_VERSION))
        guard LZ4F_isError(code) == 0, let context = unsafe created else {
            throw LZ4Error(code: code)
        }
        unsafe self.context = context
    }

    deinit { unsafe _ = LZ4F_freeDecompressionContext(context) }

    /// Expands `frame`, which must be exactly one frame of `count` bytes, to the end of `output`.
    ///
    /// The library decodes in place only where a whole block of the frame would fit, so `output`
    /// is given room for one more than it needs.
    func expand(_ frame: RawSpan, count: Int, into output: BlockBuffer) throws(LZ4Error) {
        unsafe LZ4F_resetDecompressionContext(context)
        let space = (count / Self.blockLength + 1) * Self.blockLength
        try unsafe output.appendUninitialized(space) { target throws(LZ4Error) in
            try unsafe frame.withUnsafeBytes { source throws(LZ4Error) in
                try unsafe expand(source, to: target)
            }
        }
    }

    private func expand(
        _ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer
    ) throws(LZ4Error) -> Int {
        var consumed = try unsafe checkInformation(of: source)
        var produced = 0
        guard let input = source.baseAddress, let output = target.baseAddress else {
            throw LZ4Error("no frame")
        }
        while true {
            var taken = source.count - consumed
            var given = target.count - produced
            let hint = unsafe LZ4F_decompress(
                context, output + produced, &given, input + consumed, &taken, nil)
            if LZ4F_isError(hint) != 0 { throw LZ4Error(code: hint) }
            consumed += taken
            produced += given
            if hint == 0 { break }
            if taken == 0 && given == 0 { throw LZ4Error("the frame does not end") }
        }
        if consumed != source.count { throw LZ4Error("bytes after the frame") }
        return produced
    }

    private func checkInformation(of source: UnsafeRawBufferPointer) throws(LZ4Error) -> Int {
        var information = LZ4F_frameInfo_t()
        var consumed = source.count
        let hint = unsafe LZ4F_getFrameInfo(context, &information, source.baseAddress, &consumed)
        if LZ4F_isError(hint) != 0 { throw LZ4Error(code: hint) }
        guard information.frameType == LZ4F_frame,
            information.blockSizeID == LZ4F_max256KB || information.blockSizeID == LZ4F_max64KB,
            information.dictID == 0
        else { throw LZ4Error("not a frame of this format") }
        return consumed
    }
}
