// Sparse registers: runs of equal numbers, in the order of the registers. Whatever a client may
// have written there, nothing is read outside of the string.

/// A run of equal registers.
///
///     00xxxxxx           zeros, x + 1 of them: 1 to 64
///     01xxxxxx xxxxxxxx  zeros, x + 1 of them: 1 to 16384, high bits first
///     1vvvvvxx           numbers v + 1, x + 1 of them: 1 to 4 numbers of 1 to 32
public struct SparseRun {
    /// The registers' number.
    public let value: UInt8
    /// How many there are.
    public let count: Int
    /// Whether it is the long form of zeros, which takes two bytes.
    public let isLong: Bool

    static let maxValue = 32
    static let maxCount = 4
    private static let maxShortCount = 64

    /// The bytes of the run.
    var size: Int { isLong ? 2 : 1 }

    /// The run that begins at `offset`, which must lie within; a missing second byte counts as 0.
    init(_ bytes: Bytes, at offset: Int) {
        let first = bytes[offset]
        if first & 0x80 != 0 {
            value = (first >> 2) & 0x1f + 1
            count = Int(first & 3) + 1
            isLong = false
        } else {
            value = 0
            isLong = first & 0x40 != 0
            let second = isLong && offset + 1 < bytes.count ? Int(bytes[offset + 1]) : 0
            count = (isLong ? Int(first & 0x3f) << 8 | second : Int(first)) + 1
        }
    }

    /// The code of `count` registers with the number `value`, both within their limits.
    static func code(value: UInt8, count: Int) -> UInt8 {
        0x80 | (value - 1) << 2 | UInt8(count - 1)
    }

    /// The code of `count` zeros.
    static func zeros(_ count: Int) -> [UInt8] {
        let number = count - 1
        if count <= maxShortCount { return [UInt8(number)] }
        return [0x40 | UInt8(number >> 8), UInt8(number & 0xff)]
    }
}

extension HyperLogLog {
    /// Calls `body` with the number and count of each run of a sparse HyperLogLog; stops and
    /// returns false where there are more registers than there can be, or at the end if there are
    /// not enough.
    func forEachRun(_ body: (UInt8, Int) -> Void) -> Bool {
        var offset = HyperLogLog.headerSize
        var registers = 0
        while offset < bytes.count {
            let run = SparseRun(bytes, at: offset)
            registers += run.count
            guard registers <= HyperLogLog.registerCount else { return false }
            body(run.value, run.count)
            offset += run.size
        }
        return registers == HyperLogLog.registerCount
    }

    /// The runs of a sparse HyperLogLog as they stand, sound or not.
    public var runs: [SparseRun] {
        var runs: [SparseRun] = []
        var offset = HyperLogLog.headerSize
        while offset < bytes.count {
            runs.append(SparseRun(bytes, at: offset))
            offset += runs[runs.count - 1].size
        }
        return runs
    }

    /// What a sparse HyperLogLog needs so that a register reaches a mark.
    public enum SparseStep {
        /// Nothing.
        case none
        /// A few other bytes.
        case edit(SparseEdit)
        /// To become dense, for the mark or the length is beyond what is sparse.
        case promote
        /// No run covers the register.
        case corrupt
    }

    /// A run that is replaced by others.
    public struct SparseEdit {
        let offset: Int
        let oldSize: Int
        let code: [UInt8]
        /// The run before, where equal neighbours are looked for first.
        let start: Int

        /// The bytes by which the string becomes longer.
        public var growth: Int { code.count - oldSize }
    }

    /// How to raise a register to `mark` without exceeding `limit` bytes.
    public func sparseStep(_ mark: Mark, limit: Int) -> SparseStep {
        if mark.value > SparseRun.maxValue { return .promote }
        var offset = HyperLogLog.headerSize
        var start = offset
        var first = 0
        while offset < bytes.count {
            let run = SparseRun(bytes, at: offset)
            if mark.register < first + run.count {
                guard run.value < mark.value else { return .none }
                let edit = SparseEdit(
                    offset: offset, oldSize: run.size,
                    code: split(run, at: mark.register - first, mark.value), start: start)
                return edit.growth > 0 && bytes.count + edit.growth > limit
                    ? .promote : .edit(edit)
            }
            start = offset
            offset += run.size
            first += run.count
        }
        return .corrupt
    }

    /// The code of a run of which one register gets another number.
    private func split(_ run: SparseRun, at index: Int, _ value: UInt8) -> [UInt8] {
        func part(_ count: Int) -> [UInt8] {
            if count == 0 { return [] }
            return run.value == 0
                ? SparseRun.zeros(count) : [SparseRun.code(value: run.value, count: count)]
        }
        return part(index) + [SparseRun.code(value: value, count: 1)]
            + part(run.count - 1 - index)
    }
}

extension MutableBytes {
    /// Does an edit on a sparse HyperLogLog of `oldCount` bytes, which has the room already, and
    /// joins equal neighbours; returns how many bytes it has then.
    public func applySparse(_ edit: HyperLogLog.SparseEdit, oldCount: Int) -> Int {
        let end = oldCount + edit.growth
        let tail = edit.offset + edit.oldSize
        // A long run that is cut off at the end has less than its size.
        if tail < oldCount { move(from: tail, end: oldCount, to: edit.offset + edit.code.count) }
        for (index, byte) in edit.code.enumerated() where edit.offset + index < end {
            self[edit.offset + index] = byte
        }
        let joined = joinRuns(from: edit.start, end: end)
        forgetHyperLogLogCount()
        return joined
    }

    /// Joins runs of equal numbers that have become neighbours, among the first few from `start`.
    private func joinRuns(from start: Int, end: Int) -> Int {
        var end = end
        var offset = start
        // As many as an edit can have touched, and its neighbours.
        var left = 5
        while offset < end, left > 0 {
            left -= 1
            let view = bytes.slice(0, end)
            let run = SparseRun(view, at: offset)
            if run.value > 0, offset + 1 < end {
                let next = SparseRun(view, at: offset + 1)
                let count = run.count + next.count
                if next.value == run.value, count <= SparseRun.maxCount {
                    move(from: offset + 1, end: end, to: offset)
                    self[offset] = SparseRun.code(value: run.value, count: count)
                    end -= 1
                    continue
                }
            }
            offset += run.size
        }
        return end
    }
}
