// How long something took, counted below fixed bounds, as monitoring systems want it: they add such
// counts up over servers and time, which percentiles do not allow.

/// Counts of durations, and their sum.
package struct DurationHistogram {
    /// The upper bounds in seconds, ascending; what is above the last has a count of its own.
    package let bounds: [Double]
    /// How many durations were above the bound before and not above the own; one more than bounds.
    package private(set) var counts: [Int]
    private let limits: [UInt64]
    private let unit: Double
    private var sumInUnits: UInt64 = 0

    /// Nothing yet. Durations come as multiples of `unit` seconds.
    package init(bounds: [Double], unit: Double) {
        self.bounds = bounds
        self.unit = unit
        limits = bounds.map { UInt64(($0 / unit).rounded()) }
        counts = [Int](repeating: 0, count: bounds.count + 1)
    }

    /// Counts a duration.
    package mutating func add(_ duration: UInt64) {
        var place = 0
        while place < limits.count, duration > limits[place] { place &+= 1 }
        counts[place] &+= 1
        sumInUnits &+= duration
    }

    /// The sum of all durations in seconds.
    package var sum: Double { Double(sumInUnits) * unit }
}
