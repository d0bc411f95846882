// Arguments that outlive the read buffer they came in: those of commands that wait.
import RedwingContainers

/// A copy of a command's arguments, in memory of its own.
public final class KeptArguments {
    private let base: UnsafeMutablePointer<Bytes>
    private let text: UnsafeMutablePointer<UInt8>
    private let count: Int
    /// The bytes that the copy takes.
    public let bytes: Int

    /// A copy of `arguments`.
    public init(_ arguments: Arguments) {
        var total = 0
        for index in 0..<arguments.count { total += arguments[index].count }
        count = arguments.count
        base = .allocate(capacity: max(1, count))
        text = .allocate(capacity: max(1, total))
        bytes = total + count * MemoryLayout<Bytes>.stride
        var offset = 0
        for index in 0..<count {
            let argument = arguments[index]
            argument.copy(to: UnsafeMutableRawPointer(text + offset))
            base[index] = Bytes(base: text + offset, count: argument.count)
            offset += argument.count
        }
    }

    deinit {
        base.deallocate()
        text.deallocate()
    }

    /// The arguments; valid as long as this object.
    public var arguments: Arguments { Arguments(base: base, count: count) }
}
