// Random bits from the kernel.
import CLinux

/// Random bits that nobody can guess.
public enum Entropy {
    /// `count` random bytes.
    public static func bytes(_ count: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let result = bytes.withUnsafeMutableBytes { room in
                let rest = UnsafeMutableRawBufferPointer(rebasing: room[done...])
                return SystemCall.transfer { getrandom(rest.baseAddress, rest.count, 0) }
            }
            if let error = result.error("getrandom") { throw error }
            done += result.count
        }
        return bytes
    }

    /// 64 random bits.
    public static func bits() -> UInt64 {
        var value: UInt64 = 0
        // It is only ever interrupted before the kernel has its first entropy, at boot.
        while getrandom(&value, 8, 0) != 8 {}
        return value
    }
}
