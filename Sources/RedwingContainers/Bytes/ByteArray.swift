// Arrays of bytes that something is written to, one piece behind the other. For cold paths.

extension Array where Element == UInt8 {
    /// Appends a copy of `bytes`.
    public mutating func append(_ bytes: Bytes) {
        append(contentsOf: UnsafeBufferPointer(start: bytes.base, count: bytes.count))
    }

    /// Appends an integer, lowest byte first.
    public mutating func append<Integer: FixedWidthInteger>(littleEndian value: Integer) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// Appends an integer, highest byte first.
    public mutating func append<Integer: FixedWidthInteger>(bigEndian value: Integer) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}

extension Bytes {
    /// The integer of the bytes at `offset`, lowest byte first; nil where they end before it does.
    public func integer<Integer: FixedWidthInteger>(
        _ type: Integer.Type, at offset: Int
    ) -> Integer? {
        guard offset >= 0, MemoryLayout<Integer>.size <= count - offset else { return nil }
        let raw = UnsafeRawPointer(base)
        return Integer(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: Integer.self))
    }
}
