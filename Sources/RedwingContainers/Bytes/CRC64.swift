// The checksum of dumped values: CRC-64 with the Jones polynomial, bits reflected, no initial and
// no final inversion. Its check value, of the digits 1 to 9, is e9c6d914c4b8d9ca.

/// CRC-64 (Jones).
public enum CRC64 {
    /// The polynomial ad93d23594c935a9, its bits in reverse order.
    private static let polynomial: UInt64 = 0x95ac_9329_ac4b_c9b5

    private static let table: [UInt64] = (0..<256).map { index in
        var remainder = UInt64(index)
        for _ in 0..<8 {
            remainder = remainder & 1 != 0 ? remainder >> 1 ^ polynomial : remainder >> 1
        }
        return remainder
    }

    /// The checksum of `bytes`.
    public static func checksum(_ bytes: Bytes) -> UInt64 {
        table.withUnsafeBufferPointer { table in
            var remainder: UInt64 = 0
            for index in 0..<bytes.count {
                let byte = UInt8(truncatingIfNeeded: remainder) ^ bytes[index]
                remainder = table[Int(byte)] ^ remainder >> 8
            }
            return remainder
        }
    }
}
