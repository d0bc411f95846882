// The commands that one read brought, parsed and not yet executed. One batch serves all
// connections of a loop in turn; it owns its tables, never the bytes, which lie in the read buffer
// or in a large string.
import CLinux
import RedwingContainers

/// Parsed commands; a handle, valid until `destroy()`.
@frozen
public struct RequestBatch {
    /// One command of a batch.
    @frozen
    public struct Command {
        /// Where its arguments begin in the batch's table.
        public var first: Int32
        /// The number of its arguments, the name included; 0 for a protocol error.
        public var count: Int32
        /// Where the next command begins in the read buffer.
        public var end: Int
        /// For the executor: the hash of the first key.
        public var hash: UInt64
        /// For the executor: the index of the command in its table; below 0 when unknown.
        public var index: Int32

        @inlinable @inline(__always)
        init(first: Int32, count: Int32, end: Int) {
            self.first = first
            self.count = count
            self.end = end
            self.hash = 0
            self.index = -1
        }
    }

    @usableFromInline
    struct State {
        @usableFromInline var arguments: UnsafeMutablePointer<Bytes>
        @usableFromInline var argumentCount: Int
        @usableFromInline var argumentCapacity: Int
        @usableFromInline var commands: UnsafeMutablePointer<Command>
        @usableFromInline var commandCount: Int
        @usableFromInline var limit: Int
        @usableFromInline var inlineText: [[UInt8]]
        /// Blocks that hold big arguments, with a reference each.
        @usableFromInline var large: [LargeString]
    }

    @usableFromInline let state: UnsafeMutablePointer<State>

    /// The most commands that a batch holds: enough to hide memory latency behind each other,
    /// few enough to stay in the first-level cache.
    public static let capacity = 64

