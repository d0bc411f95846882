// How long the calls of one command took: counts in cells of nanoseconds, sixteen to each power of
// two, so that a percentile is right to six percent. Counting is a shift and an increment.
import RedwingContainers

/// Counts of durations; a handle, valid until `destroy()`.
struct LatencyHistogram {
    private let cells: FixedArray<UInt32>

    /// Cells to each power of two, as bits.
    private static let fineBits = 4
    /// Durations from 2^37 ns (137 s) on share the last cell.
    private static let octaves = 37
    private static let cellCount = (octaves - fineBits + 1) << fineBits

    /// A histogram without any counts.
    init() { cells = FixedArray(repeatElement(0, count: LatencyHistogram.cellCount)) }

    /// Counts `count` calls of a duration each.
    @inline(__always)
    func add(nanoseconds: UInt64, count: Int = 1) {
        let cell = LatencyHistogram.cell(nanoseconds)
        cells[cell] &+= UInt32(truncatingIfNeeded: count)
    }

    @inline(__always)
    private static func cell(_ nanoseconds: UInt64) -> Int {
        let fine = UInt64(1 << fineBits)
        guard nanoseconds >= fine else { return Int(truncatingIfNeeded: nanoseconds) }
        let octave = 63 &- nanoseconds.leadingZeroBitCount
        let shift = octave &- fineBits
        let within = Int(truncatingIfNeeded: nanoseconds &>> UInt64(shift)) & (1 << fineBits - 1)
        return min((shift &+ 1) &<< fineBits &+ within, cellCount &- 1)
    }

    /// The longest duration that a cell counts.
    private static func upperBound(_ cell: Int) -> UInt64 {
        guard cell >= 1 << fineBits else { return UInt64(cell) }
        let shift = UInt64(cell >> fineBits - 1)
        let within = UInt64(cell & (1 << fineBits - 1)) | 1 << fineBits
        return (within + 1) << shift - 1
    }

    /// The number of durations.
    var total: Int { (0..<cells.count).reduce(0) { $0 + Int(cells[$1]) } }

    /// The duration in nanoseconds that `percentile` of all, 0 to 100, do not exceed.
    func value(atPercentile percentile: Double) -> UInt64 {
        let wanted = max(1, Int((percentile / 100 * Double(total)).rounded(.up)))
        var seen = 0
        for cell in 0..<cells.count where cells[cell] > 0 {
            seen += Int(cells[cell])
            if seen >= wanted { return LatencyHistogram.upperBound(cell) }
        }
        return 0
    }

    /// For each power of two microseconds that adds to the count: the bound in microseconds, and
    /// how many durations lie below.
    func cumulative() -> [(microseconds: UInt64, count: Int)] {
        var result: [(microseconds: UInt64, count: Int)] = []
        var bound: UInt64 = 1024
        var seen = 0
        var reported = 0
        for cell in 0..<cells.count {
            if LatencyHistogram.upperBound(cell) >= bound {
                if seen > reported { result.append((bound / 1000, seen)) }
                reported = seen
                while LatencyHistogram.upperBound(cell) >= bound { bound *= 2 }
            }
            seen += Int(cells[cell])
        }
        if seen > reported { result.append((bound / 1000, seen)) }
        return result
    }

    /// Forgets all counts.
    func removeAll() {
        for cell in 0..<cells.count { cells[cell] = 0 }
    }

    func destroy() { cells.destroy() }
}