    /// An empty batch.
    public init() {
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                arguments: .allocate(capacity: 256), argumentCount: 0, argumentCapacity: 256,
                commands: .allocate(capacity: RequestBatch.capacity), commandCount: 0,
                limit: RequestBatch.capacity, inlineText: [], large: []))
    }

    /// The number of commands.
    @inlinable @inline(__always)
    public var count: Int { state.pointee.commandCount }

    /// Whether no more commands fit.
    @inlinable @inline(__always)
    public var isFull: Bool { state.pointee.commandCount >= state.pointee.limit }

    /// Has the batch take one command only, or as many as it holds.
    @inlinable @inline(__always)
    func limit(toOne one: Bool) { state.pointee.limit = one ? 1 : RequestBatch.capacity }

    /// The command at `index`.
    @inlinable @inline(__always)
    public subscript(index: Int) -> Command {
        @_transparent unsafeAddress { UnsafePointer(state.pointee.commands + index) }
        @_transparent nonmutating unsafeMutableAddress { state.pointee.commands + index }
    }

    /// The arguments of a command, the name first.
    @inlinable @inline(__always)
    public func arguments(_ command: Command) -> Arguments {
        Arguments(
            base: state.pointee.arguments + Int(command.first), count: Int(command.count))
    }

    /// No arguments at all, for a call that has not got its own yet.
    @inlinable
    public var noArguments: Arguments { Arguments(base: state.pointee.arguments, count: 0) }

    /// Whether a command has an argument in a block of its own.
    @inlinable @inline(__always)
    public var holdsLargeArguments: Bool { !state.pointee.large.isEmpty }

    /// To be called when the commands have run: drops the blocks of big arguments.
    @inlinable @inline(__always)
    public func finish(_ memory: SlabAllocator) {
        if !state.pointee.large.isEmpty { releaseLarge(memory) }
    }

    @usableFromInline
    func releaseLarge(_ memory: SlabAllocator) {
        for block in state.pointee.large { block.release(in: memory) }
        state.pointee.large.removeAll()
    }

    /// Forgets all commands.
    @inlinable @inline(__always)
    public func removeAll() {
        state.pointee.commandCount = 0
        state.pointee.argumentCount = 0
        if !state.pointee.inlineText.isEmpty { state.pointee.inlineText.removeAll() }
    }

    @inlinable @inline(__always)
    func push(_ argument: Bytes) {
        if state.pointee.argumentCount == state.pointee.argumentCapacity { growArguments() }
        state.pointee.arguments[state.pointee.argumentCount] = argument
        state.pointee.argumentCount &+= 1
    }

    /// Makes the arguments from `first` on a command that ends at `end` in the read buffer.
    @inlinable @inline(__always)
    func close(first: Int, end: Int) {
        state.pointee.commands[state.pointee.commandCount] = Command(
            first: Int32(truncatingIfNeeded: first),
            count: Int32(truncatingIfNeeded: state.pointee.argumentCount &- first), end: end)
        state.pointee.commandCount &+= 1
    }

    /// Adds an argument whose bytes the batch keeps: unquoted inline text.
    func push(owned text: [UInt8]) {
        state.pointee.inlineText.append(text)
        // The array's storage stays where it is while the batch holds it.
        let kept = state.pointee.inlineText[state.pointee.inlineText.count - 1]
        kept.withUnsafeBufferPointer {
            push($0.baseAddress.map { Bytes(base: $0, count: kept.count) } ?? .empty)
        }
    }

    /// Adds an argument that has a block of its own, with the caller's reference.
    func push(large block: LargeString) {
        state.pointee.large.append(block)
        push(block.bytes)
    }

    /// A reference of the caller's own to the block that holds `bytes`, an argument of a command
    /// of this batch; nil when the argument lies in the read buffer.
    public func takeLarge(_ bytes: Bytes) -> LargeString? {
        for block in state.pointee.large where block.bytes.isSameMemory(as: bytes) {
            block.retain()
            return block
        }
        return nil
    }

    @usableFromInline @inline(never)
    func growArguments() {
        let capacity = state.pointee.argumentCapacity * 2
        let new = UnsafeMutablePointer<Bytes>.allocate(capacity: capacity)
        new.update(from: state.pointee.arguments, count: state.pointee.argumentCount)
        state.pointee.arguments.deallocate()
        state.pointee.arguments = new
        state.pointee.argumentCapacity = capacity
    }

    /// Gives a table that one huge command blew up back.
    public func trim() {
        guard state.pointee.argumentCapacity > 4096, state.pointee.argumentCount == 0 else {
            return
        }
        state.pointee.arguments.deallocate()
        state.pointee.arguments = .allocate(capacity: 256)
        state.pointee.argumentCapacity = 256
    }

    /// Frees the tables.
    public func destroy() {
        state.pointee.arguments.deallocate()
        state.pointee.commands.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }
}

/// The arguments of one command, its name first; lent until the command has finished.
@frozen
public struct Arguments {
    @usableFromInline let base: UnsafeMutablePointer<Bytes>
    /// The number of arguments, the name included.
    public let count: Int

    @inlinable @inline(__always)
    init(base: UnsafeMutablePointer<Bytes>, count: Int) {
        self.base = base
        self.count = count
    }

    /// Argument `index`; 0 is the command's name.
    @inlinable @inline(__always)
    public subscript(index: Int) -> Bytes {
        assert(index >= 0 && index < count)
        return base[index]
    }

    /// The arguments from `start` on.
    @inlinable
    public func dropFirst(_ start: Int) -> Arguments {
        Arguments(base: base + start, count: count - start)
    }

    /// Lends the arguments that `arrays` hold to `body`. For callers within the process.
    public static func with<R>(_ arrays: [[UInt8]], _ body: (Arguments) throws -> R) rethrows -> R {
        let base = UnsafeMutablePointer<Bytes>.allocate(capacity: max(1, arrays.count))
        let total = arrays.reduce(1) { $0 + $1.count }
        let text = UnsafeMutablePointer<UInt8>.allocate(capacity: total)
        defer {
            base.deallocate()
            text.deallocate()
        }
        var offset = 0
        for (index, array) in arrays.enumerated() {
            for (place, byte) in array.enumerated() { text[offset + place] = byte }
            base[index] = Bytes(base: text + offset, count: array.count)
            offset += array.count
        }
        return try body(Arguments(base: base, count: arrays.count))
    }
}
